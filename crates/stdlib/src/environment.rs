//! What the VM asks for: compiled source, modules, source lines.

use std::collections::BTreeMap;
use std::rc::Rc;

use airlock_bytecode::Code;
use airlock_compiler::{
    Diagnostic, DiagnosticKind, Mode, Options, compile, compile_with_warnings, keyword_typo,
};
use airlock_vm::{CompileMode, Environment, Found, SourceError};

use crate::files::SharedFiles;
use crate::library::{LIBRARY_FOLDER, Library};

/// The library, the host's files and the compiler.
pub struct StandardEnvironment {
    pub library: Library,
    files: SharedFiles,
    /// Sources that are not files: `<string>`, `<stdin>`.
    sources: BTreeMap<String, Rc<str>>,
    warnings: Vec<SourceError>,
    /// The last source that did not compile, with its file's name.
    refused: Option<(String, String)>,
}

impl StandardEnvironment {
    pub fn new(library: Library, files: SharedFiles) -> StandardEnvironment {
        // Here, because programs are checked before anything runs.
        unicode_names2::set_lookup(crate::characters::character);
        StandardEnvironment {
            library,
            files,
            sources: BTreeMap::new(),
            warnings: Vec::new(),
            refused: None,
        }
    }

    /// Lets tracebacks show the lines of a source that is not a file.
    pub fn add_source(&mut self, filename: &str, source: &str) {
        self.sources.insert(filename.to_owned(), source.into());
    }

    fn read_text(&mut self, path: &str) -> Option<String> {
        let data = self.files.borrow_mut().read(path).ok()?;
        Some(decode_source(data))
    }

    fn find_file(&mut self, folder: &str, name: &str) -> Result<Option<Found>, Vec<SourceError>> {
        let base = if folder.is_empty() {
            name.to_owned()
        } else {
            format!("{folder}/{name}")
        };
        let is_folder = self.files.borrow_mut().is_folder(&base);
        let candidates: &[(String, bool)] = &[
            (format!("{base}/__init__.py"), true),
            (format!("{base}.py"), false),
        ];
        for (filename, is_package) in candidates {
            if *is_package && !is_folder {
                continue;
            }
            if let Some(source) = self.read_text(filename) {
                let code = self.compile(&source, filename, CompileMode::Module)?;
                return Ok(Some(Found::Code {
                    code,
                    filename: filename.as_str().into(),
                    is_package: *is_package,
                    search_path: is_package.then(|| base.clone()),
                }));
            }
        }
        Ok(None)
    }

    /// A folder without `__init__.py` is a namespace package.
    fn find_namespace(&mut self, folder: &str, name: &str) -> Option<Found> {
        let base = if folder.is_empty() {
            name.to_owned()
        } else {
            format!("{folder}/{name}")
        };
        self.files
            .borrow_mut()
            .is_folder(&base)
            .then(|| Found::Code {
                code: empty_module(),
                filename: "".into(),
                is_package: true,
                search_path: Some(base),
            })
    }
}

/// Code of an empty module.
fn empty_module() -> Rc<Code> {
    compile("", "", Mode::Module, Options::default()).unwrap_or_default()
}

impl Environment for StandardEnvironment {
    fn compile(
        &mut self,
        source: &str,
        filename: &str,
        mode: CompileMode,
    ) -> Result<Rc<Code>, Vec<SourceError>> {
        let compiler_mode = match mode {
            CompileMode::Module => Mode::Module,
            CompileMode::Eval => Mode::Eval,
            CompileMode::Exec => Mode::Exec,
            CompileMode::EvalNamespace => Mode::EvalNamespace,
            CompileMode::Single => Mode::Single,
        };
        let in_file = |diagnostics: Vec<Diagnostic>| {
            diagnostics
                .into_iter()
                .map(|diagnostic| source_error(diagnostic, filename))
                .collect()
        };
        let options = Options::default();
        let (code, warnings) = match compile_with_warnings(source, filename, compiler_mode, options)
        {
            Ok(made) => made,
            Err(diagnostics) => {
                self.refused = Some((filename.to_owned(), source.to_owned()));
                return Err(in_file(diagnostics));
            }
        };
        for warning in warnings {
            // As in CPython, the tokenizer has the line at hand and the
            // compiler would look for it in the file.
            let text = (warning.kind == DiagnosticKind::TokenWarning)
                .then(|| source.lines().nth(warning.line as usize - 1))
                .flatten()
                .map(|line| format!("{line}\n"));
            let warning = source_error(warning, filename);
            self.warnings.push(SourceError { text, ..warning });
        }
        Ok(code)
    }

    fn keyword_typo(&mut self, filename: &str, line: u32) -> Option<(&'static str, u32, u32)> {
        let (_, source) = self.refused.as_ref().filter(|(name, _)| name == filename)?;
        let typo = keyword_typo(source, line)?;
        Some((typo.keyword, typo.column, typo.end_column))
    }

    fn take_warnings(&mut self) -> Vec<SourceError> {
        std::mem::take(&mut self.warnings)
    }

    fn find_module(
        &mut self,
        name: &str,
        path: &[String],
    ) -> Result<Option<Found>, Vec<SourceError>> {
        if let Some(module) = self.library.native(name) {
            return Ok(Some(Found::Native(module)));
        }
        let last = name.rsplit('.').next().unwrap_or(name);
        let mut namespace = None;
        for folder in path {
            let folder = folder.trim_end_matches('/');
            if folder == LIBRARY_FOLDER || folder.starts_with(LIBRARY_FOLDER) {
                if let Some(found) = self.library.find(name) {
                    return Ok(Some(found));
                }
                continue;
            }
            if let Some(found) = self.find_file(folder, last)? {
                return Ok(Some(found));
            }
            if namespace.is_none() {
                namespace = self.find_namespace(folder, last);
            }
        }
        Ok(namespace)
    }

    fn remember_source(&mut self, filename: &str, source: &str) {
        self.add_source(filename, source);
    }

    fn source_line(&mut self, filename: &str, line: u32) -> Option<String> {
        let index = (line as usize).checked_sub(1)?;
        if let Some(source) = self.sources.get(filename) {
            return source.lines().nth(index).map(str::to_owned);
        }
        if filename.starts_with('<') || filename.starts_with(LIBRARY_FOLDER) {
            return None;
        }
        self.read_text(filename)?
            .lines()
            .nth(index)
            .map(str::to_owned)
    }
}

/// Source files are UTF-8, perhaps with a byte order mark, unless one of the
/// first two lines names an encoding of one byte for each character.
pub fn decode_source(data: Vec<u8>) -> String {
    if names_latin_1(&data) {
        return data.into_iter().map(char::from).collect();
    }
    let text = String::from_utf8(data)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

/// Whether there is a comment such as `# -*- coding: latin-1 -*-`.
fn names_latin_1(data: &[u8]) -> bool {
    data.split(|byte| *byte == b'\n')
        .take(2)
        .map(|line| String::from_utf8_lossy(line).to_ascii_lowercase())
        .filter(|line| line.trim_start().starts_with('#'))
        .any(|line| {
            let Some((_, name)) = line.split_once("coding") else {
                return false;
            };
            let name = name
                .trim_start_matches([':', '=', ' ', '\t'])
                .replace('_', "-");
            ["latin-1", "latin1", "iso-8859-1", "iso8859-1"]
                .iter()
                .any(|known| {
                    name.strip_prefix(known)
                        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
                })
        })
}

/// A diagnostic as the VM raises it.
pub fn source_error(diagnostic: Diagnostic, filename: &str) -> SourceError {
    SourceError {
        class: match diagnostic.kind {
            DiagnosticKind::IndentationError => "IndentationError",
            DiagnosticKind::TabError => "TabError",
            DiagnosticKind::SyntaxWarning | DiagnosticKind::TokenWarning => "SyntaxWarning",
            DiagnosticKind::SyntaxError | DiagnosticKind::Unsupported => "SyntaxError",
        },
        message: diagnostic.message,
        filename: filename.to_owned(),
        line: diagnostic.line,
        column: diagnostic.column,
        end_line: diagnostic.end_line,
        end_column: diagnostic.end_column,
        text: None,
    }
}
