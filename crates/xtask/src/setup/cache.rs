//! The per-user folder of installed tools.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// `$AIRLOCK_CACHE`, else `$XDG_CACHE_HOME/airlock`, else `~/.cache/airlock`.
pub struct Cache {
    folder: PathBuf,
}

impl Cache {
    pub fn open() -> Result<Cache> {
        let folder = if let Some(folder) = std::env::var_os("AIRLOCK_CACHE") {
            PathBuf::from(folder)
        } else if let Some(folder) = std::env::var_os("XDG_CACHE_HOME") {
            PathBuf::from(folder).join("airlock")
        } else {
            let home = std::env::var_os("HOME")
                .or_else(|| std::env::var_os("USERPROFILE"))
                .context("no home folder: set AIRLOCK_CACHE to a folder for tools")?;
            PathBuf::from(home).join(".cache").join("airlock")
        };
        fs::create_dir_all(&folder)
            .with_context(|| format!("could not create {}", folder.display()))?;
        Ok(Cache { folder })
    }

    /// Where work in progress is kept, so that it can be taken up again.
    pub fn scratch(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.join("unfinished").join(name);
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    pub fn entry(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The entry `name`, made by `install` if it is not there. `install` gets
    /// an empty folder whose name changes to the entry's when it succeeds.
    pub fn ensure(&self, name: &str, install: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
        let entry = self.entry(name);
        if entry.is_dir() {
            return Ok(entry);
        }
        // Two runs at once wait for each other here; the lock goes with the
        // file handle, so a run that was killed does not hold it.
        let lock = File::create(self.folder.join(format!("{name}.lock")))?;
        if lock.try_lock().is_err() {
            super::say(&format!("waiting for another run that installs {name}"));
            lock.lock()?;
        }
        if entry.is_dir() {
            return Ok(entry);
        }
        let fresh = self.folder.join(format!("{name}.partial"));
        if fresh.exists() {
            fs::remove_dir_all(&fresh)?;
        }
        fs::create_dir_all(&fresh)?;
        install(&fresh).with_context(|| format!("could not install {name}"))?;
        fs::rename(&fresh, &entry)?;
        Ok(entry)
    }
}
