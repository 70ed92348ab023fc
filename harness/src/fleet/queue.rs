//! Taking tasks: one at a time, each on a lease that is renewed while it is held.

use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::AckKind;
use async_nats::jetstream::consumer::{AckPolicy, PullConsumer, pull};
use async_nats::jetstream::message::Acker;
use futures_util::StreamExt as _;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::link::{Link, WORK};
use super::trouble::Trouble;

/// A worker that was not heard of for so long has lost its task to another.
const LEASE: Duration = Duration::from_secs(6);
/// Heard of so often.
const RENEWED: Duration = Duration::from_secs(2);
/// How long one request for a task stands.
const STANDS: Duration = Duration::from_secs(2);
/// More tasks are never out at once, nor asked for.
const MOST: i64 = 20_000;

/// Where tasks of one edition are taken from.
pub(super) struct Queue(PullConsumer);

/// A task that is ours until it is dropped, or done.
pub(super) struct Lent {
    pub(super) payload: Vec<u8>,
    /// How often it was handed out, this time included.
    pub(super) times: i64,
    acker: Arc<Acker>,
    renewal: JoinHandle<()>,
}

impl Queue {
    pub(super) fn open(link: &Link, edition: &str, stop: &dyn Fn() -> bool) -> Result<Self, Trouble> {
        let name = format!("workers-{edition}");
        let config = pull::Config {
            durable_name: Some(name.clone()),
            filter_subject: format!("pbxsim.work.{edition}.>"),
            ack_policy: AckPolicy::Explicit,
            ack_wait: LEASE,
            max_deliver: -1,
            max_ack_pending: MOST,
            max_waiting: MOST,
            ..pull::Config::default()
        };
        let open = || async {
            match link.stream(WORK).await?.get_or_create_consumer(&name, config.clone()).await {
                Ok(consumer) => Ok(Some(Self(consumer))),
                Err(error) => link.later(&error),
            }
        };
        link.insist(stop, open)
    }

    /// The next task; `None`: none came. An error may pass: the server is away.
    pub(super) fn take(&self, link: &Link) -> Result<Option<Lent>, String> {
        link.runtime.block_on(async {
            let asked = self.0.batch().max_messages(1).expires(STANDS).messages().await;
            let mut messages = asked.map_err(|error| error.to_string())?;
            let Some(message) = messages.next().await else { return Ok(None) };
            let message = message.map_err(|error| error.to_string())?;
            let times = message.info().map_or(1, |info| info.delivered);
            let (message, acker) = message.split();
            let acker = Arc::new(acker);
            let renewal = tokio::spawn(renew(Arc::clone(&acker)));
            Ok(Some(Lent { payload: message.payload.to_vec(), times, acker, renewal }))
        })
    }
}

impl Lent {
    /// It is done: it goes. If the server does not hear of it, it is done once more, which changes nothing.
    pub(super) fn done(self, link: &Link) {
        if let Err(error) = link.runtime.block_on(self.acker.double_ack()) {
            tracing::debug!(%error, "a task that is done may be done again");
        }
    }

    /// It is given back, for later.
    pub(super) fn give_back(self, link: &Link, later: Duration) {
        let given = link.runtime.block_on(self.acker.ack_with(AckKind::Nak(Some(later))));
        if let Err(error) = given {
            tracing::debug!(%error, "a task comes back when its lease is over");
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

async fn renew(acker: Arc<Acker>) {
    loop {
        sleep(RENEWED).await;
        if let Err(error) = acker.ack_with(AckKind::Progress).await {
            tracing::debug!(%error, "a lease was not renewed");
        }
    }
}
