//! Folders of Python packages beside a playground: programs import from them
//! and cannot change them.
//!
//! They show at [`PACKAGES_FOLDER`] wherever they lie, so that a run with them
//! is the same on every machine.

use airlock_stdlib::{FileError, FileStatus, Files, MemoryFiles};

/// Where programs find the package folders.
pub const PACKAGES_FOLDER: &str = "/packages";

/// Package folders and what holds their files.
pub struct Packages {
    /// Asked for paths below [`PACKAGES_FOLDER`].
    pub files: Box<dyn Files>,
    /// In the order in which they are searched, after the playground's own.
    pub folders: Vec<String>,
}

impl Packages {
    pub fn none() -> Packages {
        Packages {
            files: Box::new(MemoryFiles::default()),
            folders: Vec::new(),
        }
    }
}

/// The playground's files in memory, and packages.
pub(crate) struct WithPackages {
    pub own: MemoryFiles,
    pub packages: Box<dyn Files>,
}

fn is_package(path: &str) -> bool {
    path.strip_prefix(PACKAGES_FOLDER)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl WithPackages {
    fn side(&mut self, path: &str) -> &mut dyn Files {
        if is_package(path) {
            &mut *self.packages
        } else {
            &mut self.own
        }
    }

    fn writable(&mut self, path: &str) -> Result<&mut MemoryFiles, FileError> {
        if is_package(path) {
            return Err(FileError::ReadOnly);
        }
        Ok(&mut self.own)
    }
}

impl Files for WithPackages {
    fn read(&mut self, path: &str) -> Result<Vec<u8>, FileError> {
        self.side(path).read(path)
    }

    fn write(&mut self, path: &str, data: &[u8], now_nanos: i64) -> Result<(), FileError> {
        self.writable(path)?.write(path, data, now_nanos)
    }

    fn status(&mut self, path: &str) -> Result<FileStatus, FileError> {
        self.side(path).status(path)
    }

    fn set_times(
        &mut self,
        path: &str,
        accessed_nanos: i64,
        modified_nanos: i64,
    ) -> Result<(), FileError> {
        self.writable(path)?
            .set_times(path, accessed_nanos, modified_nanos)
    }

    fn set_permissions(&mut self, path: &str, permissions: u32) -> Result<(), FileError> {
        self.writable(path)?.set_permissions(path, permissions)
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), FileError> {
        self.writable(to)?;
        self.writable(from)?.rename(from, to)
    }

    fn remove(&mut self, path: &str) -> Result<(), FileError> {
        self.writable(path)?.remove(path)
    }

    fn make_folder(&mut self, path: &str) -> Result<(), FileError> {
        self.writable(path)?.make_folder(path)
    }

    fn remove_folder(&mut self, path: &str) -> Result<(), FileError> {
        self.writable(path)?.remove_folder(path)
    }

    fn is_folder(&mut self, path: &str) -> bool {
        self.side(path).is_folder(path)
    }

    fn list(&mut self, path: &str) -> Result<Vec<String>, FileError> {
        self.side(path).list(path)
    }
}
