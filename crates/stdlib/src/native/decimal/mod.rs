//! Numbers of the module `decimal`.
//!
//! The class `Decimal` is native, as in CPython; what it has no native method
//! for is taken from the class of that name in `_pydecimal`, and what a native
//! method cannot do (infinities, NaNs, trapped signals, overflows, operands
//! of other types) is left to the one in Python, of which it stands in front.
//! Contexts are those of `_pydecimal`; an operation changes one only when
//! nothing is left that could fail.

mod arithmetic;
mod coefficient;
mod construct;
mod methods;
mod number;
mod settings;
mod text;
mod world;

use airlock_vm::module::ModuleDef;
use airlock_vm::{NativeDef, Res, Value, Vm, function};

pub static MODULE: ModuleDef = ModuleDef {
    name: "_airlock_decimal",
    // Added by `init`, so that the table, too, is in the engine's late part.
    functions: &[],
    init,
};

fn init(vm: &mut Vm, dict: Value) -> Res<()> {
    let name = vm.intern(MODULE.name);
    vm.add_functions(dict, name, FUNCTIONS);
    Ok(())
}

static FUNCTIONS: &[NativeDef] = &[function("adopt", "python, namespace, /", world::adopt)];
