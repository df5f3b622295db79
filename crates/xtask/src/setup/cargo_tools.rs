//! The tools that come as published crates.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;

use super::cache::Cache;
use super::say;
use crate::process;

pub struct CargoTool {
    name: &'static str,
    version: &'static str,
    /// Whether to build with the versions its own lockfile names.
    locked: bool,
    pub for_tests_only: bool,
    why: &'static str,
}

pub const TOOLS: &[CargoTool] = &[
    CargoTool {
        name: "wasm-bindgen-cli",
        // The same as the `wasm-bindgen` the workspace pins.
        version: "0.2.130",
        // Its lockfile names a release that has been withdrawn.
        locked: false,
        for_tests_only: false,
        why: "it writes the JavaScript side of our wasm modules",
    },
    CargoTool {
        name: "wasm-pack",
        version: "0.15.1",
        locked: true,
        for_tests_only: true,
        why: "it runs the browser tests",
    },
    CargoTool {
        name: "trunk",
        // 0.22 asks for a newer compiler than the distribution's.
        version: "0.21.14",
        locked: true,
        for_tests_only: false,
        why: "it builds the page",
    },
];

/// The folder that holds the tool's binaries.
pub fn install(cache: &Cache, tool: &CargoTool) -> Result<PathBuf> {
    let CargoTool { name, version, .. } = tool;
    let entry = cache.ensure(&format!("{name}-{version}"), |folder| {
        say(&format!(
            "building {name} {version}, because {} (a few minutes, once)",
            tool.why
        ));
        let start = Instant::now();
        // One target folder for all tools: they share many dependencies, and
        // a build that was cut off goes on where it was.
        let target = cache.scratch("cargo-target")?;
        let mut command = process::command("cargo", folder);
        command.args(["install", name, "--version", version, "--root"]);
        command.arg(folder);
        command.arg("--target-dir").arg(&target);
        if tool.locked {
            command.arg("--locked");
        }
        // The crates' own release profiles ask for whole-program optimisation,
        // which costs a quarter of an hour here and gains us nothing.
        command.env("CARGO_PROFILE_RELEASE_LTO", "off");
        command.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        command.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
        command.env("CARGO_PROFILE_RELEASE_DEBUG", "0");
        command.env_remove("CARGO_TARGET_DIR");
        process::run(&mut command)?;
        say(&format!(
            "{name} {version} took {} s",
            start.elapsed().as_secs()
        ));
        Ok(())
    })?;
    Ok(entry.join("bin"))
}
