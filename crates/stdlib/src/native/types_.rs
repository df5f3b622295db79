//! `_types`: the built-in types that have no name in `builtins`.

use airlock_vm::module::ModuleDef;
use airlock_vm::{Res, Value, Vm};

pub static MODULE: ModuleDef = ModuleDef {
    name: "_types",
    functions: &[],
    init,
};

fn init(vm: &mut Vm, dict: Value) -> Res<()> {
    let types = &vm.types;
    let names = [
        ("AsyncGeneratorType", types.async_generator),
        ("BuiltinFunctionType", types.builtin_function),
        ("BuiltinMethodType", types.builtin_function),
        ("CellType", types.cell),
        ("ClassMethodDescriptorType", types.classmethod_descriptor),
        ("CodeType", types.code),
        ("CoroutineType", types.coroutine),
        ("EllipsisType", types.ellipsis),
        ("FrameType", types.frame),
        ("FunctionType", types.function),
        ("GeneratorType", types.generator),
        ("GenericAlias", types.generic_alias),
        ("GetSetDescriptorType", types.getset),
        ("LambdaType", types.function),
        ("MappingProxyType", types.mapping_proxy),
        ("MemberDescriptorType", types.member),
        ("MethodDescriptorType", types.method_descriptor),
        ("MethodType", types.method),
        ("ModuleType", types.module),
        ("NoneType", types.none),
        ("NotImplementedType", types.not_implemented),
        ("SimpleNamespace", types.simple_namespace),
        ("TracebackType", types.traceback),
        ("UnionType", types.union),
        ("WrapperDescriptorType", types.wrapper_descriptor),
        // A bound `object().__str__`, a bound method here as well.
        ("MethodWrapperType", types.builtin_function),
    ];
    for (name, ty) in names {
        vm.dict_set_text(dict, name, ty);
    }
    Ok(())
}
