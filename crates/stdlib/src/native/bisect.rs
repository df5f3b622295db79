//! `_bisect`.

use airlock_bytecode::CmpOp;
use airlock_vm::module::{ModuleDef, no_init};
use airlock_vm::{Kind, NativeDef, Res, Throw, Value, Vm, function};

pub static MODULE: ModuleDef = ModuleDef {
    name: "_bisect",
    functions: FUNCTIONS,
    init: no_init,
};

const SIGNATURE: &str = "a, x, lo=0, hi=None, *, key=None";

static FUNCTIONS: &[NativeDef] = &[
    function("bisect", SIGNATURE, |vm, args| found(vm, args, true)).slow("bisect_right_"),
    function("bisect_left", SIGNATURE, |vm, args| found(vm, args, false)).slow("bisect_left_"),
    function("bisect_right", SIGNATURE, |vm, args| found(vm, args, true)).slow("bisect_right_"),
    function("insort", SIGNATURE, |vm, args| insert(vm, args, true)).slow("insort_right_"),
    function("insort_left", SIGNATURE, |vm, args| insert(vm, args, false)).slow("insort_left_"),
    function("insort_right", SIGNATURE, |vm, args| insert(vm, args, true)).slow("insort_right_"),
];

/// Where `x` belongs, right or left of its equals.
fn search(vm: &mut Vm, args: &[Value], right: bool) -> Res<usize> {
    let &[sequence, x, lo, hi, key] = args else {
        return Err(Throw::Python);
    };
    if !key.is_none() || !matches!(sequence.kind(), Some(Kind::List | Kind::Tuple)) {
        return Err(Throw::Python);
    }
    let length = vm.heap.as_items(sequence).map_or(0, <[Value]>::len);
    let lo = vm.index(lo)?;
    if lo < 0 {
        return Err(vm.value_error("lo must be non-negative"));
    }
    let mut lo = lo as usize;
    let mut hi = if hi.is_none() {
        length
    } else {
        vm.index(hi)?.max(0) as usize
    };
    while lo < hi {
        let middle = lo + (hi - lo) / 2;
        let Some(&item) = vm
            .heap
            .as_items(sequence)
            .and_then(|items| items.get(middle))
        else {
            return Err(vm.index_error("list index out of range"));
        };
        if right {
            if vm.compare(CmpOp::Lt, x, item)? {
                hi = middle;
            } else {
                lo = middle + 1;
            }
        } else if vm.compare(CmpOp::Lt, item, x)? {
            lo = middle + 1;
        } else {
            hi = middle;
        }
    }
    Ok(lo)
}

fn found(vm: &mut Vm, args: &[Value], right: bool) -> Res {
    Ok(Value::count(search(vm, args, right)?))
}

fn insert(vm: &mut Vm, args: &[Value], right: bool) -> Res {
    if !args[0].is(Kind::List) {
        return Err(Throw::Python);
    }
    let at = search(vm, args, right)?;
    let items = vm.heap.list_mut(args[0]);
    let at = at.min(items.len());
    items.insert(at, args[1]);
    vm.heap.charge(8);
    Ok(Value::NONE)
}
