//! airlock-compiler
