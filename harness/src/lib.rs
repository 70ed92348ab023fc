//! pbxsim.
