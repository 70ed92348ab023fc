//! Dialogs (RFC 3261 §12) and what happens within them, each as a few numbers in its owner's record.
//!
//! As with transactions: a machine is told what came and what is due, and answers what that means.

mod acceptance;
mod fork;
mod modification;
mod record;
mod reliable;
mod replaces;
mod route;
pub mod session_timer;
mod subscription;
pub mod transfer;

pub use acceptance::{Acceptance, AcceptanceTimeout};
pub use fork::{Fork, Forked};
pub use modification::{Admission, Change, Modification, Modified, glare_wait};
pub use record::{Dialog, DialogState, Made};
pub use reliable::{Numbered, ReliableClient, ReliableServer, ReliableTimeout};
pub use replaces::{Replaced, Replaces};
pub use route::RouteSet;
pub use session_timer::{SessionTimeout, SessionTimer};
pub use subscription::{Notifier, Standing, Subscribed, Subscriber, SubscriberState, TIMER_N};
pub use transfer::{Notice, Transferee, Transferor, TransferorState, Transferred};
