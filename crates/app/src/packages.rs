//! Packages of the person's own, for both programs to import: wheels, zips,
//! folders and single files, as long as the page is open.
//!
//! They are no part of the playground and of its link. `web/src/boot.js` reads
//! what was chosen or dropped and gives all Workers what is held here.

mod archive;
mod view;

use airlock_protocol::packages::{Package, PackageFile, pack};
use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::Callback;

pub use view::PackagesPanel;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = airlockBoot, js_name = setPackages)]
    fn set_packages(bytes: &Uint8Array);

    #[wasm_bindgen(js_namespace = airlockBoot, js_name = readFiles)]
    fn read_files(source: &JsValue) -> Promise;
}

/// What the page holds.
#[derive(Default)]
pub struct OwnPackages {
    held: Vec<Package>,
    /// The panel is open.
    pub panel: bool,
    /// Why what was added last is not here.
    pub problems: Vec<String>,
}

/// What a package is, for the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    pub name: String,
    pub files: usize,
    pub bytes: usize,
}

impl OwnPackages {
    pub fn listed(&self) -> Vec<Listed> {
        self.held
            .iter()
            .map(|package| Listed {
                name: package.name.clone(),
                files: package.files.len(),
                bytes: package.files.iter().map(|file| file.data.len()).sum(),
            })
            .collect()
    }

    pub fn names(&self) -> Vec<String> {
        self.held
            .iter()
            .map(|package| package.name.clone())
            .collect()
    }

    /// Takes in what was read; one of the same name gives way.
    pub fn add(&mut self, read: Result<Vec<PackageFile>, String>) {
        let found = match read {
            Ok(files) => archive::packages_of(files),
            Err(problem) => vec![Err(problem)],
        };
        self.problems.clear();
        for package in found {
            match package {
                Ok(package) => {
                    self.held.retain(|held| held.name != package.name);
                    self.held.push(package);
                }
                Err(problem) => self.problems.push(problem),
            }
        }
        self.give();
    }

    pub fn remove(&mut self, name: &str) {
        self.held.retain(|held| held.name != name);
        self.problems.clear();
        self.give();
    }

    fn give(&self) {
        set_packages(&Uint8Array::from(&pack(&self.held)[..]));
    }
}

/// Reads every file of a file input or a drop, then gives them or what went
/// wrong.
pub fn read(source: &JsValue, then: Callback<Result<Vec<PackageFile>, String>>) {
    // Now, because a drop is over when this returns.
    let promise = read_files(source);
    spawn_local(async move {
        let read = JsFuture::from(promise).await;
        then.emit(read.map_err(reason).map(|files| {
            Array::from(&files)
                .iter()
                .map(|entry| file_of(&entry.into()))
                .collect()
        }));
    });
}

fn file_of(entry: &Array) -> PackageFile {
    PackageFile {
        path: entry.get(0).as_string().unwrap_or_default(),
        data: Uint8Array::new(&entry.get(1)).to_vec(),
    }
}

fn reason(error: JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map_or_else(
        || "these files cannot be read".to_owned(),
        |error| String::from(error.message()),
    )
}
