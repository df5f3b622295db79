//! `_syntax`: sources to trees of `ast`'s nodes, and such trees to code.
//!
//! The module `_ast` has the classes, and makes a list of constants of a tree
//! that it found valid; what these are is told in the compiler's `tree`.

use airlock_bytecode::Const;
use airlock_compiler::{
    Class, Mode, Options, Step, TreeError, TreeOptions, compile, compile_tree, function_type_tree,
    tree,
};
use airlock_vm::module::ModuleDef;
use airlock_vm::native::function;
use airlock_vm::{Kind, Res, Throw, Value, Vm};
use num_traits::ToPrimitive;

use crate::environment::source_error;

pub static MODULE: ModuleDef = ModuleDef {
    name: "_syntax",
    functions: &[
        function(
            "parse",
            "source, filename, mode, type_comments, feature_version, classes, /",
            parse,
        ),
        function(
            "compile_tree",
            "items, filename, mode, optimize, /",
            compile_items,
        ),
        function(
            "compile_source",
            "source, filename, mode, optimize, /",
            compile_source,
        ),
    ],
    init,
};

/// The names of the classes, in the order of their numbers.
fn init(vm: &mut Vm, dict: Value) -> Res<()> {
    let names: Vec<Value> = Class::NAMES.iter().map(|name| vm.intern(name)).collect();
    let names = vm.tuple(&names);
    vm.dict_set_text(dict, "NAMES", names);
    Ok(())
}

fn mode_named(vm: &mut Vm, mode: Value) -> Res<Mode> {
    match vm.as_text(mode) {
        Some("exec") => Ok(Mode::Exec),
        Some("eval") => Ok(Mode::EvalNamespace),
        Some("single") => Ok(Mode::Single),
        _ => Err(vm.value_error("compile() mode must be 'exec', 'eval' or 'single'")),
    }
}

fn refused(
    vm: &mut Vm,
    source: &str,
    filename: &str,
    diagnostics: Vec<airlock_compiler::Diagnostic>,
) -> Throw {
    let errors = diagnostics
        .into_iter()
        .map(|diagnostic| source_error(diagnostic, filename))
        .collect();
    vm.source_error(source, filename, errors)
}

// Source to tree.

fn parse(vm: &mut Vm, args: &[Value]) -> Res {
    let source = vm.expect_str(args[0], "source")?;
    let filename = vm.expect_str(args[1], "filename")?;
    let steps = if vm.as_text(args[2]) == Some("func_type") {
        function_type_tree(&source)
    } else {
        let options = TreeOptions {
            mode: mode_named(vm, args[2])?,
            type_comments: args[3] == Value::TRUE,
            feature_version: vm
                .as_int(args[4])
                .and_then(|version| version.to_u8())
                .unwrap_or(14),
        };
        tree(&source, options)
    };
    match steps {
        Ok(steps) => {
            let classes = classes(vm, args[5])?;
            build(vm, steps, &classes)
        }
        Err(diagnostics) => Err(refused(vm, &source, &filename, diagnostics)),
    }
}

/// What a node is made of: its class and the names of its fields, or one node
/// that stands wherever there is one without fields.
struct Maker {
    class: Value,
    fields: Vec<Value>,
    single: Value,
}

fn classes(vm: &mut Vm, table: Value) -> Res<Vec<Maker>> {
    let mut makers = Vec::with_capacity(Class::ALL.len());
    for entry in vm.collect(table)? {
        match vm.collect(entry)?[..] {
            [class, fields, single] if class.is(Kind::Type) => {
                let mut names = vm.collect(fields)?;
                for name in &mut names {
                    let text = vm.expect_str(*name, "the name of a field")?;
                    *name = vm.intern(&text);
                }
                makers.push(Maker {
                    class,
                    fields: names,
                    single,
                });
            }
            _ => return Err(vm.type_error("a class of nodes is told by three values")),
        }
    }
    if makers.len() < Class::ALL.len() {
        return Err(vm.type_error("classes of nodes are missing"));
    }
    Ok(makers)
}

fn build(vm: &mut Vm, steps: Vec<Step>, makers: &[Maker]) -> Res {
    let places = ["lineno", "col_offset", "end_lineno", "end_col_offset"];
    let places = places.map(|name| vm.intern(name));
    let mut stack: Vec<Value> = Vec::new();
    for step in steps {
        let value = match step {
            Step::Value(value) => vm.load_const(&value),
            Step::List(count) => {
                let items = stack.split_off(stack.len().saturating_sub(count as usize));
                vm.list(items)
            }
            Step::Node(class, span) => {
                let maker = &makers[class as usize];
                if maker.single.is_none() {
                    let node = vm.heap.new_instance(maker.class, Value::UNBOUND);
                    let first = stack.len().saturating_sub(maker.fields.len());
                    for (name, value) in maker.fields.iter().zip(stack.drain(first..)) {
                        vm.set_own_attr(node, *name, value);
                    }
                    if let Some(span) = span {
                        let told = [span.line, span.column, span.end_line, span.end_column];
                        for (name, number) in places.iter().zip(told) {
                            vm.set_own_attr(node, *name, Value::int32(number as i32));
                        }
                    }
                    node
                } else {
                    maker.single
                }
            }
        };
        stack.push(value);
    }
    Ok(stack.pop().unwrap_or(Value::NONE))
}

// Tree or source to code.

fn options(vm: &Vm, optimize: Value) -> Options {
    let level = vm.as_i64(optimize).unwrap_or(0);
    Options {
        optimize: level > 0,
        strip_docs: level > 1,
        ..Options::default()
    }
}

fn compile_source(vm: &mut Vm, args: &[Value]) -> Res {
    let source = vm.expect_str(args[0], "source")?;
    let filename = vm.expect_str(args[1], "filename")?;
    let mode = mode_named(vm, args[2])?;
    let options = options(vm, args[3]);
    match compile(&source, &filename, mode, options) {
        Ok(code) => {
            let code = vm.load_code(code, &filename.into());
            Ok(vm.code_object(code))
        }
        Err(diagnostics) => Err(refused(vm, &source, &filename, diagnostics)),
    }
}

fn compile_items(vm: &mut Vm, args: &[Value]) -> Res {
    let mut items = Vec::new();
    for item in vm.collect(args[0])? {
        items.push(constant(vm, item, 0)?);
    }
    let filename = vm.expect_str(args[1], "filename")?;
    let mode = mode_named(vm, args[2])?;
    let options = options(vm, args[3]);
    match compile_tree(&items, mode, options) {
        Ok(code) => {
            let code = vm.load_code(code, &filename.into());
            Ok(vm.code_object(code))
        }
        Err(TreeError::Diagnostics(diagnostics)) => {
            // The line shown is that of the file, if there is one.
            let line = diagnostics.first().map_or(0, |diagnostic| diagnostic.line);
            let text = vm.environment.source_line(&filename, line);
            let above = "\n".repeat((line as usize).saturating_sub(1));
            let source = format!("{above}{}", text.unwrap_or_default());
            Err(refused(vm, &source, &filename, diagnostics))
        }
        Err(TreeError::TooDeep) => {
            Err(vm.recursion_error("maximum recursion depth exceeded during compilation"))
        }
        Err(TreeError::Malformed) => Err(vm.value_error("malformed syntax tree")),
        Err(TreeError::Unsupported(what)) => {
            Err(vm.not_implemented_error(format!("{what} is not available here")))
        }
    }
}

/// How deep tuples in constants may lie inside one another.
const MAX_NESTING: u32 = 50;

fn constant(vm: &mut Vm, value: Value, depth: u32) -> Res<Const> {
    if depth > MAX_NESTING {
        return Err(vm.recursion_error("maximum recursion depth exceeded during ast construction"));
    }
    if value.is_none() {
        return Ok(Const::None);
    }
    if value == Value::TRUE || value == Value::FALSE {
        return Ok(Const::Bool(value == Value::TRUE));
    }
    if value == Value::ELLIPSIS {
        return Ok(Const::Ellipsis);
    }
    if let Some(text) = vm.as_text(value) {
        return Ok(Const::Str(text.into()));
    }
    if let Some(float) = value.as_float() {
        return Ok(Const::Float(float));
    }
    if let Some(int) = vm.as_int(value) {
        return Ok(match int.to_i64() {
            Some(int) => Const::Int(int),
            None => Const::BigInt(int.to_string().into()),
        });
    }
    if value.is(Kind::Bytes) {
        return Ok(Const::Bytes(vm.heap.pybytes(value).data.to_vec().into()));
    }
    if value.is(Kind::Tuple) || value.is(Kind::Set) {
        let mut items = Vec::new();
        for item in vm.collect(value)? {
            items.push(constant(vm, item, depth + 1)?);
        }
        return Ok(match value.is(Kind::Tuple) {
            true => Const::Tuple(items.into()),
            false => Const::FrozenSet(items.into()),
        });
    }
    if let Some(complex) = vm.as_complex(value) {
        return Ok(Const::Complex(complex.0, complex.1));
    }
    Err(vm.type_error("this is no constant"))
}
