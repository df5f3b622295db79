//! Which modules of CPython's library are packed, into which bundle, and
//! what is changed in them.

use crate::wording::WORDING;

/// Which download holds a module.
#[derive(Clone, Copy, PartialEq)]
pub enum Part {
    /// The engine's own: what importing asyncio and airlock takes.
    First,
    /// What most programs import beside these, with all that it imports in turn.
    Common,
    Rest,
}

pub const FIRST: &[&str] = &[
    "_abc",
    "_collections_abc",
    "_inspect_lite",
    "_py_warnings",
    "_warnings",
    "_weakref",
    "_weakrefset",
    "abc",
    "airlock",
    "airlock._adapters",
    "airlock._baseline",
    "airlock._shells",
    "airlock._wrapping",
    "asyncio",
    "asyncio.base_events",
    "asyncio.base_futures",
    "asyncio.base_tasks",
    "asyncio.constants",
    "asyncio.coroutines",
    "asyncio.events",
    "asyncio.exceptions",
    "asyncio.format_helpers",
    "asyncio.futures",
    "asyncio.locks",
    "asyncio.log",
    "asyncio.mixins",
    "asyncio.protocols",
    "asyncio.queues",
    "asyncio.runners",
    "asyncio.streams",
    "asyncio.subprocess",
    "asyncio.taskgroups",
    "asyncio.tasks",
    "asyncio.threads",
    "asyncio.timeouts",
    "asyncio.transports",
    "asyncio.unix_events",
    "atexit",
    "collections",
    "concurrent",
    "concurrent.futures",
    "concurrent.futures._base",
    "contextvars",
    "enum",
    "errno",
    "functools",
    "genericpath",
    "heapq",
    "keyword",
    "operator",
    "os",
    "posixpath",
    "reprlib",
    "signal",
    "socket",
    "stat",
    "subprocess",
    "threading",
    "types",
    "warnings",
    "weakref",
];

pub const COMMON: &[&str] = &[
    "__future__",
    "_dataclass_text",
    "_io",
    "_templates",
    "_typing",
    "airlock._far",
    "airlock._marshal",
    "airlock._peer",
    "airlock._peers",
    "annotationlib",
    "bisect",
    "codecs",
    "concurrent.futures.process",
    "concurrent.futures.thread",
    "contextlib",
    "copy",
    "copyreg",
    "dataclasses",
    "importlib",
    "io",
    "json",
    "json.decoder",
    "json.encoder",
    "json.scanner",
    "linecache",
    "logging",
    "numbers",
    "queue",
    "random",
    "re",
    "re._casefix",
    "re._compiler",
    "re._constants",
    "re._parser",
    "string",
    "struct",
    "textwrap",
    "traceback",
    "typing",
];

pub fn part_of(name: &str) -> Part {
    if FIRST.contains(&name) {
        Part::First
    } else if COMMON.contains(&name) {
        Part::Common
    } else {
        Part::Rest
    }
}

/// Modules of CPython's that ours of the same name begin and then run: the
/// name they are packed under, and their own.
pub const ALIASES: [(&str, &str); 1] = [("_socket_module", "socket")];

/// Packages, with all below them, and modules that need what cannot be had
/// here: another operating system, a window, processes, CPython's own insides.
const LEFT_OUT: &[&str] = &[
    "__hello__",
    "__phello__",
    "_aix_support",
    "_android_support",
    "_apple_support",
    "_dummy_os",
    "_dummy_thread",
    "_ios_support",
    "_osx_support",
    "_pycodecs",
    "_pyrepl",
    "antigravity",
    "asyncio.__main__",
    "asyncio.base_subprocess",
    "asyncio.proactor_events",
    "asyncio.tools",
    "asyncio.windows_events",
    "asyncio.windows_utils",
    "concurrent.futures.interpreter",
    "concurrent.futures.process",
    "concurrent.interpreters",
    "ctypes",
    "ensurepip",
    "idlelib",
    "multiprocessing",
    "pty",
    "pydoc_data",
    "sqlite3",
    "symtable",
    "tkinter",
    "turtle",
    "turtledemo",
    "venv",
    "zipimport",
    "dummy_threading",
    "encodings._win_cp_codecs",
    "profile",
];

/// Modules below these that are there all the same: `pydoc` needs them.
const KEPT: &[&str] = &["_pyrepl", "_pyrepl.pager"];

pub fn is_left_out(name: &str) -> bool {
    !KEPT.contains(&name)
        && LEFT_OUT.iter().any(|out| {
            name.strip_prefix(out)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
}

/// Modules in Python that CPython has in C: their functions do not show in
/// tracebacks.
pub fn is_native_in_cpython(name: &str) -> bool {
    matches!(
        name,
        "_abc"
            | "_csv"
            | "_io"
            | "_pydatetime"
            | "_pydecimal"
            | "_tokenize"
            | "_weakref"
            | "atexit"
            | "pickle"
            | "posix"
            | "zlib"
    )
}

/// Functions in modules of CPython's own that a module in C stands for there.
const NATIVE_FUNCTIONS: &[(&str, &str)] = &[
    ("_py_warnings", "warn"),
    ("_py_warnings", "warn_explicit"),
    ("json.encoder", "_make_iterencode"),
];

pub fn is_native_function(module: &str, name: &str) -> bool {
    NATIVE_FUNCTIONS.contains(&(module, name))
}

/// Imports at the top of library modules that only some of their functions
/// need: module, the module it imports. They are done when first used.
const LAZY: &[(&str, &str)] = &[
    ("annotationlib", "ast"),
    ("asyncio.base_events", "traceback"),
    ("asyncio.base_tasks", "linecache"),
    ("asyncio.base_tasks", "traceback"),
    ("asyncio.format_helpers", "traceback"),
    ("dataclasses", "inspect"),
    ("inspect", "ast"),
    ("inspect", "dis"),
    ("inspect", "linecache"),
    ("inspect", "token"),
    ("inspect", "tokenize"),
    ("traceback", "tokenize"),
    ("traceback", "codeop"),
    ("traceback", "textwrap"),
    ("traceback", "_colorize"),
];

/// Other changes: module, what stands there (everywhere), what is to stand
/// there.
const PATCHES: &[(&str, &str, &str)] = &[
    // Further interpreters are there, if not by that module.
    (
        "concurrent.futures",
        "    import _interpreters\n",
        "    _interpreters = True\n",
    ),
    // These need nodes of `ast` at import.
    ("annotationlib", "op(ast.", "op(lambda: ast."),
    (
        "annotationlib",
        "_make_compare(ast.",
        "_make_compare(lambda: ast.",
    ),
    (
        "annotationlib",
        "self.__get_ast(), op, rhs",
        "self.__get_ast(), op(), rhs",
    ),
    (
        "annotationlib",
        "new_other, op, self.__get_ast()",
        "new_other, op(), self.__get_ast()",
    ),
    ("annotationlib", "ops=[op]", "ops=[op()]"),
    ("annotationlib", "ast.UnaryOp(op, ", "ast.UnaryOp(op(), "),
    (
        "annotationlib",
        "class _ExtraNameFixer(ast.NodeTransformer):",
        "class _ExtraNameFixer:",
    ),
    (
        "annotationlib",
        "def __init__(self, extra_names):\n        self.extra_names = extra_names",
        EXTRA_NAMES,
    ),
    // Loggers are made when something is logged.
    (
        "asyncio.log",
        "import logging",
        "from _airlock import LazyLogger",
    ),
    (
        "asyncio.log",
        "logging.getLogger(__package__)",
        "LazyLogger(__package__)",
    ),
    ("asyncio.futures", "import logging", ""),
    ("asyncio.futures", "logging.DEBUG - 1", "9"),
    (
        "concurrent.futures._base",
        "import logging",
        "from _airlock import LazyLogger",
    ),
    (
        "concurrent.futures._base",
        "logging.getLogger(",
        "LazyLogger(",
    ),
    (
        "asyncio.coroutines",
        "import inspect\n",
        "import _inspect_lite as inspect\n",
    ),
    (
        "asyncio.format_helpers",
        "import inspect\n",
        "import _inspect_lite as inspect\n",
    ),
    (
        "asyncio.runners",
        "import inspect\n",
        "import _inspect_lite as inspect\n",
    ),
    (
        "asyncio.tasks",
        "import inspect\n",
        "import _inspect_lite as inspect\n",
    ),
    // What few programs use of asyncio.
    (
        "asyncio.base_events",
        "from . import sslproto",
        LAZY_SSLPROTO,
    ),
    // It would find nothing but refusals, in the last bundle.
    (
        "asyncio.base_events",
        "    import ssl\n",
        "    raise ImportError\n",
    ),
    (
        "asyncio.base_events",
        "from . import trsock",
        "trsock = LazyModule('asyncio.trsock')",
    ),
    (
        "asyncio.base_events",
        "from . import staggered",
        LAZY_STAGGERED,
    ),
    ("asyncio", "from .graph import *\n", ""),
    ("asyncio", "graph.__all__", GRAPH_NAMES),
    ("asyncio", "    match name:\n", GRAPH_CASE),
    ("dataclasses", INSPECTED_SIGNATURE, TOLD_SIGNATURE),
    // Failures are told as they happen.
    (
        "asyncio.runners",
        "# fail fast with short traceback",
        "__import__('_asyncio')._nested_loop()",
    ),
    (
        "asyncio.runners",
        "        task.cancel()\n",
        "        __import__('_asyncio')._left_over(task); task.cancel()\n",
    ),
    // As `Runner` does it, without one.
    (
        "asyncio.runners",
        "\n    with Runner(debug=debug,",
        "    if _run_now and debug is None and loop_factory is None and coroutines.iscoroutine(main): return _run_now(main)\n    with Runner(debug=debug,",
    ),
    (
        "asyncio.base_events",
        "            raise RuntimeError('This event loop is already",
        NESTED_LOOP,
    ),
    (
        "asyncio.base_events",
        "            raise RuntimeError(\n                'Cannot run the event loop while",
        OTHER_LOOP,
    ),
    (
        "asyncio.base_events",
        "        self._asyncgens.discard(agen)\n",
        "        self._asyncgens.discard(agen); __import__('_asyncio')._left_open(agen)\n",
    ),
    (
        "asyncio.base_events",
        "        closing_agens = list(self._asyncgens)\n",
        "        closing_agens = list(self._asyncgens); [*map(__import__('_asyncio')._left_open, closing_agens)]\n",
    ),
    // Loops that turn by their Python code are counted too.
    (
        "asyncio.base_events",
        "        self._timer_cancelled_count = 0\n        self._closed = False",
        LOOP_MADE,
    ),
    (
        "asyncio.base_events",
        "        ntodo = len(self._ready)\n",
        "        ntodo = len(self._ready); __import__('_asyncio')._loop_turns(self, ntodo)\n",
    ),
    (
        "asyncio.mixins",
        "            raise RuntimeError(f'{self!r} is bound",
        BOUND_LOOP,
    ),
    (
        "asyncio.futures",
        "if isfuture(destination) else None\n",
        CHAINED,
    ),
    (
        "asyncio.futures",
        "                source.cancel()\n            else:",
        SOURCE_CANCELLED,
    ),
    (
        "concurrent.futures._base",
        "import threading\n",
        "import threading, _asyncio\n",
    ),
    (
        "concurrent.futures._base",
        "     raise TimeoutError()",
        "     _asyncio._timed_out(self); raise TimeoutError()",
    ),
    (
        "concurrent.futures._base",
        "def __get_result(self):\n        if self",
        "def __get_result(self):\n        if _asyncio._retrieved(self) or self",
    ),
    // A name instead of a pattern, whose compiler would be loaded for it.
    ("_py_warnings", "def _setup_defaults():", MAIN_MODULE),
    (
        "_py_warnings",
        "_wm.filterwarnings(\"default\", category=DeprecationWarning, module=\"__main__\", append=1)",
        "_wm._add_filter(\"default\", None, DeprecationWarning, _MainModule(), 0, append=True)",
    ),
    // Natives go first where everything is as usual.
    (
        "_pydatetime",
        "def _ord2ymd(n):\n",
        "def _ord2ymd(n):\n    found = _airlock_datetime.date_of(n)\n    if found is not None:\n        return found\n",
    ),
    (
        "_pydatetime",
        "def _ymd2ord(year, month, day):\n",
        "def _ymd2ord(year, month, day):\n    found = _airlock_datetime.days_of(year, month, day)\n    if found is not None:\n        return found\n",
    ),
    (
        "_pydatetime",
        "def _cmp(x, y):",
        "import _airlock_datetime\n\ndef _cmp(x, y):",
    ),
    (
        "_pydatetime",
        "def _check_time_fields(hour, minute, second, microsecond, fold):\n",
        "def _check_time_fields(hour, minute, second, microsecond, fold):\n    if _airlock_datetime.are_time(hour, minute, second, microsecond, fold):\n        return hour, minute, second, microsecond, fold\n",
    ),
    (
        "_pydatetime",
        "        # Doing this efficiently and accurately in C is going to be difficult\n",
        PLAIN_DURATION,
    ),
    (
        "_pydatetime",
        "        delta = timedelta(self.toordinal(),\n",
        MOVED_DATETIME,
    ),
    (
        "_pydatetime",
        "        # Split this at the separator\n",
        "        fields = _airlock_datetime.fields_of(date_string)\n        if fields is not None:\n            return cls(*fields)\n",
    ),
    // Only where clocks are put back can a time be there twice.
    (
        "_pydatetime",
        "        if tz is None and not utc:\n",
        "        if tz is None and not utc and _time.daylight:\n",
    ),
    (
        "pickle",
        "    f = io.BytesIO()\n    _Pickler(f, protocol,",
        PLAIN_DUMPS,
    ),
    ("pickle", "    file = io.BytesIO(s)\n", PLAIN_LOADS),
    (
        "pickle",
        "import io\n",
        "import io\nimport _airlock_pickle\n",
    ),
    // The class that the rest of the module means is native.
    (
        "_pydecimal",
        "# Register Decimal as a kind of Number (an abstract base class).",
        NATIVE_DECIMAL,
    ),
    // What has its `__reduce__` in C.
    (
        "copyreg",
        "# Support for pickling new-style objects",
        PLAIN_REDUCERS,
    ),
    // Colours for a terminal, which no output here is.
    (
        "pdb",
        "import _pyrepl.utils\n",
        "from _airlock import LazyModule; _pyrepl = LazyModule('_pyrepl')\n",
    ),
    (
        "hashlib",
        "from _hashlib import pbkdf2_hmac",
        "from _pbkdf2 import pbkdf2_hmac",
    ),
    // `warn` is left out of tracebacks and of what `_getframe` counts.
    (
        "_py_warnings",
        "_is_internal_frame(sys._getframe(1))",
        "_is_internal_frame(sys._getframe(0))",
    ),
    (
        "_py_warnings",
        "frame = sys._getframe(stacklevel)",
        "frame = sys._getframe(max(stacklevel, 1) - 1)",
    ),
    (
        "_py_warnings",
        "frame = sys._getframe(1)",
        "frame = sys._getframe(0)",
    ),
    // `posix` has neither, and lies in the last download.
    (
        "posixpath",
        "from posix import _path_splitroot_ex as splitroot",
        "raise ImportError",
    ),
    (
        "posixpath",
        "from posix import _path_normpath as normpath",
        "raise ImportError",
    ),
    // Zones that need no table.
    (
        "zoneinfo._common",
        "from importlib import resources\n\n    components",
        FIXED_ZONES,
    ),
    // As the versions in C have it.
    (
        "zoneinfo._zoneinfo",
        "return f\"{self.__class__.__name__}",
        "return f\"zoneinfo.{self.__class__.__name__}",
    ),
    (
        "_pydatetime",
        "return (f'{self.__class__.__name__}'\n                f'(year=",
        "return (f'datetime.{self.__class__.__name__}'\n                f'(year=",
    ),
    // Plain numbers spare making an enum.
    ("asyncio.runners", "signal.SIGINT", "2"),
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

const FIXED_ZONES: &str = "\
fixed = __import__('_fixed_zones').open_zone(key)
    if fixed is not None:
        return fixed
    from importlib import resources

    components";
const EXTRA_NAMES: &str = "\
def __init__(self, extra_names):
        self.extra_names = extra_names

    def visit(self, node):
        for child in ast.walk(node):
            if isinstance(child, ast.Name) and child.id in self.extra_names:
                child.id = type_repr(self.extra_names[child.id])
        return node
";
const MAIN_MODULE: &str = "\
class _MainModule:
    pattern = '__main__'

    def match(self, text):
        return text == '__main__'

    def __repr__(self):
        return \"re.compile('__main__')\"


def _setup_defaults():";
const PLAIN_DURATION: &str = "        parts = _airlock_datetime.duration(days, seconds, microseconds, milliseconds, minutes, hours, weeks)
        if parts is not None and -1000000000 < parts[0] < 1000000000:
            self = object.__new__(cls)
            self._days, self._seconds, self._microseconds = parts
            self._hashcode = -1
            return self
";
const MOVED_DATETIME: &str = "        fields = (self._year, self._month, self._day, self._hour, self._minute, self._second, self._microsecond)
        fields = _airlock_datetime.moved(fields, other._days, other._seconds, other._microseconds)
        if fields is not None:
            return type(self)(*fields, tzinfo=self._tzinfo)
        delta = timedelta(self.toordinal(),
";
const PLAIN_DUMPS: &str = "    if buffer_callback is None:
        data = _airlock_pickle.dumps(obj, protocol)
        if data is not None:
            return data
    f = io.BytesIO()
    _Pickler(f, protocol,";
const PLAIN_LOADS: &str = "    if buffers is None:
        found = _airlock_pickle.loads(s)
        if found is not None:
            return found[0]
    file = io.BytesIO(s)
";
const NATIVE_DECIMAL: &str = "\
def _refuse(context, condition, *args):
    return (context or getcontext())._raise_error(condition, *args)

def _of_float(cls, value, context):
    _refuse(context, FloatOperation)
    return cls.from_float(value)

Decimal = __import__('_airlock_decimal').adopt(Decimal, globals())
_dec_from_triple = Decimal._from_triple
";
const PLAIN_REDUCERS: &str = "\
pickle(range, lambda r: (range, (r.start, r.stop, r.step)))
pickle(slice, lambda s: (slice, (s.start, s.stop, s.step)))
pickle(frozenset, lambda s: (frozenset, ([*s],)))
";
const INSPECTED_SIGNATURE: &str = "\
str(inspect.signature(
                cls,
                annotation_format=annotationlib.Format.FORWARDREF,
            )).replace(' -> None', '')";
const TOLD_SIGNATURE: &str = "\
__import__('_dataclass_text').signature_text(
                cls,
                init,
                std_init_fields, kw_only_init_fields)";
const NESTED_LOOP: &str = "            __import__('_asyncio')._nested_loop(); raise RuntimeError('This event loop is already";
const OTHER_LOOP: &str = "            __import__('_asyncio')._nested_loop(); raise RuntimeError(
                'Cannot run the event loop while";
const LOOP_MADE: &str =
    "        __import__('_asyncio')._loop_made(self); self._timer_cancelled_count = 0
        self._closed = False";
const BOUND_LOOP: &str = "            __import__('_asyncio')._different_loop(self); raise RuntimeError(f'{self!r} is bound";
const CHAINED: &str =
    "if isfuture(destination) else None; __import__('_asyncio')._chained(source, destination)\n";
const SOURCE_CANCELLED: &str =
    "                __import__('_asyncio')._source_cancelled(source, source.cancel())
            else:";
const LAZY_SSLPROTO: &str =
    "from _airlock import LazyModule; sslproto = LazyModule('asyncio.sslproto')";
const LAZY_STAGGERED: &str = "staggered = LazyModule('asyncio.staggered')";
const GRAPH_NAMES: &str = "('capture_call_graph', 'format_call_graph', 'print_call_graph', 'FrameCallGraphEntry', 'FutureCallGraph')";
const GRAPH_CASE: &str = "    match name:
        case 'capture_call_graph' | 'format_call_graph' | 'print_call_graph' | 'FrameCallGraphEntry' | 'FutureCallGraph':
            from . import graph
            return getattr(graph, name)
";

/// A module's text as it is compiled.
pub fn adapt(name: &str, text: String) -> Result<String, String> {
    let mut text = text;
    for (module, import) in LAZY.iter().filter(|(module, _)| *module == name) {
        let from = format!("import {import}\n");
        let Some(at) = text
            .match_indices(&from)
            .map(|(at, _)| at)
            .find(|&at| at == 0 || text[..at].ends_with('\n'))
        else {
            return Err(format!("{module} does not import {import}"));
        };
        let to = format!(
            "from _airlock import LazyModule as {import}; {import} = {import}({import:?})\n"
        );
        text.replace_range(at..at + from.len(), &to);
    }
    for (module, from, to) in PATCHES
        .iter()
        .chain(WORDING)
        .filter(|(module, ..)| *module == name)
    {
        if !text.contains(from) {
            return Err(format!("nothing to change in {module}: {from:?}"));
        }
        text = text.replace(from, to);
    }
    Ok(text)
}
