//! The packages that the page gave this Worker: each of its runs, and each peer
//! in it, imports from them.

use std::cell::RefCell;

use airlock_engine::{MemoryFiles, PACKAGES_FOLDER, Packages};
use airlock_protocol::packages::unpack;

#[derive(Default)]
struct Given {
    files: MemoryFiles,
    folders: Vec<String>,
}

thread_local! {
    static GIVEN: RefCell<Given> = RefCell::default();
}

/// What the page has now takes the place of what it had before.
pub fn set(bytes: &[u8]) {
    let mut given = Given::default();
    for (number, package) in unpack(bytes).unwrap_or_default().into_iter().enumerate() {
        let folder = format!("{PACKAGES_FOLDER}/{number}");
        for root in &package.roots {
            let path = format!("{folder}/{root}");
            given.folders.push(path.trim_end_matches('/').to_owned());
        }
        for file in package.files {
            let path = format!("{folder}/{}", file.path);
            given.files.insert(path, file.data);
        }
    }
    GIVEN.set(given);
}

/// For one VM.
pub fn packages() -> Packages {
    GIVEN.with_borrow(|given| Packages {
        files: Box::new(given.files.clone()),
        folders: given.folders.clone(),
    })
}
