//! `_airlock`: what the prelude and our own library modules ask of the VM
//! and the host. Nothing here is for programs.

use std::rc::Rc;

use airlock_bytecode::Code;
use airlock_vm::module::{ModuleDef, no_init};
use airlock_vm::{
    CodeObj, CompileMode, Found, Halt, Kind, NativeDef, NativeObject, Res, SourceError, Stream,
    Throw, Tracer, Value, Vm, function,
};

use crate::context::ProgramContext;
use crate::files::{FileError, Files};
use crate::native::itertools;

/// The module's functions; also globals of the prelude.
pub static FUNCTIONS: &[NativeDef] = &[
    function("find_module", "name, path, /", find_module),
    function("exec_found", "found, namespace, /", exec_found),
    function("exec_source", "source, filename, namespace, /", exec_source),
    function("new_module", "name, /", new_module),
    function("module_table", "", module_table),
    function("library_folder", "", library_folder),
    function("write_stream", "which, text, /", write_stream),
    function("read_file", "path, /", read_file),
    function("write_file", "path, data, now, /", write_file),
    function("file_status", "path, /", file_status),
    function(
        "set_file_times",
        "path, accessed, modified, /",
        |vm, args| {
            let (accessed, modified) = (nanos(vm, args[1])?, nanos(vm, args[2])?);
            with_files(vm, args[0], |files, path| {
                files.set_times(path, accessed, modified)
            })?;
            Ok(Value::NONE)
        },
    ),
    function("set_permissions", "path, bits, /", |vm, args| {
        let bits = vm.index_exact(args[1])? as u32;
        with_files(vm, args[0], |files, path| files.set_permissions(path, bits))?;
        Ok(Value::NONE)
    }),
    function("rename", "source, target, /", |vm, args| {
        let target = vm.expect_str(args[1], "target")?;
        with_files(vm, args[0], |files, path| files.rename(path, &target))?;
        Ok(Value::NONE)
    }),
    function("remove_file", "path, /", remove_file),
    function("make_folder", "path, /", make_folder),
    function("remove_folder", "path, /", remove_folder),
    function("environment", "", environment),
    function("working_folder", "", working_folder),
    function("random_bytes", "size, /", random_bytes),
    function("exit_now", "status, /", exit_now),
    function("list_folder", "path, /", list_folder),
    function("is_folder", "path, /", is_folder),
    function(
        "collect_garbage",
        "",
        airlock_vm::builtins::finalizers::collect_and_finalize,
    ),
    function("objects", "", airlock_vm::builtins::finalizers::objects),
    function(
        "referents",
        "*objects",
        airlock_vm::builtins::finalizers::referents,
    ),
    function(
        "referrers",
        "*objects",
        airlock_vm::builtins::finalizers::referrers,
    ),
    function("thread_frames", "", |vm, _| Ok(vm.thread_frames())),
    function("builtin_type", "name, /", builtin_type),
    function(
        "names_used",
        "code, /",
        airlock_vm::builtins::code::names_used,
    ),
    function("shown_arguments", "iterator, /", itertools::shown_arguments),
    function("as_if_native", "*classes", as_if_native),
    function("keyword_typo", "filename, line, /", keyword_typo),
    function("thread_ident", "", |vm, _| {
        Ok(Value::count(
            vm.fiber(vm.current_fiber()).thread as usize + 1,
        ))
    }),
];

pub static MODULE: ModuleDef = ModuleDef {
    name: "_airlock",
    functions: FUNCTIONS,
    init: no_init,
};

/// Code found by [`find_module`], on its way to [`exec_found`].
struct FoundCode {
    code: Rc<Code>,
    filename: Rc<str>,
    class: Value,
}

impl NativeObject for FoundCode {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.class);
    }
}

/// As [`find_module`] hands it out.
pub fn found_code(vm: &mut Vm, code: Rc<Code>, filename: Rc<str>) -> Value {
    let class = vm.types.object;
    vm.heap.new_object(FoundCode {
        code,
        filename,
        class,
    })
}

/// `None`, or `(kind, payload, filename, is_package, search_path)`.
fn find_module(vm: &mut Vm, args: &[Value]) -> Res {
    let name = vm.expect_str(args[0], "module name")?;
    let mut path = Vec::new();
    for item in vm.collect(args[1])? {
        if let Some(folder) = vm.as_text(item) {
            path.push(folder.to_owned());
        }
    }
    let found = match vm.environment.find_module(&name, &path) {
        Ok(Some(found)) => found,
        Ok(None) => return Ok(Value::NONE),
        Err(errors) => return Err(source_error(vm, &errors)),
    };
    let items = match found {
        Found::Code {
            code,
            filename,
            is_package,
            search_path,
        } => {
            let kind = vm.intern("code");
            let text = if filename.is_empty() {
                Value::NONE
            } else {
                vm.str(&filename)
            };
            let payload = found_code(vm, code, filename);
            let folders = match search_path {
                Some(folder) => vec![vm.string(folder)],
                None => Vec::new(),
            };
            let folders = vm.list(folders);
            [kind, payload, text, Value::bool(is_package), folders]
        }
        Found::Native(def) => {
            let module = vm.make_native_module(def)?;
            [
                vm.intern("native"),
                module,
                Value::NONE,
                Value::FALSE,
                Value::NONE,
            ]
        }
        Found::Refused(why) => [
            vm.intern("refused"),
            vm.string(why),
            Value::NONE,
            Value::FALSE,
            Value::NONE,
        ],
    };
    Ok(vm.tuple(&items))
}

/// The `SyntaxError` for the first of these.
fn source_error(vm: &mut Vm, errors: &[SourceError]) -> Throw {
    let Some(error) = errors.first() else {
        return vm.syntax_error("invalid syntax");
    };
    let class = match error.class {
        "IndentationError" => vm.types.indentation_error,
        "TabError" => vm.types.tab_error,
        _ => vm.types.syntax_error,
    };
    let source = vm.environment.source_line(&error.filename, error.line);
    let message = vm.str(&error.message);
    let filename = vm.str(&error.filename);
    let text = match source {
        Some(mut line) => {
            line.push('\n');
            vm.string(line)
        }
        None => Value::NONE,
    };
    let place = [
        ("filename", filename),
        ("lineno", Value::count(error.line as usize)),
        ("offset", Value::count(error.column as usize)),
        ("text", text),
        ("end_lineno", Value::count(error.end_line as usize)),
        ("end_offset", Value::count(error.end_column as usize)),
    ];
    let details = vm.tuple(&place.map(|(_, value)| value));
    let exception = vm.make_exception(class, &[message, details]);
    vm.set_exception_attr(exception, "msg", message);
    vm.set_exception_attr(exception, "print_file_and_line", Value::NONE);
    for (name, value) in place {
        vm.set_exception_attr(exception, name, value);
    }
    Throw::Raise(exception)
}

pub fn exec_found(vm: &mut Vm, args: &[Value]) -> Res {
    let Some(found) = vm.heap.downcast::<FoundCode>(args[0]) else {
        return Err(vm.type_error("exec_found() takes what find_module() found"));
    };
    let (code, filename) = (found.code.clone(), found.filename.clone());
    vm.dict_set_text(args[1], "__builtins__", vm.builtins);
    let code = vm.load_code(code, &filename);
    run_module(vm, code, args[1])
}

/// Runs a module's code, after what there is to warn of.
fn run_module(vm: &mut Vm, code: Rc<CodeObj>, namespace: Value) -> Res {
    let Some(warnings) = vm.syntax_warnings() else {
        return Err(vm.exec_code(code, namespace, Value::UNBOUND));
    };
    let state = [vm.code_object(code), namespace, Value::NONE, Value::NONE];
    let warn = vm.prelude("warn_of_syntax");
    Err(
        vm.call_then(warn, &[warnings], state, |vm, state, completion| {
            completion.value()?;
            match vm.code_of(state[0]) {
                Some(code) => Err(vm.exec_code(code, state[1], Value::UNBOUND)),
                None => Ok(Value::NONE),
            }
        }),
    )
}

/// Compiles and runs a module's source.
fn exec_source(vm: &mut Vm, args: &[Value]) -> Res {
    let source = vm.expect_str(args[0], "source")?;
    let filename = vm.expect_str(args[1], "filename")?;
    let code = vm.compile_source(&source, &filename, CompileMode::Module)?;
    if filename.starts_with('<') {
        vm.environment.remember_source(&filename, &source);
    }
    // `__main__` has the module there, as in CPython.
    if vm.dict_get_text(args[2], "__builtins__").is_none() {
        vm.dict_set_text(args[2], "__builtins__", vm.builtins);
    }
    run_module(vm, code, args[2])
}

fn new_module(vm: &mut Vm, args: &[Value]) -> Res {
    let dict = vm.heap.new_dict(Default::default());
    vm.namespace_set(dict, vm.names.name, args[0]);
    for name in [
        vm.names.doc,
        vm.names.package,
        vm.names.loader,
        vm.names.spec,
    ] {
        vm.namespace_set(dict, name, Value::NONE);
    }
    Ok(vm.heap.new_module(dict))
}

fn module_table(vm: &mut Vm, _: &[Value]) -> Res {
    Ok(vm.modules)
}

fn library_folder(vm: &mut Vm, _: &[Value]) -> Res {
    Ok(vm.intern(crate::LIBRARY_FOLDER))
}

fn write_stream(vm: &mut Vm, args: &[Value]) -> Res {
    let text = vm.expect_str(args[1], "write() argument")?;
    let stream = if args[0].as_small() == Some(2) {
        Stream::Error
    } else {
        Stream::Out
    };
    vm.write(stream, &text)?;
    Ok(Value::NONE)
}

/// `None`, or what to take for a keyword on a line, where it stands and ends.
fn keyword_typo(vm: &mut Vm, args: &[Value]) -> Res {
    let found = match (vm.as_text(args[0]), vm.as_i64(args[1])) {
        (Some(filename), Some(line)) => {
            let filename = filename.to_owned();
            let line = u32::try_from(line).unwrap_or(0);
            vm.environment.keyword_typo(&filename, line)
        }
        _ => None,
    };
    let Some((keyword, at, end)) = found else {
        return Ok(Value::NONE);
    };
    let keyword = vm.str(keyword);
    Ok(vm.tuple(&[
        keyword,
        Value::count(at as usize),
        Value::count(end as usize),
    ]))
}

/// Marks finished classes as ones that CPython makes in C.
fn as_if_native(vm: &mut Vm, args: &[Value]) -> Res {
    for class in vm.heap.tuple(args[0]).to_vec() {
        if class.is(Kind::Type) {
            vm.heap.ty_mut(class).flags.native_name = true;
        }
    }
    Ok(Value::NONE)
}

/// The built-in type with this name, for those that `builtins` does not have.
fn builtin_type(vm: &mut Vm, args: &[Value]) -> Res {
    let name = vm.expect_str(args[0], "type name")?;
    let types = &vm.types;
    let ty = match &*name {
        "weakref" => types.weakref,
        "traceback" => types.traceback,
        "generic_alias" => types.generic_alias,
        "union" => types.union,
        "simple_namespace" => types.simple_namespace,
        _ => return Err(vm.lookup_error(name)),
    };
    Ok(ty)
}

// Files.

fn os_error(vm: &mut Vm, error: FileError, path: &str) -> Throw {
    let types = &vm.types;
    let (class, number, text) = match error {
        FileError::NotFound => (types.file_not_found_error, 2, "No such file or directory"),
        FileError::IsFolder => (types.is_a_directory_error, 21, "Is a directory"),
        FileError::NotFolder => (types.not_a_directory_error, 20, "Not a directory"),
        FileError::Refused => (types.permission_error, 13, "Permission denied"),
        FileError::ReadOnly => (types.os_error, 30, "Read-only file system"),
    };
    let (text, path) = (vm.str(text), vm.str(path));
    let number = Value::int32(number);
    let exception = vm.make_exception(class, &[number, text]);
    vm.set_exception_attr(exception, "errno", number);
    vm.set_exception_attr(exception, "strerror", text);
    vm.set_exception_attr(exception, "filename", path);
    Throw::Raise(exception)
}

fn with_files<T>(
    vm: &mut Vm,
    path: Value,
    work: impl FnOnce(&mut dyn Files, &str) -> Result<T, FileError>,
) -> Res<T> {
    let path = vm.expect_str(path, "path")?;
    let files = vm.extension::<ProgramContext>().files.clone();
    let done = work(&mut *files.borrow_mut(), &path);
    done.map_err(|error| os_error(vm, error, &path))
}

fn read_file(vm: &mut Vm, args: &[Value]) -> Res {
    let data = with_files(vm, args[0], |files, path| files.read(path))?;
    vm.reserve(data.len())?;
    Ok(vm.bytes(&data))
}

fn write_file(vm: &mut Vm, args: &[Value]) -> Res {
    let data = vm.heap.payload(args[1]);
    if !data.is(Kind::Bytes) {
        return Err(vm.type_error("a bytes-like object is required"));
    }
    let data = vm.heap.pybytes(data).data.to_vec();
    let now = nanos(vm, args[2])?;
    with_files(vm, args[0], |files, path| files.write(path, &data, now))?;
    Ok(Value::NONE)
}

/// A time in nanoseconds since 1970.
fn nanos(vm: &mut Vm, value: Value) -> Res<i64> {
    vm.index_exact(value)
}

/// Whether it is a folder, its size, its permissions, and when it was read
/// and written, in nanoseconds since 1970.
fn file_status(vm: &mut Vm, args: &[Value]) -> Res {
    let status = with_files(vm, args[0], |files, path| files.status(path))?;
    let items = [
        Value::bool(status.is_folder),
        vm.int(status.size as i64),
        Value::int32(status.permissions as i32),
        vm.int(status.accessed_nanos),
        vm.int(status.modified_nanos),
    ];
    Ok(vm.tuple(&items))
}

fn remove_file(vm: &mut Vm, args: &[Value]) -> Res {
    with_files(vm, args[0], |files, path| files.remove(path))?;
    Ok(Value::NONE)
}

fn make_folder(vm: &mut Vm, args: &[Value]) -> Res {
    with_files(vm, args[0], |files, path| files.make_folder(path))?;
    Ok(Value::NONE)
}

fn remove_folder(vm: &mut Vm, args: &[Value]) -> Res {
    with_files(vm, args[0], |files, path| files.remove_folder(path))?;
    Ok(Value::NONE)
}

/// Names in a folder, sorted.
fn list_folder(vm: &mut Vm, args: &[Value]) -> Res {
    let mut names = with_files(vm, args[0], |files, path| files.list(path))?;
    names.sort();
    let names = names.into_iter().map(|name| vm.string(name)).collect();
    Ok(vm.list(names))
}

fn is_folder(vm: &mut Vm, args: &[Value]) -> Res {
    let is_folder = with_files(vm, args[0], |files, path| Ok(files.is_folder(path)))?;
    Ok(Value::bool(is_folder))
}

// The program's surroundings.

/// Pairs of names and values.
fn environment(vm: &mut Vm, _: &[Value]) -> Res {
    let pairs = vm.extension::<ProgramContext>().environment.clone();
    let mut items = Vec::with_capacity(pairs.len());
    for (name, value) in pairs {
        let pair = [vm.string(name), vm.string(value)];
        items.push(vm.tuple(&pair));
    }
    Ok(vm.list(items))
}

fn working_folder(vm: &mut Vm, _: &[Value]) -> Res {
    let folder = vm.extension::<ProgramContext>().working_folder.clone();
    Ok(vm.string(folder))
}

fn random_bytes(vm: &mut Vm, args: &[Value]) -> Res {
    let size = vm.index_exact(args[0])?;
    let Ok(size) = usize::try_from(size) else {
        return Err(vm.value_error("negative argument not allowed"));
    };
    vm.reserve(size)?;
    let context = vm.extension::<ProgramContext>();
    let mut data = Vec::with_capacity(size.saturating_add(8));
    while data.len() < size {
        data.extend(context.next_random().to_le_bytes());
    }
    data.truncate(size);
    Ok(vm.bytes(&data))
}

/// `os._exit`.
fn exit_now(vm: &mut Vm, args: &[Value]) -> Res {
    let status = vm.index(args[0])?;
    Err(Throw::Halt(Halt::Exit(status as i32)))
}
