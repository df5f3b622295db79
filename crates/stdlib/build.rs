//! Compiles CPython's library, our own modules (`lib`) and the prelude to
//! bytecode and packs them into the bundles that the crate embeds.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use airlock_bytecode::{Code, Const, Instr};
use airlock_compiler::{Mode, Options, compile};

#[path = "src/bundle.rs"]
mod bundle;
#[path = "build/characters.rs"]
mod characters;
#[path = "build/selection.rs"]
mod selection;
#[path = "build/wording.rs"]
mod wording;

use bundle::Module;

struct Source {
    path: PathBuf,
    is_package: bool,
    /// From our own folder, not CPython's.
    own: bool,
}

/// The Python side of the adapters lives with the rest of the shell.
const SHELL: &str = "../shell/lib";

fn main() {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    for folder in [
        "build",
        "data",
        "lib",
        "prelude",
        "src/bundle.rs",
        "src/columns.rs",
        SHELL,
    ] {
        println!("cargo::rerun-if-changed={folder}");
    }

    // Modules of the library may name characters.
    unicode_names2::set_lookup(all_names::character);
    let table = out.join("characters.table");
    fs::write(&table, characters::pack())
        .unwrap_or_else(|error| panic!("{}: {error}", table.display()));

    let mut sources = BTreeMap::new();
    collect(
        Path::new(rustpython_pylib::LIB_PATH),
        "",
        false,
        &mut sources,
    );
    let aliases = selection::ALIASES.map(|(name, original)| {
        let source = &sources[original];
        let alias = Source {
            path: source.path.clone(),
            ..*source
        };
        (name.to_owned(), alias)
    });
    collect(Path::new("lib"), "", true, &mut sources);
    sources.extend(aliases);
    collect(Path::new(SHELL), "", true, &mut sources);

    let (mut first, mut common, mut rest) = (Vec::new(), Vec::new(), Vec::new());
    for (name, source) in &sources {
        let wanted = source.own || !selection::is_left_out(name);
        if !wanted {
            continue;
        }
        match compile_module(name, source) {
            Ok(code) => {
                let module = Module {
                    name: name.clone(),
                    is_package: source.is_package,
                    code,
                };
                match selection::part_of(name) {
                    selection::Part::First => first.push(module),
                    selection::Part::Common => common.push(module),
                    selection::Part::Rest => rest.push(module),
                }
            }
            Err(message) => println!("cargo::warning={name} is left out: {message}"),
        }
    }
    for (bundle, names, modules) in [
        ("first", selection::FIRST, &first),
        ("common", selection::COMMON, &common),
    ] {
        for name in names {
            if !modules.iter().any(|module| module.name == *name) {
                println!("cargo::warning={name} is missing from the {bundle} bundle");
            }
        }
    }
    write(&out.join("first.bundle"), &first);
    write(&out.join("common.bundle"), &common);
    write(&out.join("rest.bundle"), &rest);
    write(&out.join("prelude.bundle"), &prelude());
}

/// Finds the modules below a folder; `lib` replaces what CPython's library
/// has under the same name.
fn collect(folder: &Path, package: &str, own: bool, sources: &mut BTreeMap<String, Source>) {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries.flatten() {
        let path = entry.path();
        let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else {
            continue;
        };
        if stem.contains('.') || stem.contains('-') || stem == "__pycache__" {
            continue;
        }
        let full = if package.is_empty() {
            stem.to_owned()
        } else {
            format!("{package}.{stem}")
        };
        if path.is_dir() {
            let init = path.join("__init__.py");
            if init.is_file() {
                sources.insert(
                    full.clone(),
                    Source {
                        path: init,
                        is_package: true,
                        own,
                    },
                );
            }
            collect(&path, &full, own, sources);
        } else if path.extension().is_some_and(|extension| extension == "py") && stem != "__init__"
        {
            sources.insert(
                full,
                Source {
                    path,
                    is_package: false,
                    own,
                },
            );
        }
    }
}

fn compile_module(name: &str, source: &Source) -> Result<Code, String> {
    let text = fs::read_to_string(&source.path).map_err(|error| error.to_string())?;
    let text = selection::adapt(name, text)?;
    // Docstrings and columns would take a third of the download.
    let options = Options {
        hidden: false,
        strip_columns: true,
        optimize: true,
        strip_docs: true,
    };
    match compile(&text, name, Mode::Module, options) {
        Ok(code) => {
            let mut code = (*code).clone();
            strip_docs(&mut code);
            let all = selection::is_native_in_cpython(name);
            hide_functions(&mut code, &|function| {
                all || selection::is_native_function(name, function)
            });
            Ok(code)
        }
        Err(diagnostics) => Err(format!("{:?}", diagnostics.first())),
    }
}

/// Leaves functions of a module, and what is in them, out of tracebacks: those
/// for which CPython has no frames.
fn hide_functions(code: &mut Code, is_hidden: &dyn Fn(&str) -> bool) {
    for constant in code.consts.iter_mut() {
        if let Const::Code(inner) = constant {
            let mut hidden = (**inner).clone();
            if is_hidden(&inner.name) {
                hidden.flags.hidden = !hidden.flags.class_body;
                hide_functions(&mut hidden, &|_| true);
            }
            *inner = hidden.into();
        }
    }
}

/// As `python3 -OO` does, which the library is written to bear.
fn strip_docs(code: &mut Code) {
    code.doc = None;
    // A module or class begins by storing its docstring.
    let stored = code.instrs.windows(2).position(|pair| match pair {
        [
            Instr::LoadConst { dst, .. },
            Instr::StoreName { src, name } | Instr::StoreGlobal { src, name },
        ] => src == dst && &*code.names[*name as usize] == "__doc__",
        _ => false,
    });
    if let Some(at) = stored
        && let Instr::LoadConst { dst, index } = code.instrs[at]
        && matches!(code.consts[index as usize], Const::Str(_))
    {
        code.instrs[at] = Instr::LoadNone { dst };
        code.consts[index as usize] = Const::None;
    }
    for constant in &mut code.consts {
        if let Const::Code(child) = constant {
            strip_docs(Rc::make_mut(child));
        }
    }
}

/// The prelude's files, in the order of their names.
fn prelude() -> Vec<Module> {
    let mut files: Vec<PathBuf> = fs::read_dir("prelude")
        .expect("the prelude's folder is there")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
        .collect();
    files.sort();
    let options = Options {
        hidden: true,
        strip_columns: true,
        ..Options::default()
    };
    let mut modules = Vec::new();
    for path in files {
        let name = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default()
            .to_owned();
        let text = fs::read_to_string(&path).expect("a prelude file is text");
        match compile(&text, &name, Mode::Module, options) {
            Ok(code) => {
                let mut code = (*code).clone();
                strip_docs(&mut code);
                modules.push(Module {
                    name,
                    is_package: false,
                    code,
                });
            }
            Err(diagnostics) => panic!("prelude {}: {:?}", path.display(), diagnostics),
        }
    }
    modules
}

/// Packs, and makes sure that what is read back is the same.
fn write(path: &Path, modules: &[Module]) {
    let bytes = bundle::pack(modules);
    let bundle = bundle::Bundle::open(bytes.clone()).expect("a bundle can be opened");
    for module in modules {
        let (code, _) = bundle
            .find(&module.name)
            .unwrap_or_else(|| panic!("{} cannot be read", module.name));
        assert!(
            *code == module.code,
            "{} reads otherwise than it was written",
            module.name
        );
    }
    fs::write(path, bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
