//! Detects what the other commands need and installs what is missing.
//!
//! Tools live in a per-user cache, one folder per tool and version, so that
//! two clones share them and an upgrade never overwrites what another clone
//! uses. An installation is made in a temporary folder and renamed when it is
//! whole: one that was cut off is taken up again, and none is made twice.
//! System packages (the browser, the distribution's Rust) are installed when
//! we may, and otherwise named with the exact command.

mod cache;
mod cargo_tools;
mod npm;
mod system;
mod wasm;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::process;
use cache::Cache;

/// What a command is going to use.
#[derive(Clone, Copy)]
pub struct Needs {
    /// The wasm toolchain, trunk and its helpers, and `web/`.
    pub page: bool,
    /// wasm-pack.
    pub browser_tests: bool,
    /// Chromium and its driver.
    pub browser: bool,
    /// npm packages of `tests/e2e`.
    pub journeys: bool,
    /// npm packages of `tests/bench`.
    pub bench: bool,
}

impl Needs {
    pub const NOTHING: Needs = Needs {
        page: false,
        browser_tests: false,
        browser: false,
        journeys: false,
        bench: false,
    };
    pub const BUILD: Needs = Needs {
        page: true,
        ..Needs::NOTHING
    };
    pub const BY_HAND: Needs = Needs {
        browser_tests: true,
        ..Needs::BUILD
    };
    pub const BENCH: Needs = Needs {
        page: true,
        browser: true,
        bench: true,
        ..Needs::NOTHING
    };
    pub const ALL: Needs = Needs {
        page: true,
        browser_tests: true,
        browser: true,
        journeys: true,
        bench: true,
    };
}

/// Where everything is, once [`run`] has made sure of it.
pub struct Tools {
    root: PathBuf,
    /// Folders that go in front of `PATH` for wasm builds.
    wasm_path: Vec<PathBuf>,
    chromium: Option<PathBuf>,
}

impl Tools {
    /// The top of the working copy.
    pub fn root(&self) -> &PathBuf {
        &self.root
    }

    /// A command at the top of the working copy with the native toolchain.
    pub fn native(&self, program: &str) -> Command {
        let mut command = process::command(program, &self.root);
        if let Some(chromium) = &self.chromium {
            command.env("AIRLOCK_CHROMIUM", chromium);
        }
        command
    }

    /// A command at the top of the working copy with the wasm toolchain.
    ///
    /// Its cargo has a target folder of its own, because it may be another
    /// version than the native one, and each would throw the other's work away.
    pub fn wasm(&self, program: &str) -> Command {
        let path = self.search_path();
        // `Command` looks a bare name up on our own PATH, not on the child's.
        let program = process::find(program, &path).unwrap_or_else(|| PathBuf::from(program));
        let mut command = process::command(program, &self.root);
        command.env("PATH", path);
        command.env("CARGO_TARGET_DIR", self.wasm_target());
        command.env("WASM_BINDGEN_TEST_TIMEOUT", "120");
        command.env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "30");
        // For build hooks that want one of our subcommands, without building
        // this program a second time with the wasm toolchain.
        if let Ok(own) = std::env::current_exe() {
            command.env("AIRLOCK_XTASK", own);
        }
        command
    }

    /// Lines for `eval` in a POSIX shell that set up wasm builds by hand.
    pub fn shell_lines(&self) -> String {
        let folders: Vec<String> = self
            .wasm_path
            .iter()
            .map(|folder| folder.display().to_string())
            .collect();
        format!(
            "export PATH=\"{}:$PATH\"\nexport CARGO_TARGET_DIR=\"{}\"\n\
             export WASM_BINDGEN_TEST_TIMEOUT=120 WASM_BINDGEN_TEST_DRIVER_TIMEOUT=30\n\
             unset CARGO RUSTC RUSTUP_TOOLCHAIN\n",
            folders.join(":"),
            self.wasm_target().display()
        )
    }

    fn wasm_target(&self) -> PathBuf {
        self.root.join("target").join("wasm")
    }

    fn search_path(&self) -> OsString {
        let own = std::env::var_os("PATH").unwrap_or_default();
        let folders = self
            .wasm_path
            .iter()
            .cloned()
            .chain(std::env::split_paths(&own));
        std::env::join_paths(folders).unwrap_or(own)
    }
}

/// The top of the working copy that this program was built in.
pub fn workspace_root() -> Result<PathBuf> {
    let here = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    let root = here
        .ancestors()
        .find(|folder| folder.join("Cargo.lock").is_file());
    Ok(root
        .context("no Cargo.lock above this package")?
        .to_path_buf())
}

/// Makes sure of all that `needs` names.
pub fn run(needs: Needs) -> Result<Tools> {
    let root = workspace_root()?;
    let cache = Cache::open()?;
    let mut tools = Tools {
        root,
        wasm_path: Vec::new(),
        chromium: None,
    };
    if needs.page || needs.journeys || needs.bench {
        system::require_node()?;
    }
    if needs.browser {
        tools.chromium = Some(system::chromium()?);
    }
    if needs.page {
        npm::install_locked(&tools.root.join("web"))?;
    }
    if needs.journeys {
        npm::install_locked(&tools.root.join("tests/e2e"))?;
    }
    if needs.bench {
        npm::install_locked(&tools.root.join("tests/bench"))?;
    }
    if needs.page || needs.browser_tests {
        tools
            .wasm_path
            .extend(wasm::toolchain(&cache, &tools.root)?);
        tools.wasm_path.push(npm::wasm_opt(&cache)?);
        for tool in cargo_tools::TOOLS {
            let wanted = if tool.for_tests_only {
                needs.browser_tests
            } else {
                true
            };
            if wanted {
                tools.wasm_path.push(cargo_tools::install(&cache, tool)?);
            }
        }
    }
    Ok(tools)
}

/// Says what is being done, in one form for all of setup. On standard error,
/// because `cargo xtask env` is read by a shell.
fn say(message: &str) {
    eprintln!("setup: {message}");
}
