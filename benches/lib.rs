//! Bench targets only.
