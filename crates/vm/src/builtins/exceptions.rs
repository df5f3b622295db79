//! The built-in exception classes.
//!
//! Fields such as `OSError.errno` stand among an exception's attributes under
//! their own names, hidden from its `__dict__` by the getters of its class;
//! one that was never set is read from `args`.

use crate::class::{GetSet, GetterDef, getter, getter_setter};
use crate::native::{NativeDef, function, method, new_method};
use crate::object::Layout;
use crate::value::Kind;
use crate::{PyDict, Res, Throw, Value, Vm};

// All exceptions.

fn new(vm: &mut Vm, args: &[Value]) -> Res {
    Ok(vm.heap.new_exception(args[0], args[1]))
}

fn init(vm: &mut Vm, args: &[Value]) -> Res {
    if !vm.heap.dict(args[2]).is_empty() {
        let message = format!("{}() takes no keyword arguments", vm.type_name(args[0]));
        return Err(vm.type_error(message));
    }
    vm.heap.exception_mut(args[0]).args = args[1];
    Ok(Value::NONE)
}

impl Vm {
    /// A new exception of a class that leaves `__new__` and `__init__` to
    /// `BaseException`, made without calling them; `None` for other classes.
    pub(crate) fn plain_exception(&mut self, class: Value, args: &[Value]) -> Option<Value> {
        if self.heap.ty(class).layout != Layout::Exception {
            return None;
        }
        let base = self.types.base_exception;
        for name in [self.names.new, self.names.init] {
            if self.lookup(class, name) != self.lookup(base, name) {
                return None;
            }
        }
        Some(self.make_exception(class, args))
    }
}

fn arguments(vm: &Vm, this: Value) -> &[Value] {
    vm.heap.tuple(vm.heap.exception(this).args)
}

fn str(vm: &mut Vm, args: &[Value]) -> Res {
    let given = vm.heap.exception(args[0]).args;
    let text = match *vm.heap.tuple(given) {
        [] => String::new(),
        [one] if vm.as_text(one).is_some() => return Ok(vm.heap.payload(one)),
        [one] => super::list::repr_guarded(vm, args[0], |vm| vm.str_of(one))?,
        _ => vm.repr(given)?,
    };
    Ok(vm.string(text))
}

fn repr(vm: &mut Vm, args: &[Value]) -> Res {
    let given = vm.heap.exception(args[0]).args;
    let name = vm.plain_type_name(args[0]);
    let text = super::list::repr_guarded(vm, args[0], |vm| match *vm.heap.tuple(given) {
        [one] => Ok(format!("({})", vm.repr(one)?)),
        _ => vm.repr(given),
    })?;
    Ok(vm.string(format!("{name}{text}")))
}

fn with_traceback(vm: &mut Vm, args: &[Value]) -> Res {
    vm.set_traceback(args[0], args[1])?;
    Ok(args[0])
}

fn add_note(vm: &mut Vm, args: &[Value]) -> Res {
    if vm.as_text(args[1]).is_none() {
        let message = format!(
            "add_note() argument must be str, not {}",
            vm.type_name(args[1])
        );
        return Err(vm.type_error(message));
    }
    match vm.own_attr(args[0], vm.names.notes) {
        Some(notes) if notes.is(Kind::List) => {
            vm.heap.charge(8);
            vm.heap.list_mut(notes).push(args[1]);
        }
        Some(_) => return Err(vm.type_error("Cannot add note: __notes__ is not a list")),
        None => {
            let notes = vm.list(vec![args[1]]);
            vm.set_own_attr(args[0], vm.names.notes, notes);
        }
    }
    Ok(Value::NONE)
}

/// Attributes that are no fields of the class.
fn visible_attrs(vm: &Vm, this: Value) -> Vec<(Value, Value)> {
    let class = vm.type_of(this);
    let attrs = &vm.heap.exception(this).attrs;
    attrs
        .iter()
        .filter(|(key, _)| {
            vm.lookup(class, *key)
                .is_none_or(|found| vm.heap.downcast::<GetSet>(found).is_none())
        })
        .collect()
}

fn dict(vm: &mut Vm, this: Value) -> Res {
    let dict = vm.heap.new_dict(PyDict::default());
    for (key, value) in visible_attrs(vm, this) {
        vm.namespace_set(dict, key, value);
    }
    Ok(dict)
}

fn set_dict(vm: &mut Vm, this: Value, new: Value) -> Res<()> {
    if !new.is(Kind::Dict) {
        let message = format!(
            "__dict__ must be set to a dictionary, not a '{}'",
            vm.type_name(new)
        );
        return Err(vm.type_error(message));
    }
    for (key, _) in visible_attrs(vm, this) {
        vm.delete_own_attr(this, key);
    }
    set_state(vm, &[this, new]).map(drop)
}

fn reduce(vm: &mut Vm, args: &[Value]) -> Res {
    let this = args[0];
    let class = vm.type_of(this);
    let arguments = reduce_arguments(vm, this);
    let state = dict(vm, this)?;
    // What their constructors take by keyword alone.
    let keyword_fields: &[&str] = if vm.is_subtype(class, vm.types.import_error) {
        &["name", "path", "name_from"]
    } else if vm.is_subtype(class, vm.types.attribute_error) {
        &["name", "obj"]
    } else if vm.is_subtype(class, vm.types.name_error) {
        &["name"]
    } else {
        &[]
    };
    for field in keyword_fields {
        let name = vm.intern(field);
        if let Some(value) = vm.own_attr(this, name).filter(|value| !value.is_none()) {
            vm.namespace_set(state, name, value);
        }
    }
    if vm.heap.dict(state).is_empty() {
        return Ok(vm.tuple(&[class, arguments]));
    }
    Ok(vm.tuple(&[class, arguments, state]))
}

/// The arguments that make an equal exception.
fn reduce_arguments(vm: &mut Vm, this: Value) -> Value {
    let given = vm.heap.exception(this).args;
    let items = vm.heap.tuple(given).to_vec();
    if !vm.is_instance(this, vm.types.os_error) || items.len() != 2 {
        return given;
    }
    let (first, second) = (
        field(vm, this, "filename", None),
        field(vm, this, "filename2", None),
    );
    match (first.is_none(), second.is_none()) {
        (true, _) => given,
        (false, true) => vm.tuple(&[items[0], items[1], first]),
        (false, false) => vm.tuple(&[items[0], items[1], first, Value::NONE, second]),
    }
}

fn set_state(vm: &mut Vm, args: &[Value]) -> Res {
    if args[1].is_none() {
        return Ok(Value::NONE);
    }
    if !args[1].is(Kind::Dict) {
        return Err(vm.type_error("state is not a dictionary"));
    }
    let pairs: Vec<(Value, Value)> = vm.heap.dict(args[1]).iter().collect();
    for (key, value) in pairs {
        if key.is(Kind::Str) {
            let key = vm.heap.intern_value(key);
            vm.set_attr_generic(args[0], key, value)?;
        }
    }
    Ok(Value::NONE)
}

fn set_args(vm: &mut Vm, this: Value, new: Value) -> Res<()> {
    if new.is_unbound() {
        return Err(vm.type_error("args may not be deleted"));
    }
    let items = match vm.collect(new) {
        Err(Throw::Materialize(iterable)) => {
            return Err(vm.tail_prelude("set_exception_args", &[this, iterable]));
        }
        items => items?,
    };
    let items = vm.tuple(&items);
    vm.heap.exception_mut(this).args = items;
    Ok(())
}

fn set_cause(vm: &mut Vm, this: Value, cause: Value) -> Res<()> {
    let cause = expect_link(vm, cause, "cause")?;
    let object = vm.heap.exception_mut(this);
    object.cause = cause;
    object.suppress_context = true;
    Ok(())
}

fn set_context(vm: &mut Vm, this: Value, context: Value) -> Res<()> {
    let context = expect_link(vm, context, "context")?;
    vm.heap.exception_mut(this).context = context;
    Ok(())
}

/// An exception or None.
fn expect_link(vm: &mut Vm, value: Value, what: &str) -> Res {
    if value.is_none() || value.is(Kind::Exception) {
        return Ok(value);
    }
    let message = if value.is_unbound() {
        format!("__{what}__ may not be deleted")
    } else {
        format!("exception {what} must be None or derive from BaseException")
    };
    Err(vm.type_error(message))
}

fn set_suppress(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    match value.as_bool() {
        Some(suppress) => vm.heap.exception_mut(this).suppress_context = suppress,
        None => return Err(vm.type_error("attribute value type must be bool")),
    }
    Ok(())
}

fn set_traceback(vm: &mut Vm, this: Value, value: Value) -> Res<()> {
    if value.is_unbound() {
        return Err(vm.type_error("__traceback__ may not be deleted"));
    }
    vm.set_traceback(this, value)
}

static BASE: &[NativeDef] = &[
    new_method("cls, /, *args, **kwargs", new),
    method("__init__", "self, /, *args, **kwargs", init),
    method("__str__", "self, /", str).slow("exception_str"),
    method("__repr__", "self, /", repr).slow("exception_repr"),
    method("with_traceback", "self, object, /", with_traceback),
    method("add_note", "self, object, /", add_note),
    method("__reduce__", "self, /", reduce),
    method("__setstate__", "self, object, /", set_state),
];

static BASE_FIELDS: &[GetterDef] = &[
    getter_setter(
        "args",
        |vm, this| Ok(vm.heap.exception(this).args),
        set_args,
    ),
    getter_setter(
        "__traceback__",
        |vm, this| Ok(vm.traceback_of(this)),
        set_traceback,
    ),
    getter_setter(
        "__cause__",
        |vm, this| Ok(vm.heap.exception(this).cause),
        set_cause,
    ),
    getter_setter(
        "__context__",
        |vm, this| Ok(vm.heap.exception(this).context),
        set_context,
    ),
    getter_setter(
        "__suppress_context__",
        |vm, this| Ok(Value::bool(vm.heap.exception(this).suppress_context)),
        set_suppress,
    ),
    getter_setter("__dict__", dict, set_dict),
];

// Fields.

/// A field: as it was set, or else the argument at a position; None otherwise.
fn field(vm: &mut Vm, this: Value, name: &str, position: Option<usize>) -> Value {
    let name = vm.intern(name);
    if let Some(value) = vm.own_attr(this, name) {
        return value;
    }
    position
        .and_then(|at| arguments(vm, this).get(at))
        .copied()
        .unwrap_or(Value::NONE)
}

fn set_field(vm: &mut Vm, this: Value, name: &str, value: Value) -> Res<()> {
    let name = vm.intern(name);
    if value.is_unbound() {
        vm.delete_own_attr(this, name);
    } else {
        vm.set_own_attr(this, name, value);
    }
    Ok(())
}

macro_rules! field {
    ($name:literal) => {
        field!($name, None)
    };
    ($name:literal, $position:expr) => {
        getter_setter(
            $name,
            |vm, this| Ok(field(vm, this, $name, $position)),
            |vm, this, value| set_field(vm, this, $name, value),
        )
    };
}

/// Takes the keyword arguments that a constructor knows into fields.
fn take_keywords(
    vm: &mut Vm,
    this: Value,
    keywords: Value,
    known: &[&str],
    class: &str,
) -> Res<()> {
    let given: Vec<(Value, Value)> = vm.heap.dict(keywords).iter().collect();
    for &(key, _) in &given {
        let key = vm.as_text(key).unwrap_or_default();
        if !known.contains(&key) {
            let message = format!("{class}() got an unexpected keyword argument '{key}'");
            return Err(vm.type_error(message));
        }
    }
    for name in known {
        let key = vm.intern(name);
        match given
            .iter()
            .find(|(other, _)| vm.as_text(*other) == Some(name))
        {
            Some(&(_, value)) => {
                vm.set_own_attr(this, key, value);
            }
            None => {
                vm.delete_own_attr(this, key);
            }
        }
    }
    Ok(())
}

macro_rules! keyword_init {
    ($class:literal, $($name:literal),*) => {
        method("__init__", "self, /, *args, **kwargs", |vm, args| {
            take_keywords(vm, args[0], args[2], &[$($name),*], $class)?;
            vm.heap.exception_mut(args[0]).args = args[1];
            Ok(Value::NONE)
        })
    };
}

static STOP_FIELDS: &[GetterDef] = &[field!("value", Some(0))];

static EXIT_FIELDS: &[GetterDef] = &[getter_setter(
    "code",
    |vm, this| {
        let given = vm.heap.exception(this).args;
        let default = if vm.heap.tuple(given).len() > 1 {
            given
        } else {
            field(vm, this, "code", Some(0))
        };
        let name = vm.intern("code");
        Ok(vm.own_attr(this, name).unwrap_or(default))
    },
    |vm, this, value| set_field(vm, this, "code", value),
)];

static KEY_ERROR: &[NativeDef] = &[method("__str__", "self, /", |vm, args| {
    if let &[key] = arguments(vm, args[0]) {
        let text = vm.repr(key)?;
        return Ok(vm.string(text));
    }
    str(vm, args)
})
.slow("key_error_str")];

static NAME_ERROR: &[NativeDef] = &[keyword_init!("NameError", "name")];
static NAME_FIELDS: &[GetterDef] = &[field!("name")];

static ATTRIBUTE_ERROR: &[NativeDef] = &[keyword_init!("AttributeError", "name", "obj")];
static ATTRIBUTE_FIELDS: &[GetterDef] = &[field!("name"), field!("obj")];

static IMPORT_ERROR: &[NativeDef] = &[
    method("__init__", "self, /, *args, **kwargs", |vm, args| {
        take_keywords(
            vm,
            args[0],
            args[2],
            &["name", "path", "name_from"],
            "ImportError",
        )?;
        vm.heap.exception_mut(args[0]).args = args[1];
        Ok(Value::NONE)
    }),
    method("__str__", "self, /", |vm, args| {
        let message = import_message(vm, args[0])?;
        if vm.as_text(message).is_some() {
            Ok(message)
        } else {
            str(vm, args)
        }
    })
    .slow("exception_str"),
];

fn import_message(vm: &mut Vm, this: Value) -> Res {
    let only = match *arguments(vm, this) {
        [only] => only,
        _ => Value::NONE,
    };
    let name = vm.intern("msg");
    Ok(vm.own_attr(this, name).unwrap_or(only))
}

static IMPORT_FIELDS: &[GetterDef] = &[
    getter_setter("msg", import_message, |vm, this, value| {
        set_field(vm, this, "msg", value)
    }),
    field!("name"),
    field!("path"),
    field!("name_from"),
];

// OSError.

/// Classes by `errno`, numbered as on Linux.
fn class_of_errno(vm: &Vm, errno: i64) -> Option<Value> {
    let types = &vm.types;
    Some(match errno {
        11 | 114 | 115 => types.blocking_io_error,
        32 | 108 => types.broken_pipe_error,
        10 => types.child_process_error,
        103 => types.connection_aborted_error,
        111 => types.connection_refused_error,
        104 => types.connection_reset_error,
        17 => types.file_exists_error,
        2 => types.file_not_found_error,
        21 => types.is_a_directory_error,
        20 => types.not_a_directory_error,
        4 => types.interrupted_error,
        13 | 1 => types.permission_error,
        3 => types.process_lookup_error,
        110 => types.timeout_error,
        _ => return None,
    })
}

fn os_new(vm: &mut Vm, args: &[Value]) -> Res {
    let items = vm.heap.tuple(args[1]).to_vec();
    let mut class = args[0];
    if class == vm.types.os_error {
        if !vm.heap.dict(args[2]).is_empty() {
            return Err(vm.type_error("OSError() takes no keyword arguments"));
        }
        if (2..=5).contains(&items.len())
            && let Some(errno) = vm.as_i64(items[0])
        {
            class = class_of_errno(vm, errno).unwrap_or(class);
        }
    }
    let this = vm.heap.new_exception(class, args[1]);
    take_os_fields(vm, this, &items);
    Ok(this)
}

fn os_init(vm: &mut Vm, args: &[Value]) -> Res {
    let class = vm.type_of(args[0]);
    // With the class's own `__init__`, only that knows the real arguments.
    let inherited = vm.lookup(class, vm.names.init) == vm.lookup(vm.types.os_error, vm.names.init);
    if !inherited {
        if !vm.heap.dict(args[2]).is_empty() {
            let message = format!("{}() takes no keyword arguments", vm.type_name(args[0]));
            return Err(vm.type_error(message));
        }
        vm.heap.exception_mut(args[0]).args = args[1];
        let items = vm.heap.tuple(args[1]).to_vec();
        take_os_fields(vm, args[0], &items);
    }
    Ok(Value::NONE)
}

fn take_os_fields(vm: &mut Vm, this: Value, items: &[Value]) {
    if !(2..=5).contains(&items.len()) {
        return;
    }
    vm.set_exception_attr(this, "errno", items[0]);
    vm.set_exception_attr(this, "strerror", items[1]);
    let Some(&filename) = items.get(2) else {
        return;
    };
    if vm.is_instance(this, vm.types.blocking_io_error) && vm.as_i64(filename).is_some() {
        vm.set_exception_attr(this, "characters_written", filename);
        return;
    }
    if filename.is_none() {
        return;
    }
    vm.set_exception_attr(this, "filename", filename);
    if let Some(&second) = items.get(4) {
        vm.set_exception_attr(this, "filename2", second);
    }
    // `args` stays a pair, as it was before there were file names.
    let pair = vm.tuple(&items[..2]);
    vm.heap.exception_mut(this).args = pair;
}

/// Whether the arguments are those of a system error.
fn has_errno(vm: &Vm, this: Value) -> bool {
    (2..=5).contains(&arguments(vm, this).len())
}

fn os_field(vm: &mut Vm, this: Value, name: &str, position: usize) -> Value {
    let position = has_errno(vm, this).then_some(position);
    field(vm, this, name, position)
}

fn os_str(vm: &mut Vm, args: &[Value]) -> Res {
    let this = args[0];
    let errno = os_field(vm, this, "errno", 0);
    let reason = os_field(vm, this, "strerror", 1);
    let filename = field(vm, this, "filename", None);
    let second = field(vm, this, "filename2", None);
    if filename.is_none() && (errno.is_none() || reason.is_none()) {
        return str(vm, args);
    }
    let mut text = format!("[Errno {}] {}", vm.str_of(errno)?, vm.str_of(reason)?);
    if !filename.is_none() {
        text.push_str(&format!(": {}", vm.repr(filename)?));
        if !second.is_none() {
            text.push_str(&format!(" -> {}", vm.repr(second)?));
        }
    }
    Ok(vm.string(text))
}

static OS_ERROR: &[NativeDef] = &[
    new_method("cls, /, *args, **kwargs", os_new),
    method("__init__", "self, /, *args, **kwargs", os_init),
    method("__str__", "self, /", os_str).slow("os_error_str"),
];

static OS_FIELDS: &[GetterDef] = &[
    getter_setter(
        "errno",
        |vm, this| Ok(os_field(vm, this, "errno", 0)),
        |vm, this, value| set_field(vm, this, "errno", value),
    ),
    getter_setter(
        "strerror",
        |vm, this| Ok(os_field(vm, this, "strerror", 1)),
        |vm, this, value| set_field(vm, this, "strerror", value),
    ),
    field!("filename"),
    field!("filename2"),
    getter_setter(
        "characters_written",
        |vm, this| {
            let name = vm.intern("characters_written");
            match vm.own_attr(this, name) {
                Some(value) => Ok(value),
                None => Err(vm.attribute_error("characters_written")),
            }
        },
        |vm, this, value| set_field(vm, this, "characters_written", value),
    ),
];

// SyntaxError.

const SYNTAX_DETAILS: [&str; 6] = [
    "filename",
    "lineno",
    "offset",
    "text",
    "end_lineno",
    "end_offset",
];

fn syntax_init(vm: &mut Vm, args: &[Value]) -> Res {
    if !vm.heap.dict(args[2]).is_empty() {
        return Err(vm.type_error("SyntaxError() takes no keyword arguments"));
    }
    let items = vm.heap.tuple(args[1]).to_vec();
    let details = match items.get(1) {
        Some(&details) if items.len() == 2 => match vm.collect(details) {
            Err(Throw::Materialize(iterable)) => {
                return Err(vm.tail_prelude("syntax_error_init", &[args[0], items[0], iterable]));
            }
            details => Some(details?),
        },
        _ => None,
    };
    vm.heap.exception_mut(args[0]).args = args[1];
    if let Some(&message) = items.first() {
        vm.set_exception_attr(args[0], "msg", message);
    }
    let Some(details) = details else {
        return Ok(Value::NONE);
    };
    if !(4..=7).contains(&details.len()) {
        let message = if details.len() < 4 {
            format!(
                "function missing required argument '{}' (pos {})",
                SYNTAX_DETAILS[details.len()],
                details.len() + 1
            )
        } else {
            format!(
                "function takes at most 7 arguments ({} given)",
                details.len()
            )
        };
        return Err(vm.type_error(message));
    }
    if details.len() == 5 {
        return Err(vm.type_error("end_offset must be provided when end_lineno is provided"));
    }
    for (name, &value) in SYNTAX_DETAILS.iter().zip(&details) {
        vm.set_exception_attr(args[0], name, value);
    }
    if let Some(&metadata) = details.get(6) {
        vm.set_exception_attr(args[0], "_metadata", metadata);
    }
    Ok(Value::NONE)
}

fn syntax_str(vm: &mut Vm, args: &[Value]) -> Res {
    let message = field(vm, args[0], "msg", Some(0));
    let filename = field(vm, args[0], "filename", None);
    let line = field(vm, args[0], "lineno", None);
    let message = vm.str_of(message)?;
    let file = vm
        .as_text(filename)
        .map(|name| name.rsplit('/').next().unwrap_or(name).to_owned());
    let text = match (file, vm.as_i64(line)) {
        (Some(file), Some(line)) => format!("{message} ({file}, line {line})"),
        (Some(file), None) => format!("{message} ({file})"),
        (None, Some(line)) => format!("{message} (line {line})"),
        (None, None) => message,
    };
    Ok(vm.string(text))
}

static SYNTAX_ERROR: &[NativeDef] = &[
    method("__init__", "self, /, *args, **kwargs", syntax_init),
    method("__str__", "self, /", syntax_str).slow("syntax_error_str"),
];

static SYNTAX_FIELDS: &[GetterDef] = &[
    field!("msg", Some(0)),
    field!("filename"),
    field!("lineno"),
    field!("offset"),
    field!("text"),
    field!("end_lineno"),
    field!("end_offset"),
    field!("print_file_and_line"),
    field!("_metadata"),
];

// Unicode errors.

fn unicode_init(vm: &mut Vm, args: &[Value], class: &str, names: &[&str]) -> Res {
    let items = vm.heap.tuple(args[1]).to_vec();
    if !vm.heap.dict(args[2]).is_empty() {
        return Err(vm.type_error(format!("{class}() takes no keyword arguments")));
    }
    if items.len() != names.len() {
        let message = format!(
            "function takes exactly {} arguments ({} given)",
            names.len(),
            items.len()
        );
        return Err(vm.type_error(message));
    }
    for (at, (&name, &item)) in names.iter().zip(&items).enumerate() {
        let (fits, wanted) = match name {
            "encoding" | "reason" => (vm.as_text(item).is_some(), "str"),
            "object" if class == "UnicodeDecodeError" => {
                (vm.buffer_of(item).is_some(), "a bytes-like object")
            }
            "object" => (vm.as_text(item).is_some(), "str"),
            _ => (vm.as_int(item).is_some(), "int"),
        };
        if !fits {
            let found = vm.type_name(item);
            let message = if wanted.starts_with("a ") {
                format!("{wanted} is required, not '{found}'")
            } else if wanted == "int" {
                format!("'{found}' object cannot be interpreted as an integer")
            } else {
                format!("argument {} must be {wanted}, not {found}", at + 1)
            };
            return Err(vm.type_error(message));
        }
    }
    vm.heap.exception_mut(args[0]).args = args[1];
    for (&name, mut item) in names.iter().zip(items) {
        if name == "object" && class == "UnicodeDecodeError" && !item.is(Kind::Bytes) {
            let data = vm.buffer_of(item).unwrap_or_default();
            item = vm.bytes(&data);
        }
        vm.set_exception_attr(args[0], name, item);
    }
    Ok(Value::NONE)
}

fn unicode_str(vm: &mut Vm, this: Value, verb: &str, first: usize) -> Res {
    let object = field(vm, this, "object", Some(first - 1));
    if arguments(vm, this).is_empty() && object.is_none() {
        return Ok(vm.names.empty);
    }
    let encoding = if first == 2 {
        Some(field(vm, this, "encoding", Some(0)))
    } else {
        None
    };
    let reason = field(vm, this, "reason", Some(first + 2));
    let reason = vm.str_of(reason)?;
    let codec = match encoding {
        Some(encoding) => format!("'{}' codec ", vm.str_of(encoding)?),
        None => String::new(),
    };
    let bytes = vm.buffer_of(object);
    let chars: Option<Vec<char>> = vm.as_text(object).map(|text| text.chars().collect());
    let length = bytes
        .as_ref()
        .map(|data| data.len())
        .or(chars.as_ref().map(Vec::len))
        .unwrap_or(0);
    let (start, end) = (
        field(vm, this, "start", Some(first)),
        field(vm, this, "end", Some(first + 1)),
    );
    let (start, end) = (vm.as_i64(start).unwrap_or(0), vm.as_i64(end).unwrap_or(0));
    let one = usize::try_from(start)
        .ok()
        .filter(|&at| at < length && end == start + 1);
    let what = if bytes.is_some() { "byte" } else { "character" };
    let text = if let Some(at) = one {
        let shown = match (&bytes, &chars) {
            (Some(data), _) => format!("0x{:02x}", data[at]),
            (_, Some(chars)) => {
                let code = super::unicode::code_of(chars[at]);
                match code {
                    0..=0xFF => format!("'\\x{code:02x}'"),
                    0x100..=0xFFFF => format!("'\\u{code:04x}'"),
                    _ => format!("'\\U{code:08x}'"),
                }
            }
            _ => String::new(),
        };
        format!("{codec}can't {verb} {what} {shown} in position {start}: {reason}")
    } else {
        let last = end.saturating_sub(1);
        format!("{codec}can't {verb} {what}s in position {start}-{last}: {reason}")
    };
    Ok(vm.string(text))
}

impl Vm {
    /// The bytes of a bytes-like object.
    fn buffer_of(&self, value: Value) -> Option<Vec<u8>> {
        let plain = self.heap.payload(value);
        match plain.kind()? {
            Kind::Bytes => Some(self.heap.pybytes(plain).data.to_vec()),
            Kind::Object => self.heap.object(plain).buffer().map(<[u8]>::to_vec),
            _ => None,
        }
    }
}

const CODEC_FIELDS: [&str; 5] = ["encoding", "object", "start", "end", "reason"];

static DECODE_ERROR: &[NativeDef] = &[
    method("__init__", "self, /, *args, **kwargs", |vm, args| {
        unicode_init(vm, args, "UnicodeDecodeError", &CODEC_FIELDS)
    }),
    method("__str__", "self, /", |vm, args| {
        unicode_str(vm, args[0], "decode", 2)
    })
    .slow("exception_str"),
];

static ENCODE_ERROR: &[NativeDef] = &[
    method("__init__", "self, /, *args, **kwargs", |vm, args| {
        unicode_init(vm, args, "UnicodeEncodeError", &CODEC_FIELDS)
    }),
    method("__str__", "self, /", |vm, args| {
        unicode_str(vm, args[0], "encode", 2)
    })
    .slow("exception_str"),
];

static TRANSLATE_ERROR: &[NativeDef] = &[
    method("__init__", "self, /, *args, **kwargs", |vm, args| {
        unicode_init(vm, args, "UnicodeTranslateError", &CODEC_FIELDS[1..])
    }),
    method("__str__", "self, /", |vm, args| {
        unicode_str(vm, args[0], "translate", 1)
    })
    .slow("exception_str"),
];

static CODEC_GETTERS: &[GetterDef] = &[
    field!("encoding", Some(0)),
    field!("object", Some(1)),
    field!("start", Some(2)),
    field!("end", Some(3)),
    field!("reason", Some(4)),
];

static TRANSLATE_GETTERS: &[GetterDef] = &[
    field!("encoding"),
    field!("object", Some(0)),
    field!("start", Some(1)),
    field!("end", Some(2)),
    field!("reason", Some(3)),
];

// Exception groups.

fn group_new(vm: &mut Vm, args: &[Value]) -> Res {
    let items = vm.heap.tuple(args[1]).to_vec();
    let &[message, members] = items.as_slice() else {
        let message = format!(
            "BaseExceptionGroup.__new__() takes exactly 2 arguments ({} given)",
            items.len()
        );
        return Err(vm.type_error(message));
    };
    if vm.as_text(message).is_none() {
        let message = format!(
            "BaseExceptionGroup.__new__() argument 1 must be str, not {}",
            vm.type_name(message)
        );
        return Err(vm.type_error(message));
    }
    let plain = vm.heap.payload(members);
    let is_sequence = match plain.kind() {
        Some(Kind::Dict | Kind::Set) | None => false,
        _ => vm.lookup_special(plain, vm.names.getitem).is_some(),
    };
    if !is_sequence {
        return Err(vm.type_error("second argument (exceptions) must be a sequence"));
    }
    let members = match vm.collect(members) {
        Err(Throw::Materialize(iterable)) => {
            return Err(vm.tail_prelude("exception_group_new", &[args[0], message, iterable]));
        }
        members => members?,
    };
    if members.is_empty() {
        return Err(vm.value_error("second argument (exceptions) must be a non-empty sequence"));
    }
    let mut all_plain = true;
    for (at, member) in members.iter().enumerate() {
        if !member.is(Kind::Exception) {
            return Err(vm.value_error(format!(
                "Item {at} of second argument (exceptions) is not an exception"
            )));
        }
        all_plain &= vm.is_instance(*member, vm.types.exception);
    }
    let mut class = args[0];
    if class == vm.types.base_exception_group {
        if all_plain {
            class = vm.types.exception_group;
        }
    } else if !all_plain && vm.is_subtype(class, vm.types.exception) {
        let message = if class == vm.types.exception_group {
            "Cannot nest BaseExceptions in an ExceptionGroup".to_owned()
        } else {
            format!("Cannot nest BaseExceptions in '{}'", vm.heap.ty(class).name)
        };
        return Err(vm.type_error(message));
    }
    let this = vm.heap.new_exception(class, args[1]);
    let members = vm.tuple(&members);
    vm.set_exception_attr(this, "message", message);
    vm.set_exception_attr(this, "exceptions", members);
    Ok(this)
}

fn group_init(vm: &mut Vm, args: &[Value]) -> Res {
    if !vm.heap.dict(args[2]).is_empty() {
        let message = format!("{}() takes no keyword arguments", vm.type_name(args[0]));
        return Err(vm.type_error(message));
    }
    vm.heap.exception_mut(args[0]).args = args[1];
    Ok(Value::NONE)
}

fn group_str(vm: &mut Vm, args: &[Value]) -> Res {
    let message = field(vm, args[0], "message", Some(0));
    let members = field(vm, args[0], "exceptions", Some(1));
    let count = vm.native_len(members).unwrap_or(0);
    let plural = if count == 1 { "" } else { "s" };
    let text = format!("{} ({count} sub-exception{plural})", vm.str_of(message)?);
    Ok(vm.string(text))
}

fn group_derive(vm: &mut Vm, args: &[Value]) -> Res {
    let message = field(vm, args[0], "message", Some(0));
    let class = vm.types.base_exception_group;
    Err(vm.tail_call(class, &[message, args[1]]))
}

static GROUP: &[NativeDef] = &[
    new_method("cls, /, *args, **kwargs", group_new),
    method("__init__", "self, /, *args, **kwargs", group_init),
    method("__str__", "self, /", group_str).slow("exception_str"),
    method("derive", "self, excs, /", group_derive),
    method("split", "self, matcher_value, /", |vm, args| {
        Err(vm.tail_prelude("group_split", args))
    }),
    method("subgroup", "self, matcher_value, /", |vm, args| {
        Err(vm.tail_prelude("group_subgroup", args))
    }),
];

static GROUP_FIELDS: &[GetterDef] = &[
    getter("message", |vm, this| {
        Ok(field(vm, this, "message", Some(0)))
    }),
    getter("exceptions", |vm, this| {
        Ok(field(vm, this, "exceptions", None))
    }),
];

// For the prelude.

/// Whether two exceptions have the same traceback, cause, context and notes:
/// one was split off the other.
fn same_origin(vm: &mut Vm, args: &[Value]) -> Res {
    let notes = |vm: &Vm, this: Value| vm.own_attr(this, vm.names.notes);
    let same_notes = match (notes(vm, args[0]), notes(vm, args[1])) {
        (Some(a), Some(b)) => a == b || vm.equal(a, b).unwrap_or(false),
        (None, None) => true,
        _ => false,
    };
    let (a, b) = (vm.heap.exception(args[0]), vm.heap.exception(args[1]));
    let same_trace = a.trace.len() == b.trace.len()
        && a.trace
            .iter()
            .zip(&b.trace)
            .all(|(a, b)| a.pc == b.pc && std::rc::Rc::ptr_eq(&a.code, &b.code));
    Ok(Value::bool(
        same_notes && same_trace && a.cause == b.cause && a.context == b.context,
    ))
}

/// Gives a new exception traceback, cause, context and notes of another.
fn copy_origin(vm: &mut Vm, args: &[Value]) -> Res {
    // The same traceback object, not only an equal one.
    let traceback = vm.traceback_of(args[1]);
    let from = vm.heap.exception(args[1]);
    let trace = from.trace.clone();
    let (cause, context) = (from.cause, from.context);
    vm.heap.charge(trace.len() * 24);
    let to = vm.heap.exception_mut(args[0]);
    to.trace = trace;
    to.traceback = traceback;
    to.cause = cause;
    to.context = context;
    // Setting a cause does so, even if there is none.
    to.suppress_context = true;
    if let Some(notes) = vm.own_attr(args[1], vm.names.notes)
        && notes.is(Kind::List)
    {
        let items = vm.heap.list(notes).clone();
        let copy = vm.list(items);
        vm.set_own_attr(args[0], vm.names.notes, copy);
    }
    Ok(Value::NONE)
}

/// The report of an uncaught exception; `texts` holds, in turn, exceptions
/// and what `str` gave for them.
fn format_exception(vm: &mut Vm, args: &[Value]) -> Res {
    let items = vm.collect(args[1])?;
    let mut texts = Vec::with_capacity(items.len() / 2);
    for pair in items.chunks_exact(2) {
        texts.push((pair[0], vm.as_text(pair[1]).unwrap_or_default().to_owned()));
    }
    let text = vm.format_exception_with(args[0], &texts);
    Ok(vm.string(text))
}

/// What the prelude needs for groups and reports.
pub static EXCEPTION_FUNCTIONS: &[NativeDef] = &[
    function("exception_same_origin", "a, b, /", same_origin),
    function("exception_copy_origin", "to, source, /", copy_origin),
    function("exception_format", "exception, texts, /", format_exception),
];

pub(crate) fn register(vm: &mut Vm) {
    let types = &vm.types;
    let (base, stop, exit) = (
        types.base_exception,
        types.stop_iteration,
        types.system_exit,
    );
    let (key, name, attribute, import, os, syntax) = (
        types.key_error,
        types.name_error,
        types.attribute_error,
        types.import_error,
        types.os_error,
        types.syntax_error,
    );
    let (decode, encode, translate, group) = (
        types.unicode_decode_error,
        types.unicode_encode_error,
        types.unicode_translate_error,
        types.base_exception_group,
    );
    vm.add_methods(base, BASE);
    vm.add_getters(base, BASE_FIELDS);
    vm.add_getters(stop, STOP_FIELDS);
    vm.add_getters(exit, EXIT_FIELDS);
    vm.add_methods(key, KEY_ERROR);
    vm.add_methods(name, NAME_ERROR);
    vm.add_getters(name, NAME_FIELDS);
    vm.add_methods(attribute, ATTRIBUTE_ERROR);
    vm.add_getters(attribute, ATTRIBUTE_FIELDS);
    vm.add_methods(import, IMPORT_ERROR);
    vm.add_getters(import, IMPORT_FIELDS);
    vm.add_methods(os, OS_ERROR);
    vm.add_getters(os, OS_FIELDS);
    vm.add_methods(syntax, SYNTAX_ERROR);
    vm.add_getters(syntax, SYNTAX_FIELDS);
    vm.add_methods(decode, DECODE_ERROR);
    vm.add_getters(decode, CODEC_GETTERS);
    vm.add_methods(encode, ENCODE_ERROR);
    vm.add_getters(encode, CODEC_GETTERS);
    vm.add_methods(translate, TRANSLATE_ERROR);
    vm.add_getters(translate, TRANSLATE_GETTERS);
    vm.add_methods(group, GROUP);
    vm.add_getters(group, GROUP_FIELDS);
}
