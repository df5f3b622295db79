//! The machine's files, for programs run here.

use std::fs;
use std::io::{Error, ErrorKind};

use airlock_stdlib::{FileError, Files};

pub struct HostFiles;

impl Files for HostFiles {
    fn read(&mut self, path: &str) -> Result<Vec<u8>, FileError> {
        fs::read(path).map_err(reason)
    }

    fn write(&mut self, path: &str, data: &[u8]) -> Result<(), FileError> {
        fs::write(path, data).map_err(reason)
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

fn reason(error: Error) -> FileError {
    match error.kind() {
        ErrorKind::NotFound => FileError::NotFound,
        ErrorKind::IsADirectory => FileError::IsFolder,
        ErrorKind::NotADirectory => FileError::NotFolder,
        ErrorKind::ReadOnlyFilesystem => FileError::ReadOnly,
        _ => FileError::Refused,
    }
}
