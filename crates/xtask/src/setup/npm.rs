//! What comes from npm: the editor's packages, the browser driver's, wasm-opt.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::cache::Cache;
use super::say;
use crate::process;

/// trunk asks for this release of binaryen as `version_132`.
const BINARYEN: &str = "132.0.0";

/// `npm ci` in `folder`, unless what is installed came from the same lockfile.
/// A folder that is not part of this clone (yet) is passed over.
pub fn install_locked(folder: &Path) -> Result<()> {
    let lockfile = folder.join("package-lock.json");
    if !lockfile.is_file() {
        if folder.join("package.json").is_file() {
            bail!("{} has a package.json without a lockfile", folder.display());
        }
        return Ok(());
    }
    let wanted = fs::read(&lockfile)?;
    let stamp = folder.join("node_modules").join(".airlock-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    say(&format!(
        "installing npm packages in {}, because its lockfile changed or nothing is there",
        folder.display()
    ));
    let mut command = process::command("npm", folder);
    command.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
    process::run(&mut command)?;
    fs::create_dir_all(folder.join("node_modules"))?;
    fs::write(&stamp, wanted)?;
    Ok(())
}

/// The folder that holds `wasm-opt`.
pub fn wasm_opt(cache: &Cache) -> Result<PathBuf> {
    let entry = cache.ensure(&format!("binaryen-{BINARYEN}"), |folder| {
        say(&format!(
            "installing wasm-opt from binaryen {BINARYEN}, because it makes the download smaller"
        ));
        let mut command = process::command("npm", folder);
        command.args(["install", "--no-audit", "--no-fund", "--loglevel=error"]);
        command.arg("--prefix").arg(folder);
        command.arg(format!("binaryen@{BINARYEN}"));
        process::run(&mut command)?;
        folder
            .join("node_modules/.bin/wasm-opt")
            .is_file()
            .then_some(())
            .context("npm's binaryen has no wasm-opt")
    })?;
    Ok(entry.join("node_modules/.bin"))
}
