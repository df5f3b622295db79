//! airlock-shell
