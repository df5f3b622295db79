//! What the compiler makes and the VM runs: register bytecode, code objects,
//! source positions.
//!
//! A frame is a window of registers. Its first registers are, in this order:
//! the parameters (positional, keyword-only, `*args`, `**kwargs`), the cells
//! of free variables ([`Code::captures`]), the other local variables, and
//! then temporaries. A local variable that is captured by an inner function
//! lives in a cell held by its register ([`Instr::MakeCell`]).

mod code;
mod instr;
mod liveness;
mod operands;
mod verify;

pub use code::{Code, CodeFlags, Const, ExceptionRange, Params, Position};
pub use instr::{BinOp, CmpOp, Instr, Intrinsic, Reg, Special};
pub use liveness::dead_temporaries;
pub use operands::Operand;
pub use verify::verify;
