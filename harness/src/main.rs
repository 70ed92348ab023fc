//! pbxsim.

fn main() {}
