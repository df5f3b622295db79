//! Calling: functions, natives, classes, everything callable.
//!
//! Arguments stand on the fiber's stack where the caller put them; a Python
//! function's frame begins right there, so a plain call copies nothing.

use std::cell::Cell;
use std::rc::Rc;

use airlock_bytecode::{Code, Const};
use smallvec::SmallVec;

use crate::codeobj::{Cache, CodeObj};
use crate::fiber::{Frame, PyFrame, Ret};
use crate::generator::{Generator, GeneratorKind, GeneratorState};
use crate::native::{Default, MAX_PARAMS, NativeDef, NativeRole};
use crate::object::{Construct, Layout, PyFunction, PyIter, PyNative};
use crate::throw::{Continuation, Pending, Request};
use crate::unwind::copy_few;
use crate::value::Kind;
use crate::{Completion, PyDict, Res, Throw, Value, Vm};

/// How a call went on.
pub(crate) enum Flow {
    /// It is over already.
    Done(Value),
    /// A frame was pushed; its return value goes where `ret` says.
    Pushed,
}

type Args = SmallVec<[Value; 6]>;

/// Up to so many parameters a native is called the short way.
const FEW_PARAMS: usize = 4;

impl Vm {
    /// Makes compiled code ready to run.
    pub fn load_code(&mut self, code: Rc<Code>, filename: &Rc<str>) -> Rc<CodeObj> {
        let children: Box<[Option<Rc<CodeObj>>]> = code
            .consts
            .iter()
            .map(|constant| match constant {
                Const::Code(child) => Some(self.load_code(child.clone(), filename)),
                _ => None,
            })
            .collect();
        let consts = code
            .consts
            .iter()
            .map(|constant| self.load_const(constant))
            .collect();
        let names = code
            .names
            .iter()
            .map(|name| self.heap.intern(name))
            .collect();
        let named = (code.params.positional + code.params.keyword_only) as usize;
        let param_names = code.varnames[..named]
            .iter()
            .map(|name| self.heap.intern(name))
            .collect();
        let caches = vec![Cell::new(Cache::EMPTY); code.sites.len()].into_boxed_slice();
        let flags = code.flags;
        let params = code.params;
        let simple = !params.varargs && !params.varkw && params.keyword_only == 0;
        let suspends = flags.generator || flags.coroutine || flags.async_generator;
        let arity = params.count() as u32;
        let loaded = Rc::new(CodeObj {
            consts,
            names,
            params: param_names,
            children,
            caches,
            labels: Cell::new(None),
            shortcut: Cell::new(None),
            filename: filename.clone(),
            simple,
            suspends,
            awaits: simple && flags.coroutine && !flags.async_generator,
            plain: simple && !suspends && code.captures.is_empty(),
            arity,
            variables: arity.max(code.varnames.len() as u32),
            registers: code.registers as u32,
            code,
        });
        self.codes.push(Rc::downgrade(&loaded));
        loaded
    }

    /// A constant as a value.
    pub fn load_const(&mut self, constant: &Const) -> Value {
        match constant {
            Const::None | Const::Code(_) => Value::NONE,
            Const::Bool(value) => Value::bool(*value),
            Const::Ellipsis => Value::ELLIPSIS,
            Const::Int(value) => self.int(*value),
            Const::BigInt(digits) => match digits.parse() {
                Ok(value) => self.heap.new_bigint(value),
                Err(_) => Value::NONE,
            },
            Const::Float(value) => Value::float(*value),
            Const::Complex(real, imag) => crate::builtins::complex::make(self, *real, *imag),
            // Short constants are shared, as identifiers often are keys.
            Const::Str(text) if text.len() <= 40 => self.heap.intern(text),
            Const::Str(text) => self.str(text),
            Const::SurrogateStr(data) => {
                let text = crate::builtins::unicode::from_wtf8(data);
                self.string(text)
            }
            Const::Bytes(data) => self.bytes(data),
            Const::Tuple(items) => {
                let items: Vec<Value> = items.iter().map(|item| self.load_const(item)).collect();
                self.tuple(&items)
            }
            Const::FrozenSet(items) => {
                let set = self.heap.new_set(PyDict::default(), true);
                for item in items.iter() {
                    let item = self.load_const(item);
                    // Constants always hash.
                    let _ = self.set_add(set, item);
                }
                set
            }
        }
    }

    /// Asks for module code to be run in a namespace; its value is None.
    pub fn exec_code(&mut self, code: Rc<CodeObj>, globals: Value, namespace: Value) -> Throw {
        let function = self.bare_function(code, globals, Box::default());
        self.pending = Pending {
            what: Request::Body {
                function,
                namespace,
            },
            then: SmallVec::new(),
        };
        Throw::Call
    }

    /// The name, qualified name and docstring of a function made of `code`.
    #[inline]
    pub(crate) fn labels_of(&mut self, code: &CodeObj) -> [Value; 3] {
        match code.labels.get() {
            Some(labels) => labels,
            None => self.make_labels(code),
        }
    }

    fn make_labels(&mut self, code: &CodeObj) -> [Value; 3] {
        let name = self.heap.intern(&code.code.name);
        let qualname = self.heap.intern(&code.code.qualname);
        let doc = match &code.code.doc {
            Some(text) => self.heap.intern(text),
            None => Value::NONE,
        };
        let labels = [name, qualname, doc];
        code.labels.set(Some(labels));
        labels
    }

    /// A function that is no more than its code and its surroundings.
    pub(crate) fn bare_function(
        &mut self,
        code: Rc<CodeObj>,
        globals: Value,
        closure: Box<[Value]>,
    ) -> Value {
        let name = self.intern(&code.code.name);
        self.heap.new_function(PyFunction {
            code,
            globals,
            closure,
            defaults: Value::NONE,
            kwdefaults: Value::NONE,
            name,
            qualname: name,
            module: Value::NONE,
            doc: Value::NONE,
            annotate: Value::NONE,
            annotations: Value::UNBOUND,
            type_params: Value::UNBOUND,
            dict: Value::NONE,
        })
    }

    /// Tail call with a tuple of arguments and a dict of keyword arguments.
    pub fn tail_call_with(&mut self, callee: Value, args: Value, kwargs: Value) -> Throw {
        let mut all: Args = self.heap.as_items(args).unwrap_or(&[]).into();
        let mut names = Value::UNBOUND;
        if kwargs.is(Kind::Dict) && !self.heap.dict(kwargs).is_empty() {
            let pairs: Vec<(Value, Value)> = self.heap.dict(kwargs).iter().collect();
            let keys: Vec<Value> = pairs.iter().map(|(key, _)| *key).collect();
            all.extend(pairs.iter().map(|(_, value)| *value));
            names = self.tuple(&keys);
        }
        self.pending = Pending {
            what: Request::Call {
                callee,
                args: all,
                names,
            },
            then: SmallVec::new(),
        };
        Throw::Call
    }

    /// Where free stack begins above the current frames.
    pub(crate) fn stack_top(&self) -> usize {
        for frame in self.frames.iter().rev() {
            if let Frame::Python(frame) = frame {
                return frame.base as usize + frame.code.registers as usize;
            }
        }
        0
    }

    /// Makes room for stack positions below `end`.
    #[inline(always)]
    pub(crate) fn ensure_stack(&mut self, end: usize) {
        if self.stack.len() < end {
            self.stack.resize((end * 2).max(256), Value::UNBOUND);
        }
    }

    /// Calls with arguments that are not on the stack yet.
    pub(crate) fn call_args(
        &mut self,
        callee: Value,
        args: &[Value],
        names: Value,
        ret: Ret,
    ) -> Res<Flow> {
        match callee.kind() {
            Some(Kind::Native) => Ok(Flow::Done(self.call_native(callee, args, names)?)),
            _ => {
                // One spare slot in front, for self or the new instance.
                let base = self.stack_top() + 1;
                self.ensure_stack(base + args.len());
                self.stack[base..base + args.len()].copy_from_slice(args);
                self.call_window(callee, base, args.len(), names, ret)
            }
        }
    }

    /// Calls with arguments at `base..base + argc` of the stack; the slot
    /// before them is free. The last arguments are named by the tuple `names`
    /// unless it is unbound.
    #[inline(never)]
    pub(crate) fn call_window(
        &mut self,
        callee: Value,
        base: usize,
        argc: usize,
        names: Value,
        ret: Ret,
    ) -> Res<Flow> {
        match callee.kind() {
            Some(Kind::Function) => self.call_function(callee, base, argc, names, ret),
            Some(Kind::Native) if names.is_unbound() => {
                Ok(Flow::Done(self.call_native_window(callee, base, argc)?))
            }
            Some(Kind::Native) => {
                let args: Args = self.stack[base..base + argc].into();
                Ok(Flow::Done(self.call_native(callee, &args, names)?))
            }
            Some(Kind::Method) => {
                let method = self.heap.method(callee);
                let function = method.function;
                self.stack[base - 1] = method.receiver;
                if function.is(Kind::Function) {
                    return self.call_function(function, base - 1, argc + 1, names, ret);
                }
                let args: Args = self.stack[base - 1..base + argc].into();
                if function.is(Kind::Native) {
                    return Ok(Flow::Done(self.call_native(function, &args, names)?));
                }
                self.call_nested(function, &args, names, ret)
            }
            Some(Kind::Type) => self.call_type(callee, base, argc, names, ret),
            _ => {
                let Some(call) = self.lookup_special(callee, self.names.call) else {
                    let message = self.not_callable(callee);
                    return Err(self.type_error(message));
                };
                self.stack[base - 1] = callee;
                if call.is(Kind::Function) {
                    return self.call_function(call, base - 1, argc + 1, names, ret);
                }
                let args: Args = self.stack[base - 1..base + argc].into();
                if call.is(Kind::Native) {
                    let args = &args[usize::from(!self.binds(call))..];
                    return Ok(Flow::Done(self.call_native(call, args, names)?));
                }
                // `__call__` is itself some object: bind and call that.
                let class = self.type_of(callee);
                match self.bind(call, callee, class) {
                    Ok(bound) => self.call_nested(bound, &args[1..], names, ret),
                    Err(Throw::Call) => {
                        let args = self.tuple(&args[1..]);
                        Err(self.and_then([args, names, Value::NONE, Value::NONE], call_bound))
                    }
                    Err(other) => Err(other),
                }
            }
        }
    }

    /// Calls what a callable without code of its own leads to. The chain may
    /// come back to itself, as with a class whose `__call__` is an instance.
    fn call_nested(&mut self, callee: Value, args: &[Value], names: Value, ret: Ret) -> Res<Flow> {
        self.check_nesting()?;
        self.nested_calls += 1;
        let flow = self.call_args(callee, args, names, ret);
        self.nested_calls -= 1;
        flow
    }

    /// Pushes the frame of a function that has nothing but positional
    /// parameters, each of which has its argument, and whose result goes into
    /// the register `dst` of the frame on top, which goes on at `pc`; false, and
    /// nothing done, if it is another one.
    #[inline(always)]
    pub(crate) fn call_plainly(
        &mut self,
        function: Value,
        base: usize,
        argc: usize,
        pc: usize,
        dst: u16,
    ) -> bool {
        let object = self.heap.function(function);
        let code = &object.code;
        let end = base + code.registers as usize;
        if !code.plain
            || argc != code.arity as usize
            || self.stack.len() < end
            || self.depth >= self.limits.recursion
        {
            return false;
        }
        let Some(Frame::Python(caller)) = self.frames.last_mut() else {
            return false;
        };
        caller.pc = pc as u32;
        // Where it returns to is written as what it is made of: copied as a whole,
        // right after it was made, it would have to wait for its parts.
        let frame = PyFrame {
            code: code.clone(),
            pc: 0,
            base: base as u32,
            ret: Ret::Reg(dst),
            globals: object.globals,
            namespace: Value::UNBOUND,
            generator: Value::UNBOUND,
            handled: Value::NONE,
            function,
        };
        for variable in &mut self.stack[base + argc..base + code.variables as usize] {
            *variable = Value::UNBOUND;
        }
        self.depth += 1;
        self.frames.push(Frame::Python(frame));
        true
    }

    /// Whether Rust may call itself once more for one Python call.
    #[inline]
    pub(crate) fn check_nesting(&mut self) -> Res<()> {
        const DEEPEST: usize = 100;
        if self.nested_calls < DEEPEST {
            return Ok(());
        }
        Err(self.recursion_error("maximum recursion depth exceeded while calling a Python object"))
    }

    /// Calls a Python function whose frame will begin at `base`.
    #[inline(never)]
    pub(crate) fn call_function(
        &mut self,
        function: Value,
        base: usize,
        argc: usize,
        names: Value,
        ret: Ret,
    ) -> Res<Flow> {
        let object = self.heap.function(function);
        let code = object.code.clone();
        let globals = object.globals;
        let registers = code.registers as usize;
        if self.stack.len() < base + registers {
            self.ensure_stack(base + registers.max(argc));
        }
        let positional = code.code.params.positional as usize;
        let placed = code.simple
            && names.is_unbound()
            && (argc == positional
                || argc < positional && self.fill_defaults(function, base, argc, positional));
        if !placed {
            if let Some(shortcut) = code.shortcut.get() {
                let args: Args = self.stack[base..base + argc].into();
                if let Some(answer) = shortcut(self, function, &args, names) {
                    return answer.map(Flow::Done);
                }
            }
            self.bind_parameters(function, &code, base, argc, names)?;
        }
        let (params, variables) = (code.arity as usize, code.variables as usize);
        self.stack[base + params..base + variables].fill(Value::UNBOUND);
        let captures = code.code.captures.len();
        if captures > 0 {
            let closure = &self.heap.function(function).closure;
            self.stack[base + params..base + params + captures]
                .copy_from_slice(&closure[..captures]);
        }
        if code.suspends {
            return Ok(Flow::Done(self.make_generator(function, code, base)));
        }
        self.push_frame(PyFrame {
            code,
            pc: 0,
            base: base as u32,
            ret,
            globals,
            namespace: Value::UNBOUND,
            generator: Value::UNBOUND,
            handled: Value::NONE,
            function,
        })?;
        Ok(Flow::Pushed)
    }

    #[inline]
    pub(crate) fn push_frame(&mut self, frame: PyFrame) -> Res<()> {
        self.depth += 1;
        if self.depth > self.limits.recursion {
            self.depth -= 1;
            return Err(self.recursion_error("maximum recursion depth exceeded"));
        }
        self.frames.push(Frame::Python(frame));
        Ok(())
    }

    /// What a call of a coroutine function gives at once; `None`, and nothing
    /// is done, if it is another callable.
    pub fn make_coroutine(&mut self, function: Value, args: &[Value], names: Value) -> Option<Res> {
        if !function.is(Kind::Function) {
            return None;
        }
        let flags = self.heap.function(function).code.code.flags;
        if !flags.coroutine || flags.async_generator {
            return None;
        }
        Some(match self.call_args(function, args, names, Ret::Discard) {
            Ok(Flow::Done(coroutine)) => Ok(coroutine),
            Ok(Flow::Pushed) => unreachable!("a coroutine function runs nothing when called"),
            Err(throw) => Err(throw),
        })
    }

    /// What calling something that cannot be called says.
    fn not_callable(&mut self, callee: Value) -> String {
        let message = format!("'{}' object is not callable", self.type_name(callee));
        // As with `import time; time()`.
        if callee.is(Kind::Module)
            && let Some(name) = self.own_attr(callee, self.names.name)
            && name.is(Kind::Str)
            && let Some(member) = self.own_attr(callee, name)
            && self.is_callable(member)
            && let Some(name) = self.as_text(name)
        {
            return format!("{message}. Did you mean: '{name}.{name}(...)'?");
        }
        message
    }

    fn make_generator(&mut self, function: Value, code: Rc<CodeObj>, base: usize) -> Value {
        let flags = code.code.flags;
        let kind = code.generator_kind();
        self.note_generator(kind, &code);
        let (mut made_at, mut origin) = (None, Value::NONE);
        if kind == GeneratorKind::Coroutine {
            made_at = self.visible_place();
            origin = self.coroutine_origin();
        }
        let registers =
            SmallVec::from_slice(&self.stack[base..base + code.code.registers as usize]);
        let object = self.heap.function(function);
        let (globals, name, qualname) = (object.globals, object.name, object.qualname);
        self.heap.new_generator(Generator {
            kind,
            state: GeneratorState::Created,
            code,
            registers,
            pc: 0,
            sent_to: 0,
            globals,
            name,
            qualname,
            function,
            handled: Value::NONE,
            delegating: false,
            iterable_coroutine: flags.iterable_coroutine,
            hooks_inited: false,
            running_async: false,
            closed: false,
            finalizer: Value::NONE,
            awaited: false,
            made_at,
            origin,
        })
    }

    /// Gives the last parameters their defaults; false if one has none.
    fn fill_defaults(
        &mut self,
        function: Value,
        base: usize,
        argc: usize,
        positional: usize,
    ) -> bool {
        let defaults = self.heap.function(function).defaults;
        if defaults.is_none() {
            return false;
        }
        let items = self.heap.tuple(defaults);
        let absent = positional - argc;
        match items.len().checked_sub(absent) {
            Some(skip) => {
                self.stack[base + argc..base + positional]
                    .copy_from_slice(&items[skip..skip + absent]);
                true
            }
            None => false,
        }
    }

    /// Places the arguments of a call into the parameter registers.
    fn bind_parameters(
        &mut self,
        function: Value,
        code: &Rc<CodeObj>,
        base: usize,
        argc: usize,
        names: Value,
    ) -> Res<()> {
        let params = code.code.params;
        let positional = params.positional as usize;
        let keyword_only = params.keyword_only as usize;
        let named = if names.is_unbound() {
            0
        } else {
            self.heap.tuple(names).len()
        };
        let given = argc - named;
        let args: Args = self.stack[base..base + argc].into();
        let count = params.count();
        let end = base + (code.code.registers as usize).max(count);
        self.ensure_stack(end);
        self.stack[base..base + count].fill(Value::UNBOUND);

        let direct = given.min(positional);
        self.stack[base..base + direct].copy_from_slice(&args[..direct]);
        let varargs_at = base + positional + keyword_only;
        let varkw_at = varargs_at + params.varargs as usize;
        if params.varargs {
            self.stack[varargs_at] = self.tuple(&args[direct..given]);
        }
        if params.varkw {
            self.stack[varkw_at] = self.heap.new_dict(PyDict::default());
        }

        if named > 0 {
            let keys: Args = self.heap.tuple(names).into();
            let param_names = &code.params;
            for (&key, &value) in keys.iter().zip(&args[given..]) {
                let key = if key.is(Kind::Str) {
                    self.heap.find_interned(key).unwrap_or(key)
                } else {
                    key
                };
                let at = param_names[params.positional_only as usize..]
                    .iter()
                    .position(|&name| name == key)
                    .map(|at| at + params.positional_only as usize);
                match at {
                    Some(at) => {
                        if !self.stack[base + at].is_unbound() {
                            let message = format!(
                                "{}() got multiple values for argument '{}'",
                                self.function_name(function),
                                self.heap.str(key)
                            );
                            return Err(self.type_error(message));
                        }
                        self.stack[base + at] = value;
                    }
                    None if params.varkw => {
                        let dict = self.stack[varkw_at];
                        self.dict_set(dict, key, value)?;
                    }
                    None => {
                        let positional_only = &param_names[..params.positional_only as usize];
                        return Err(match self.misplaced(function, &keys, positional_only) {
                            Some(misplaced) => misplaced,
                            None => self.unexpected_keyword(function, key, param_names),
                        });
                    }
                }
            }
        }
        if given > positional && !params.varargs {
            return Err(self.too_many_arguments(function, code, given, base));
        }

        let (defaults, kwdefaults) = {
            let object = self.heap.function(function);
            (object.defaults, object.kwdefaults)
        };
        if !defaults.is_none() {
            let skip = positional.saturating_sub(self.heap.tuple(defaults).len());
            for at in skip..positional {
                if self.stack[base + at].is_unbound() {
                    let items = self.heap.tuple(defaults);
                    self.stack[base + at] = items[items.len() + at - positional];
                }
            }
        }
        let missing: Vec<usize> = (0..positional)
            .filter(|at| self.stack[base + at].is_unbound())
            .collect();
        if !missing.is_empty() {
            return Err(self.missing_arguments(function, code, &missing, "positional"));
        }
        if keyword_only > 0 {
            let mut missing = Vec::new();
            for at in positional..positional + keyword_only {
                if self.stack[base + at].is_unbound() {
                    let name = code.params[at];
                    match if kwdefaults.is_none() {
                        None
                    } else {
                        self.namespace_get(kwdefaults, name)
                    } {
                        Some(value) => self.stack[base + at] = value,
                        None => missing.push(at),
                    }
                }
            }
            if !missing.is_empty() {
                return Err(self.missing_arguments(function, code, &missing, "keyword-only"));
            }
        }
        Ok(())
    }

    fn function_name(&self, function: Value) -> String {
        self.heap
            .as_str(self.heap.function(function).qualname)
            .unwrap_or("function")
            .to_owned()
    }

    /// What names that stand for positional-only parameters are refused with,
    /// if any of `keys` does.
    #[cold]
    fn misplaced(
        &mut self,
        function: Value,
        keys: &[Value],
        positional_only: &[Value],
    ) -> Option<Throw> {
        let is_key = |name: &&str| {
            let mut keys = keys.iter().filter(|key| key.is(Kind::Str));
            keys.any(|&key| self.heap.str(key) == *name)
        };
        let names = positional_only.iter().map(|&name| self.heap.str(name));
        let names: Vec<&str> = names.filter(is_key).collect();
        if names.is_empty() {
            return None;
        }
        let message = format!(
            "{}() got some positional-only arguments passed as keyword arguments: '{}'",
            self.function_name(function),
            names.join(", ")
        );
        Some(self.type_error(message))
    }

    #[cold]
    fn unexpected_keyword(&mut self, function: Value, key: Value, params: &[Value]) -> Throw {
        if !key.is(Kind::Str) {
            return self.type_error("keywords must be strings");
        }
        let key_text = self.heap.str(key).to_owned();
        let candidates: Vec<String> = params
            .iter()
            .map(|&name| self.heap.str(name).to_owned())
            .collect();
        let mut message = format!(
            "{}() got an unexpected keyword argument '{key_text}'",
            self.function_name(function)
        );
        if let Some(found) =
            crate::unwind::closest(&key_text, candidates.iter().map(String::as_str))
        {
            message.push_str(&format!(". Did you mean '{found}'?"));
        }
        self.type_error(message)
    }

    #[cold]
    fn too_many_arguments(
        &mut self,
        function: Value,
        code: &Rc<CodeObj>,
        given: usize,
        base: usize,
    ) -> Throw {
        let params = code.code.params;
        let positional = params.positional as usize;
        let defaults = self.heap.function(function).defaults;
        let optional = if defaults.is_none() {
            0
        } else {
            self.heap.tuple(defaults).len()
        };
        let keyword_given = (positional..positional + params.keyword_only as usize)
            .filter(|at| !self.stack[base + at].is_unbound())
            .count();
        let takes = if optional > 0 {
            format!("from {} to {positional}", positional - optional)
        } else {
            format!("{positional}")
        };
        let plural = if positional == 1 && optional == 0 {
            ""
        } else {
            "s"
        };
        let was = if given == 1 && keyword_given == 0 {
            "was"
        } else {
            "were"
        };
        let extra = if keyword_given > 0 {
            format!(
                " positional argument{} (and {keyword_given} keyword-only argument{})",
                if given == 1 { "" } else { "s" },
                if keyword_given == 1 { "" } else { "s" }
            )
        } else {
            String::new()
        };
        let message = format!(
            "{}() takes {takes} positional argument{plural} but {given}{extra} {was} given",
            self.function_name(function)
        );
        self.type_error(message)
    }

    #[cold]
    fn missing_arguments(
        &mut self,
        function: Value,
        code: &Rc<CodeObj>,
        missing: &[usize],
        kind: &str,
    ) -> Throw {
        let names: Vec<String> = missing
            .iter()
            .map(|&at| format!("'{}'", code.code.varnames[at]))
            .collect();
        let list = match names.as_slice() {
            [one] => one.clone(),
            [first, second] => format!("{first} and {second}"),
            [rest @ .., last] => format!("{}, and {last}", rest.join(", ")),
            [] => String::new(),
        };
        let message = format!(
            "{}() missing {} required {kind} argument{}: {list}",
            self.function_name(function),
            names.len(),
            if names.len() == 1 { "" } else { "s" }
        );
        self.type_error(message)
    }

    /// `__new__` of a built-in type makes instances of it and its subclasses.
    fn check_new_class(&mut self, owner: Value, class: Option<Value>) -> Res<()> {
        let message = match class {
            // `bool` has a `__new__` of its own, and no others of it.
            Some(class) if class == self.types.bool && owner == self.types.int => {
                "int.__new__(bool) is not safe, use bool.__new__()".to_owned()
            }
            Some(class) if class.is(Kind::Type) && self.is_subtype(class, owner) => return Ok(()),
            Some(class) => {
                let owner = &self.heap.ty(owner).name;
                if class.is(Kind::Type) {
                    let name = &self.heap.ty(class).name;
                    format!("{owner}.__new__({name}): {name} is not a subtype of {owner}")
                } else {
                    format!(
                        "{owner}.__new__(X): X is not a type object ({})",
                        self.type_name(class)
                    )
                }
            }
            None => format!(
                "{}.__new__(): not enough arguments",
                self.heap.ty(owner).name
            ),
        };
        Err(self.type_error(message))
    }

    /// Calls a native. Its requests to be called again, or replaced by its
    /// Python version, come back as [`Throw::Call`].
    pub(crate) fn call_native(&mut self, native: Value, args: &[Value], names: Value) -> Res {
        if names.is_unbound() {
            let mut bound = [Value::UNBOUND; MAX_PARAMS];
            let object = self.heap.native(native);
            if let Some((def, count)) = self.bind_plainly(object, args, &mut bound) {
                return self.run_native(native, def, &bound[..count]);
            }
        }
        self.call_native_generally(native, args, names)
    }

    /// As [`Vm::call_native`], with positional arguments that stand on the
    /// stack.
    #[inline(never)]
    pub(crate) fn call_native_window(&mut self, native: Value, base: usize, argc: usize) -> Res {
        let object = self.heap.native(native);
        let signature = object.def.parsed();
        let args = &self.stack[base..base + argc];
        // Most natives take few values; only as many are cleared for them.
        if signature.params.len() <= FEW_PARAMS {
            let mut bound = [Value::UNBOUND; FEW_PARAMS];
            if let Some((def, count)) = self.bind_plainly(object, args, &mut bound) {
                return self.run_native(native, def, &bound[..count]);
            }
        } else {
            let mut bound = [Value::UNBOUND; MAX_PARAMS];
            if let Some((def, count)) = self.bind_plainly(object, args, &mut bound) {
                return self.run_native(native, def, &bound[..count]);
            }
        }
        let args: Args = self.stack[base..base + argc].into();
        self.call_native_generally(native, &args, Value::UNBOUND)
    }

    /// Binds arguments that only need to be placed, with the native's
    /// definition and how many values it takes; `None` for the rest.
    #[inline(always)]
    fn bind_plainly<const N: usize>(
        &self,
        native: &PyNative,
        args: &[Value],
        bound: &mut [Value; N],
    ) -> Option<(&'static NativeDef, usize)> {
        let def = native.def;
        let signature = def.parsed();
        let shift = !native.receiver.is_unbound() as usize;
        let given = args.len() + shift;
        let count = signature.params.len();
        if !signature.plain
            || given > signature.positional
            || given < signature.required
            || count > N
        {
            return None;
        }
        if shift > 0 {
            bound[0] = native.receiver;
        }
        copy_few(&mut bound[shift..given], args);
        copy_few(&mut bound[given..count], &signature.defaults[given..count]);
        match def.role {
            NativeRole::Method => {
                let class = self.type_of(bound[0]);
                if class != native.owner && !self.is_subtype(class, native.owner) {
                    return None;
                }
                if !def.raw_self {
                    bound[0] = self.heap.payload(bound[0]);
                }
            }
            NativeRole::New if bound[0] != native.owner => return None,
            _ => {}
        }
        Some((def, count))
    }

    fn run_native(&mut self, native: Value, def: &'static NativeDef, bound: &[Value]) -> Res {
        match (def.function)(self, bound) {
            Err(Throw::Python) => Err(self.native_slow(native, def, bound)),
            Err(Throw::Materialize(iterable)) => Err(self.materialize(native, bound, iterable)),
            other => other,
        }
    }

    /// Has the native called again with a list in the place of the iterable.
    fn materialize(&mut self, native: Value, bound: &[Value], iterable: Value) -> Throw {
        let args = self.tuple(bound);
        let state = [native, args, iterable, Value::NONE];
        if let Some(generator) = self.plain_generator(iterable) {
            self.pending = Pending {
                what: Request::Collect(generator),
                then: SmallVec::from_slice(&[(materialized as Continuation, state)]),
            };
            return Throw::Call;
        }
        let list_of = self.prelude("list_of");
        self.call_then(list_of, &[iterable], state, materialized)
    }

    /// The generator that an iterable is, or that a built-in iterator takes
    /// its items from.
    pub(crate) fn plain_generator(&self, iterable: Value) -> Option<Value> {
        let generator = match iterable.kind()? {
            Kind::Generator => iterable,
            Kind::Iter => match self.heap.iter(iterable) {
                PyIter::Wrapped { inner, .. } if inner.is(Kind::Generator) => *inner,
                _ => return None,
            },
            _ => return None,
        };
        let plain = self.heap.generator(generator).kind == GeneratorKind::Generator;
        plain.then_some(generator)
    }

    fn call_native_generally(&mut self, native: Value, args: &[Value], names: Value) -> Res {
        let object = self.heap.native(native);
        let def = object.def;
        let (receiver, owner) = (object.receiver, object.owner);
        let signature = def.parsed();
        let with_receiver: Args;
        let args = if receiver.is_unbound() {
            args
        } else {
            with_receiver = std::iter::once(receiver)
                .chain(args.iter().copied())
                .collect();
            &with_receiver
        };
        if def.role == NativeRole::Method {
            // The receiver must be what the method is for.
            let Some(&this) = args.first() else {
                let message = format!(
                    "unbound method {}.{}() needs an argument",
                    self.heap.ty(owner).name,
                    def.name
                );
                return Err(self.type_error(message));
            };
            let class = self.type_of(this);
            if class != owner && !self.is_subtype(class, owner) {
                let message = format!(
                    "descriptor '{}' for '{}' objects doesn't apply to a '{}' object",
                    def.name,
                    self.heap.ty(owner).name,
                    self.type_name(this)
                );
                return Err(self.type_error(message));
            }
        } else if def.role == NativeRole::New && args.first() != Some(&owner) {
            self.check_new_class(owner, args.first().copied())?;
        }
        let plain = names.is_unbound() && !signature.varkw && !signature.varargs;
        let mut bound: Args =
            if plain && args.len() <= signature.positional && args.len() >= signature.required {
                let mut bound: Args = args.into();
                for param in &signature.params[args.len()..] {
                    let value = self.native_default(&param.default);
                    match value {
                        Some(value) => bound.push(value),
                        None => return Err(self.native_missing(def.name, param.name)),
                    }
                }
                bound
            } else {
                self.bind_native(def, owner, args, names)?
            };
        if def.role == NativeRole::Method && !def.raw_self {
            bound[0] = self.heap.payload(bound[0]);
        }
        self.run_native(native, def, &bound)
    }

    fn native_default(&mut self, default: &Default) -> Option<Value> {
        Some(match default {
            Default::Required => return None,
            Default::Omitted => Value::UNBOUND,
            Default::None => Value::NONE,
            Default::Bool(value) => Value::bool(*value),
            Default::Int(value) => Value::int32(*value),
            Default::Str(text) => self.str(text),
        })
    }

    #[cold]
    fn native_missing(&mut self, function: &str, param: &str) -> Throw {
        self.type_error(format!("{function}() missing required argument '{param}'"))
    }

    #[cold]
    fn native_slow(
        &mut self,
        native: Value,
        def: &'static crate::NativeDef,
        bound: &[Value],
    ) -> Throw {
        let end = bound
            .iter()
            .rposition(|value| !value.is_unbound())
            .map_or(0, |at| at + 1);
        let Some(name) = def.slow else {
            // Without a version in Python, it may still do with plain numbers.
            let signature = def.parsed();
            let positional =
                end <= signature.positional && !bound[..end].iter().any(|value| value.is_unbound());
            let skipped = if self.heap.native(native).receiver.is_unbound() {
                0
            } else {
                1
            };
            if positional && end >= skipped {
                let args = self.tuple(&bound[skipped..end]);
                return self.tail_prelude("native_again", &[native, args]);
            }
            let message = format!(
                "{}() cannot call Python code from here in this version",
                def.name
            );
            return self.not_implemented_error(message);
        };
        let args: Args = bound[..end]
            .iter()
            .map(|value| value.bound().unwrap_or(Value::NONE))
            .collect();
        self.tail_prelude(name, &args)
    }

    fn bind_native(
        &mut self,
        def: &'static crate::NativeDef,
        owner: Value,
        args: &[Value],
        names: Value,
    ) -> Res<Args> {
        let signature = def.parsed();
        let named = if names.is_unbound() {
            0
        } else {
            self.heap.tuple(names).len()
        };
        let given = args.len() - named;
        let receivers = match def.role {
            NativeRole::Function | NativeRole::StaticMethod => 0,
            _ => 1,
        };
        if given > signature.positional && !signature.varargs {
            return Err(self.native_too_many(
                def,
                owner,
                given - receivers,
                signature.positional - receivers,
            ));
        }
        let mut bound: Args = SmallVec::new();
        bound.resize(signature.slots(), Value::UNBOUND);
        let direct = given.min(signature.positional);
        bound[..direct].copy_from_slice(&args[..direct]);
        // Slots: positional, *args, keyword-only, **kwargs.
        let shift = signature.varargs as usize;
        let slot = |at: usize| {
            if at < signature.positional {
                at
            } else {
                at + shift
            }
        };
        if signature.varargs {
            bound[signature.positional] = self.tuple(&args[direct..given]);
        }
        let mut filled: SmallVec<[bool; 8]> = SmallVec::from_elem(false, signature.params.len());
        filled[..direct].fill(true);
        let extra = if signature.varkw {
            self.heap.new_dict(PyDict::default())
        } else {
            Value::UNBOUND
        };
        if named > 0 {
            let keys: Args = self.heap.tuple(names).into();
            for (&key, &value) in keys.iter().zip(&args[given..]) {
                let Some(text) = self.as_text(key) else {
                    return Err(self.type_error("keywords must be strings"));
                };
                // A receiver has no name: `dict(cls=1)`.
                let unnamed = signature.positional_only.max(receivers);
                let at = signature.params[unnamed..]
                    .iter()
                    .position(|param| param.name == text)
                    .map(|at| at + unnamed);
                match at {
                    Some(at) if filled[at] => {
                        let message = format!(
                            "argument for {}() given by name ('{}') and position ({})",
                            def.name,
                            signature.params[at].name,
                            at + 1 - receivers
                        );
                        return Err(self.type_error(message));
                    }
                    Some(at) => {
                        bound[slot(at)] = value;
                        filled[at] = true;
                    }
                    None if signature.varkw => self.dict_set(extra, key, value)?,
                    None if self.ignores_keywords(def, owner, args) => {}
                    None => {
                        let message = if signature.params.len() == signature.positional_only {
                            format!(
                                "{}() takes no keyword arguments",
                                self.native_label(def, owner)
                            )
                        } else {
                            format!(
                                "{}() got an unexpected keyword argument '{text}'",
                                self.native_name(def, owner)
                            )
                        };
                        return Err(self.type_error(message));
                    }
                }
            }
        }
        if signature.varkw {
            let last = bound.len() - 1;
            bound[last] = extra;
        }
        for (at, param) in signature.params.iter().enumerate() {
            if !filled[at] {
                match self.native_default(&param.default) {
                    Some(value) => bound[slot(at)] = value,
                    None => {
                        if at >= receivers
                            && at < signature.positional
                            && at < signature.positional_only
                        {
                            return Err(self.native_too_few(
                                def,
                                owner,
                                given.saturating_sub(receivers),
                                receivers,
                            ));
                        }
                        return Err(self.native_missing_at(
                            def,
                            owner,
                            param.name,
                            at + 1 - receivers.min(at + 1),
                        ));
                    }
                }
            }
        }
        Ok(bound)
    }

    /// Whether `__new__` or `__init__` of a built-in type leaves keywords to the
    /// other one, which the subclass has in Python.
    #[cold]
    fn ignores_keywords(
        &self,
        def: &'static crate::NativeDef,
        owner: Value,
        args: &[Value],
    ) -> bool {
        let Some(&first) = args.first() else {
            return false;
        };
        let (class, other) = match def.role {
            NativeRole::New if first.is(Kind::Type) => (first, self.names.init),
            NativeRole::Method if def.name == "__init__" => (self.type_of(first), self.names.new),
            _ => return false,
        };
        class != owner
            && self
                .lookup(class, other)
                .is_some_and(|other| !other.is(Kind::Native))
    }

    #[cold]
    fn native_missing_at(
        &mut self,
        def: &'static crate::NativeDef,
        owner: Value,
        param: &str,
        at: usize,
    ) -> Throw {
        self.type_error(format!(
            "{}() missing required argument '{param}' (pos {at})",
            self.native_name(def, owner)
        ))
    }

    #[cold]
    fn native_too_few(
        &mut self,
        def: &'static crate::NativeDef,
        owner: Value,
        given: usize,
        receivers: usize,
    ) -> Throw {
        let signature = def.parsed();
        let required = signature.required - receivers;
        let positional = signature.positional - receivers;
        let message = if required == 1 && positional == 1 {
            format!(
                "{}() takes exactly one argument ({given} given)",
                self.native_label(def, owner)
            )
        } else if required == positional {
            format!(
                "{} expected {required} argument{}, got {given}",
                self.native_name(def, owner),
                if required == 1 { "" } else { "s" }
            )
        } else {
            format!(
                "{} expected at least {required} argument{}, got {given}",
                self.native_name(def, owner),
                if required == 1 { "" } else { "s" }
            )
        };
        self.type_error(message)
    }

    #[cold]
    fn native_too_many(
        &mut self,
        def: &'static crate::NativeDef,
        owner: Value,
        given: usize,
        positional: usize,
    ) -> Throw {
        let signature = def.parsed();
        let receivers = if def.role == NativeRole::Function {
            0
        } else {
            1
        };
        let required = signature.required.saturating_sub(receivers);
        let message = if positional == 0 {
            format!(
                "{}() takes no arguments ({given} given)",
                self.native_label(def, owner)
            )
        } else if positional == 1 && required == 1 {
            format!(
                "{}() takes exactly one argument ({given} given)",
                self.native_label(def, owner)
            )
        } else if required == positional {
            format!(
                "{} expected {positional} arguments, got {given}",
                self.native_name(def, owner)
            )
        } else {
            format!(
                "{} expected at most {positional} argument{}, got {given}",
                self.native_name(def, owner),
                if positional == 1 { "" } else { "s" }
            )
        };
        self.type_error(message)
    }

    /// The function as "expected at most" messages name it: a class by its
    /// own name.
    fn native_name(&self, def: &'static crate::NativeDef, owner: Value) -> String {
        let constructs = def.role == NativeRole::New || def.name == "__init__";
        if constructs && owner.is(Kind::Type) {
            return self.heap.ty(owner).name.to_string();
        }
        def.name.to_owned()
    }

    /// The function as "takes exactly one argument" messages name it.
    fn native_label(&self, def: &'static crate::NativeDef, owner: Value) -> String {
        let name = self.native_name(def, owner);
        if def.role == NativeRole::Method && name == def.name && owner.is(Kind::Type) {
            return format!("{}.{name}", self.heap.ty(owner).name);
        }
        name
    }

    /// Calls a class: `type.__call__`, unless its metaclass has its own.
    pub(crate) fn call_type(
        &mut self,
        class: Value,
        base: usize,
        argc: usize,
        names: Value,
        ret: Ret,
    ) -> Res<Flow> {
        let metaclass = self.heap.ty(class).metaclass;
        if metaclass != self.types.r#type
            && let Some(call) = self.lookup(metaclass, self.names.call)
            && !call.is(Kind::Native)
        {
            self.stack[base - 1] = class;
            if call.is(Kind::Function) {
                return self.call_function(call, base - 1, argc + 1, names, ret);
            }
            let args: Args = self.stack[base..base + argc].into();
            let bound = self.bind(call, class, metaclass)?;
            return self.call_args(bound, &args, names, ret);
        }
        if class == self.types.r#type && argc == 1 && names.is_unbound() {
            return Ok(Flow::Done(self.type_of(self.stack[base])));
        }
        self.instantiate(class, base, argc, names, ret)
    }

    /// `type.__call__`: `__new__`, then `__init__` of what it gave.
    pub(crate) fn instantiate(
        &mut self,
        class: Value,
        base: usize,
        argc: usize,
        names: Value,
        ret: Ret,
    ) -> Res<Flow> {
        let construct = self.construct_of(class);
        if construct.plain_new {
            if construct.init.is(Kind::Function)
                && let Ret::Reg(dst) = ret
            {
                let instance = self.heap.new_instance(class, Value::UNBOUND);
                self.stack[base - 1] = instance;
                let ret = Ret::Init { instance, dst };
                return self.call_function(construct.init, base - 1, argc + 1, names, ret);
            }
            if construct.init.is_unbound() && argc == 0 {
                return Ok(Flow::Done(self.heap.new_instance(class, Value::UNBOUND)));
            }
        }
        if names.is_unbound() && !construct.native_new.is_unbound() {
            self.stack[base - 1] = class;
            let made = self.call_native_window(construct.native_new, base - 1, argc + 1)?;
            return Ok(Flow::Done(made));
        }
        let args: Args = self.stack[base..base + argc].into();
        if names.is_unbound()
            && let Some(exception) = self.plain_exception(class, &args)
        {
            return Ok(Flow::Done(exception));
        }
        let Some(new) = self.lookup(class, self.names.new) else {
            let message = format!("cannot create '{}' instances", self.told_name(class));
            return Err(self.type_error(message));
        };
        let new = self.bind_to_class(new, class)?;
        let with_class: Args = std::iter::once(class).chain(args.iter().copied()).collect();
        if new.is(Kind::Native) {
            match self.call_native(new, &with_class, names) {
                Ok(instance) => return self.initialize(class, instance, &args, names, ret),
                Err(Throw::Call) => {
                    let args = self.tuple(&args);
                    return Err(self.and_then([class, args, names, Value::NONE], after_new));
                }
                Err(other) => return Err(other),
            }
        }
        let args = self.tuple(&args);
        let state = [class, args, names, Value::NONE];
        Err(self.call_kw_then(new, &with_class, names, state, Some(after_new)))
    }

    /// Runs `__init__` if the instance is one of the class.
    fn initialize(
        &mut self,
        class: Value,
        instance: Value,
        args: &[Value],
        names: Value,
        ret: Ret,
    ) -> Res<Flow> {
        let actual = self.type_of(instance);
        if !self.is_subtype(actual, class) {
            return Ok(Flow::Done(instance));
        }
        let Some(init) = self.lookup(actual, self.names.init) else {
            return Ok(Flow::Done(instance));
        };
        if init.is(Kind::Native) {
            let owner = self.heap.native(init).owner;
            // Nothing to do for the initialisers that ignore their arguments.
            if owner == self.types.object && !self.needs_object_init(actual, args) {
                return Ok(Flow::Done(instance));
            }
            let with_self: Args = std::iter::once(instance)
                .chain(args.iter().copied())
                .collect();
            return match self.call_native(init, &with_self, names) {
                Ok(_) => Ok(Flow::Done(instance)),
                Err(Throw::Call) => {
                    let state = [instance, Value::NONE, Value::NONE, Value::NONE];
                    Err(self.and_then(state, after_init))
                }
                Err(other) => Err(other),
            };
        }
        let with_self: Args = std::iter::once(instance)
            .chain(args.iter().copied())
            .collect();
        if init.is(Kind::Function)
            && let Ret::Reg(dst) = ret
        {
            return self.call_args(init, &with_self, names, Ret::Init { instance, dst });
        }
        let state = [instance, Value::NONE, Value::NONE, Value::NONE];
        let bound = self.bind(init, instance, actual)?;
        Err(self.call_kw_then(bound, args, names, state, Some(after_init)))
    }

    /// Whether `object.__init__` must complain about arguments.
    fn needs_object_init(&self, class: Value, args: &[Value]) -> bool {
        if args.is_empty() {
            return false;
        }
        let new = self.lookup(class, self.names.new);
        new.is_some_and(|new| {
            new.is(Kind::Native) && self.heap.native(new).owner == self.types.object
        })
    }

    fn construct_of(&mut self, class: Value) -> Construct {
        let ty = self.heap.ty(class);
        let cached = ty.construct.get();
        if cached.version == self.heap.type_version(class) {
            return cached;
        }
        let version = self.heap.type_version(class);
        let plain = ty.layout == Layout::Object && !ty.flags.is_abstract;
        let new = self.lookup(class, self.names.new);
        let init = self.lookup(class, self.names.init);
        let object = self.types.object;
        let is_object = |found: Option<Value>| {
            found.is_some_and(|found| {
                found.is(Kind::Native) && self.heap.native(found).owner == object
            })
        };
        let native_new = match new {
            Some(new)
                if new.is(Kind::Native)
                    && class != object
                    && self.heap.native(new).owner == class
                    && self.heap.native(new).def.role == NativeRole::New
                    && self.heap.ty(class).layout != Layout::Exception
                    && is_object(init) =>
            {
                new
            }
            _ => Value::UNBOUND,
        };
        let construct = Construct {
            version,
            native_new,
            plain_new: plain && is_object(new),
            init: if is_object(init) {
                Value::UNBOUND
            } else {
                init.unwrap_or(Value::UNBOUND)
            },
        };
        self.heap.ty(class).construct.set(construct);
        construct
    }
}

/// Calls what the `__get__` of a `__call__` gave.
pub(crate) fn call_bound(
    vm: &mut Vm,
    [args, names, ..]: [Value; 4],
    completion: Completion,
) -> Res {
    let bound = completion.value()?;
    let args: Args = vm.heap.tuple(args).into();
    Err(vm.call_kw_then(bound, &args, names, [Value::NONE; 4], None))
}

fn materialized(
    vm: &mut Vm,
    [native, args, iterable, _]: [Value; 4],
    completion: Completion,
) -> Res {
    let list = completion.value()?;
    let def = vm.heap.native(native).def;
    let bound: Args = vm
        .heap
        .tuple(args)
        .iter()
        .map(|&arg| if arg == iterable { list } else { arg })
        .collect();
    vm.fresh_list = list;
    let answer = (def.function)(vm, &bound);
    vm.fresh_list = Value::UNBOUND;
    match answer {
        Err(Throw::Python) => Err(vm.native_slow(native, def, &bound)),
        Err(Throw::Materialize(iterable)) => Err(vm.materialize(native, &bound, iterable)),
        other => other,
    }
}

fn after_new(vm: &mut Vm, [class, args, names, _]: [Value; 4], completion: Completion) -> Res {
    let instance = completion.value()?;
    let args: Args = vm.heap.tuple(args).into();
    // `Ret::Native`: the frame pushed by the request delivers here's result.
    match vm.initialize(class, instance, &args, names, Ret::Native)? {
        Flow::Done(value) => Ok(value),
        Flow::Pushed => unreachable!("a frame is pushed for Ret::Reg alone"),
    }
}

fn after_init(vm: &mut Vm, [instance, ..]: [Value; 4], completion: Completion) -> Res {
    let result = completion.value()?;
    if !result.is_none() {
        let message = format!(
            "__init__() should return None, not '{}'",
            vm.type_name(result)
        );
        return Err(vm.type_error(message));
    }
    Ok(instance)
}

impl Vm {
    /// `type.__call__` asked for by a native: the instance, or the request
    /// that makes it.
    pub(crate) fn instantiate_native(&mut self, class: Value, args: &[Value], names: Value) -> Res {
        let Some(new) = self.lookup(class, self.names.new) else {
            let message = format!("cannot create '{}' instances", self.told_name(class));
            return Err(self.type_error(message));
        };
        let new = self.bind_to_class(new, class)?;
        let with_class: Args = std::iter::once(class).chain(args.iter().copied()).collect();
        let kept = self.tuple(args);
        let state = [class, kept, names, Value::NONE];
        if new.is(Kind::Native) {
            return match self.call_native(new, &with_class, names) {
                Ok(instance) => after_new(self, state, Completion::Returned(instance)),
                Err(Throw::Call) => Err(self.and_then(state, after_new)),
                Err(other) => Err(other),
            };
        }
        Err(self.call_kw_then(new, &with_class, names, state, Some(after_new)))
    }
}
