//! Which modules of CPython's library are packed, into which bundle, and
//! what is changed in them.

/// What the first download holds: what nearly every program imports, with
/// all that these import in turn.
pub const FIRST: &[&str] = &[
    "__future__", "_collections_abc", "_py_abc", "_py_warnings", "_typing", "_weakref",
    "_weakrefset", "abc", "airlock", "airlock._baseline", "annotationlib", "asyncio", "asyncio.base_events", "asyncio.base_futures",
    "asyncio.base_tasks", "asyncio.constants", "asyncio.coroutines", "asyncio.events",
    "asyncio.exceptions", "asyncio.format_helpers", "asyncio.futures", "asyncio.graph",
    "asyncio.locks", "asyncio.log", "asyncio.mixins", "asyncio.protocols", "asyncio.queues",
    "asyncio.runners", "asyncio.streams", "asyncio.subprocess", "asyncio.taskgroups",
    "asyncio.tasks", "asyncio.threads", "asyncio.timeouts", "asyncio.transports",
    "asyncio.staggered", "asyncio.sslproto", "asyncio.trsock", "asyncio.unix_events",
    "atexit", "bisect", "codecs", "collections",
    "concurrent", "concurrent.futures", "concurrent.futures._base", "concurrent.futures.thread",
    "contextlib", "contextvars", "copy", "copyreg", "dataclasses", "enum", "errno", "functools",
    "gc", "genericpath", "heapq", "importlib", "importlib.machinery", "inspect", "io", "_io", "json",
    "json.decoder", "json.encoder", "json.scanner", "keyword", "linecache", "logging", "numbers",
    "operator", "os", "posixpath", "queue", "random", "re", "re._casefix", "re._compiler",
    "re._constants", "re._parser", "reprlib", "selectors", "signal", "socket", "stat", "string",
    "struct", "subprocess", "textwrap", "threading", "traceback", "types", "typing",
    "warnings", "weakref",
];

pub fn is_first(name: &str) -> bool {
    FIRST.contains(&name)
}

/// Packages, with all below them, and modules that need what cannot be had
/// here: another operating system, a window, processes, CPython's own insides.
const LEFT_OUT: &[&str] = &[
    "__hello__", "__phello__", "_aix_support", "_android_support", "_apple_support", "_dummy_os",
    "_dummy_thread", "_ios_support", "_osx_support", "_pycodecs", "_pyio", "_pyrepl", "_sitebuiltins",
    "antigravity", "asyncio.__main__", "asyncio.base_subprocess", "asyncio.proactor_events",
    "asyncio.selector_events", "asyncio.tools", "asyncio.windows_events", "asyncio.windows_utils",
    "compileall", "concurrent.futures.interpreter", "concurrent.futures.process",
    "concurrent.interpreters", "ctypes", "dbm", "ensurepip", "idlelib", "modulefinder",
    "multiprocessing", "nturl2path", "pdb", "pty", "py_compile", "pyclbr", "pydoc_data",
    "sqlite3", "ssl", "sre_compile", "sre_constants", "sre_parse", "symtable", "tabnanny", "this",
    "tkinter", "trace", "tty", "turtle", "turtledemo", "venv", "webbrowser", "wsgiref", "xmlrpc",
    "zipapp", "zipimport", "dummy_threading", "encodings._win_cp_codecs", "profile", "pstats", "site",
];

pub fn is_left_out(name: &str) -> bool {
    LEFT_OUT.iter().any(|out| {
        name.strip_prefix(out).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

/// Imports at the top of library modules that only some of their functions
/// need: module, the module it imports. They are done when first used.
const LAZY: &[(&str, &str)] = &[
    ("annotationlib", "ast"),
    ("inspect", "ast"),
    ("inspect", "dis"),
    ("inspect", "tokenize"),
    ("traceback", "tokenize"),
    ("traceback", "codeop"),
    ("traceback", "_colorize"),
];

/// Other changes: module, what stands there (everywhere), what is to stand
/// there.
const PATCHES: &[(&str, &str, &str)] = &[
    // These need nodes of `ast` at import.
    ("annotationlib", "op(ast.", "op(lambda: ast."),
    ("annotationlib", "_make_compare(ast.", "_make_compare(lambda: ast."),
    ("annotationlib", "self.__get_ast(), op, rhs", "self.__get_ast(), op(), rhs"),
    ("annotationlib", "new_other, op, self.__get_ast()", "new_other, op(), self.__get_ast()"),
    ("annotationlib", "ops=[op]", "ops=[op()]"),
    ("annotationlib", "ast.UnaryOp(op, ", "ast.UnaryOp(op(), "),
    // Code objects cannot be changed; functions are marked instead.
    // Without `dis`.
    (
        "inspect",
        "dis.COMPILER_FLAG_NAMES.items()",
        "((1, 'OPTIMIZED'), (2, 'NEWLOCALS'), (4, 'VARARGS'), (8, 'VARKEYWORDS'), (16, 'NESTED'), \
         (32, 'GENERATOR'), (64, 'NOFREE'), (128, 'COROUTINE'), (256, 'ITERABLE_COROUTINE'), \
         (512, 'ASYNC_GENERATOR'), (0x4000000, 'HAS_DOCSTRING'), (0x8000000, 'METHOD'))",
    ),
];

/// A module's text as it is compiled.
pub fn adapt(name: &str, text: String) -> Result<String, String> {
    let mut text = text;
    for (module, import) in LAZY.iter().filter(|(module, _)| *module == name) {
        let from = format!("\nimport {import}\n");
        if !text.contains(&from) {
            return Err(format!("{module} does not import {import}"));
        }
        let to = format!("\nfrom _airlock import LazyModule as {import}; {import} = {import}({import:?})\n");
        text = text.replacen(&from, &to, 1);
    }
    for (module, from, to) in PATCHES.iter().filter(|(module, ..)| *module == name) {
        if !text.contains(from) {
            return Err(format!("nothing to change in {module}: {from:?}"));
        }
        text = text.replace(from, to);
    }
    Ok(text)
}
