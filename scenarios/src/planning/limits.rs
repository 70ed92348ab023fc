//! Limits that cannot fail, or cannot hold, with the arithmetic: warnings before any run.
