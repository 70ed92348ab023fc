//! TCP: connections that we open and those that others open to us, framed (RFC 3261 §18, RFC 5626 §4.4.1).
//!
//! Everything is bounded: connections, what they have not said to the end, what they do not take, and how long they may
//! be in the middle of a message.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;

use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::fd::AsFd;
use simulator::sip::text::stream::{Framer, Piece};
use simulator::time::{Duration, Instant};
use socket2::{Domain, Protocol, Socket, Type};

/// Connections that others have opened; beyond it the one that was silent for longest is closed.
const MOST_ACCEPTED: usize = 10_000;
/// Octets that wait because a peer takes none; beyond it the connection is closed.
const MOST_UNSENT: usize = 1 << 20;
/// How long a message may be on its way to its end.
const UNFINISHED: Duration = Duration::seconds(10);
/// Octets read from a connection before others have their turn.
const TURN: usize = 16 << 10;
/// Readiness learnt at a time.
const EVENTS: usize = 256;
/// Tells listeners, and sockets of datagrams, from connections.
const LISTENER: u64 = 1 << 62;
const DATAGRAMS: u64 = 1 << 63;

/// Whose a connection is: an endpoint's, or of the socket that took it; and who is at its other end.
pub type Ends = (usize, SocketAddr);

/// All connections.
#[derive(Debug)]
pub struct Streams {
    epoll: OwnedFd,
    listeners: Vec<TcpListener>,
    open: BTreeMap<u64, Connection>,
    by_ends: BTreeMap<Ends, u64>,
    /// Connections that can be read.
    readable: BTreeSet<u64>,
    /// Listeners at which somebody waits.
    asked: BTreeSet<usize>,
    /// What has come and was not taken yet.
    arrived: VecDeque<(Ends, Said)>,
    next: u64,
    swept_at: Instant,
}

#[derive(Debug)]
struct Connection {
    stream: TcpStream,
    ends: Ends,
    is_accepted: bool,
    framer: Framer,
    unsent: Vec<u8>,
    /// Line breaks in a row.
    breaks: u8,
    heard_at: Instant,
    /// Since when a message is unfinished.
    unfinished_since: Option<Instant>,
    /// Whether nothing more can be understood: it is closed once that is answered.
    is_broken: bool,
}

/// What a peer has said.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Said {
    /// A message.
    Message(Vec<u8>),
    /// Two line breaks to one who was called, which wants one back; or one to the caller, which is that answer.
    Break,
    /// Nothing more: the connection is gone.
    Gone,
}

impl Streams {
    /// Connections for sockets of datagrams that are waited for together with them.
    ///
    /// # Errors
    /// What the system says.
    pub fn new<'s>(datagrams: impl Iterator<Item = &'s std::net::UdpSocket>) -> io::Result<Self> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        for (place, socket) in (0..).zip(datagrams) {
            epoll::add(&epoll, socket, EventData::new_u64(DATAGRAMS | place), EventFlags::IN)?;
        }
        Ok(Self {
            epoll,
            listeners: Vec::new(),
            open: BTreeMap::new(),
            by_ends: BTreeMap::new(),
            readable: BTreeSet::new(),
            asked: BTreeSet::new(),
            arrived: VecDeque::new(),
            next: 0,
            swept_at: Instant::ZERO,
        })
    }

    /// Listens at these addresses, in the order of their sockets.
    ///
    /// # Errors
    /// The first address that cannot be listened at, with what the system says.
    pub fn listen(&mut self, addresses: &[SocketAddr]) -> Result<(), (SocketAddr, io::Error)> {
        for address in addresses {
            let listener = listener(*address).map_err(|error| (*address, error))?;
            let data = EventData::new_u64(LISTENER | self.listeners.len() as u64);
            epoll::add(&self.epoll, &listener, data, EventFlags::IN).map_err(|error| (*address, error.into()))?;
            self.listeners.push(listener);
        }
        Ok(())
    }

    /// Whether others may connect here; then we connect to nobody.
    pub fn listens(&self) -> bool {
        !self.listeners.is_empty()
    }

    /// How many connections there are.
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Our address on the way to a peer; a connection is begun where there is none.
    ///
    /// # Errors
    /// What the system says.
    pub fn local(&mut self, ends: Ends, now: Instant) -> io::Result<SocketAddr> {
        let number = match self.by_ends.get(&ends) {
            Some(number) => *number,
            None => self.connect(ends, now)?,
        };
        self.open.get(&number).map_or_else(|| Err(ErrorKind::NotConnected.into()), |open| open.stream.local_addr())
    }

    fn connect(&mut self, ends: Ends, now: Instant) -> io::Result<u64> {
        if self.listens() {
            return Err(ErrorKind::NotConnected.into());
        }
        let socket = Socket::new(Domain::for_address(ends.1), Type::STREAM, Some(Protocol::TCP))?;
        socket.set_nonblocking(true)?;
        socket.set_tcp_nodelay(true)?;
        match socket.connect(&ends.1.into()) {
            Ok(()) => {}
            // It goes on by itself; what is sent meanwhile waits.
            Err(error) if error.raw_os_error() == Some(rustix::io::Errno::INPROGRESS.raw_os_error()) => {}
            Err(error) => return Err(error),
        }
        self.add(socket.into(), ends, false, now)
    }

    fn add(&mut self, stream: TcpStream, ends: Ends, is_accepted: bool, now: Instant) -> io::Result<u64> {
        let number = self.next;
        self.next += 1;
        epoll::add(&self.epoll, &stream, EventData::new_u64(number), EventFlags::IN | EventFlags::OUT)?;
        let (framer, unsent) = (Framer::default(), Vec::new());
        let (heard_at, unfinished_since) = (now, None);
        let (breaks, is_broken) = (0, false);
        let connection =
            Connection { stream, ends, is_accepted, framer, unsent, breaks, heard_at, unfinished_since, is_broken };
        if let Some(older) = self.by_ends.insert(ends, number) {
            self.close(older);
        }
        self.open.insert(number, connection);
        Ok(number)
    }

    /// Sends by a connection that is there, or that is begun.
    ///
    /// # Errors
    /// What the system says; or nobody is there, or takes nothing.
    pub fn send(&mut self, ends: Ends, now: Instant, octets: &[u8]) -> io::Result<()> {
        self.local(ends, now)?;
        let number = self.by_ends.get(&ends).copied().ok_or(ErrorKind::NotConnected)?;
        let Some(connection) = self.open.get_mut(&number) else { return Err(ErrorKind::NotConnected.into()) };
        connection.unsent.extend_from_slice(octets);
        let flushed = connection.flush();
        let too_much = connection.unsent.len() > MOST_UNSENT;
        if flushed.is_err() || too_much {
            self.lose(number);
        } else {
            self.watch(number);
        }
        flushed.and(if too_much { Err(ErrorKind::WouldBlock.into()) } else { Ok(()) })
    }

    /// Is told when a connection takes more, only where something waits.
    fn watch(&self, number: u64) {
        let Some(connection) = self.open.get(&number) else { return };
        let flags = if connection.unsent.is_empty() { EventFlags::IN } else { EventFlags::IN | EventFlags::OUT };
        if let Err(error) = epoll::modify(&self.epoll, &connection.stream, EventData::new_u64(number), flags) {
            tracing::debug!(%error, "a connection is not watched");
        }
    }

    /// Waits until something can be done, at most so long.
    pub fn wait(&mut self, at_most: Duration) {
        let second = Duration::SECOND.0;
        let timeout = Timespec { tv_sec: (at_most.0 / second) as i64, tv_nsec: (at_most.0 % second) as _ };
        let mut events: Vec<Event> = Vec::with_capacity(EVENTS);
        if let Err(error) = epoll::wait(&self.epoll, rustix::buffer::spare_capacity(&mut events), Some(&timeout)) {
            tracing::debug!(%error, "waiting was interrupted");
        }
        for event in events {
            // A packed field must be copied out.
            let (data, flags) = (event.data, event.flags);
            match data.u64() {
                data if data & DATAGRAMS != 0 => {}
                data if data & LISTENER != 0 => drop(self.asked.insert((data & !LISTENER) as usize)),
                number => {
                    if flags.contains(EventFlags::OUT) {
                        self.on_writable(number);
                    }
                    if flags.intersects(EventFlags::IN | EventFlags::ERR | EventFlags::HUP) {
                        self.readable.insert(number);
                    }
                }
            }
        }
    }

    fn on_writable(&mut self, number: u64) {
        let Some(connection) = self.open.get_mut(&number) else { return };
        match connection.flush() {
            Ok(()) => self.watch(number),
            Err(_) => self.lose(number),
        }
    }

    /// The next thing that somebody has said.
    pub fn receive(&mut self, now: Instant) -> Option<(Ends, Said)> {
        while let Some(listener) = self.asked.pop_first() {
            self.accept(listener, now);
        }
        while self.arrived.is_empty()
            && let Some(number) = self.readable.pop_first()
        {
            self.read(number, now);
        }
        self.arrived.pop_front()
    }

    fn accept(&mut self, socket: usize, now: Instant) {
        while let Ok((stream, from)) = self.listeners[socket].accept() {
            if self.open.len() >= MOST_ACCEPTED {
                let silent = self.open.iter().filter(|(_, connection)| connection.is_accepted);
                if let Some(number) =
                    silent.min_by_key(|(_, connection)| connection.heard_at).map(|(number, _)| *number)
                {
                    self.lose(number);
                }
            }
            let taken = stream.set_nonblocking(true).and_then(|()| stream.set_nodelay(true));
            if let Err(error) = taken.and_then(|()| self.add(stream, (socket, from), true, now)) {
                tracing::debug!(%from, %error, "a connection was not taken");
            }
        }
    }

    fn read(&mut self, number: u64, now: Instant) {
        let Some(connection) = self.open.get_mut(&number) else { return };
        let (mut buffer, mut is_over) = ([0; TURN], false);
        match connection.stream.read(&mut buffer) {
            Ok(0) => is_over = true,
            Ok(length) => {
                connection.heard_at = now;
                connection.framer.push(&buffer[..length]);
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            Err(_) => is_over = true,
        }
        let ends = connection.ends;
        connection.take(&mut |said| self.arrived.push_back((ends, said)));
        connection.unfinished_since = match connection.framer.held() {
            0 => None,
            _ => Some(connection.unfinished_since.unwrap_or(now)),
        };
        if is_over {
            self.lose(number);
        }
    }

    /// Closes those that have been in the middle of a message for too long, or have said what cannot be understood; looks
    /// once a second.
    pub fn sweep(&mut self, now: Instant) {
        if now.since(self.swept_at) < Duration::SECOND {
            return;
        }
        self.swept_at = now;
        let is_late = |connection: &Connection| {
            connection.is_broken || connection.unfinished_since.is_some_and(|since| now.since(since) > UNFINISHED)
        };
        let late: Vec<u64> =
            self.open.iter().filter(|(_, connection)| is_late(connection)).map(|(number, _)| *number).collect();
        late.into_iter().for_each(|number| self.lose(number));
    }

    /// Closes all that a socket has taken, and nobody is told.
    pub fn drop_all(&mut self, socket: usize) {
        let of_socket = self.by_ends.range((socket, lowest())..).take_while(|((of, _), _)| *of == socket);
        let numbers: Vec<u64> = of_socket.map(|(_, number)| *number).collect();
        numbers.into_iter().for_each(|number| self.close(number));
    }

    /// A connection is gone, and its owner learns it.
    fn lose(&mut self, number: u64) {
        if let Some(connection) = self.open.get(&number) {
            self.arrived.push_back((connection.ends, Said::Gone));
        }
        self.close(number);
    }

    fn close(&mut self, number: u64) {
        let Some(connection) = self.open.remove(&number) else { return };
        if self.by_ends.get(&connection.ends) == Some(&number) {
            self.by_ends.remove(&connection.ends);
        }
        if let Err(error) = epoll::delete(&self.epoll, connection.stream.as_fd()) {
            tracing::debug!(%error, "a connection was not watched");
        }
    }
}

impl Connection {
    /// Sends what waits, as far as it is taken.
    fn flush(&mut self) -> io::Result<()> {
        while !self.unsent.is_empty() {
            match self.stream.write(&self.unsent) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(taken) => drop(self.unsent.drain(..taken)),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // Full, or not connected yet.
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Takes what is whole.
    fn take(&mut self, say: &mut impl FnMut(Said)) {
        let wanted = if self.is_accepted { 2 } else { 1 };
        while let Some(piece) = self.framer.take() {
            match piece {
                Piece::Break => {
                    self.breaks += 1;
                    if self.breaks == wanted {
                        self.breaks = 0;
                        say(Said::Break);
                    }
                }
                Piece::Message(message) => {
                    self.breaks = 0;
                    say(Said::Message([message.head(), message.body()].concat()));
                }
                // Its own fault is found again by whoever answers it.
                Piece::Broken(_, message) => {
                    if let Some(message) = message {
                        say(Said::Message(message.head().to_vec()));
                    }
                    self.is_broken = true;
                }
            }
        }
    }
}

fn listener(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// The first of all addresses in their order.
fn lowest() -> SocketAddr {
    SocketAddr::from(([0, 0, 0, 0], 0))
}
