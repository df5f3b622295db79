//! `_string`: the parts of format strings.

use airlock_vm::builtins::str_format::{Lookup, field_index, parse_markup, split_field_name};
use airlock_vm::module::{ModuleDef, no_init};
use airlock_vm::{NativeDef, Res, Value, Vm, function};

pub static MODULE: ModuleDef = ModuleDef {
    name: "_string",
    functions: FUNCTIONS,
    init: no_init,
};

static FUNCTIONS: &[NativeDef] = &[
    function("formatter_parser", "format_string, /", formatter_parser),
    function(
        "formatter_field_name_split",
        "field_name, /",
        formatter_field_name_split,
    ),
];

/// An iterator of `(literal, field_name, format_spec, conversion)`.
fn formatter_parser(vm: &mut Vm, args: &[Value]) -> Res {
    let Some(template) = vm.as_text(args[0]).map(str::to_owned) else {
        let message = format!("expected str, got {}", vm.type_name(args[0]));
        return Err(vm.type_error(message));
    };
    let pieces = match parse_markup(&template) {
        Ok(pieces) => pieces,
        Err(message) => return Err(vm.value_error(message)),
    };
    let mut items = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let literal = vm.string(piece.literal);
        let parts = match piece.field {
            None => [literal, Value::NONE, Value::NONE, Value::NONE],
            Some(field) => {
                let conversion = match field.conversion {
                    Some(c) => vm.char_value(c),
                    None => Value::NONE,
                };
                [
                    literal,
                    vm.string(field.name),
                    vm.string(field.spec),
                    conversion,
                ]
            }
        };
        items.push(vm.tuple(&parts));
    }
    Ok(vm.items_iter(items))
}

/// The first name and an iterator of `(is_attribute, name)`.
fn formatter_field_name_split(vm: &mut Vm, args: &[Value]) -> Res {
    let Some(name) = vm.as_text(args[0]).map(str::to_owned) else {
        let message = format!("expected str, got {}", vm.type_name(args[0]));
        return Err(vm.type_error(message));
    };
    let (first, lookups) = match split_field_name(&name) {
        Ok(parts) => parts,
        Err(message) => return Err(vm.value_error(message)),
    };
    let first = match field_index(first) {
        Ok(Some(index)) => vm.int(index),
        Ok(None) => vm.str(first),
        Err(message) => return Err(vm.value_error(message)),
    };
    let mut items = Vec::new();
    for lookup in lookups {
        let pair = match lookup {
            Lookup::Attribute(name) => [Value::TRUE, vm.string(name)],
            Lookup::Key(name) => [Value::FALSE, vm.string(name)],
            Lookup::Index(index) => [Value::FALSE, vm.int(index)],
        };
        items.push(vm.tuple(&pair));
    }
    let rest = vm.items_iter(items);
    Ok(vm.tuple(&[first, rest]))
}
