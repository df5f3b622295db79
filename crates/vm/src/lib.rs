//! A stackless Python virtual machine.
//!
//! Python calls never recurse into Rust: the interpreter loop keeps all
//! frames on the fiber's own stack, and a native that needs Python asks the
//! loop for it (see [`native`]). The VM never asks the time and never waits;
//! a fiber that must wait is parked and the host decides.

mod arena;
mod attr;
mod awaited;
pub mod builtins;
mod call;
pub mod class;
mod codeobj;
mod dict;
pub mod elementary;
mod ends;
mod errors;
mod fiber;
mod gc;
mod generator;
mod hash;
mod heap;
mod held;
mod leaf;
pub mod module;
mod names;
pub mod native;
mod object;
mod ops;
mod pairs;
mod places;
mod protocol;
mod run;
mod throw;
mod types;
mod unwind;
mod value;
mod vm;
mod watch;

pub use airlock_bytecode::CmpOp;
pub use class::{GetterDef, getter, getter_setter};
pub use codeobj::{CodeObj, Shortcut};
pub use dict::{Entry, PyDict};
pub use fiber::{FiberId, FiberState, Wake};
pub use gc::Tracer;
pub use generator::{Generator, GeneratorKind, GeneratorState};
pub use hash::{KeyError, Number, hash_float, table_hash};
pub use heap::Heap;
pub use held::Held;
pub use native::{NativeDef, NativeFn, class_method, function, method, new_method, static_method};
pub use object::*;
pub use places::Place;
pub use run::Exit;
pub use throw::{Completion, Continuation, Halt, Res, Throw};
pub use unwind::closest;
pub use value::{Kind, Value};
pub use vm::{CompileMode, Environment, Extension, Found, SourceError, Stream, Vm, VmLimits};
pub use watch::Watcher;
