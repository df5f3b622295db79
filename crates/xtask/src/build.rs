//! Builds the page into `dist/`.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::process;
use crate::setup::Tools;

/// Bundles the editor, then lets trunk build and optimise both wasm modules.
/// What is done after that (names by content, the service worker's list) hangs
/// on trunk's hooks in `Trunk.toml`.
pub fn page(tools: &Tools) -> Result<PathBuf> {
    if tools.root().join("web/package.json").is_file() {
        let mut bundle = tools.wasm("npm");
        bundle.args(["run", "--silent", "build", "--prefix", "web"]);
        process::run(&mut bundle)?;
    }
    if !tools.root().join("index.html").is_file() {
        bail!("there is no index.html to build a page from");
    }
    let mut fetch = tools.wasm("cargo");
    fetch.args(["fetch", "--target", "wasm32-unknown-unknown"]);
    process::run(&mut fetch)?;
    let mut build = tools.wasm("trunk");
    build.args(["build", "--release", "--offline"]);
    // trunk reads this variable as its own option and refuses `1`.
    build.env_remove("NO_COLOR");
    build.env("TRUNK_SKIP_VERSION_CHECK", "true");
    process::run(&mut build)?;
    Ok(tools.root().join("dist"))
}
