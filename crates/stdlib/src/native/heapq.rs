//! `_heapq`. Each function finds where everything goes before it moves
//! anything, so that the prelude can take over at any comparison.

use airlock_bytecode::CmpOp;
use airlock_vm::module::{ModuleDef, no_init};
use airlock_vm::{Kind, NativeDef, Res, Value, Vm, function};

pub static MODULE: ModuleDef = ModuleDef {
    name: "_heapq",
    functions: FUNCTIONS,
    init: no_init,
};

static FUNCTIONS: &[NativeDef] = &[
    function("heapify", "heap, /", |vm, args| heapify(vm, args, false)).slow("heap_make"),
    function("heappop", "heap, /", |vm, args| pop(vm, args, false)).slow("heap_pop"),
    function("heappush", "heap, item, /", |vm, args| {
        push(vm, args, false)
    })
    .slow("heap_push"),
    function("heappushpop", "heap, item, /", |vm, args| {
        push_pop(vm, args, false)
    })
    .slow("heap_pushpop"),
    function("heapreplace", "heap, item, /", |vm, args| {
        replace(vm, args, false)
    })
    .slow("heap_replace"),
    function("heapify_max", "heap, /", |vm, args| heapify(vm, args, true)).slow("heap_make_max"),
    function("heappop_max", "heap, /", |vm, args| pop(vm, args, true)).slow("heap_pop_max"),
    function("heappush_max", "heap, item, /", |vm, args| {
        push(vm, args, true)
    })
    .slow("heap_push_max"),
    function("heappushpop_max", "heap, item, /", |vm, args| {
        push_pop(vm, args, true)
    })
    .slow("heap_pushpop_max"),
    function("heapreplace_max", "heap, item, /", |vm, args| {
        replace(vm, args, true)
    })
    .slow("heap_replace_max"),
];

fn heap_list(vm: &mut Vm, heap: Value, name: &str) -> Res<Value> {
    let list = vm.heap.payload(heap);
    if list.is(Kind::List) {
        return Ok(list);
    }
    let message = format!(
        "{name}() argument 1 must be list, not {}",
        vm.type_name(heap)
    );
    Err(vm.type_error(message))
}

/// Whether `a` belongs nearer to the root than `b`.
fn before(vm: &mut Vm, a: Value, b: Value, max: bool) -> Res<bool> {
    if max {
        vm.compare(CmpOp::Lt, b, a)
    } else {
        vm.compare(CmpOp::Lt, a, b)
    }
}

/// Where the root goes in a heap whose first item is `item` instead: the
/// positions that move up by one place, the last of which `item` takes.
fn path_down(
    vm: &mut Vm,
    items: &[Value],
    start: usize,
    item: Value,
    max: bool,
) -> Res<Vec<usize>> {
    let mut path = vec![start];
    let mut child = 2 * start + 1;
    while child < items.len() {
        let right = child + 1;
        if right < items.len() {
            // As CPython: the right child unless the left one is before it.
            let left_first = if max {
                vm.compare(CmpOp::Lt, items[right], items[child])?
            } else {
                vm.compare(CmpOp::Lt, items[child], items[right])?
            };
            if !left_first {
                child = right;
            }
        }
        path.push(child);
        child = 2 * child + 1;
    }
    while path.len() > 1 {
        let parent = items[path[path.len() - 1]];
        if !before(vm, item, parent, max)? {
            break;
        }
        path.pop();
    }
    Ok(path)
}

fn shift(items: &mut [Value], path: &[usize], item: Value) {
    for pair in path.windows(2) {
        items[pair[0]] = items[pair[1]];
    }
    if let Some(&last) = path.last() {
        items[last] = item;
    }
}

fn push(vm: &mut Vm, args: &[Value], max: bool) -> Res {
    let list = heap_list(vm, args[0], if max { "heappush_max" } else { "heappush" })?;
    let item = args[1];
    let mut path = vec![vm.heap.list(list).len()];
    let mut at = path[0];
    while at > 0 {
        let parent_at = (at - 1) / 2;
        let parent = vm.heap.list(list)[parent_at];
        if !before(vm, item, parent, max)? {
            break;
        }
        path.push(parent_at);
        at = parent_at;
    }
    let items = vm.heap.list_mut(list);
    items.push(item);
    shift(items, &path, item);
    vm.heap.charge(8);
    Ok(Value::NONE)
}

/// Puts `item` in the place of the root, which is returned.
fn replace_root(vm: &mut Vm, list: Value, length: usize, item: Value, max: bool) -> Res {
    // Taken out and put back, so that the VM is free to compare.
    let items = std::mem::take(vm.heap.list_mut(list));
    let path = path_down(vm, &items[..length], 0, item, max);
    *vm.heap.list_mut(list) = items;
    let path = path?;
    let items = vm.heap.list_mut(list);
    let root = items[0];
    shift(items, &path, item);
    Ok(root)
}

fn pop(vm: &mut Vm, args: &[Value], max: bool) -> Res {
    let list = heap_list(vm, args[0], if max { "heappop_max" } else { "heappop" })?;
    let items = vm.heap.list(list);
    let Some((&last, rest)) = items.split_last() else {
        return Err(vm.index_error("index out of range"));
    };
    let length = rest.len();
    let root = if length == 0 {
        last
    } else {
        replace_root(vm, list, length, last, max)?
    };
    vm.heap.list_mut(list).pop();
    Ok(root)
}

fn replace(vm: &mut Vm, args: &[Value], max: bool) -> Res {
    let list = heap_list(
        vm,
        args[0],
        if max {
            "heapreplace_max"
        } else {
            "heapreplace"
        },
    )?;
    let length = vm.heap.list(list).len();
    if length == 0 {
        return Err(vm.index_error("index out of range"));
    }
    replace_root(vm, list, length, args[1], max)
}

fn push_pop(vm: &mut Vm, args: &[Value], max: bool) -> Res {
    let list = heap_list(
        vm,
        args[0],
        if max {
            "heappushpop_max"
        } else {
            "heappushpop"
        },
    )?;
    let item = args[1];
    let items = vm.heap.list(list);
    let length = items.len();
    let Some(&root) = items.first() else {
        return Ok(item);
    };
    if !before(vm, root, item, max)? {
        return Ok(item);
    }
    replace_root(vm, list, length, item, max)
}

fn heapify(vm: &mut Vm, args: &[Value], max: bool) -> Res {
    let list = heap_list(vm, args[0], if max { "heapify_max" } else { "heapify" })?;
    let mut items = vm.heap.list(list).clone();
    for start in (0..items.len() / 2).rev() {
        let item = items[start];
        let path = path_down(vm, &items, start, item, max)?;
        shift(&mut items, &path, item);
    }
    *vm.heap.list_mut(list) = items;
    Ok(Value::NONE)
}
