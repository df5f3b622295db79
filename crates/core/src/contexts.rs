//! Module `_contextvars`: context variables, and the context of each fiber.
//!
//! A context's variables are a table shared by its copies until one of them
//! changes, so that copying is cheap. A fiber's context is made when first
//! needed.

use std::rc::Rc;

use airlock_vm::module::ModuleDef;
use airlock_vm::{
    GetterDef, Layout, NativeDef, NativeObject, PyDict, Res, Throw, Tracer, Value, Vm,
    class_method, function, getter, method, new_method,
};

use crate::Core;

pub static MODULE: ModuleDef = ModuleDef {
    name: "_contextvars",
    functions: FUNCTIONS,
    init,
};

/// `Context`.
struct Context {
    class: Value,
    vars: Rc<PyDict>,
    entered: bool,
}

impl NativeObject for Context {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.class);
        tracer.dict(&self.vars);
    }
}

/// `ContextVar`.
struct Var {
    class: Value,
    name: Value,
    /// Unbound if there is none.
    default: Value,
}

impl NativeObject for Var {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&[self.class, self.name, self.default]);
    }
}

/// `Token`: undoes one `ContextVar.set`.
struct Token {
    class: Value,
    context: Value,
    var: Value,
    /// Unbound if the variable had no value.
    old: Value,
    used: bool,
}

impl NativeObject for Token {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&[self.class, self.context, self.var, self.old]);
    }
}

/// `Token.MISSING`.
struct Missing {
    class: Value,
}

impl NativeObject for Missing {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.class);
    }
}

/// Variables are told apart by identity.
fn hash_of(var: Value) -> u32 {
    var.bits() as u32
}

fn find(vars: &PyDict, var: Value) -> Option<Value> {
    vars.find_identical(var, hash_of(var))
        .and_then(|at| vars.entry(at))
        .map(|entry| entry.value)
}

// What the loop uses.

/// The running fiber's context, a `Context` object.
pub fn current(vm: &mut Vm) -> Value {
    let fiber = vm.current_fiber();
    let context = vm.fiber(fiber).context;
    if !context.is_none() {
        return context;
    }
    let context = new_context(vm, Rc::default());
    vm.fiber_mut(fiber).context = context;
    context
}

/// A copy of the running fiber's context.
pub fn copy_current(vm: &mut Vm) -> Value {
    let fiber = vm.current_fiber();
    let vars = match vm.heap.downcast::<Context>(vm.fiber(fiber).context) {
        Some(context) => context.vars.clone(),
        None => vm.extension::<Core>().no_vars.clone(),
    };
    new_context(vm, vars)
}

/// Makes a context the running fiber's; gives the one it replaces, for
/// [`leave`]. `RuntimeError` if it is entered already.
pub fn enter(vm: &mut Vm, context: Value) -> Res {
    let Some(object) = vm.heap.downcast_mut::<Context>(context) else {
        let message = format!("a Context was expected, not {}", vm.type_name(context));
        return Err(vm.type_error(message));
    };
    if object.entered {
        let shown = vm.repr(context)?;
        return Err(vm.runtime_error(format!("cannot enter context: {shown} is already entered")));
    }
    object.entered = true;
    let fiber = vm.current_fiber();
    Ok(std::mem::replace(&mut vm.fiber_mut(fiber).context, context))
}

/// Ends what [`enter`] began.
pub fn leave(vm: &mut Vm, context: Value, previous: Value) {
    if let Some(object) = vm.heap.downcast_mut::<Context>(context) {
        object.entered = false;
    }
    let fiber = vm.current_fiber();
    vm.fiber_mut(fiber).context = previous;
}

/// Whether a value is a `Context`.
/// Whether a variable has a value in the context of a fiber.
pub(crate) fn has_value(vm: &Vm, fiber: airlock_vm::FiberId, var: Value) -> bool {
    let context = vm.fiber(fiber).context;
    vm.heap
        .downcast::<Context>(context)
        .is_some_and(|context| find(&context.vars, var).is_some())
}

pub(crate) fn name_of(vm: &Vm, var: Value) -> String {
    let name = vm.heap.downcast::<Var>(var).map(|var| var.name);
    name.and_then(|name| vm.as_text(name))
        .unwrap_or("")
        .to_owned()
}

pub fn is_context(vm: &Vm, value: Value) -> bool {
    vm.heap.downcast::<Context>(value).is_some()
}

fn new_context(vm: &mut Vm, vars: Rc<PyDict>) -> Value {
    let class = classes(vm, "Context");
    vm.heap.new_object(Context {
        class,
        vars,
        entered: false,
    })
}

// Context.

fn context_new(vm: &mut Vm, args: &[Value]) -> Res {
    if !vm.heap.tuple(args[1]).is_empty() || !vm.heap.dict(args[2]).is_empty() {
        return Err(vm.type_error("Context() does not accept any arguments"));
    }
    Ok(new_context(vm, Rc::default()))
}

fn context_run(vm: &mut Vm, args: &[Value]) -> Res {
    let &[context, all, keywords] = args else {
        return Err(vm.system_error("bad call"));
    };
    let &[callable, ref rest @ ..] = vm.heap.tuple(all) else {
        return Err(vm.type_error("run() missing 1 required positional argument"));
    };
    let rest = rest.to_vec();
    let previous = enter(vm, context)?;
    let positional = vm.tuple(&rest);
    vm.tail_call_with(callable, positional, keywords);
    Err(vm.and_then(
        [context, previous, Value::NONE, Value::NONE],
        |vm, [context, previous, ..], completion| {
            leave(vm, context, previous);
            completion.value()
        },
    ))
}

fn table(vm: &Vm, context: Value) -> Rc<PyDict> {
    vm.heap
        .downcast::<Context>(context)
        .map_or_else(Rc::default, |context| context.vars.clone())
}

fn context_copy(vm: &mut Vm, args: &[Value]) -> Res {
    let vars = table(vm, args[0]);
    Ok(new_context(vm, vars))
}

/// Value of a variable in a context; `TypeError` for other keys.
fn context_find(vm: &mut Vm, context: Value, key: Value) -> Res<Option<Value>> {
    if vm.heap.downcast::<Var>(key).is_none() {
        let shown = vm.repr(key)?;
        return Err(vm.type_error(format!("a ContextVar key was expected, got {shown}")));
    }
    Ok(vm
        .heap
        .downcast::<Context>(context)
        .and_then(|context| find(&context.vars, key)))
}

fn context_getitem(vm: &mut Vm, args: &[Value]) -> Res {
    match context_find(vm, args[0], args[1])? {
        Some(value) => Ok(value),
        None => Err(vm.key_error(args[1])),
    }
}

fn context_get(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(context_find(vm, args[0], args[1])?.unwrap_or(args[2]))
}

fn context_contains(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(Value::bool(context_find(vm, args[0], args[1])?.is_some()))
}

fn context_len(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(Value::count(table(vm, args[0]).len()))
}

fn context_keys(vm: &mut Vm, args: &[Value]) -> Res {
    let keys = table(vm, args[0]).iter().map(|(key, _)| key).collect();
    Ok(vm.items_iter(keys))
}

fn context_values(vm: &mut Vm, args: &[Value]) -> Res {
    let values = table(vm, args[0]).iter().map(|(_, value)| value).collect();
    Ok(vm.items_iter(values))
}

fn context_items(vm: &mut Vm, args: &[Value]) -> Res {
    let pairs: Vec<Value> = table(vm, args[0])
        .iter()
        .map(|(key, value)| vm.tuple(&[key, value]))
        .collect();
    Ok(vm.items_iter(pairs))
}

fn context_eq(vm: &mut Vm, args: &[Value]) -> Res {
    if !is_context(vm, args[1]) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (a, b) = (table(vm, args[0]), table(vm, args[1]));
    if a.len() != b.len() {
        return Ok(Value::FALSE);
    }
    for (key, value) in a.iter() {
        match find(&b, key) {
            Some(other) if vm.same_or_equal(value, other)? => {}
            _ => return Ok(Value::FALSE),
        }
    }
    Ok(Value::TRUE)
}

// ContextVar.

fn var_new(vm: &mut Vm, args: &[Value]) -> Res {
    let &[class, given, default] = args else {
        return Err(vm.system_error("bad call"));
    };
    let &[name] = vm.heap.tuple(given) else {
        let count = vm.heap.tuple(given).len();
        let message = format!("ContextVar() takes exactly 1 positional argument ({count} given)");
        return Err(vm.type_error(message));
    };
    if vm.as_text(name).is_none() {
        return Err(vm.type_error("context variable name must be a str"));
    }
    Ok(vm.heap.new_object(Var {
        class,
        name,
        default,
    }))
}

fn var(vm: &Vm, value: Value) -> &Var {
    vm.heap
        .downcast::<Var>(value)
        .expect("a variable's methods are called on variables")
}

fn var_get(vm: &mut Vm, args: &[Value]) -> Res {
    let context = vm.fiber(vm.current_fiber()).context;
    if let Some(context) = vm.heap.downcast::<Context>(context)
        && let Some(value) = find(&context.vars, args[0])
    {
        return Ok(value);
    }
    crate::witness::missing_variable(vm, args[0]);
    let default = var(vm, args[0]).default;
    match args[1].bound().or(default.bound()) {
        Some(value) => Ok(value),
        None => {
            let class = vm.types.lookup_error;
            Err(Throw::Raise(vm.make_exception(class, &[args[0]])))
        }
    }
}

fn var_set(vm: &mut Vm, args: &[Value]) -> Res {
    let context = current(vm);
    let var = args[0];
    let old = assign(vm, context, var, args[1]);
    let class = classes(vm, "Token");
    Ok(vm.heap.new_object(Token {
        class,
        context,
        var,
        old,
        used: false,
    }))
}

/// Sets a variable, or with an unbound value removes it; the old value.
fn assign(vm: &mut Vm, context: Value, var: Value, value: Value) -> Value {
    let Some(object) = vm.heap.downcast_mut::<Context>(context) else {
        return Value::UNBOUND;
    };
    let copied = if Rc::strong_count(&object.vars) > 1 {
        object.vars.len() * 24
    } else {
        0
    };
    let vars = Rc::make_mut(&mut object.vars);
    let old = match vars.find_identical(var, hash_of(var)) {
        Some(at) if value.is_unbound() => vars.remove_at(at).value,
        Some(at) => {
            let old = vars.entry(at).map_or(Value::UNBOUND, |entry| entry.value);
            vars.set_value(at, value);
            old
        }
        None if value.is_unbound() => Value::UNBOUND,
        None => {
            vars.insert_new(var, value, hash_of(var));
            Value::UNBOUND
        }
    };
    vm.heap.charge(copied + 24);
    old
}

fn var_reset(vm: &mut Vm, args: &[Value]) -> Res {
    let Some(token) = vm.heap.downcast::<Token>(args[1]) else {
        let shown = vm.repr(args[1])?;
        return Err(vm.type_error(format!("expected an instance of Token, got {shown}")));
    };
    let (context, var, old, used) = (token.context, token.var, token.old, token.used);
    if used {
        let shown = vm.repr(args[1])?;
        return Err(vm.runtime_error(format!("{shown} has already been used once")));
    }
    if var != args[0] {
        let shown = vm.repr(args[1])?;
        return Err(vm.value_error(format!("{shown} was created by a different ContextVar")));
    }
    if context != vm.fiber(vm.current_fiber()).context {
        let shown = vm.repr(args[1])?;
        return Err(vm.value_error(format!("{shown} was created in a different Context")));
    }
    if let Some(token) = vm.heap.downcast_mut::<Token>(args[1]) {
        token.used = true;
    }
    assign(vm, context, var, old);
    Ok(Value::NONE)
}

fn var_name(vm: &mut Vm, this: Value) -> Res {
    Ok(var(vm, this).name)
}

fn var_repr(vm: &mut Vm, args: &[Value]) -> Res {
    let (name, default) = (var(vm, args[0]).name, var(vm, args[0]).default);
    let name = vm.repr(name)?;
    let default = match default.bound() {
        Some(default) => format!(" default={}", vm.repr(default)?),
        None => String::new(),
    };
    Ok(vm.string(format!(
        "<ContextVar name={name}{default} at {}>",
        vm.address(args[0])
    )))
}

/// For the prelude's repr: the default of a variable that has one.
fn default_of(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(vm
        .heap
        .downcast::<Var>(args[0])
        .map_or(Value::NONE, |var| var.default))
}

// Token.

fn token(vm: &Vm, value: Value) -> &Token {
    vm.heap
        .downcast::<Token>(value)
        .expect("a token's methods are called on tokens")
}

fn token_new(vm: &mut Vm, _: &[Value]) -> Res {
    Err(vm.runtime_error("Tokens can only be created by ContextVars"))
}

fn token_var(vm: &mut Vm, this: Value) -> Res {
    Ok(token(vm, this).var)
}

fn token_old(vm: &mut Vm, this: Value) -> Res {
    match token(vm, this).old.bound() {
        Some(old) => Ok(old),
        None => Ok(classes(vm, "Token.MISSING")),
    }
}

fn token_repr(vm: &mut Vm, args: &[Value]) -> Res {
    let (var, used) = (token(vm, args[0]).var, token(vm, args[0]).used);
    let var = vm.repr(var)?;
    let used = if used { " used" } else { "" };
    Ok(vm.string(format!(
        "<Token{used} var={var} at {}>",
        vm.address(args[0])
    )))
}

fn token_used(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(Value::bool(
        vm.heap
            .downcast::<Token>(args[0])
            .is_some_and(|token| token.used),
    ))
}

fn token_exit(vm: &mut Vm, args: &[Value]) -> Res {
    let var = token(vm, args[0]).var;
    var_reset(vm, &[var, args[0]])
}

fn missing_repr(vm: &mut Vm, _: &[Value]) -> Res {
    Ok(vm.str("<Token.MISSING>"))
}

fn class_getitem(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(vm.new_generic_alias(args[0], args[1]))
}

fn same(_: &mut Vm, args: &[Value]) -> Res {
    Ok(args[0])
}

static FUNCTIONS: &[NativeDef] = &[
    function("copy_context", "", |vm, _| Ok(copy_current(vm))),
    function("_default_of", "var, /", default_of),
    function("_is_used", "token, /", token_used),
];

static CONTEXT_METHODS: &[NativeDef] = &[
    new_method("cls, /, *args, **kwargs", context_new),
    method("run", "self, /, *args, **kwargs", context_run),
    method("copy", "self, /", context_copy),
    method("get", "self, key, default=None, /", context_get),
    method("keys", "self, /", context_keys),
    method("values", "self, /", context_values),
    method("items", "self, /", context_items),
    method("__getitem__", "self, key, /", context_getitem),
    method("__contains__", "self, key, /", context_contains),
    method("__len__", "self, /", context_len),
    method("__iter__", "self, /", context_keys),
    method("__eq__", "self, value, /", context_eq).slow("context_eq"),
];

static VAR_METHODS: &[NativeDef] = &[
    new_method("cls, /, *args, default=...", var_new),
    method("get", "self, default=..., /", var_get),
    method("set", "self, value, /", var_set),
    method("reset", "self, token, /", var_reset),
    method("__repr__", "self, /", var_repr).slow("contextvar_repr"),
    class_method("__class_getitem__", "cls, item, /", class_getitem),
];

static VAR_GETTERS: &[GetterDef] = &[getter("name", var_name)];

static TOKEN_METHODS: &[NativeDef] = &[
    new_method("cls, /, *args, **kwargs", token_new),
    method("__enter__", "self, /", same),
    method("__exit__", "self, type, value, traceback, /", token_exit),
    method("__repr__", "self, /", token_repr).slow("token_repr"),
    class_method("__class_getitem__", "cls, item, /", class_getitem),
];

static TOKEN_GETTERS: &[GetterDef] = &[getter("var", token_var), getter("old_value", token_old)];

static MISSING_METHODS: &[NativeDef] = &[method("__repr__", "self, /", missing_repr)];

/// A class of this module, made with the others when first asked for: the
/// loop needs contexts before any program imports `contextvars`.
fn classes(vm: &mut Vm, name: &'static str) -> Value {
    let kept = vm.extension::<Core>().kept(name);
    if !kept.is_none() {
        return kept;
    }
    let module = vm.intern("_contextvars");
    let object = vm.types.object;
    let mut make = |name: &'static str, methods, getters| {
        let class = vm.builtin_type(name, object, Layout::Final);
        vm.set_type_attr(class, "__module__", module);
        vm.add_methods(class, methods);
        vm.add_getters(class, getters);
        vm.extension::<Core>().keep(name, class);
        class
    };
    let context = make("Context", CONTEXT_METHODS, &[]);
    make("ContextVar", VAR_METHODS, VAR_GETTERS);
    let token = make("Token", TOKEN_METHODS, TOKEN_GETTERS);
    let missing = make("Token.MISSING", MISSING_METHODS, &[]);
    for class in [context, token] {
        vm.set_type_attr(class, "__hash__", Value::NONE);
        vm.heap.ty_mut(class).flags.unhashable = true;
    }
    vm.heap.ty_mut(context).flags.custom_eq = true;
    let marker = vm.heap.new_object(Missing { class: missing });
    vm.set_type_attr(token, "MISSING", marker);
    vm.extension::<Core>().keep("Token.MISSING", marker);
    vm.extension::<Core>().kept(name)
}

fn init(vm: &mut Vm, dict: Value) -> Res<()> {
    for name in ["Context", "ContextVar", "Token"] {
        let class = classes(vm, name);
        vm.dict_set_text(dict, name, class);
    }
    Ok(())
}
