//! airlock-vm
