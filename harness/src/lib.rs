//! pbxsim: runs plans, in virtual time and on the wire, here and elsewhere, and measures them. The only crate with files, threads and a terminal.

pub mod cdr;
pub mod fleet;
pub mod live;
pub mod recorder;
pub mod run;
pub mod search;
pub mod shrink;
pub mod sipp;
pub mod trace;
pub mod wire;
pub mod witness;
