//! Which modules there are: packed ones, native ones, and those that cannot
//! work here.

use std::borrow::Cow;
use std::rc::Rc;

use airlock_bytecode::Code;
use airlock_vm::Found;
use airlock_vm::module::ModuleDef;

use crate::bundle::Bundle;

/// Where the library's modules say they lie.
pub const LIBRARY_FOLDER: &str = "/lib/python3.14";

static FIRST: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/first.bundle"));
#[cfg(feature = "extra")]
static COMMON: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/common.bundle"));
#[cfg(feature = "extra")]
static REST: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/rest.bundle"));
static PRELUDE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/prelude.bundle"));

/// Modules of CPython that cannot work here, and why.
const REFUSED: &[(&str, &str)] = &[
    ("_ctypes", "ctypes is not available: there is no C here"),
    (
        "multiprocessing.pool",
        "multiprocessing.pool is not available: a program here is one process",
    ),
    (
        "multiprocessing.managers",
        "multiprocessing.managers is not available: a program here is one process",
    ),
    (
        "multiprocessing.shared_memory",
        "multiprocessing.shared_memory is not available: a program here is one process",
    ),
    (
        "tkinter",
        "tkinter is not available: there are no windows here",
    ),
    (
        "turtle",
        "turtle is not available: there are no windows here",
    ),
    ("sqlite3", "sqlite3 is not available"),
    (
        "curses",
        "curses is not available: there is no terminal here",
    ),
    (
        "readline",
        "readline is not available: there is no terminal here",
    ),
    (
        "termios",
        "termios is not available: there is no terminal here",
    ),
    ("pty", "pty is not available: there is no terminal here"),
    ("fcntl", "fcntl is not available"),
    ("mmap", "mmap is not available"),
    ("symtable", "symtable is not available"),
    ("_bz2", "bz2 is not available: zlib and gzip are"),
    ("_lzma", "lzma is not available: zlib and gzip are"),
    (
        "profile",
        "profile is not available: the page's timeline shows where time goes",
    ),
    (
        "cProfile",
        "cProfile is not available: the page's timeline shows where time goes",
    ),
    ("venv", "venv is not available"),
    ("ensurepip", "ensurepip is not available"),
];

/// Gets the next bundle that is not there yet; `None` once there are no more.
/// Called when a module is found nowhere else, so it may take a while.
pub type More = Box<dyn FnMut() -> Option<Cow<'static, [u8]>>>;

/// The standard library.
pub struct Library {
    bundles: Vec<Bundle>,
    natives: Vec<&'static ModuleDef>,
    more: Option<More>,
}

impl Default for Library {
    fn default() -> Self {
        Library::new()
    }
}

/// Modules in C, or of other systems, that CPython's library tries to import
/// and does without. They are in no download, so nobody has to fetch any to
/// learn it.
const ABSENT: &[&str] = &[
    "_decimal",
    "_hashlib",
    "_hmac",
    "_locale",
    "_pickle",
    "_scproxy",
    "_stat",
    "_statistics",
    "_uuid",
    "_winapi",
    "_wmi",
    "_zstd",
    "grp",
    "msvcrt",
    "nt",
    "pwd",
    "winreg",
];

impl Library {
    /// With what this build embeds.
    pub fn new() -> Library {
        let mut library = Library {
            bundles: Vec::new(),
            natives: crate::native::MODULES.to_vec(),
            more: None,
        };
        library.add_bundle(FIRST);
        #[cfg(feature = "extra")]
        {
            library.add_bundle(COMMON);
            library.add_bundle(REST);
        }
        library
    }

    /// Names of the modules in the first download and in the second, sorted.
    #[cfg(feature = "extra")]
    pub fn download_names() -> [Vec<String>; 2] {
        [FIRST, COMMON].map(|bytes| {
            Bundle::open(bytes).map_or_else(Vec::new, |bundle| {
                bundle.names().map(str::to_owned).collect()
            })
        })
    }

    /// Where to turn for modules that are in no bundle here.
    pub fn set_more(&mut self, more: More) {
        self.more = Some(more);
    }

    /// Adds modules that were packed by the build and fetched by the host;
    /// whether the bytes are a bundle.
    pub fn add_bundle(&mut self, bytes: impl Into<Cow<'static, [u8]>>) -> bool {
        let bundle = Bundle::open(bytes);
        let is_bundle = bundle.is_some();
        self.bundles.extend(bundle);
        is_bundle
    }

    /// Adds a native module of another crate.
    pub fn add_native(&mut self, module: &'static ModuleDef) {
        self.natives.push(module);
    }

    /// A native module.
    pub fn native(&self, name: &str) -> Option<&'static ModuleDef> {
        self.natives
            .iter()
            .rev()
            .find(|module| module.name == name)
            .copied()
    }

    /// A packed or refused module by its full name.
    pub fn find(&mut self, name: &str) -> Option<Found> {
        loop {
            if let Some((code, is_package)) =
                self.bundles.iter().find_map(|bundle| bundle.find(name))
            {
                let folder = format!("{LIBRARY_FOLDER}/{}", name.replace('.', "/"));
                let filename = if is_package {
                    format!("{folder}/__init__.py")
                } else {
                    format!("{folder}.py")
                };
                let search_path = is_package.then_some(folder);
                return Some(Found::Code {
                    code,
                    filename: filename.into(),
                    is_package,
                    search_path,
                });
            }
            if let Some((_, why)) = REFUSED.iter().find(|(refused, _)| *refused == name) {
                return Some(Found::Refused((*why).to_owned()));
            }
            if ABSENT.contains(&name) {
                return None;
            }
            let bytes = self.more.as_mut()?()?;
            self.add_bundle(bytes);
        }
    }

    /// Names of all modules that are there, native and packed, sorted.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.natives.iter().map(|module| module.name).collect();
        names.extend(self.bundles.iter().flat_map(Bundle::names));
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// The prelude's files, in the order to run them.
pub fn prelude() -> Vec<(String, Rc<Code>)> {
    let bundle = Bundle::open(PRELUDE).expect("the build packed the prelude");
    let names: Vec<String> = bundle.names().map(str::to_owned).collect();
    names
        .into_iter()
        .filter_map(|name| {
            bundle
                .find(&name)
                .map(|(code, _)| (format!("<{name}>"), code))
        })
        .collect()
}
