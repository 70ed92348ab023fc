//! The same machines on real sockets: against themselves, against others, and against what goes wrong.

#[path = "../cli/desk.rs"]
#[expect(dead_code, reason = "shared with the tests of the command line, which use all of it")]
mod desk;

mod between;
mod binary;
mod cases;
mod edges;
mod equality;
mod interop;
mod peers;
