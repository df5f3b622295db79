//! The machine's files, for programs run here.

use std::fs::{self, File, FileTimes};
use std::io::{Error, ErrorKind};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use airlock_engine::PACKAGES_FOLDER;
use airlock_stdlib::{FileError, FileStatus, Files};

pub struct HostFiles;

impl Files for HostFiles {
    fn read(&mut self, path: &str) -> Result<Vec<u8>, FileError> {
        fs::read(path).map_err(reason)
    }

    fn write(&mut self, path: &str, data: &[u8], _now_nanos: i64) -> Result<(), FileError> {
        fs::write(path, data).map_err(reason)
    }

    fn status(&mut self, path: &str) -> Result<FileStatus, FileError> {
        let data = fs::metadata(path).map_err(reason)?;
        Ok(FileStatus {
            is_folder: data.is_dir(),
            size: data.len(),
            permissions: permissions(&data.permissions()),
            accessed_nanos: nanos(data.accessed()),
            modified_nanos: nanos(data.modified()),
        })
    }

    fn set_times(
        &mut self,
        path: &str,
        accessed_nanos: i64,
        modified_nanos: i64,
    ) -> Result<(), FileError> {
        let times = FileTimes::new()
            .set_accessed(time_of(accessed_nanos))
            .set_modified(time_of(modified_nanos));
        let file = File::open(path).map_err(reason)?;
        file.set_times(times).map_err(reason)
    }

    fn set_permissions(&mut self, path: &str, permissions: u32) -> Result<(), FileError> {
        let mut wanted = fs::metadata(path).map_err(reason)?.permissions();
        set_bits(&mut wanted, permissions);
        fs::set_permissions(path, wanted).map_err(reason)
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), FileError> {
        fs::rename(from, to).map_err(reason)
    }

    fn remove(&mut self, path: &str) -> Result<(), FileError> {
        fs::remove_file(path).map_err(reason)
    }

    fn make_folder(&mut self, path: &str) -> Result<(), FileError> {
        fs::create_dir(path).map_err(reason)
    }

    fn remove_folder(&mut self, path: &str) -> Result<(), FileError> {
        fs::remove_dir(path).map_err(reason)
    }

    fn is_folder(&mut self, path: &str) -> bool {
        fs::metadata(path).is_ok_and(|data| data.is_dir())
    }

    fn list(&mut self, path: &str) -> Result<Vec<String>, FileError> {
        let entries = fs::read_dir(path).map_err(reason)?;
        Ok(entries
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect())
    }
}

/// Nanoseconds since 1970; 0 where the system does not know.
fn nanos(time: Result<SystemTime, Error>) -> i64 {
    let Ok(time) = time else { return 0 };
    let size = |duration: Duration| i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX);
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => size(after),
        Err(before) => -size(before.duration()),
    }
}

fn time_of(nanos: i64) -> SystemTime {
    let size = Duration::from_nanos(nanos.unsigned_abs());
    let time = if nanos < 0 {
        UNIX_EPOCH.checked_sub(size)
    } else {
        UNIX_EPOCH.checked_add(size)
    };
    time.unwrap_or(UNIX_EPOCH)
}

#[cfg(unix)]
fn permissions(permissions: &fs::Permissions) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(permissions) & 0o7777
}

#[cfg(not(unix))]
fn permissions(permissions: &fs::Permissions) -> u32 {
    if permissions.readonly() { 0o444 } else { 0o644 }
}

#[cfg(unix)]
fn set_bits(permissions: &mut fs::Permissions, bits: u32) {
    std::os::unix::fs::PermissionsExt::set_mode(permissions, bits);
}

#[cfg(not(unix))]
fn set_bits(permissions: &mut fs::Permissions, bits: u32) {
    permissions.set_readonly(bits & 0o200 == 0);
}

/// Folders of the machine, each shown to programs below a name of its own.
/// What is written to them is refused before it comes here.
pub struct PackageFolders(pub Vec<String>);

impl PackageFolders {
    /// What programs know so many folders as.
    pub fn shown(count: usize) -> Vec<String> {
        (0..count)
            .map(|number| format!("{PACKAGES_FOLDER}/{number}"))
            .collect()
    }

    /// Where a path that a program names lies.
    fn real(&self, path: &str) -> Result<String, FileError> {
        let inside = path
            .strip_prefix(PACKAGES_FOLDER)
            .and_then(|rest| rest.strip_prefix('/'))
            .ok_or(FileError::NotFound)?;
        let (number, rest) = inside.split_once('/').unwrap_or((inside, ""));
        // The way out of the folder.
        if rest.split('/').any(|part| part == "..") {
            return Err(FileError::NotFound);
        }
        let folder = number
            .parse()
            .ok()
            .and_then(|number: usize| self.0.get(number))
            .ok_or(FileError::NotFound)?;
        Ok(format!("{folder}/{rest}"))
    }
}

impl Files for PackageFolders {
    fn read(&mut self, path: &str) -> Result<Vec<u8>, FileError> {
        HostFiles.read(&self.real(path)?)
    }

    fn write(&mut self, _: &str, _: &[u8], _: i64) -> Result<(), FileError> {
        Err(FileError::ReadOnly)
    }

    fn status(&mut self, path: &str) -> Result<FileStatus, FileError> {
        // The folder of all packages is none of the machine's.
        let real = match path {
            PACKAGES_FOLDER => ".".to_owned(),
            _ => self.real(path)?,
        };
        HostFiles.status(&real)
    }

    fn set_times(&mut self, _: &str, _: i64, _: i64) -> Result<(), FileError> {
        Err(FileError::ReadOnly)
    }

    fn set_permissions(&mut self, _: &str, _: u32) -> Result<(), FileError> {
        Err(FileError::ReadOnly)
    }

    fn rename(&mut self, _: &str, _: &str) -> Result<(), FileError> {
        Err(FileError::ReadOnly)
    }

    fn remove(&mut self, _: &str) -> Result<(), FileError> {
        Err(FileError::ReadOnly)
    }

    fn make_folder(&mut self, _: &str) -> Result<(), FileError> {
        Err(FileError::ReadOnly)
    }

    fn remove_folder(&mut self, _: &str) -> Result<(), FileError> {
        Err(FileError::ReadOnly)
    }

    fn is_folder(&mut self, path: &str) -> bool {
        path == PACKAGES_FOLDER || self.real(path).is_ok_and(|real| HostFiles.is_folder(&real))
    }

    fn list(&mut self, path: &str) -> Result<Vec<String>, FileError> {
        if path == PACKAGES_FOLDER {
            return Ok((0..self.0.len()).map(|number| number.to_string()).collect());
        }
        HostFiles.list(&self.real(path)?)
    }
}

fn reason(error: Error) -> FileError {
    match error.kind() {
        ErrorKind::NotFound => FileError::NotFound,
        ErrorKind::IsADirectory => FileError::IsFolder,
        ErrorKind::NotADirectory => FileError::NotFolder,
        ErrorKind::ReadOnlyFilesystem => FileError::ReadOnly,
        _ => FileError::Refused,
    }
}
