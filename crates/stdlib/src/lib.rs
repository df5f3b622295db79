//! airlock-stdlib
