//! The same work on many machines, spread by a NATS server that is somebody else's: JetStream holds what is to be done and
//! what came of it, so that neither a worker nor the server nor a lost packet can lose a seed or count one twice.
//!
//! A [`fleet::Fleet`] is to a run what threads are: hands ([`crate::run::Hands`]). Each item becomes a *task* on a work
//! queue, its plan travels once as an *order*; whoever runs [`worker::work`] takes a task, answers with an *outcome* stored
//! under the task's name, and only then is the task gone. Whoever dies in between is replaced when the lease of the task
//! runs out. Doing one twice changes nothing: the second outcome must be the first, byte by byte, or the run ends.
//!
//! | subject | what | where |
//! |---|---|---|
//! | `pbxsim.work.EDITION.JOB.ITEM` | tasks | stream `PBXSIM-WORK`, a work queue; one consumer for each edition |
//! | `pbxsim.data.JOB.done.ITEM` | outcomes, the first only | stream `PBXSIM-DATA`, for a day at most |
//! | `pbxsim.data.JOB.part.NAME.N` | what is too large for one message, and orders | the same |
//! | `pbxsim.roll-call` | who is there: workers and commands answer | not stored |
//! | `pbxsim.over` | a job has ended: its tasks are of no use | not stored |
//! | `pbxsim.wire.WORKER`, `pbxsim.clock.WORKER` | what one worker is to do on the wire; what its clock says | not stored |
//! | `pbxsim.wire-news`, `pbxsim.pulse.JOB` | a command, and each of its workers, is still there | not stored |
//!
//! Of NATS only `link.rs`, `talk.rs` and `queue.rs` know.

mod done;
mod edition;
#[expect(clippy::module_inception, reason = "the type that the module is for")]
pub mod fleet;
mod link;
pub mod muster;
mod order;
mod parcel;
pub mod place;
mod queue;
pub mod roll_call;
mod share;
mod talk;
pub mod trouble;
pub mod worker;

#[cfg(test)]
#[path = "../../tests/fleet/server.rs"]
mod server;
#[cfg(test)]
mod tests;
