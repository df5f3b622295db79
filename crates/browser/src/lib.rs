//! airlock-browser
