//! A Rust toolchain that can build for `wasm32-unknown-unknown`.
//!
//! In this order: the target of the toolchain in use; what an earlier run put
//! into the cache; rustup's download, if it comes within a minute; the
//! distribution's newer compiler (Debian's `rustc-web`) with a standard library
//! that we build from its source. The last is kept in the cache as a toolchain
//! of its own, which borrows the system's compiler and leaves the system's
//! folders as they are.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::cache::Cache;
use super::{say, system};
use crate::process;

const TARGET: &str = "wasm32-unknown-unknown";
/// The oldest compiler that builds the workspace: (major, minor).
const OLDEST_RUST: (u32, u32) = (1, 95);
const RUSTUP_PATIENCE: Duration = Duration::from_secs(60);

const PACKAGES: &[&str] = &[
    "rustc-web",
    "cargo-web",
    "rust-web-src",
    "rust-web-llvm",
    "lld-22",
];

/// Folders to put in front of `PATH`; none if the toolchain in use will do.
/// `AIRLOCK_RUST=distribution` asks for the last way without trying the others.
pub fn toolchain(cache: &Cache, root: &Path) -> Result<Vec<PathBuf>> {
    let insisted = std::env::var("AIRLOCK_RUST").is_ok_and(|choice| choice == "distribution");
    if !insisted && has_target(&mut process::command("rustc", root)) {
        return Ok(Vec::new());
    }
    let cached = distribution_name().filter(|name| cache.entry(name).is_dir());
    if let Some(name) = cached {
        return from_distribution(cache, &name);
    }
    if !insisted && add_with_rustup()? {
        return Ok(Vec::new());
    }
    if distribution_name().is_none() {
        system::apt_install(PACKAGES, "they have their own compiler for the wasm target")?;
    }
    let name = distribution_name().with_context(|| {
        format!(
            "the distribution's compiler is older than {}.{}; \
             please run: rustup target add {TARGET}",
            OLDEST_RUST.0, OLDEST_RUST.1
        )
    })?;
    from_distribution(cache, &name)
}

fn add_with_rustup() -> Result<bool> {
    if process::find_on_path("rustup").is_none() {
        return Ok(false);
    }
    say(&format!(
        "rustup target add {TARGET}, because the page is WebAssembly"
    ));
    let mut command = process::command("rustup", Path::new("/"));
    command.args(["target", "add", TARGET]);
    let added = process::run_within(&mut command, RUSTUP_PATIENCE)?;
    if !added {
        say("rustup could not add it; trying the distribution's Rust");
    }
    Ok(added)
}

fn has_target(rustc: &mut Command) -> bool {
    let Ok(sysroot) = process::output(rustc.args(["--print", "sysroot"])) else {
        return false;
    };
    let libraries = Path::new(&sysroot)
        .join("lib/rustlib")
        .join(TARGET)
        .join("lib");
    fs::read_dir(libraries).is_ok_and(|entries| {
        entries
            .flatten()
            .any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
    })
}

/// The cache's name for the distribution's toolchain; `None` if there is none
/// or only one that is too old.
fn distribution_name() -> Option<String> {
    let here = Path::new("/");
    if !Path::new("/usr/bin/cargo").is_file() || !Path::new("/usr/bin/wasm-ld-22").is_file() {
        return None;
    }
    let version =
        process::output(process::command("/usr/bin/rustc", here).arg("--version")).ok()?;
    let number = version.split_whitespace().nth(1)?;
    let mut parts = number.split('.').map(|part| part.parse::<u32>().ok());
    let (major, minor) = (parts.next()??, parts.next()??);
    ((major, minor) >= OLDEST_RUST).then(|| format!("rust-wasm-{number}"))
}

fn from_distribution(cache: &Cache, name: &str) -> Result<Vec<PathBuf>> {
    let entry = cache.ensure(name, |folder| {
        say("building the wasm standard library from the distribution's source (about 75 s, once)");
        let start = Instant::now();
        let rlibs = build_standard_library(&cache.scratch("wasm-std")?)?;
        let system = process::output(
            process::command("/usr/bin/rustc", Path::new("/")).args(["--print", "sysroot"]),
        )?;
        lay_out_sysroot(&folder.join("sysroot"), Path::new(&system), &rlibs)?;
        // The wrappers name the finished place, not the temporary folder.
        write_wrappers(&folder.join("bin"), &cache.entry(name))?;
        say(&format!(
            "the wasm standard library took {} s",
            start.elapsed().as_secs()
        ));
        Ok(())
    })?;
    let bin = entry.join("bin");
    if !has_target(&mut process::command(bin.join("rustc"), Path::new("/"))) {
        bail!(
            "{} has no {TARGET} library; please remove that folder and try again",
            entry.display()
        );
    }
    Ok(vec![bin])
}

/// Builds std and what tests need of it for wasm, in an otherwise empty crate.
fn build_standard_library(folder: &Path) -> Result<Vec<PathBuf>> {
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("src/lib.rs"), "")?;
    fs::write(
        folder.join("Cargo.toml"),
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n\
         [profile.release]\npanic = \"abort\"\n\n[workspace]\n",
    )?;
    let mut command = process::command("/usr/bin/cargo", folder);
    command.args(["build", "--release", "--target", TARGET, "-Z"]);
    command.arg("build-std=std,panic_abort,test,proc_macro");
    command.env("RUSTC", "/usr/bin/rustc");
    command.env("RUSTC_BOOTSTRAP", "1");
    // Without bitcode in the libraries, link-time optimisation fails.
    command.env("RUSTFLAGS", "-Cembed-bitcode=yes");
    command.env("CARGO_TARGET_DIR", folder.join("target"));
    process::run(&mut command)?;
    let built = folder.join("target").join(TARGET).join("release/deps");
    let mut rlibs = Vec::new();
    for entry in fs::read_dir(&built)? {
        let path = entry?.path();
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        if file.ends_with(".rlib") && !file.starts_with("libempty-") {
            rlibs.push(path.clone());
        }
    }
    if rlibs.is_empty() {
        bail!("no libraries in {}", built.display());
    }
    Ok(rlibs)
}

/// A sysroot that is the system's plus our wasm libraries.
fn lay_out_sysroot(sysroot: &Path, system: &Path, rlibs: &[PathBuf]) -> Result<()> {
    let rustlib = sysroot.join("lib/rustlib");
    let libraries = rustlib.join(TARGET).join("lib");
    fs::create_dir_all(&libraries)?;
    for rlib in rlibs {
        fs::copy(rlib, libraries.join(rlib.file_name().unwrap_or_default()))?;
    }
    for entry in fs::read_dir(system.join("lib/rustlib"))? {
        let entry = entry?;
        if entry.file_name() != TARGET {
            symlink(entry.path(), rustlib.join(entry.file_name()))?;
        }
    }
    Ok(())
}

fn write_wrappers(bin: &Path, home: &Path) -> Result<()> {
    fs::create_dir_all(bin)?;
    let sysroot = home.join("sysroot").display().to_string();
    let rustc = home.join("bin/rustc").display().to_string();
    let rustdoc = home.join("bin/rustdoc").display().to_string();
    let wrappers = [
        (
            "rustc",
            format!("exec /usr/bin/rustc --sysroot '{sysroot}' \"$@\""),
        ),
        (
            "rustdoc",
            format!("exec /usr/bin/rustdoc --sysroot '{sysroot}' \"$@\""),
        ),
        (
            "cargo",
            format!("RUSTC='{rustc}' RUSTDOC='{rustdoc}' exec /usr/bin/cargo \"$@\""),
        ),
    ];
    for (name, line) in wrappers {
        let path = bin.join(name);
        fs::write(&path, format!("#!/bin/sh\n{line}\n"))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}
