//! Built-in functions that look at names, attributes and code: `getattr`,
//! `vars`, `globals`, `exec`, `__build_class__` and the like.

use std::rc::Rc;

use crate::builtins::object::attr_name;
use crate::fiber::Frame;
use crate::native::{NativeDef, function};
use crate::throw::{Pending, Request};
use crate::value::Kind;
use crate::vm::CompileMode;
use crate::{CodeObj, Completion, PyDict, Res, Throw, Value, Vm};

fn getattr(vm: &mut Vm, args: &[Value]) -> Res {
    let name = attr_name(vm, args[1])?;
    let default = args[2];
    if default.is_unbound() {
        return vm.get_attr(args[0], name);
    }
    let state = [default, Value::NONE, Value::NONE, Value::NONE];
    match vm.get_attr(args[0], name) {
        Err(Throw::Call) => Err(vm.and_then(state, or_default)),
        Err(Throw::Raise(exception)) => or_default(vm, state, Completion::Raised(exception)),
        other => other,
    }
}

fn or_default(vm: &mut Vm, [default, ..]: [Value; 4], completion: Completion) -> Res {
    match completion {
        Completion::Raised(exception) if vm.is_instance(exception, vm.types.attribute_error) => {
            Ok(default)
        }
        other => other.value(),
    }
}

fn hasattr(vm: &mut Vm, args: &[Value]) -> Res {
    let name = attr_name(vm, args[1])?;
    match vm.get_attr(args[0], name) {
        Ok(_) => Ok(Value::TRUE),
        Err(Throw::Call) => Err(vm.and_then([Value::NONE; 4], has)),
        Err(Throw::Raise(exception)) => has(vm, [Value::NONE; 4], Completion::Raised(exception)),
        Err(other) => Err(other),
    }
}

fn has(vm: &mut Vm, _: [Value; 4], completion: Completion) -> Res {
    match completion {
        Completion::Raised(exception) if vm.is_instance(exception, vm.types.attribute_error) => {
            Ok(Value::FALSE)
        }
        Completion::Raised(exception) => Err(Throw::Raise(exception)),
        _ => Ok(Value::TRUE),
    }
}

fn setattr(vm: &mut Vm, args: &[Value]) -> Res {
    let name = attr_name(vm, args[1])?;
    match vm.set_attr(args[0], name, args[2]) {
        Ok(()) => Ok(Value::NONE),
        Err(Throw::Call) => Err(vm.and_then([Value::NONE; 4], give_none)),
        Err(other) => Err(other),
    }
}

fn delattr(vm: &mut Vm, args: &[Value]) -> Res {
    let name = attr_name(vm, args[1])?;
    match vm.set_attr(args[0], name, Value::UNBOUND) {
        Ok(()) => Ok(Value::NONE),
        Err(Throw::Call) => Err(vm.and_then([Value::NONE; 4], give_none)),
        Err(other) => Err(other),
    }
}

fn give_none(_: &mut Vm, _: [Value; 4], completion: Completion) -> Res {
    completion.value()?;
    Ok(Value::NONE)
}

impl Vm {
    /// Globals of the innermost frame, the prelude's own left out.
    fn caller_globals(&mut self) -> Value {
        self.current_globals().unwrap_or(self.builtins)
    }

    /// `locals()` of the innermost frame of the program.
    pub(crate) fn caller_locals(&mut self) -> Value {
        let frame = self.frames.iter().rev().find_map(|frame| match frame {
            Frame::Python(frame) if !frame.code.code.flags.hidden => Some(frame),
            _ => None,
        });
        let Some(frame) = frame else {
            return self.builtins;
        };
        if let Some(namespace) = frame.namespace.bound() {
            return namespace;
        }
        let code = frame.code.clone();
        if &*code.code.name == "<module>" {
            return frame.globals;
        }
        let base = frame.base as usize;
        let mut pairs = Vec::new();
        for (at, name) in code.code.varnames.iter().enumerate() {
            let value = self.stack[base + at];
            let value = if value.is(Kind::Cell) {
                self.heap.cell(value).value
            } else {
                value
            };
            if !name.is_empty() && !name.starts_with('.') && !value.is_unbound() {
                pairs.push((name.clone(), value));
            }
        }
        let dict = self.heap.new_dict(PyDict::default());
        for (name, value) in pairs {
            self.dict_set_text(dict, &name, value);
        }
        dict
    }
}

fn globals(vm: &mut Vm, _: &[Value]) -> Res {
    Ok(vm.caller_globals())
}

fn locals(vm: &mut Vm, _: &[Value]) -> Res {
    Ok(vm.caller_locals())
}

fn vars(vm: &mut Vm, args: &[Value]) -> Res {
    if args[0].is_unbound() {
        return Ok(vm.caller_locals());
    }
    let name = vm.names.dict;
    match vm.get_attr(args[0], name) {
        Err(Throw::Raise(exception)) if vm.is_instance(exception, vm.types.attribute_error) => {
            Err(vm.type_error("vars() argument must have __dict__ attribute"))
        }
        other => other,
    }
}

fn dir(vm: &mut Vm, args: &[Value]) -> Res {
    if args[0].is_unbound() {
        let locals = vm.caller_locals();
        return Err(vm.tail_prelude("sorted_keys", &[locals]));
    }
    let Some(method) = vm.lookup_special(args[0], vm.names.dir) else {
        return Err(vm.type_error("object does not provide __dir__"));
    };
    match vm.call_special(method, args[0], &[]) {
        Ok(names) => Err(vm.tail_prelude("sorted_names", &[names])),
        Err(Throw::Call) => Err(vm.and_then([Value::NONE; 4], |vm, _, completion| {
            let names = completion.value()?;
            Err(vm.tail_prelude("sorted_names", &[names]))
        })),
        other => other,
    }
}

/// The source of `compile`, `exec`, `eval` as text.
fn source_text(vm: &mut Vm, source: Value, what: &str) -> Res<String> {
    if let Some(text) = vm.as_text(source) {
        return Ok(text.to_owned());
    }
    let plain = vm.heap.payload(source);
    if plain.is(Kind::Bytes) {
        return match String::from_utf8(vm.heap.pybytes(plain).data.to_vec()) {
            Ok(text) => Ok(text),
            Err(_) => Err(vm.syntax_error("source is not valid UTF-8")),
        };
    }
    let message = format!("{what}() arg 1 must be a string, bytes or code object");
    Err(vm.type_error(message))
}

impl Vm {
    /// Compiles source; a diagnostic becomes the `SyntaxError`.
    pub fn compile_source(
        &mut self,
        source: &str,
        filename: &str,
        mode: CompileMode,
    ) -> Res<Rc<CodeObj>> {
        match self.environment.compile(source, filename, mode) {
            Ok(code) => {
                let filename: Rc<str> = filename.into();
                Ok(self.load_code(code, &filename))
            }
            Err(errors) => Err(self.source_error(source, filename, errors)),
        }
    }

    /// The `SyntaxError` for what the compiler found.
    pub fn source_error(
        &mut self,
        source: &str,
        filename: &str,
        errors: Vec<crate::SourceError>,
    ) -> Throw {
        let Some(error) = errors.into_iter().next() else {
            return self.syntax_error("invalid syntax");
        };
        let class = match error.class {
            "IndentationError" => self.types.indentation_error,
            "TabError" => self.types.tab_error,
            _ => self.types.syntax_error,
        };
        let message = self.string(error.message);
        let filename = self.str(filename);
        let line_text = source
            .lines()
            .nth((error.line as usize).saturating_sub(1))
            .map(|line| format!("{line}\n"));
        let text = match line_text {
            Some(line) => self.string(line),
            None => Value::NONE,
        };
        let details = [
            filename,
            Value::int32(error.line as i32),
            Value::int32(error.column as i32),
            text,
            Value::int32(error.end_line as i32),
            Value::int32(error.end_column as i32),
        ];
        let tuple = self.tuple(&details);
        let exception = self.make_exception(class, &[message, tuple]);
        for (name, value) in [
            ("msg", message),
            ("filename", details[0]),
            ("lineno", details[1]),
            ("offset", details[2]),
            ("text", details[3]),
            ("end_lineno", details[4]),
            ("end_offset", details[5]),
            ("print_file_and_line", Value::NONE),
        ] {
            self.set_exception_attr(exception, name, value);
        }
        Throw::Raise(exception)
    }

    /// Asks for a code object to be run with these namespaces.
    fn run_code(
        &mut self,
        code: Rc<CodeObj>,
        globals: Value,
        locals: Value,
        closure: Box<[Value]>,
    ) -> Throw {
        if self.namespace_get(globals, self.names.builtins).is_none() {
            let builtins = self.builtins;
            self.namespace_set(globals, self.names.builtins, builtins);
        }
        let of_function = super::code::is_function(&code);
        let function = self.bare_function(code, globals, closure);
        if of_function {
            // Its variables are its own, whatever the namespace.
            return self.tail_call(function, &[]);
        }
        let namespace = if locals == globals {
            Value::UNBOUND
        } else {
            locals
        };
        self.pending = Pending {
            what: Request::Body {
                function,
                namespace,
            },
            then: Default::default(),
        };
        Throw::Call
    }

    /// The cells that `exec` gives a code object with free variables.
    fn exec_closure(&mut self, code: &CodeObj, closure: Value) -> Res<Box<[Value]>> {
        let count = code.code.captures.len();
        if count == 0 {
            return match closure.is_none() {
                true => Ok(Box::default()),
                false => Err(self.type_error("cannot use a closure with this code object")),
            };
        }
        let cells = self
            .heap
            .as_items(closure)
            .filter(|_| closure.is(Kind::Tuple))
            .map(<[Value]>::to_vec);
        match cells {
            Some(cells) if cells.len() == count && cells.iter().all(|cell| cell.is(Kind::Cell)) => {
                Ok(cells.into())
            }
            _ => Err(self.type_error(format!(
                "code object requires a closure of exactly length {count}"
            ))),
        }
    }

    fn namespaces(&mut self, globals: Value, locals: Value, what: &str) -> Res<(Value, Value)> {
        if globals.is_none() {
            let own = self.caller_globals();
            let locals = if locals.is_none() {
                self.caller_locals()
            } else {
                locals
            };
            return Ok((own, locals));
        }
        let plain = self.heap.payload(globals);
        if !plain.is(Kind::Dict) {
            let message = format!(
                "{what}() globals must be a dict, not {}",
                self.type_name(globals)
            );
            return Err(self.type_error(message));
        }
        Ok((plain, if locals.is_none() { globals } else { locals }))
    }
}

impl Vm {
    /// What the prelude's `warn_of_syntax` takes, if what was just compiled
    /// gives cause for warnings.
    pub fn syntax_warnings(&mut self) -> Option<Value> {
        let found = self.environment.take_warnings();
        if found.is_empty() {
            return None;
        }
        let items = found
            .into_iter()
            .map(|warning| {
                let text = warning.text.or_else(|| {
                    let line = self
                        .environment
                        .source_line(&warning.filename, warning.line)?;
                    Some(format!("{line}\n"))
                });
                let place = [
                    self.string(warning.filename),
                    Value::count(warning.line as usize),
                    Value::count(warning.column as usize),
                    text.map_or(Value::NONE, |text| self.string(text)),
                    Value::count(warning.end_line as usize),
                    Value::count(warning.end_column as usize),
                ];
                let item = [self.string(warning.message), self.tuple(&place)];
                self.tuple(&item)
            })
            .collect();
        Some(self.list(items))
    }
}

fn exec(vm: &mut Vm, args: &[Value]) -> Res {
    let (globals, locals) = vm.namespaces(args[1], args[2], "exec")?;
    let code = match vm.code_of(args[0]) {
        Some(code) => code,
        None if !args[3].is_none() => {
            return Err(vm.type_error("closure can only be used when source is a code object"));
        }
        None => {
            let source = source_text(vm, args[0], "exec")?;
            let mode = if locals == globals {
                CompileMode::Module
            } else {
                CompileMode::Exec
            };
            let code = vm.compile_source(&source, "<string>", mode)?;
            if let Some(warnings) = vm.syntax_warnings() {
                let state = [vm.code_object(code), globals, locals, args[3]];
                let warn = vm.prelude("warn_of_syntax");
                return Err(
                    vm.call_then(warn, &[warnings], state, |vm, state, completion| {
                        completion.value()?;
                        let [code, globals, locals, closure] = state;
                        exec(vm, &[code, globals, locals, closure])
                    }),
                );
            }
            code
        }
    };
    let closure = vm.exec_closure(&code, args[3])?;
    let throw = vm.run_code(code, globals, locals, closure);
    Err(match throw {
        Throw::Call => vm.and_then([Value::NONE; 4], give_none),
        other => other,
    })
}

fn eval(vm: &mut Vm, args: &[Value]) -> Res {
    let (globals, locals) = vm.namespaces(args[1], args[2], "eval")?;
    let code = match vm.code_of(args[0]) {
        Some(code) => code,
        None => {
            let source = source_text(vm, args[0], "eval")?;
            let source = source.trim_start_matches([' ', '\t']).to_owned();
            let mode = if locals == globals {
                CompileMode::Eval
            } else {
                CompileMode::EvalNamespace
            };
            let code = vm.compile_source(&source, "<string>", mode)?;
            if let Some(warnings) = vm.syntax_warnings() {
                let state = [vm.code_object(code), globals, locals, Value::NONE];
                let warn = vm.prelude("warn_of_syntax");
                return Err(
                    vm.call_then(warn, &[warnings], state, |vm, state, completion| {
                        completion.value()?;
                        eval(vm, &state[..3])
                    }),
                );
            }
            code
        }
    };
    if !code.code.captures.is_empty() {
        return Err(vm.type_error("code object passed to eval() may not contain free variables"));
    }
    Err(vm.run_code(code, globals, locals, Box::default()))
}

/// Flags that change nothing of how a source is compiled here: `CO_NESTED`,
/// what names of `__future__` set, and of the `PyCF` ones
/// `DONT_IMPLY_DEDENT`, `IGNORE_COOKIE`, `TYPE_COMMENTS`.
const SOURCE_FLAGS: i64 = 0x1FF_0010 | 0x1A00;

fn compile(vm: &mut Vm, args: &[Value]) -> Res {
    if vm.code_of(args[0]).is_some() {
        return Ok(args[0]);
    }
    let is_plain = (vm.as_text(args[0]).is_some() || vm.heap.payload(args[0]).is(Kind::Bytes))
        && vm.as_text(args[1]).is_some()
        && vm
            .as_i64(args[3])
            .is_some_and(|flags| flags & !SOURCE_FLAGS == 0)
        && matches!(vm.as_i64(args[5]), Some(-1 | 0));
    if !is_plain {
        return Err(vm.tail_prelude("compile_other", args));
    }
    let source = source_text(vm, args[0], "compile")?;
    let filename = match vm.as_text(args[1]) {
        Some(text) => text.to_owned(),
        None => "<string>".to_owned(),
    };
    let mode = match vm.as_text(args[2]) {
        Some("exec") => CompileMode::Exec,
        Some("eval") => CompileMode::EvalNamespace,
        Some("single") => CompileMode::Single,
        _ => return Err(vm.tail_prelude("compile_other", args)),
    };
    let source = if mode == CompileMode::EvalNamespace {
        source.trim_start_matches([' ', '\t']).to_owned()
    } else {
        source
    };
    let code = vm.compile_source(&source, &filename, mode)?;
    let code = vm.code_object(code);
    let Some(warnings) = vm.syntax_warnings() else {
        return Ok(code);
    };
    let warn = vm.prelude("warn_of_syntax");
    let state = [code, Value::NONE, Value::NONE, Value::NONE];
    Err(
        vm.call_then(warn, &[warnings], state, |_, [code, ..], completion| {
            completion.value()?;
            Ok(code)
        }),
    )
}

fn build_class(vm: &mut Vm, args: &[Value]) -> Res {
    // A body is run as it stands, so it must be one that can end.
    if !args[0].is(Kind::Function) || !is_plain(vm, args[0]) {
        return Err(vm.type_error("__build_class__: func must be a function"));
    }
    if vm.as_text(args[1]).is_none() {
        return Err(vm.type_error("__build_class__: name is not a string"));
    }
    Err(vm.tail_prelude("build_class", args))
}

/// Whether a call runs the function's code to its end.
fn is_plain(vm: &Vm, function: Value) -> bool {
    let flags = &vm.heap.function(function).code.code.flags;
    !(flags.generator || flags.coroutine || flags.async_generator)
}

/// Runs a class body in a namespace; gives its `__class__` cell or None.
fn run_body(vm: &mut Vm, args: &[Value]) -> Res {
    vm.pending = Pending {
        what: Request::Body {
            function: args[0],
            namespace: args[1],
        },
        then: Default::default(),
    };
    Err(Throw::Call)
}

fn exec_module(vm: &mut Vm, args: &[Value]) -> Res {
    match vm.code_of(args[0]) {
        Some(code) => Err(vm.exec_code(code, args[1], Value::UNBOUND)),
        None => Err(vm.type_error("exec_module() needs a code object")),
    }
}

fn type_lookup(vm: &mut Vm, args: &[Value]) -> Res {
    let name = attr_name(vm, args[1])?;
    match vm.lookup(args[0], name) {
        Some(found) => Ok(found),
        None => Err(vm.lookup_error("not found")),
    }
}

/// The type's attribute by MRO, or None.
fn type_find(vm: &mut Vm, args: &[Value]) -> Res {
    let name = attr_name(vm, args[1])?;
    Ok(vm.lookup(args[0], name).unwrap_or(Value::NONE))
}

fn cell_is(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(Value::bool(
        args[0].is(Kind::Cell) && vm.heap.cell(args[0]).value == args[1],
    ))
}

fn cell_empty(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(Value::bool(vm.heap.cell(args[0]).value.is_unbound()))
}

fn set_mro(vm: &mut Vm, args: &[Value]) -> Res {
    let mro = vm.heap.tuple(args[1]).to_vec();
    vm.set_mro(args[0], &mro)?;
    Ok(Value::NONE)
}

fn finish_class_now(vm: &mut Vm, args: &[Value]) -> Res {
    vm.finish_class(args[0], args[1])
}

/// Whether a function's calls give generators; of what kind, or None.
fn generator_kind(vm: &mut Vm, args: &[Value]) -> Res {
    if !args[0].is(Kind::Function) {
        return Ok(Value::NONE);
    }
    let flags = vm.heap.function(args[0]).code.code.flags;
    Ok(match () {
        _ if flags.async_generator => vm.str("async_generator"),
        _ if flags.coroutine => vm.str("coroutine"),
        _ if flags.generator => vm.str("generator"),
        _ => Value::NONE,
    })
}

fn set_asyncgen_hooks(vm: &mut Vm, args: &[Value]) -> Res {
    if !args[0].is_unbound() {
        vm.asyncgen_firstiter = args[0];
    }
    if !args[1].is_unbound() {
        vm.asyncgen_finalizer = args[1];
    }
    Ok(Value::NONE)
}

fn get_asyncgen_hooks(vm: &mut Vm, _: &[Value]) -> Res {
    let pair = [vm.asyncgen_firstiter, vm.asyncgen_finalizer];
    Ok(vm.tuple(&pair))
}

fn handled_exception(vm: &mut Vm, _: &[Value]) -> Res {
    Ok(vm.handled_exception())
}

static FUNCTIONS: &[NativeDef] = &[
    function("getattr", "object, name, default=..., /", getattr),
    function("hasattr", "object, name, /", hasattr),
    function("setattr", "object, name, value, /", setattr),
    function("delattr", "object, name, /", delattr),
    function("globals", "", globals),
    function("locals", "", locals),
    function("vars", "object=..., /", vars),
    function("dir", "object=..., /", dir),
    function(
        "exec",
        "source, /, globals=None, locals=None, *, closure=None",
        exec,
    ),
    function("eval", "source, /, globals=None, locals=None", eval),
    function(
        "compile",
        "source, filename, mode, flags=0, dont_inherit=False, optimize=-1, *, _feature_version=-1",
        compile,
    ),
    function(
        "__build_class__",
        "func, name, /, *bases, **kwargs",
        build_class,
    ),
];

/// What the prelude needs of this; bound as its globals.
static HELPERS: &[NativeDef] = &[
    function("run_body", "function, namespace, /", run_body),
    function("exec_module", "code, namespace, /", exec_module),
    function("type_lookup", "cls, name, /", type_lookup),
    function("type_find", "cls, name, /", type_find),
    function("set_mro", "cls, mro, /", set_mro),
    function("finish_class_now", "cls, kwargs, /", finish_class_now),
    function("cell_is", "cell, value, /", cell_is),
    function("cell_empty", "cell, /", cell_empty),
    function("generator_kind", "function, /", generator_kind),
    function(
        "set_asyncgen_hooks_now",
        "firstiter=..., finalizer=..., /",
        set_asyncgen_hooks,
    ),
    function("get_asyncgen_hooks_now", "", get_asyncgen_hooks),
    function("handled_exception", "", handled_exception),
];

impl Vm {
    /// The globals of the prelude: a dict with the helpers of the VM, to be
    /// filled by running the prelude's code in it.
    pub fn prelude_namespace(&mut self) -> Value {
        if self.prelude.is_unbound() {
            let dict = self.heap.new_dict(PyDict::default());
            let name = self.intern("_prelude");
            self.namespace_set(dict, self.names.name, name);
            self.add_functions(dict, name, HELPERS);
            self.add_functions(dict, name, crate::builtins::dict::TABLE_FUNCTIONS);
            self.add_functions(dict, name, crate::builtins::exceptions::EXCEPTION_FUNCTIONS);
            self.add_functions(dict, name, crate::builtins::iters::ITER_FUNCTIONS);
            self.add_functions(dict, name, crate::builtins::matching::MATCH_FUNCTIONS);
            self.add_functions(dict, name, crate::builtins::report::REPORT_FUNCTIONS);
            self.add_functions(dict, name, crate::builtins::finalizers::FINALIZER_FUNCTIONS);
            self.prelude = dict;
        }
        self.prelude
    }
}

pub(crate) fn register(vm: &mut Vm) {
    let name = vm.intern("builtins");
    let dict = vm.builtins;
    vm.add_functions(dict, name, FUNCTIONS);
}
