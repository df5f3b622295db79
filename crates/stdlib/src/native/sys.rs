//! `sys`, as far as it is the VM's; `prelude/sys_.py` adds the rest.

use airlock_vm::module::ModuleDef;
use airlock_vm::{
    GetterDef, Kind, NativeDef, NativeObject, PyDict, Res, Stream, Tracer, Value, Vm, Watcher,
    function, getter, getter_setter, method,
};

use crate::context::ProgramContext;

pub static MODULE: ModuleDef = ModuleDef {
    name: "sys",
    functions: FUNCTIONS,
    init,
};

static FUNCTIONS: &[NativeDef] = &[
    function("intern", "string, /", intern),
    function("getrefcount", "object, /", getrefcount),
    function("getsizeof", "object, default=..., /", getsizeof),
    function("getrecursionlimit", "", getrecursionlimit),
    function("setrecursionlimit", "limit, /", setrecursionlimit),
    function("getdefaultencoding", "", utf8),
    function("getfilesystemencoding", "", utf8),
    function("getfilesystemencodeerrors", "", surrogateescape),
    function("is_finalizing", "", no),
    function("_is_gil_enabled", "", yes),
    function("_is_interned", "string, /", is_interned),
    function("gettrace", "", |vm, _| Ok(watcher(vm, Watcher::Trace))),
    function("getprofile", "", |vm, _| Ok(watcher(vm, Watcher::Profile))),
    function("settrace", "function, /", |vm, args| {
        set_watcher(vm, args[0], Watcher::Trace, false)
    }),
    function("setprofile", "function, /", |vm, args| {
        set_watcher(vm, args[0], Watcher::Profile, false)
    }),
    function("_settraceallthreads", "function, /", |vm, args| {
        set_watcher(vm, args[0], Watcher::Trace, true)
    }),
    function("_setprofileallthreads", "function, /", |vm, args| {
        set_watcher(vm, args[0], Watcher::Profile, true)
    }),
    function("audit", "event, /, *args", nothing),
    function("addaudithook", "hook", nothing),
    function("getswitchinterval", "", getswitchinterval),
    function("setswitchinterval", "interval, /", nothing),
    function("get_int_max_str_digits", "", get_int_max_str_digits),
    function(
        "set_int_max_str_digits",
        "maxdigits",
        set_int_max_str_digits,
    ),
    function(
        "get_coroutine_origin_tracking_depth",
        "",
        get_coroutine_origin_tracking_depth,
    ),
    function(
        "set_coroutine_origin_tracking_depth",
        "depth",
        set_coroutine_origin_tracking_depth,
    ),
    function("getallocatedblocks", "", zero),
    function("_clear_type_cache", "", nothing),
    function("_clear_type_descriptors", "type, /", clear_type_descriptors),
    function("_clear_internal_caches", "", nothing),
    function("_get_cpu_count_config", "", minus_one),
    function("_getframe", "depth=0, /", getframe),
    function("exc_info", "", exc_info),
    function("exception", "", exception),
    function("get_asyncgen_hooks", "", get_asyncgen_hooks),
    function(
        "set_asyncgen_hooks",
        "firstiter=..., finalizer=...",
        set_asyncgen_hooks,
    ),
];

fn watcher(vm: &Vm, which: Watcher) -> Value {
    vm.watcher(which).unwrap_or(Value::NONE)
}

fn set_watcher(vm: &mut Vm, function: Value, which: Watcher, everywhere: bool) -> Res {
    let function = (!function.is_none()).then_some(function);
    vm.set_watcher(which, function, everywhere);
    // The interpreter looks whether a frame is watched when it comes to it.
    Err(vm.tail_prelude("pause", &[]))
}

fn init(vm: &mut Vm, dict: Value) -> Res<()> {
    vm.dict_set_text(dict, "modules", vm.modules);
    for (name, text) in [
        ("byteorder", "little"),
        ("platform", "wasi"),
        (
            "copyright",
            "Copyright (c) 2001 Python Software Foundation.\nAll Rights Reserved.",
        ),
        // In the form that `platform` takes apart.
        (
            "version",
            concat!(
                "3.14.0 (main, Jan  1 2026, 00:00:00) [Airlock ",
                env!("CARGO_PKG_VERSION"),
                "]"
            ),
        ),
        ("executable", ""),
        ("_base_executable", ""),
        ("prefix", "/"),
        ("exec_prefix", "/"),
        ("base_prefix", "/"),
        ("base_exec_prefix", "/"),
        ("platlibdir", "lib"),
        ("float_repr_style", "short"),
        ("ps1", ">>> "),
        ("ps2", "... "),
        ("abiflags", ""),
        ("_stdlib_dir", crate::LIBRARY_FOLDER),
    ] {
        let text = vm.intern(text);
        vm.dict_set_text(dict, name, text);
    }
    let maxsize = vm.int(i64::MAX);
    vm.dict_set_text(dict, "maxsize", maxsize);
    for (name, value) in [
        ("maxunicode", 0x10FFFF),
        ("hexversion", 0x030E_00F0),
        ("api_version", 1013),
    ] {
        vm.dict_set_text(dict, name, Value::int32(value));
    }
    for name in ["pycache_prefix", "__interactivehook__"] {
        vm.dict_set_text(dict, name, Value::NONE);
    }
    vm.dict_set_text(dict, "dont_write_bytecode", Value::TRUE);
    for name in [
        "meta_path",
        "path_hooks",
        "warnoptions",
        "path",
        "argv",
        "orig_argv",
    ] {
        let list = vm.list(Vec::new());
        vm.dict_set_text(dict, name, list);
    }
    for name in ["path_importer_cache", "_xoptions"] {
        let table = vm.heap.new_dict(PyDict::default());
        vm.dict_set_text(dict, name, table);
    }
    add_streams(vm, dict)
}

// The standard streams.

/// `sys.stdout`, `sys.stderr` and `sys.stdin`.
struct StandardStream {
    class: Value,
    which: Which,
    attrs: PyDict,
}

#[derive(Clone, Copy, PartialEq)]
enum Which {
    In,
    Out,
    Error,
}

impl NativeObject for StandardStream {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.class);
    }
    fn attrs(&self) -> Option<&PyDict> {
        Some(&self.attrs)
    }
    fn attrs_mut(&mut self) -> Option<&mut PyDict> {
        Some(&mut self.attrs)
    }
}

static STREAM_METHODS: &[NativeDef] = &[
    method("write", "self, text, /", stream_write),
    method("writelines", "self, lines, /", stream_writelines).slow("stream_writelines"),
    method("flush", "self", nothing),
    method("isatty", "self", no),
    method("fileno", "self", stream_fileno),
    method("readable", "self", stream_readable),
    method("writable", "self", stream_writable),
    method("seekable", "self", no),
    method("close", "self", nothing),
    method("read", "self, size=-1, /", stream_read),
    method("readline", "self, size=-1, /", stream_readline),
    method("readlines", "self, hint=-1, /", stream_readlines),
    method("__iter__", "self", itself),
    method("__next__", "self", stream_next),
    method("__enter__", "self", itself),
    method("__exit__", "self, *args", nothing),
    method(
        "reconfigure",
        "self, *, encoding=None, errors=None, newline=None, line_buffering=None, write_through=None",
        nothing,
    ),
    method("__repr__", "self", stream_repr),
];

static STREAM_GETTERS: &[GetterDef] = &[
    getter("encoding", |vm, _| Ok(vm.intern("utf-8"))),
    getter("errors", |vm, stream| {
        let name = if which(vm, stream) == Which::Error {
            "backslashreplace"
        } else {
            "strict"
        };
        Ok(vm.intern(name))
    }),
    getter("name", |vm, stream| {
        let name = stream_name(vm, stream);
        Ok(vm.intern(name))
    }),
    getter_setter(
        "mode",
        |vm, stream| {
            let mode = if which(vm, stream) == Which::In {
                "r"
            } else {
                "w"
            };
            Ok(vm.intern(mode))
        },
        |_, _, _| Ok(()),
    ),
    getter("closed", |_, _| Ok(Value::FALSE)),
    getter("newlines", |_, _| Ok(Value::NONE)),
    getter("line_buffering", |_, _| Ok(Value::TRUE)),
    getter("write_through", |_, _| Ok(Value::FALSE)),
    getter("buffer", stream_buffer),
];

fn add_streams(vm: &mut Vm, dict: Value) -> Res<()> {
    let class = vm.builtin_type("TextIOWrapper", vm.types.object, airlock_vm::Layout::Final);
    let module = vm.intern("_io");
    vm.set_type_attr(class, "__module__", module);
    vm.add_methods(class, STREAM_METHODS);
    vm.add_getters(class, STREAM_GETTERS);
    vm.pin(class);
    for (name, which) in [
        ("stdin", Which::In),
        ("stdout", Which::Out),
        ("stderr", Which::Error),
    ] {
        let stream = vm.heap.new_object(StandardStream {
            class,
            which,
            attrs: PyDict::default(),
        });
        vm.dict_set_text(dict, name, stream);
        vm.dict_set_text(dict, &format!("__{name}__"), stream);
    }
    Ok(())
}

fn which(vm: &Vm, stream: Value) -> Which {
    vm.heap
        .downcast::<StandardStream>(stream)
        .map_or(Which::Out, |stream| stream.which)
}

fn stream_name(vm: &Vm, stream: Value) -> &'static str {
    match which(vm, stream) {
        Which::In => "<stdin>",
        Which::Out => "<stdout>",
        Which::Error => "<stderr>",
    }
}

fn stream_write(vm: &mut Vm, args: &[Value]) -> Res {
    let stream = match which(vm, args[0]) {
        Which::In => return Err(vm.os_error("not writable")),
        Which::Out => Stream::Out,
        Which::Error => Stream::Error,
    };
    let plain = vm.heap.payload(args[1]);
    if !plain.is(airlock_vm::Kind::Str) {
        let message = format!(
            "write() argument must be str, not {}",
            vm.type_name(args[1])
        );
        return Err(vm.type_error(message));
    }
    let (text, chars) = {
        let text = vm.heap.pystr(plain);
        (Box::<str>::from(&*text.text), text.chars as usize)
    };
    vm.write(stream, &text)?;
    Ok(Value::count(chars))
}

fn stream_writelines(vm: &mut Vm, args: &[Value]) -> Res {
    let lines = vm.collect(args[1])?;
    for line in lines {
        stream_write(vm, &[args[0], line])?;
    }
    Ok(Value::NONE)
}

fn stream_fileno(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(Value::int32(match which(vm, args[0]) {
        Which::In => 0,
        Which::Out => 1,
        Which::Error => 2,
    }))
}

fn stream_readable(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(Value::bool(which(vm, args[0]) == Which::In))
}

fn stream_writable(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(Value::bool(which(vm, args[0]) != Which::In))
}

fn must_be_readable(vm: &mut Vm, stream: Value) -> Res<()> {
    match which(vm, stream) {
        Which::In => Ok(()),
        _ => Err(vm.os_error("not readable")),
    }
}

/// What is left of the line that is read, or the next; nothing at the end.
fn next_line(vm: &mut Vm) -> String {
    let context = vm.extension::<ProgramContext>();
    let left = std::mem::take(&mut context.input_left);
    if !left.is_empty() {
        return left;
    }
    let Some(mut input) = context.input.take() else {
        return String::new();
    };
    let printed = std::mem::take(&mut vm.output);
    let line = input.read_line(printed);
    vm.extension::<ProgramContext>().input = Some(input);
    line
}

/// The first `size` characters, the rest being kept; all of a negative size.
fn take_part(vm: &mut Vm, mut text: String, size: Value) -> Res {
    let size = if size.is_none() { -1 } else { vm.index(size)? };
    if let Ok(size) = usize::try_from(size)
        && let Some((at, _)) = text.char_indices().nth(size)
    {
        vm.extension::<ProgramContext>().input_left = text.split_off(at);
    }
    Ok(vm.string(text))
}

fn stream_read(vm: &mut Vm, args: &[Value]) -> Res {
    must_be_readable(vm, args[0])?;
    let size = if args[1].is_none() {
        -1
    } else {
        vm.index(args[1])?
    };
    let mut text = String::new();
    loop {
        let is_enough =
            usize::try_from(size).is_ok_and(|size| text.chars().take(size).count() == size);
        if is_enough {
            break;
        }
        let line = next_line(vm);
        if line.is_empty() {
            break;
        }
        text.push_str(&line);
    }
    take_part(vm, text, args[1])
}

fn stream_readline(vm: &mut Vm, args: &[Value]) -> Res {
    must_be_readable(vm, args[0])?;
    let line = next_line(vm);
    take_part(vm, line, args[1])
}

fn stream_readlines(vm: &mut Vm, args: &[Value]) -> Res {
    must_be_readable(vm, args[0])?;
    let mut lines = Vec::new();
    loop {
        let line = next_line(vm);
        if line.is_empty() {
            return Ok(vm.list(lines));
        }
        lines.push(vm.string(line));
    }
}

fn stream_next(vm: &mut Vm, args: &[Value]) -> Res {
    must_be_readable(vm, args[0])?;
    let line = next_line(vm);
    if line.is_empty() {
        return Err(vm.stop_iteration(Value::NONE));
    }
    Ok(vm.string(line))
}

fn stream_repr(vm: &mut Vm, args: &[Value]) -> Res {
    let mode = if which(vm, args[0]) == Which::In {
        "r"
    } else {
        "w"
    };
    let name = stream_name(vm, args[0]);
    Ok(vm.string(format!(
        "<_io.TextIOWrapper name='{name}' mode='{mode}' encoding='utf-8'>"
    )))
}

/// The binary stream below, made in Python when asked for.
fn stream_buffer(vm: &mut Vm, stream: Value) -> Res {
    Err(vm.tail_prelude("stream_buffer", &[stream]))
}

fn itself(_: &mut Vm, args: &[Value]) -> Res {
    Ok(args[0])
}

// Functions.

fn nothing(_: &mut Vm, _: &[Value]) -> Res {
    Ok(Value::NONE)
}

fn no(_: &mut Vm, _: &[Value]) -> Res {
    Ok(Value::FALSE)
}

fn yes(_: &mut Vm, _: &[Value]) -> Res {
    Ok(Value::TRUE)
}

fn zero(_: &mut Vm, _: &[Value]) -> Res {
    Ok(Value::count(0))
}

fn minus_one(_: &mut Vm, _: &[Value]) -> Res {
    Ok(Value::int32(-1))
}

fn utf8(vm: &mut Vm, _: &[Value]) -> Res {
    Ok(vm.intern("utf-8"))
}

fn surrogateescape(vm: &mut Vm, _: &[Value]) -> Res {
    Ok(vm.intern("surrogateescape"))
}

fn intern(vm: &mut Vm, args: &[Value]) -> Res {
    if !args[0].is(airlock_vm::Kind::Str) {
        let message = format!(
            "intern() argument must be str, not {}",
            vm.type_name(args[0])
        );
        return Err(vm.type_error(message));
    }
    Ok(vm.heap.intern_value(args[0]))
}

fn is_interned(vm: &mut Vm, args: &[Value]) -> Res {
    if !args[0].is(airlock_vm::Kind::Str) {
        let message = format!(
            "_is_interned() argument must be str, not {}",
            vm.type_name(args[0])
        );
        return Err(vm.type_error(message));
    }
    Ok(Value::bool(vm.heap.find_interned(args[0]) == Some(args[0])))
}

/// There are no reference counts; CPython's answer for an object held once.
fn getrefcount(_: &mut Vm, _: &[Value]) -> Res {
    Ok(Value::count(2))
}

/// Nominal bytes, as the memory limit counts them.
fn getsizeof(vm: &mut Vm, args: &[Value]) -> Res {
    let length = vm.native_len(args[0]).unwrap_or(0);
    let each = match args[0].kind() {
        Some(airlock_vm::Kind::Str | airlock_vm::Kind::Bytes) => 1,
        Some(airlock_vm::Kind::Dict | airlock_vm::Kind::Set) => 32,
        _ => 8,
    };
    Ok(Value::count(48 + length * each))
}

fn getrecursionlimit(vm: &mut Vm, _: &[Value]) -> Res {
    Ok(Value::count(vm.limits.recursion))
}

fn setrecursionlimit(vm: &mut Vm, args: &[Value]) -> Res {
    let limit = vm.index_exact(args[0])?;
    if limit < 1 {
        return Err(vm.value_error("recursion limit must be greater or equal than 1"));
    }
    let depth = vm.depth();
    if depth >= limit as usize {
        return Err(vm.recursion_error(format!(
            "cannot set the recursion limit to {limit} at the recursion depth {depth}: the limit is too low"
        )));
    }
    vm.limits.recursion = limit as usize;
    Ok(Value::NONE)
}

fn getswitchinterval(_: &mut Vm, _: &[Value]) -> Res {
    Ok(Value::float(0.005))
}

fn get_int_max_str_digits(vm: &mut Vm, _: &[Value]) -> Res {
    Ok(Value::count(vm.int_max_str_digits))
}

fn set_int_max_str_digits(vm: &mut Vm, args: &[Value]) -> Res {
    let digits = vm.index(args[0])?;
    if digits != 0 && digits < 640 {
        return Err(vm.value_error("maxdigits must be 0 or larger than 640"));
    }
    vm.int_max_str_digits = digits as usize;
    Ok(Value::NONE)
}

/// Takes from a class what it got for its instances' attributes and weak
/// references, so that another class can be made of the rest.
fn clear_type_descriptors(vm: &mut Vm, args: &[Value]) -> Res {
    if !args[0].is(Kind::Type) {
        return Err(vm.type_error("argument must be a type"));
    }
    let dict = vm.heap.ty(args[0]).dict;
    for name in ["__dict__", "__weakref__"] {
        let name = vm.intern(name);
        vm.dict_remove(dict, name)?;
    }
    vm.class_changed(args[0]);
    Ok(Value::NONE)
}

fn getframe(vm: &mut Vm, args: &[Value]) -> Res {
    let depth = vm.index(args[0])?;
    vm.frame_object(usize::try_from(depth).unwrap_or(0))
}

fn exception(vm: &mut Vm, _: &[Value]) -> Res {
    Ok(vm.handled_exception())
}

fn exc_info(vm: &mut Vm, _: &[Value]) -> Res {
    let exception = vm.handled_exception();
    if exception.is_none() {
        return Ok(vm.tuple(&[Value::NONE; 3]));
    }
    let traceback = vm.traceback_of(exception);
    let class = vm.type_of(exception);
    Ok(vm.tuple(&[class, exception, traceback]))
}

/// A plain tuple; `prelude/sys_.py` gives it its class.
fn get_coroutine_origin_tracking_depth(vm: &mut Vm, _: &[Value]) -> Res {
    Ok(Value::count(vm.coroutine_origin_depth))
}

fn set_coroutine_origin_tracking_depth(vm: &mut Vm, args: &[Value]) -> Res {
    let Ok(depth) = usize::try_from(vm.index(args[0])?) else {
        return Err(vm.value_error("depth must be >= 0"));
    };
    vm.coroutine_origin_depth = depth;
    Ok(Value::NONE)
}

fn get_asyncgen_hooks(vm: &mut Vm, _: &[Value]) -> Res {
    let hooks = [vm.asyncgen_firstiter, vm.asyncgen_finalizer];
    Err(vm.tail_prelude("asyncgen_hooks", &hooks))
}

fn set_asyncgen_hooks(vm: &mut Vm, args: &[Value]) -> Res {
    for (hook, name) in args.iter().zip(["firstiter", "finalizer"]) {
        let callable = hook.is_unbound() || hook.is_none() || vm.is_callable(*hook);
        if !callable {
            let message = format!("callable {name} expected, got {}", vm.type_name(*hook));
            return Err(vm.type_error(message));
        }
    }
    vm.asyncgen_firstiter = args[0].bound().unwrap_or(vm.asyncgen_firstiter);
    vm.asyncgen_finalizer = args[1].bound().unwrap_or(vm.asyncgen_finalizer);
    Ok(Value::NONE)
}
