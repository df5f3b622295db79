//! Class and mapping patterns where no Python code takes part; the prelude
//! (`patterns.py`) does the rest and words the errors.

use crate::native::{NativeDef, function};
use crate::value::Kind;
use crate::{Res, Throw, Value, Vm};

/// Values of all keys of a dict as a tuple, or None.
fn match_keys(vm: &mut Vm, args: &[Value]) -> Res {
    let (subject, keys) = (args[0], args[1]);
    if !subject.is(Kind::Dict) {
        return Err(Throw::Python);
    }
    let keys = vm.heap.tuple(keys).to_vec();
    let mut values = Vec::with_capacity(keys.len());
    for (at, &key) in keys.iter().enumerate() {
        for &other in &keys[..at] {
            if vm.equal(other, key)? {
                return Err(Throw::Python);
            }
        }
        match vm.dict_get(subject, key)? {
            Some(value) => values.push(value),
            None => return Ok(Value::NONE),
        }
    }
    Ok(vm.tuple(&values))
}

/// Attributes that a class pattern looks at as a tuple, or None.
fn match_class(vm: &mut Vm, args: &[Value]) -> Res {
    let &[subject, class, count, names] = args else {
        return Err(Throw::Python);
    };
    if !class.is(Kind::Type) {
        return Err(Throw::Python);
    }
    let own = vm.type_of(subject);
    if own != class {
        let metaclass = vm.heap.ty(class).metaclass;
        let plain = metaclass == vm.types.r#type
            || vm
                .lookup(metaclass, vm.names.instancecheck)
                .is_none_or(|check| check.is(Kind::Native));
        let claims = vm.lookup(own, vm.names.class_) != vm.lookup(vm.types.object, vm.names.class_);
        if !plain || claims {
            return Err(Throw::Python);
        }
        if !vm.is_subtype(own, class) {
            return Ok(Value::NONE);
        }
    }
    let count = count.as_small().unwrap_or(0) as usize;
    let mut wanted: Vec<Value> = Vec::new();
    let mut values: Vec<Value> = Vec::new();
    if count > 0 {
        match vm.lookup(class, vm.names.match_args) {
            Some(listed) if listed.is(Kind::Tuple) && vm.heap.tuple(listed).len() >= count => {
                wanted.extend_from_slice(&vm.heap.tuple(listed)[..count]);
            }
            None if count == 1
                && vm.metaclass(class) == vm.types.r#type
                && matches_itself(vm, class) =>
            {
                values.push(subject);
            }
            _ => return Err(Throw::Python),
        }
    }
    wanted.extend_from_slice(vm.heap.tuple(names));
    for (at, &name) in wanted.iter().enumerate() {
        if !name.is(Kind::Str) {
            return Err(Throw::Python);
        }
        let name = vm.heap.intern_value(name);
        if wanted[..at]
            .iter()
            .any(|&other| vm.heap.as_str(other) == vm.heap.as_str(name))
        {
            return Err(Throw::Python);
        }
        match vm.find_attr(subject, name) {
            Ok(Some(value)) => values.push(value),
            Ok(None) => return Ok(Value::NONE),
            // A property, say: begun again in Python.
            Err(Throw::Call) => return Err(Throw::Python),
            Err(other) => return Err(other),
        }
    }
    Ok(vm.tuple(&values))
}

/// Classes whose one positional pattern is for the subject itself.
fn matches_itself(vm: &Vm, class: Value) -> bool {
    let types = &vm.types;
    let bases = [
        types.bool,
        types.bytearray,
        types.bytes,
        types.dict,
        types.float,
        types.frozenset,
        types.int,
        types.list,
        types.set,
        types.str,
        types.tuple,
    ];
    bases.iter().any(|&base| vm.is_subtype(class, base))
}

/// Called by the interpreter through the prelude.
pub static MATCH_FUNCTIONS: &[NativeDef] = &[
    function("match_keys", "subject, keys, /", match_keys).slow("match_keys_slow"),
    function("match_class", "subject, cls, count, names, /", match_class).slow("match_class_slow"),
];
