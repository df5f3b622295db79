//! The files a program may read: the host's folders, or what a playground
//! holds in memory.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::rc::Rc;

/// Why a file could not be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileError {
    NotFound,
    IsFolder,
    NotFolder,
    Refused,
    ReadOnly,
}

/// What is known of a file or folder beside what it holds. Times are
/// nanoseconds since 1970, UTC.
#[derive(Clone, Copy, Debug)]
pub struct FileStatus {
    pub is_folder: bool,
    /// Bytes.
    pub size: u64,
    /// The permission bits of its mode.
    pub permissions: u32,
    pub accessed_nanos: i64,
    pub modified_nanos: i64,
}

/// Access to files by their full paths, with `/` between names.
pub trait Files {
    fn read(&mut self, path: &str) -> Result<Vec<u8>, FileError>;
    /// Replaces the whole file; files in memory note the time.
    fn write(&mut self, path: &str, data: &[u8], now_nanos: i64) -> Result<(), FileError>;
    fn status(&mut self, path: &str) -> Result<FileStatus, FileError>;
    fn set_times(
        &mut self,
        path: &str,
        accessed_nanos: i64,
        modified_nanos: i64,
    ) -> Result<(), FileError>;
    fn set_permissions(&mut self, path: &str, permissions: u32) -> Result<(), FileError>;
    /// Moves a file, or a folder with all below it; replaces a file there.
    fn rename(&mut self, from: &str, to: &str) -> Result<(), FileError>;
    fn remove(&mut self, path: &str) -> Result<(), FileError>;
    fn make_folder(&mut self, path: &str) -> Result<(), FileError>;
    /// Removes an empty folder.
    fn remove_folder(&mut self, path: &str) -> Result<(), FileError>;
    fn is_folder(&mut self, path: &str) -> bool;
    /// Names of what a folder holds.
    fn list(&mut self, path: &str) -> Result<Vec<String>, FileError>;
}

/// Files in memory. A folder exists if it was made or if files lie in it. A
/// clone shares what the files hold until one of the two is written to.
#[derive(Clone, Default)]
pub struct MemoryFiles {
    files: BTreeMap<String, MemoryFile>,
    folders: BTreeSet<String>,
}

#[derive(Clone)]
struct MemoryFile {
    data: Rc<[u8]>,
    permissions: u32,
    accessed_nanos: i64,
    modified_nanos: i64,
}

impl MemoryFile {
    fn new(data: Vec<u8>, now_nanos: i64) -> MemoryFile {
        MemoryFile {
            data: data.into(),
            permissions: 0o644,
            accessed_nanos: now_nanos,
            modified_nanos: now_nanos,
        }
    }
}

impl MemoryFiles {
    pub fn insert(&mut self, path: impl Into<String>, data: impl Into<Vec<u8>>) {
        let file = MemoryFile::new(data.into(), 0);
        self.files.insert(path.into(), file);
    }

    fn file(&mut self, path: &str) -> Result<&mut MemoryFile, FileError> {
        // Two steps, because the borrow checker keeps the first one's borrow.
        if !self.files.contains_key(path) {
            return Err(if self.is_folder(path) {
                FileError::IsFolder
            } else {
                FileError::NotFound
            });
        }
        self.files.get_mut(path).ok_or(FileError::NotFound)
    }
}

impl Files for MemoryFiles {
    fn read(&mut self, path: &str) -> Result<Vec<u8>, FileError> {
        self.file(path).map(|file| file.data.to_vec())
    }

    fn write(&mut self, path: &str, data: &[u8], now_nanos: i64) -> Result<(), FileError> {
        match self.file(path) {
            Ok(file) => {
                file.data = data.into();
                file.modified_nanos = now_nanos;
            }
            Err(FileError::NotFound) => {
                let file = MemoryFile::new(data.to_vec(), now_nanos);
                self.files.insert(path.to_owned(), file);
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn status(&mut self, path: &str) -> Result<FileStatus, FileError> {
        match self.file(path) {
            Ok(file) => Ok(FileStatus {
                is_folder: false,
                size: file.data.len() as u64,
                permissions: file.permissions,
                accessed_nanos: file.accessed_nanos,
                modified_nanos: file.modified_nanos,
            }),
            Err(FileError::IsFolder) => Ok(FileStatus {
                is_folder: true,
                size: 0,
                permissions: 0o755,
                accessed_nanos: 0,
                modified_nanos: 0,
            }),
            Err(error) => Err(error),
        }
    }

    fn set_times(
        &mut self,
        path: &str,
        accessed_nanos: i64,
        modified_nanos: i64,
    ) -> Result<(), FileError> {
        match self.file(path) {
            Ok(file) => {
                file.accessed_nanos = accessed_nanos;
                file.modified_nanos = modified_nanos;
                Ok(())
            }
            // Folders in memory have no times of their own.
            Err(FileError::IsFolder) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn set_permissions(&mut self, path: &str, permissions: u32) -> Result<(), FileError> {
        match self.file(path) {
            Ok(file) => {
                file.permissions = permissions;
                Ok(())
            }
            Err(FileError::IsFolder) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), FileError> {
        if let Some(file) = self.files.remove(from) {
            self.files.insert(to.to_owned(), file);
            return Ok(());
        }
        if !self.is_folder(from) {
            return Err(FileError::NotFound);
        }
        let moved = |path: &str| {
            let rest = path.strip_prefix(from)?;
            (rest.is_empty() || rest.starts_with('/')).then(|| format!("{to}{rest}"))
        };
        self.folders.insert(to.to_owned());
        self.folders = std::mem::take(&mut self.folders)
            .into_iter()
            .map(|path| moved(&path).unwrap_or(path))
            .collect();
        self.files = std::mem::take(&mut self.files)
            .into_iter()
            .map(|(path, file)| (moved(&path).unwrap_or(path), file))
            .collect();
        Ok(())
    }

    fn remove(&mut self, path: &str) -> Result<(), FileError> {
        self.files
            .remove(path)
            .map(|_| ())
            .ok_or(FileError::NotFound)
    }

    fn make_folder(&mut self, path: &str) -> Result<(), FileError> {
        self.folders.insert(path.to_owned());
        Ok(())
    }

    fn remove_folder(&mut self, path: &str) -> Result<(), FileError> {
        self.folders
            .remove(path)
            .then_some(())
            .ok_or(FileError::NotFound)
    }

    fn is_folder(&mut self, path: &str) -> bool {
        if self.folders.contains(path) {
            return true;
        }
        let prefix = format!("{}/", path.trim_end_matches('/'));
        prefix == "/"
            || self
                .files
                .range(prefix.clone()..)
                .next()
                .is_some_and(|(name, _)| name.starts_with(&prefix))
    }

    fn list(&mut self, path: &str) -> Result<Vec<String>, FileError> {
        if self.files.contains_key(path) {
            return Err(FileError::NotFolder);
        }
        if !self.is_folder(path) {
            return Err(FileError::NotFound);
        }
        let prefix = format!("{}/", path.trim_end_matches('/'));
        let files = self.files.range(prefix.clone()..).map(|(name, _)| name);
        let files = files.map_while(|name| name.strip_prefix(&prefix));
        let folders = self.folders.range(prefix.clone()..);
        let folders = folders.map_while(|name| name.strip_prefix(&prefix));
        let mut names: Vec<String> = files
            .chain(folders)
            .filter_map(|rest| rest.split('/').next().map(str::to_owned))
            .collect();
        names.sort();
        names.dedup();
        Ok(names)
    }
}

/// The files as both the import system and `open` use them.
#[derive(Clone)]
pub struct SharedFiles(Rc<RefCell<dyn Files>>);

impl SharedFiles {
    pub fn new(files: impl Files + 'static) -> SharedFiles {
        SharedFiles(Rc::new(RefCell::new(files)))
    }
}

impl Deref for SharedFiles {
    type Target = RefCell<dyn Files>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
