//! The connection to a NATS server, and what it keeps for us. All of it waits for the server; what is under way is carried
//! by one thread of its own.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use async_nats::jetstream::context::{CreateStreamError, CreateStreamErrorKind, PublishError, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{Config, DiscardPolicy, LastRawMessageErrorKind, RetentionPolicy, Stream};
use async_nats::jetstream::{self, Context};
use async_nats::{Client, ConnectError, ConnectErrorKind, ConnectOptions, Event};
use tokio::runtime::{Builder, Runtime};
use tokio::time::sleep;

use super::place::Place;
use super::trouble::{LEAST_PAYLOAD, Trouble};

/// The streams, by name.
pub(super) const WORK: &str = "PBXSIM-WORK";
pub(super) const DATA: &str = "PBXSIM-DATA";
/// What nobody has fetched by then is forgotten.
const KEPT: Duration = Duration::from_secs(24 * 3600);
/// How long an answer of the server may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// How long it may be away in all, before what needs it gives up.
const ABSENCE: Duration = Duration::from_secs(300);
/// Before something is tried again.
const PAUSE: Duration = Duration::from_millis(200);
/// Of a message, for everything but its contents.
const HEADROOM: usize = 512;
const LARGEST_PART: usize = 512 << 10;

/// A connection that comes back by itself.
pub(super) struct Link {
    pub(super) runtime: Runtime,
    pub(super) client: Client,
    pub(super) jetstream: Context,
    shown: String,
    connections: Arc<AtomicU64>,
    was_refused: Arc<AtomicBool>,
}

impl Link {
    /// Connects under a name, and makes the streams if they are not there.
    pub(super) fn connect(place: &Place, name: &str) -> Result<Self, Trouble> {
        let shown = place.shown();
        let cannot = |error: std::io::Error| Trouble::Credentials(error.to_string());
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().thread_name("nats").build();
        let runtime = runtime.map_err(cannot)?;
        let (connections, was_refused) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (counted, refused) = (Arc::clone(&connections), Arc::clone(&was_refused));
        let options = options(place).map_err(cannot)?.name(name).event_callback(move |event| {
            match event {
                Event::Connected => _ = counted.fetch_add(1, Ordering::Relaxed),
                Event::ServerError(async_nats::ServerError::AuthorizationViolation) => {
                    refused.store(true, Ordering::Relaxed);
                }
                other => tracing::debug!(?other, "nats"),
            }
            std::future::ready(())
        });
        let servers = place.servers.clone();
        let client = runtime.block_on(async { options.connect(servers).await });
        let client = client.map_err(|error| unreachable(&shown, &error))?;
        let most = client.max_payload();
        if most < LEAST_PAYLOAD {
            return Err(Trouble::SmallMessages { place: shown, most });
        }
        let jetstream = {
            let _inside = runtime.enter();
            jetstream::new(client.clone())
        };
        let link = Self { runtime, client, jetstream, shown, connections, was_refused };
        link.runtime.block_on(link.open_streams())?;
        Ok(link)
    }

    /// Whoever makes a stream while another does may be told that it cannot be made: then it is there when asked again.
    async fn open_streams(&self) -> Result<(), Trouble> {
        for config in [work(), data()] {
            let mut made = self.jetstream.get_or_create_stream(config.clone()).await;
            for _ in 0..3 {
                let is_refused = |error: &CreateStreamError| match error.kind() {
                    CreateStreamErrorKind::JetStream(error) => !is_full(&error),
                    _ => false,
                };
                if !made.as_ref().is_err_and(is_refused) {
                    break;
                }
                sleep(Duration::from_millis(200)).await;
                made = self.jetstream.get_or_create_stream(config.clone()).await;
            }
            made.map_err(|error| self.without_stream(&error))?;
        }
        Ok(())
    }

    fn without_stream(&self, error: &CreateStreamError) -> Trouble {
        match error.kind() {
            CreateStreamErrorKind::JetStream(error) if !is_full(&error) => Trouble::NoJetStream { place: self.shown() },
            CreateStreamErrorKind::JetStream(error) => self.declined(error.to_string()),
            CreateStreamErrorKind::JetStreamUnavailable => Trouble::NoJetStream { place: self.shown() },
            _ if error.to_string().contains("no responders") => Trouble::NoJetStream { place: self.shown() },
            CreateStreamErrorKind::TimedOut => self.silent("its JetStream is silent"),
            _ => self.declined(error.to_string()),
        }
    }

    /// The address, without secrets.
    pub(super) fn shown(&self) -> String {
        self.shown.clone()
    }

    /// How often it was connected so far: a change means that something may have been missed.
    pub(super) fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    /// Bytes that one message can hold.
    pub(super) fn room(&self) -> usize {
        (self.client.max_payload().max(LEAST_PAYLOAD) - HEADROOM).min(LARGEST_PART)
    }

    /// Puts a message into a stream; under a name, so that the same twice within two minutes is one. Its sequence.
    pub(super) fn publish(
        &self,
        subject: &str,
        payload: &[u8],
        name: &str,
        stop: &dyn Fn() -> bool,
    ) -> Result<u64, Trouble> {
        let message = || PublishMessage::build().payload(payload.to_vec().into()).message_id(name);
        self.put(subject, message, stop)
    }

    /// Stores what is stored once; whether it is this that was. What stands there already stays.
    pub(super) fn store_once(&self, subject: &str, payload: Vec<u8>, stop: &dyn Fn() -> bool) -> Result<bool, Trouble> {
        let payload = PublishMessage::build().payload(payload.into());
        let message = || payload.clone().expected_last_subject_sequence(0);
        Ok(self.put(subject, message, stop)? > 0)
    }

    /// Until it is there; 0: something else was there before.
    fn put(
        &self,
        subject: &str,
        message: impl Fn() -> PublishMessage,
        stop: &dyn Fn() -> bool,
    ) -> Result<u64, Trouble> {
        self.insist(stop, || async {
            let sent = match self.jetstream.send_publish(subject.to_owned(), message()).await {
                Ok(sent) => sent.await,
                Err(error) => Err(error),
            };
            match sent {
                Ok(ack) => Ok(Some(ack.sequence)),
                Err(error) if error.kind() == PublishErrorKind::WrongLastSequence => Ok(Some(0)),
                Err(error) => self.passing(&error),
            }
        })
    }

    /// What stands under a subject of the data.
    pub(super) fn stored(&self, subject: &str, stop: &dyn Fn() -> bool) -> Result<Option<Vec<u8>>, Trouble> {
        self.insist(stop, || async {
            let stream = self.stream(DATA).await?;
            match stream.get_last_raw_message_by_subject(subject).await {
                Ok(message) => Ok(Some(Some(message.payload.to_vec()))),
                Err(error) if matches!(error.kind(), LastRawMessageErrorKind::NoMessageFound) => Ok(Some(None)),
                Err(error) => self.later(&error),
            }
        })
    }

    /// Whether a task is still to be done, or being done.
    pub(super) fn is_waiting(&self, sequence: u64, stop: &dyn Fn() -> bool) -> Result<bool, Trouble> {
        self.insist(stop, || async {
            match self.stream(WORK).await?.get_raw_message(sequence).await {
                Ok(_) => Ok(Some(true)),
                Err(error) if matches!(error.kind(), LastRawMessageErrorKind::NoMessageFound) => Ok(Some(false)),
                Err(error) => self.later(&error),
            }
        })
    }

    /// Tasks that wait, of all jobs and editions.
    pub(super) fn waiting(&self) -> Result<u64, Trouble> {
        self.insist(&|| false, || async {
            match self.jetstream.get_stream(WORK).await {
                Ok(stream) => Ok(Some(stream.cached_info().state.messages)),
                Err(error) => self.later(&error),
            }
        })
    }

    /// Removes what matches a subject, of work or data, if the server is there to be asked.
    pub(super) fn purge(&self, stream: &str, subject: &str) {
        let purged = self.runtime.block_on(async {
            let stream = self.jetstream.get_stream_no_info(stream).await.map_err(|error| error.to_string())?;
            tokio::time::timeout(PATIENCE, stream.purge().filter(subject))
                .await
                .map_err(|_| "no answer".to_owned())?
                .map_err(|error| error.to_string())
        });
        if let Err(error) = purged {
            tracing::warn!(error, subject, "left behind at the server, for a day");
        }
    }

    /// Lets time pass, but not if `stop` says so.
    pub(super) fn pause(&self, time: Duration, stop: &dyn Fn() -> bool) {
        let until = PAUSE.max(time).as_millis() / PAUSE.as_millis();
        for _ in 0..until {
            if stop() {
                return;
            }
            self.runtime.block_on(async { sleep(PAUSE).await });
        }
    }

    pub(super) async fn stream(&self, name: &str) -> Result<Stream<()>, Trouble> {
        let stream = self.jetstream.get_stream_no_info(name).await;
        stream.map_err(|error| self.declined(error.to_string()))
    }

    /// Tries until there is an answer, an error that stays, or the server has been away for too long.
    pub(super) fn insist<T, F: Future<Output = Result<Option<T>, Trouble>>>(
        &self,
        stop: &dyn Fn() -> bool,
        attempt: impl Fn() -> F,
    ) -> Result<T, Trouble> {
        self.runtime.block_on(async {
            let mut waited = Duration::ZERO;
            loop {
                if let Some(answer) = attempt().await? {
                    return Ok(answer);
                }
                if self.was_refused.load(Ordering::Relaxed) {
                    return Err(Trouble::Refused { place: self.shown(), why: "authorization violation".to_owned() });
                }
                if waited >= ABSENCE || stop() {
                    return Err(self.silent("it has been away for five minutes"));
                }
                // Most attempts end by themselves only when the server is known to be away.
                waited += PAUSE;
                sleep(PAUSE).await;
            }
        })
    }

    /// `None` where it may pass: the server is away, or has only just come back.
    fn passing(&self, error: &PublishError) -> Result<Option<u64>, Trouble> {
        let said = error.source().and_then(|source| source.downcast_ref::<jetstream::Error>());
        match (error.kind(), said) {
            (_, Some(said)) if is_passing(said) => Ok(None),
            (_, Some(said)) => Err(self.declined(said.to_string())),
            (PublishErrorKind::MaxPayloadExceeded, None) => Err(self.declined(error.to_string())),
            (kind, None) => {
                tracing::debug!(?kind, %error, "not stored yet");
                Ok(None)
            }
        }
    }

    pub(super) fn later<T>(&self, error: &dyn std::fmt::Display) -> Result<Option<T>, Trouble> {
        tracing::debug!(%error, "the server is asked again");
        Ok(None)
    }

    pub(super) fn silent(&self, why: &str) -> Trouble {
        Trouble::Silent { place: self.shown(), why: why.to_owned() }
    }

    fn declined(&self, why: String) -> Trouble {
        Trouble::Declined { place: self.shown(), why }
    }

    pub(super) fn foreign(&self, why: impl Into<String>) -> Trouble {
        Trouble::Foreign { place: self.shown(), why: why.into() }
    }
}

fn work() -> Config {
    Config {
        name: WORK.to_owned(),
        subjects: vec!["pbxsim.work.>".to_owned()],
        retention: RetentionPolicy::WorkQueue,
        ..kept("tasks of pbxsim; each goes when its outcome is stored")
    }
}

fn data() -> Config {
    Config {
        name: DATA.to_owned(),
        subjects: vec!["pbxsim.data.>".to_owned()],
        max_messages_per_subject: 1,
        ..kept("orders and outcomes of pbxsim; they go when the command that wants them ends")
    }
}

/// Nothing that is there goes to make room: what does not fit is refused.
fn kept(description: &str) -> Config {
    Config {
        description: Some(description.to_owned()),
        discard: DiscardPolicy::New,
        max_age: KEPT,
        max_messages: -1,
        max_bytes: -1,
        num_replicas: 1,
        ..Config::default()
    }
}

fn options(place: &Place) -> std::io::Result<ConnectOptions> {
    let credentials = &place.credentials;
    let mut options =
        ConnectOptions::new().connection_timeout(PATIENCE).request_timeout(Some(PATIENCE)).reconnect_delay_callback(
            |attempts| PAUSE.saturating_mul(u32::try_from(attempts).unwrap_or(5).clamp(1, 6) - 1),
        );
    if let Some(path) = &credentials.file {
        let text = std::fs::read_to_string(path)
            .map_err(|error| std::io::Error::other(format!("NATS_CREDS: {path}: {error}")))?;
        options = options
            .credentials(&text)
            .map_err(|error| std::io::Error::other(format!("NATS_CREDS: {path}: {error}")))?;
    }
    if let Some((user, password)) = &credentials.user {
        options = options.user_and_password(user.clone(), password.clone());
    }
    if let Some(token) = &credentials.token {
        options = options.token(token.clone());
    }
    if let Some(path) = &credentials.authority {
        options = options.add_root_certificates(path.into()).require_tls(true);
    }
    if let Some((certificate, key)) = &credentials.certificate {
        options = options.add_client_certificate(certificate.into(), key.into()).require_tls(true);
    }
    Ok(options)
}

fn unreachable(shown: &str, error: &ConnectError) -> Trouble {
    let place = shown.to_owned();
    let why = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    match error.kind() {
        ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => {
            Trouble::Refused { place, why: error.to_string() }
        }
        // A certificate that is not believed counts as a failure to connect.
        kind if kind == ConnectErrorKind::Tls || why.contains("certificate") => {
            Trouble::Refused { place, why: format!("TLS: {why}") }
        }
        ConnectErrorKind::ServerParse => Trouble::Address(place),
        _ => Trouble::Silent { place, why },
    }
}

fn is_full(error: &jetstream::Error) -> bool {
    ["maximum", "insufficient", "resource", "exceed"].iter().any(|word| error.to_string().contains(word))
}

/// While a server starts or a cluster elects.
fn is_passing(error: &jetstream::Error) -> bool {
    error.code() == 503 && !is_full(error)
}
