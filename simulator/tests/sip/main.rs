//! Every state of every SIP machine, met by every input, as tables: the transactions of RFC 3261 with RFC 6026, and dialogs.

mod cancel;
mod chaos;
mod dialog;
mod invite_client;
mod invite_server;
mod modification;
mod negotiation;
mod non_invite_client;
mod non_invite_server;
mod subscription;
mod table;
mod transfer;

use simulator::sip::transaction::timing::TIMER_F;
use simulator::time::{Duration, Instant};

const BRANCH: u32 = 7;
const FOREIGN: u32 = 8;
/// When what comes before the input of the table has happened.
const START: Instant = Instant(1_000_000_000);
/// The longest timer, 64·T1.
const LONG: Duration = TIMER_F;
const PROVISIONAL: [u16; 4] = [100, 180, 183, 199];
const SUCCESS: [u16; 3] = [200, 202, 299];
const REJECTION: [u16; 7] = [300, 302, 404, 486, 503, 603, 699];
