//! Code objects as Python values (`types.CodeType`).

use std::rc::Rc;

use airlock_bytecode::Instr;
use rustc_hash::FxHashMap;

use crate::class::{GetterDef, getter};
use crate::codeobj::CodeObj;
use crate::gc::Tracer;
use crate::native::{NativeDef, method};
use crate::object::NativeObject;
use crate::vm::Extension;
use crate::{Res, Value, Vm};

/// A code object's Python value.
pub struct PyCode {
    pub code: Rc<CodeObj>,
    class: Value,
}

impl NativeObject for PyCode {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.extend(&self.code.consts);
        tracer.extend(&self.code.names);
    }
}

/// The value of each code object that was asked for, so that it is the same
/// each time. Kept for good: programs ask for few.
#[derive(Default)]
struct CodeValues {
    values: FxHashMap<*const CodeObj, Value>,
}

impl Extension for CodeValues {
    fn trace(&self, tracer: &mut Tracer) {
        self.values.values().for_each(|value| tracer.value(*value));
    }
}

impl Vm {
    /// The Python value of a code object.
    pub fn code_object(&mut self, code: Rc<CodeObj>) -> Value {
        let key = Rc::as_ptr(&code);
        if let Some(&value) = self.extension::<CodeValues>().values.get(&key) {
            return value;
        }
        let class = self.types.code;
        let value = self.heap.new_object(PyCode { code, class });
        self.extension::<CodeValues>().values.insert(key, value);
        value
    }

    /// The code object that a Python value is.
    pub fn code_of(&self, value: Value) -> Option<Rc<CodeObj>> {
        self.heap
            .downcast::<PyCode>(value)
            .map(|object| object.code.clone())
    }
}

fn code(vm: &Vm, this: Value) -> Rc<CodeObj> {
    match vm.code_of(this) {
        Some(code) => code,
        None => unreachable!("the type's instances are all code objects"),
    }
}

fn text(vm: &mut Vm, text: &str) -> Res {
    Ok(vm.intern(text))
}

fn names<'a>(vm: &mut Vm, names: impl Iterator<Item = &'a str>) -> Res {
    let names: Vec<Value> = names.map(|name| vm.intern(name)).collect();
    Ok(vm.tuple(&names))
}

/// Registers of parameters in CPython's order are ours as well; the names of
/// free variables follow them.
fn captured(code: &CodeObj) -> std::ops::Range<usize> {
    let first = code.code.first_capture();
    first..first + code.code.captures.len()
}

fn varnames(vm: &mut Vm, this: Value) -> Res {
    let code = code(vm, this);
    let captured = captured(&code);
    let mut seen: Vec<&str> = Vec::new();
    for (at, name) in code.code.varnames.iter().enumerate() {
        // Parameters are listed even where inner functions use them.
        let is_cell = at >= captured.start
            && code
                .code
                .cell_registers
                .contains(&(at as airlock_bytecode::Reg));
        if !is_cell && !captured.contains(&at) && !name.is_empty() && !seen.contains(&&**name) {
            seen.push(name);
        }
    }
    names(vm, seen.into_iter())
}

fn freevars(vm: &mut Vm, this: Value) -> Res {
    let code = code(vm, this);
    let range = captured(&code);
    names(
        vm,
        code.code
            .varnames
            .get(range)
            .unwrap_or(&[])
            .iter()
            .map(|name| &**name),
    )
}

fn cellvars(vm: &mut Vm, this: Value) -> Res {
    let code = code(vm, this);
    let captured = captured(&code);
    let cells = code
        .code
        .cell_registers
        .iter()
        .map(|register| *register as usize);
    let cells = cells.filter(|at| !captured.contains(at));
    names(
        vm,
        cells
            .filter_map(|at| code.code.varnames.get(at))
            .map(|name| &**name)
            .filter(|name| !name.is_empty()),
    )
}

/// Whether it is the code of a function, not of a module or class.
pub(crate) fn is_function(code: &CodeObj) -> bool {
    let flags = code.code.flags;
    !flags.class_body && !flags.namespace && &*code.code.name != "<module>"
}

/// CPython's `CO_*` bits.
pub(crate) fn flag_bits(code: &CodeObj) -> i32 {
    let (flags, params) = (code.code.flags, code.code.params);
    let is_function = is_function(code);
    let bits = [
        (is_function, 3),
        (params.varargs, 4),
        (params.varkw, 8),
        (flags.nested, 16),
        (
            flags.generator && !flags.coroutine && !flags.async_generator,
            32,
        ),
        (flags.coroutine && !flags.async_generator, 128),
        (flags.iterable_coroutine, 256),
        (flags.async_generator, 512),
        (is_function && code.code.doc.is_some(), 0x400_0000),
    ];
    bits.iter()
        .filter(|(set, _)| *set)
        .map(|(_, bit)| bit)
        .sum()
}

fn consts(vm: &mut Vm, this: Value) -> Res {
    let code = code(vm, this);
    let mut consts = Vec::with_capacity(code.consts.len());
    for (at, &value) in code.consts.iter().enumerate() {
        consts.push(match code.children.get(at).and_then(Option::as_ref) {
            Some(child) => vm.code_object(child.clone()),
            None => value,
        });
    }
    Ok(vm.tuple(&consts))
}

/// A tuple of four for each instruction.
fn positions(vm: &mut Vm, args: &[Value]) -> Res {
    let code = code(vm, args[0]);
    let known = |number: u32| {
        if number == 0 {
            Value::NONE
        } else {
            Value::count(number as usize)
        }
    };
    let mut items = Vec::with_capacity(code.code.instrs.len());
    for pc in 0..code.code.instrs.len() as u32 {
        let at = code.code.position(pc);
        let columns = if at.column == at.end_column && at.line == at.end_line {
            [Value::NONE; 2]
        } else {
            [
                Value::count(at.column as usize),
                Value::count(at.end_column as usize),
            ]
        };
        items.push(vm.tuple(&[known(at.line), known(at.end_line), columns[0], columns[1]]));
    }
    Ok(vm.items_iter(items))
}

/// `(start, end, line)` for each run of instructions of one line. Positions
/// are counted in pairs of bytes, as CPython's instructions are.
fn lines(vm: &mut Vm, args: &[Value]) -> Res {
    let code = code(vm, args[0]);
    let count = code.code.instrs.len() as u32;
    let mut items = Vec::new();
    let mut start = 0;
    while start < count {
        let line = code.code.position(start).line;
        let mut end = start + 1;
        while end < count && code.code.position(end).line == line {
            end += 1;
        }
        let line = if line == 0 {
            Value::NONE
        } else {
            Value::count(line as usize)
        };
        items.push(vm.tuple(&[
            Value::count(start as usize * 2),
            Value::count(end as usize * 2),
            line,
        ]));
        start = end;
    }
    Ok(vm.items_iter(items))
}

fn repr(vm: &mut Vm, args: &[Value]) -> Res {
    let code = code(vm, args[0]);
    let text = format!(
        "<code object {} at {}, file \"{}\", line {}>",
        code.code.name,
        vm.address(args[0]),
        code.filename,
        code.code.first_line
    );
    Ok(vm.string(text))
}

/// A copy with another name, file name or first line; other parts of compiled
/// code cannot be replaced.
fn replace(vm: &mut Vm, args: &[Value]) -> Res {
    let old = code(vm, args[0]);
    let mut new = (*old.code).clone();
    let mut filename = old.filename.clone();
    let changes: Vec<(Value, Value)> = vm.heap.dict(args[1]).iter().collect();
    for (key, value) in changes {
        let key = vm.as_text(key).unwrap_or_default().to_owned();
        match key.as_str() {
            "co_name" => new.name = vm.expect_str(value, "co_name")?.into(),
            "co_qualname" => new.qualname = vm.expect_str(value, "co_qualname")?.into(),
            "co_filename" => filename = vm.expect_str(value, "co_filename")?.into(),
            "co_firstlineno" => new.first_line = vm.index_exact(value)?.try_into().unwrap_or(1),
            "co_flags" => {
                let bits = vm.index_exact(value)?;
                // `types.coroutine` marks generators so.
                new.flags.coroutine |= bits & 128 != 0;
                new.flags.iterable_coroutine |= bits & 256 != 0;
            }
            _ => {
                return Err(
                    vm.not_implemented_error(format!("code.replace({key}=...) is not available"))
                );
            }
        }
    }
    let loaded = vm.load_code(Rc::new(new), &filename);
    Ok(vm.code_object(loaded))
}

fn new(vm: &mut Vm, _: &[Value]) -> Res {
    Err(vm.not_implemented_error("code objects can only be made by compiling"))
}

static METHODS: &[NativeDef] = &[
    crate::native::new_method("cls, *args, **kwargs", new),
    method("__repr__", "self, /", repr),
    method("co_positions", "self, /", positions),
    method("co_lines", "self, /", lines),
    method("replace", "self, /, **changes", replace),
    method("__replace__", "self, /, **changes", replace),
];

static GETTERS: &[GetterDef] = &[
    getter("co_name", |vm, this| text(vm, &code(vm, this).code.name)),
    getter("co_qualname", |vm, this| {
        text(vm, &code(vm, this).code.qualname)
    }),
    getter("co_filename", |vm, this| text(vm, &code(vm, this).filename)),
    getter("co_firstlineno", |vm, this| {
        Ok(Value::count(code(vm, this).code.first_line as usize))
    }),
    getter("co_argcount", |vm, this| {
        Ok(Value::count(code(vm, this).code.params.positional as usize))
    }),
    getter("co_posonlyargcount", |vm, this| {
        Ok(Value::count(
            code(vm, this).code.params.positional_only as usize,
        ))
    }),
    getter("co_kwonlyargcount", |vm, this| {
        Ok(Value::count(
            code(vm, this).code.params.keyword_only as usize,
        ))
    }),
    getter("co_nlocals", |vm, this| {
        let all = varnames(vm, this)?;
        Ok(Value::count(vm.heap.tuple(all).len()))
    }),
    getter("co_varnames", varnames),
    getter("co_freevars", freevars),
    getter("co_cellvars", cellvars),
    getter("co_names", |vm, this| {
        let code = code(vm, this);
        Ok(vm.tuple(&code.names))
    }),
    getter("co_flags", |vm, this| {
        Ok(Value::int32(flag_bits(&code(vm, this))))
    }),
    getter("co_consts", consts),
    getter("co_stacksize", |vm, this| {
        Ok(Value::count(code(vm, this).code.registers as usize))
    }),
    getter("co_code", |vm, this| {
        // Not CPython's bytecode, but of the length that positions count.
        let length = code(vm, this).code.instrs.len() * 2;
        vm.reserve(length)?;
        Ok(vm.bytes(&vec![9; length]))
    }),
    getter("co_lnotab", |vm, _| Ok(vm.bytes(b""))),
    getter("co_linetable", |vm, _| Ok(vm.bytes(b""))),
    getter("co_exceptiontable", |vm, _| Ok(vm.bytes(b""))),
];

/// The names that a code object takes from its module or the builtins, and
/// those of the attributes that it reads: for `inspect.getclosurevars`.
pub fn names_used(vm: &mut Vm, args: &[Value]) -> Res {
    let code = code(vm, args[0]);
    let (mut globals, mut attributes) = (Vec::new(), Vec::new());
    for instr in &code.code.instrs {
        match *instr {
            Instr::LoadGlobal { site, .. } => globals.push(site),
            Instr::LoadAttr { site, .. }
            | Instr::LoadMethod { site, .. }
            | Instr::LoadSuperAttr { site, .. } => attributes.push(site),
            _ => {}
        }
    }
    let [globals, attributes] = [globals, attributes].map(|sites| {
        let names = sites.iter().map(|&site| code.code.sites[site as usize]);
        names.map(|name| code.names[name as usize]).collect()
    });
    let (globals, attributes) = (vm.list(globals), vm.list(attributes));
    Ok(vm.tuple(&[globals, attributes]))
}

pub(crate) fn register(vm: &mut Vm) {
    vm.add_extension(CodeValues::default());
    vm.add_methods(vm.types.code, METHODS);
    vm.add_getters(vm.types.code, GETTERS);
}
