//! `_operator`. Numbers and the like are Python's own operators, in the
//! prelude; `itemgetter` is native because it is a favourite sort key.
//! `attrgetter` and `methodcaller` are those of `operator.py`.

use super::itertools::base as built_in_base;
use airlock_vm::module::ModuleDef;
use airlock_vm::{
    NativeDef, NativeObject, Res, Throw, Tracer, Value, Vm, function, getter, method, new_method,
};

pub static MODULE: ModuleDef = ModuleDef {
    name: "_operator",
    functions: FUNCTIONS,
    init,
};

macro_rules! operators {
    ($($name:literal $signature:literal $prelude:literal,)*) => {
        static FUNCTIONS: &[NativeDef] = &[
            $(function($name, $signature, |vm, args| Err(vm.tail_prelude($prelude, args))),)*
            function("call", "obj, /, *args, **kwargs", |vm, args| {
                Err(vm.tail_prelude("op_call", args))
            }),
            function("index", "a, /", |vm, args| {
                let index = vm.index_big(args[0])?;
                Ok(vm.heap.new_bigint(index))
            }).slow("index_of"),
            function("is_", "a, b, /", |_, args| Ok(Value::bool(args[0] == args[1]))),
            function("is_not", "a, b, /", |_, args| Ok(Value::bool(args[0] != args[1]))),
            function("is_none", "a, /", |_, args| Ok(Value::bool(args[0].is_none()))),
            function("is_not_none", "a, /", |_, args| Ok(Value::bool(!args[0].is_none()))),
            function("truth", "a, /", |vm, args| Ok(Value::bool(vm.truthy(args[0])?))).slow("truth"),
            function("_compare_digest", "a, b, /", compare_digest),
        ];
    };
}

operators! {
    "abs" "a, /" "op_abs",
    "add" "a, b, /" "op_add",
    "and_" "a, b, /" "op_and",
    "concat" "a, b, /" "op_concat",
    "contains" "a, b, /" "op_contains",
    "delitem" "a, b, /" "op_delitem",
    "eq" "a, b, /" "op_eq",
    "floordiv" "a, b, /" "op_floordiv",
    "ge" "a, b, /" "op_ge",
    "getitem" "a, b, /" "op_getitem",
    "gt" "a, b, /" "op_gt",
    "iadd" "a, b, /" "op_iadd",
    "iand" "a, b, /" "op_iand",
    "iconcat" "a, b, /" "op_iadd",
    "ifloordiv" "a, b, /" "op_ifloordiv",
    "ilshift" "a, b, /" "op_ilshift",
    "imatmul" "a, b, /" "op_imatmul",
    "imod" "a, b, /" "op_imod",
    "imul" "a, b, /" "op_imul",
    "inv" "a, /" "op_inv",
    "invert" "a, /" "op_inv",
    "ior" "a, b, /" "op_ior",
    "ipow" "a, b, /" "op_ipow",
    "irshift" "a, b, /" "op_irshift",
    "isub" "a, b, /" "op_isub",
    "itruediv" "a, b, /" "op_itruediv",
    "ixor" "a, b, /" "op_ixor",
    "le" "a, b, /" "op_le",
    "lshift" "a, b, /" "op_lshift",
    "lt" "a, b, /" "op_lt",
    "matmul" "a, b, /" "op_matmul",
    "mod" "a, b, /" "op_mod",
    "mul" "a, b, /" "op_mul",
    "ne" "a, b, /" "op_ne",
    "neg" "a, /" "op_neg",
    "not_" "a, /" "op_not",
    "or_" "a, b, /" "op_or",
    "pos" "a, /" "op_pos",
    "pow" "a, b, /" "op_pow",
    "rshift" "a, b, /" "op_rshift",
    "setitem" "a, b, c, /" "op_setitem",
    "sub" "a, b, /" "op_sub",
    "truediv" "a, b, /" "op_truediv",
    "xor" "a, b, /" "op_xor",
}

fn compare_digest(vm: &mut Vm, args: &[Value]) -> Res {
    if let (Some(a), Some(b)) = (vm.as_text(args[0]), vm.as_text(args[1])) {
        if a.is_ascii() && b.is_ascii() {
            return Ok(Value::bool(a == b));
        }
        return Err(vm.type_error("comparing strings with non-ASCII characters is not supported"));
    }
    let (a, b) = (vm.heap.payload(args[0]), vm.heap.payload(args[1]));
    if let (Some(a), Some(b)) = (vm.buffer(a), vm.buffer(b)) {
        return Ok(Value::bool(a == b));
    }
    let (a, b) = (vm.type_name(a), vm.type_name(b));
    Err(vm.type_error(format!(
        "unsupported operand types(s) or combination of types: '{a}' and '{b}'"
    )))
}

/// `itemgetter(*items)`.
struct ItemGetter {
    items: Value,
    class: Value,
}

impl NativeObject for ItemGetter {
    fn class(&self) -> Value {
        self.class
    }
    fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.items);
    }
}

static ITEM_GETTER: &[NativeDef] = &[
    new_method("cls, item, /, *items", |vm, args| {
        let mut items = vec![args[1]];
        items.extend_from_slice(vm.heap.tuple(args[2]));
        let items = vm.tuple(&items);
        let class = built_in_base(vm, args[0]);
        let object = vm.heap.new_object(ItemGetter { items, class });
        Ok(vm.of_class(args[0], class, object))
    }),
    method("__call__", "self, obj, /", |vm, args| {
        let items = getter_items(vm, args[0]);
        // The common case at once: one index into a tuple or list.
        if let &[item] = vm.heap.tuple(items)
            && let Some(index) = item.as_small()
            && let Some(values) = vm.heap.as_items(args[1])
            && let Some(at) = Vm::position(index, values.len())
        {
            return Ok(values[at]);
        }
        Err(Throw::Python)
    })
    .slow("items_getter_call"),
    method("__repr__", "self, /", |vm, args| {
        let items = getter_items(vm, args[0]);
        let items = vm.heap.tuple(items).to_vec();
        let mut text = Vec::new();
        for item in items {
            text.push(vm.repr(item)?);
        }
        Ok(vm.string(format!("operator.itemgetter({})", text.join(", "))))
    })
    .slow("items_getter_repr"),
    method("__reduce__", "self, /", |vm, args| {
        let class = vm.type_of(args[0]);
        let items = getter_items(vm, vm.heap.payload(args[0]));
        Ok(vm.tuple(&[class, items]))
    })
    .raw_self(),
];

fn getter_items(vm: &Vm, getter: Value) -> Value {
    match vm.heap.downcast::<ItemGetter>(getter) {
        Some(getter) => getter.items,
        None => Value::NONE,
    }
}

static ITEM_GETTER_GETTERS: &[airlock_vm::GetterDef] =
    &[getter("_items", |vm, object| Ok(getter_items(vm, object)))];

fn init(vm: &mut Vm, dict: Value) -> Res<()> {
    let ty = vm.module_type(dict, "itemgetter", ITEM_GETTER, ITEM_GETTER_GETTERS);
    let module = vm.intern("operator");
    vm.set_type_attr(ty, "__module__", module);
    Ok(())
}
