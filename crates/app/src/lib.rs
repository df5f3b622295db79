//! airlock-app
