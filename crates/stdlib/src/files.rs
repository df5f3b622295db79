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

/// Access to files by their full paths, with `/` between names.
pub trait Files {
    fn read(&mut self, path: &str) -> Result<Vec<u8>, FileError>;
    /// Replaces the whole file.
    fn write(&mut self, path: &str, data: &[u8]) -> Result<(), FileError>;
    fn remove(&mut self, path: &str) -> Result<(), FileError>;
    fn make_folder(&mut self, path: &str) -> Result<(), FileError>;
    /// Removes an empty folder.
    fn remove_folder(&mut self, path: &str) -> Result<(), FileError>;
    fn is_folder(&mut self, path: &str) -> bool;
    /// Names of what a folder holds.
    fn list(&mut self, path: &str) -> Result<Vec<String>, FileError>;
}

/// Files in memory. A folder exists if it was made or if files lie in it.
#[derive(Default)]
pub struct MemoryFiles {
    files: BTreeMap<String, Vec<u8>>,
    folders: BTreeSet<String>,
}

impl MemoryFiles {
    pub fn insert(&mut self, path: impl Into<String>, data: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), data.into());
    }
}

impl Files for MemoryFiles {
    fn read(&mut self, path: &str) -> Result<Vec<u8>, FileError> {
        if let Some(data) = self.files.get(path) {
            return Ok(data.clone());
        }
        Err(if self.is_folder(path) {
            FileError::IsFolder
        } else {
            FileError::NotFound
        })
    }

    fn write(&mut self, path: &str, data: &[u8]) -> Result<(), FileError> {
        if self.is_folder(path) {
            return Err(FileError::IsFolder);
        }
        self.files.insert(path.to_owned(), data.to_vec());
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
