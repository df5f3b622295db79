//! airlock-bytecode
