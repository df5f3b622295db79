//! A stackless Python virtual machine.
//!
//! Python calls never recurse into Rust: the interpreter loop keeps all
//! frames on the fiber's own stack, and a native that needs Python asks the
//! loop for it (see [`native`]). The VM never asks the time and never waits;
//! a fiber that must wait is parked and the host decides.

mod value;
mod arena;
mod dict;
mod object;
mod codeobj;
mod generator;
mod heap;
mod gc;
mod hash;
pub mod elementary;
mod names;
mod types;
mod throw;
mod errors;
pub mod native;
pub mod module;
mod fiber;
mod vm;
mod protocol;
pub mod class;
mod attr;
mod ops;
mod call;
mod run;
mod leaf;
mod unwind;
mod places;
mod held;
pub mod builtins;

pub use class::{GetterDef, getter, getter_setter};
pub use codeobj::CodeObj;
pub use dict::{Entry, PyDict};
pub use fiber::{FiberId, FiberState, Wake};
pub use gc::Tracer;
pub use generator::{Generator, GeneratorKind, GeneratorState};
pub use held::Held;
pub use hash::{KeyError, Number, hash_float, table_hash};
pub use heap::Heap;
pub use native::{NativeDef, NativeFn, class_method, function, method, new_method, static_method};
pub use object::*;
pub use places::Place;
pub use run::Exit;
pub use throw::{Completion, Continuation, Halt, Res, Throw};
pub use unwind::closest;
pub use value::{Kind, Value};
pub use vm::{CompileMode, Environment, Extension, Found, SourceError, Stream, Vm, VmLimits};
