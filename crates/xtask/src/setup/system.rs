//! What only the system's package manager can install.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::say;
use crate::process;

/// The oldest Node.js whose test runner the journeys use.
const NODE_MAJOR: u32 = 20;

/// Installs Debian packages when we may, else fails with the command to type.
pub fn apt_install(packages: &[&str], why: &str) -> Result<()> {
    let line = format!(
        "apt-get install -y --no-install-recommends {}",
        packages.join(" ")
    );
    let here = Path::new("/");
    if process::find_on_path("apt-get").is_none() {
        bail!(
            "needed because {why}: please install what Debian calls {}",
            packages.join(", ")
        );
    }
    let user = process::output(process::command("id", here).arg("-u"))?;
    if user != "0" {
        bail!("needed because {why}; please run:\n\n    sudo {line}\n");
    }
    say(&format!("{line}, because {why}"));
    let mut update = process::command("apt-get", here);
    process::output(update.args(["update", "-qq"]))?;
    let mut install = process::command("apt-get", here);
    install.env("DEBIAN_FRONTEND", "noninteractive");
    install.args(["install", "-y", "-qq", "--no-install-recommends"]);
    process::output(install.args(packages))?;
    Ok(())
}

/// Node.js and npm, which build the editor and drive the browser.
pub fn require_node() -> Result<()> {
    let here = Path::new("/");
    let version = process::output(process::command("node", here).arg("--version"));
    let major = version
        .ok()
        .and_then(|text| text.trim_start_matches('v').split('.').next()?.parse().ok())
        .unwrap_or(0u32);
    if major < NODE_MAJOR || process::find_on_path("npm").is_none() {
        bail!(
            "Node.js {NODE_MAJOR} or newer with npm is needed, because the editor is bundled \
             with it; please install it from your distribution or nodejs.org"
        );
    }
    Ok(())
}

/// The browser for tests. `AIRLOCK_CHROMIUM` names another one than the
/// system's.
pub fn chromium() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("AIRLOCK_CHROMIUM") {
        return Ok(PathBuf::from(path));
    }
    let installed = || {
        let browser = ["chromium", "chromium-browser", "google-chrome"]
            .into_iter()
            .find_map(process::find_on_path)?;
        process::find_on_path("chromedriver")?;
        Some(browser)
    };
    if let Some(browser) = installed() {
        return Ok(browser);
    }
    // The font is for the screenshots: the browser itself brings none.
    apt_install(
        &["chromium", "chromium-driver", "fonts-dejavu-core"],
        "the browser tests run in it",
    )?;
    match installed() {
        Some(browser) => Ok(browser),
        None => bail!("chromium and chromedriver are still not on PATH"),
    }
}
