//! `_suggestions`: the word that was probably meant, for `traceback`.

use airlock_vm::module::ModuleDef;
use airlock_vm::{NativeDef, Res, Value, Vm, closest, function};

pub static MODULE: ModuleDef = ModuleDef {
    name: "_suggestions",
    functions: FUNCTIONS,
    init: |_, _| Ok(()),
};

static FUNCTIONS: &[NativeDef] = &[function(
    "_generate_suggestions",
    "candidates, item, /",
    generate,
)];

/// More candidates than this are not looked at, as in CPython.
const MOST_CANDIDATES: usize = 750;

fn generate(vm: &mut Vm, args: &[Value]) -> Res {
    let word = vm.expect_str(args[1], "item")?;
    let mut candidates = Vec::new();
    for candidate in vm.collect(args[0])? {
        candidates.push(vm.expect_str(candidate, "candidates")?);
    }
    if candidates.len() >= MOST_CANDIDATES {
        return Ok(Value::NONE);
    }
    match closest(&word, candidates.iter().map(String::as_str)) {
        Some(found) => Ok(vm.str(found)),
        None => Ok(Value::NONE),
    }
}
