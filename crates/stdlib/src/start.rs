//! Bringing a VM to the point where a program can run.

use airlock_vm::{Completion, Exit, NativeDef, PyNative, Value, Vm, function};

use crate::library::prelude;
use crate::native::airlock_;

static EXEC: NativeDef = function("exec_found", "found, namespace, /", airlock_::exec_found);

/// Runs the prelude and makes `builtins` and `sys`. The VM must have a
/// [`crate::ProgramContext`].
///
/// # Panics
/// If the prelude raises: it is ours.
pub fn start(vm: &mut Vm) {
    let name = vm.intern("builtins");
    vm.namespace_set(vm.builtins, vm.names.name, name);
    for key in [vm.names.doc, vm.names.loader, vm.names.spec] {
        vm.namespace_set(vm.builtins, key, Value::NONE);
    }
    vm.namespace_set(vm.builtins, vm.names.package, vm.names.empty);
    let builtins = vm.heap.new_module(vm.builtins);
    vm.namespace_set(vm.modules, name, builtins);

    let namespace = vm.prelude_namespace();
    let helpers = vm.intern("_airlock");
    vm.add_functions(namespace, helpers, airlock_::FUNCTIONS);
    let exec = vm.heap.new_native(PyNative {
        def: &EXEC,
        receiver: Value::UNBOUND,
        owner: helpers,
    });
    vm.pin(exec);
    for (filename, code) in prelude() {
        let found = airlock_::found_code(vm, code, filename.as_str().into());
        if let Completion::Raised(exception) = run(vm, exec, &[found, namespace]) {
            let class = vm.plain_type_name(exception);
            let text = vm.str_of(exception).unwrap_or_default();
            panic!("the prelude {filename} raised {class}: {text}");
        }
    }
}

/// Runs a call to its end on a fiber of its own; nothing in it may wait.
fn run(vm: &mut Vm, callee: Value, args: &[Value]) -> Completion {
    vm.start_main(callee, args);
    loop {
        match vm.run(u64::MAX) {
            Exit::Finished(completion) => return completion,
            Exit::OutOfFuel => {}
            other => panic!("the prelude did not end: {other:?}"),
        }
    }
}

/// What [`Vm::run`] is to run as `__main__`.
pub enum Program<'a> {
    /// A file or a string; the file's name appears in tracebacks.
    Source { text: &'a str, filename: &'a str },
    /// A module by its name, as `python3 -m` runs it.
    Module { name: &'a str },
}

/// Sets `sys.argv` and `sys.path`, and has the main fiber run the program
/// when the VM next runs. It ends with the exit status.
pub fn start_program(vm: &mut Vm, program: Program<'_>, argv: &[String], path: &[String]) {
    for (name, texts) in [("argv", argv), ("orig_argv", argv), ("path", path)] {
        set_in_sys(vm, name, texts);
    }
    let (kind, value, filename) = match program {
        Program::Source { text, filename } => ("source", text, filename),
        Program::Module { name } => ("module", name, ""),
    };
    let args = [vm.str(kind), vm.str(value), vm.str(filename)];
    let callee = vm.prelude("run_program");
    vm.start_main(callee, &args);
}

/// What `python3 -W` and `PYTHONWARNINGS` say, in the order in which they are read: the last one counts most.
pub fn set_warning_options(vm: &mut Vm, options: &[String]) {
    set_in_sys(vm, "warnoptions", options);
}

/// Gives a name of `sys` a new list.
fn set_in_sys(vm: &mut Vm, name: &str, texts: &[String]) {
    let items = texts.iter().map(|text| vm.str(text)).collect();
    let list = vm.list(items);
    let sys = vm.intern("sys");
    if let Some(sys) = vm.namespace_get(vm.modules, sys) {
        let dict = vm.heap.module(sys).dict;
        vm.dict_set_text(dict, name, list);
    }
}

/// The exit status that [`start_program`]'s fiber ended with.
pub fn exit_status(completion: Completion) -> i32 {
    match completion {
        Completion::Returned(value) => value.as_small().map_or(0, |status| status as i32),
        _ => 1,
    }
}
