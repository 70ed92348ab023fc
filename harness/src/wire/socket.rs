//! Sockets and connections, and the one place that sends: every packet passes the rails on its resolved address.

use std::io;
use std::net::{SocketAddr, UdpSocket};

use serde::{Deserialize, Serialize};
use simulator::time::{Duration, Instant};
use socket2::SockRef;

use super::line::Line;
use super::rails::Rails;
use super::streams::{Said, Streams};

/// Room for datagrams that wait in the kernel, in octets.
const BUFFER: usize = 4 << 20;
/// The largest datagram.
pub const LARGEST: usize = 65_535;

/// The sockets of a run.
#[derive(Debug)]
pub struct Sockets {
    sockets: Vec<(UdpSocket, SocketAddr)>,
    streams: Streams,
    rails: Rails,
    /// What passed through them.
    pub traffic: Traffic,
}

/// Packets and octets.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Traffic {
    /// Packets sent.
    pub sent: u64,
    /// Their octets.
    pub sent_octets: u64,
    /// Packets received.
    pub received: u64,
    /// Their octets.
    pub received_octets: u64,
    /// Packets that the rails stopped.
    pub off_list: u64,
    /// Packets that the system did not take.
    pub not_taken: u64,
    /// Requests that were more than the scenario allows.
    #[serde(default)]
    pub over_rate: u64,
}

/// Why something was not sent.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Unsent {
    /// Its address is not on the list.
    OffList,
    /// The system did not take it: no buffers, no route.
    NotTaken,
    /// The scenario allows no more requests now.
    OverRate,
}

impl Sockets {
    /// Binds these addresses.
    ///
    /// # Errors
    /// The first address that cannot be bound, with what the system says.
    pub fn bind(addresses: &[SocketAddr], rails: Rails) -> Result<Self, (SocketAddr, io::Error)> {
        let sockets = addresses.iter().map(|address| bind(*address).map_err(|error| (*address, error)));
        let sockets: Vec<(UdpSocket, SocketAddr)> = sockets.collect::<Result<_, _>>()?;
        let first = sockets.first().map_or(SocketAddr::from(([0, 0, 0, 0], 0)), |(_, local)| *local);
        let streams = Streams::new(sockets.iter().map(|(socket, _)| socket)).map_err(|error| (first, error))?;
        Ok(Self { sockets, streams, rails, traffic: Traffic::default() })
    }

    /// Takes connections at the addresses of its sockets, too.
    ///
    /// # Errors
    /// The first address where that cannot be, with what the system says.
    pub fn listen(&mut self) -> Result<(), (SocketAddr, io::Error)> {
        let locals: Vec<SocketAddr> = self.sockets.iter().map(|(_, local)| *local).collect();
        self.streams.listen(&locals)
    }

    /// What they may send.
    pub fn rails(&self) -> &Rails {
        &self.rails
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.sockets.len()
    }

    /// The address of a socket.
    pub fn local(&self, socket: usize) -> SocketAddr {
        self.sockets[socket].1
    }

    /// Sends a request, if one more is allowed now.
    ///
    /// # Errors
    /// As [`Self::send`], and if there are too many.
    pub fn request(&mut self, line: Line, now: Instant, to: SocketAddr, octets: &[u8]) -> Result<(), Unsent> {
        if !self.rails.take(now) {
            self.traffic.over_rate += 1;
            return Err(Unsent::OverRate);
        }
        self.send(line, now, to, octets)
    }

    /// Sends a datagram, or by a connection: the only way out, but for [`Self::open`].
    ///
    /// # Errors
    /// If the rails or the system stop it; both are counted.
    pub fn send(&mut self, line: Line, now: Instant, to: SocketAddr, octets: &[u8]) -> Result<(), Unsent> {
        self.permit(to)?;
        let sent = match line.is_stream {
            true => self.streams.send((line.socket, to), now, octets),
            false => self.sockets[line.socket].0.send_to(octets, to).map(|_| ()),
        };
        match sent {
            Ok(()) => {
                self.traffic.sent += 1;
                self.traffic.sent_octets += octets.len() as u64;
                Ok(())
            }
            Err(error) => {
                tracing::debug!(%to, %error, "not sent");
                self.traffic.not_taken += 1;
                Err(Unsent::NotTaken)
            }
        }
    }

    /// Our end of an endpoint's connection to a peer; it is begun if there is none.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub fn open(&mut self, endpoint: usize, now: Instant, to: SocketAddr) -> Result<SocketAddr, Unsent> {
        self.permit(to)?;
        self.streams.local((endpoint, to), now).map_err(|error| {
            tracing::debug!(%to, %error, "no connection");
            self.traffic.not_taken += 1;
            Unsent::NotTaken
        })
    }

    fn permit(&mut self, to: SocketAddr) -> Result<(), Unsent> {
        self.rails.allow(to).map_err(|_| {
            self.traffic.off_list += 1;
            Unsent::OffList
        })
    }

    /// What somebody has said by a connection, if anything has come.
    pub fn receive_stream(&mut self, now: Instant) -> Option<(Line, SocketAddr, Said)> {
        let ((socket, from), said) = self.streams.receive(now)?;
        if let Said::Message(octets) = &said {
            self.traffic.received += 1;
            self.traffic.received_octets += octets.len() as u64;
        }
        Some((Line::stream(socket), from, said))
    }

    /// Closes connections that have been in the middle of a message for too long.
    pub fn sweep(&mut self, now: Instant) {
        self.streams.sweep(now);
    }

    /// Closes all connections to a socket: whoever listened there is down.
    pub fn hang_up(&mut self, socket: usize) {
        self.streams.drop_all(socket);
    }

    /// Connections there are.
    pub fn connections(&self) -> usize {
        self.streams.len()
    }

    /// Takes a datagram that waits at a socket.
    pub fn receive(&mut self, socket: usize, buffer: &mut [u8]) -> Option<(usize, SocketAddr)> {
        // What came back for an earlier packet (ICMP) is reported here and is no reason to stop.
        let (length, from) = self.sockets[socket].0.recv_from(buffer).ok()?;
        self.traffic.received += 1;
        self.traffic.received_octets += length as u64;
        Some((length, from))
    }

    /// Waits until something can be received, at most so long.
    pub fn wait(&mut self, at_most: Duration) {
        self.streams.wait(at_most);
    }

    /// Datagrams that the kernel dropped because nobody took them in time; 0 where it does not say.
    pub fn dropped(&self) -> u64 {
        let tables = ["/proc/net/udp", "/proc/net/udp6"].map(|path| std::fs::read_to_string(path).unwrap_or_default());
        let rows = tables.iter().flat_map(|table| table.lines().skip(1));
        rows.filter_map(port_and_drops)
            .filter(|(port, _)| self.sockets.iter().any(|(_, local)| local.port() == *port))
            .map(|(_, drops)| drops)
            .sum()
    }
}

fn bind(address: SocketAddr) -> io::Result<(UdpSocket, SocketAddr)> {
    let socket = UdpSocket::bind(address)?;
    socket.set_nonblocking(true)?;
    let options = SockRef::from(&socket);
    // The system may give less than is asked for.
    options.set_recv_buffer_size(BUFFER)?;
    options.set_send_buffer_size(BUFFER)?;
    let local = socket.local_addr()?;
    Ok((socket, local))
}

/// Port and drops of a row of `/proc/net/udp`: second and last column.
fn port_and_drops(row: &str) -> Option<(u16, u64)> {
    let mut columns = row.split_whitespace();
    let port = u16::from_str_radix(columns.nth(1)?.rsplit(':').next()?, 16).ok()?;
    Some((port, columns.next_back()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_for_an_address_off_the_list() {
        let mut sockets = Sockets::bind(&["127.0.0.1:0".parse().unwrap()], Rails::default()).unwrap();
        assert_eq!(
            sockets.send(Line::datagrams(0), Instant::ZERO, "10.0.0.1:5060".parse().unwrap(), b"x"),
            Err(Unsent::OffList)
        );
        assert_eq!(sockets.open(0, Instant::ZERO, "10.0.0.1:5060".parse().unwrap()), Err(Unsent::OffList));
        assert_eq!((sockets.connections(), sockets.traffic), (0, Traffic { off_list: 2, ..Traffic::default() }));
    }

    #[test]
    fn what_is_sent_arrives_and_is_counted() {
        let any = "127.0.0.1:0".parse().unwrap();
        let mut sockets = Sockets::bind(&[any, any], Rails::default()).unwrap();
        let (from, to) = (sockets.local(0), sockets.local(1));
        sockets.send(Line::datagrams(0), Instant::ZERO, to, b"hello").unwrap();
        sockets.wait(Duration::SECOND);
        let mut buffer = [0; 10];
        assert_eq!(sockets.receive(1, &mut buffer), Some((5, from)));
        assert_eq!((sockets.receive(1, &mut buffer), sockets.dropped()), (None, 0));
        assert_eq!((sockets.traffic.sent, sockets.traffic.received_octets), (1, 5));
    }

    /// Two sockets, of which the second listens.
    fn joined() -> (Sockets, Sockets, SocketAddr) {
        let any = "127.0.0.1:0".parse().unwrap();
        let client = Sockets::bind(&[any], Rails::default()).unwrap();
        let mut server = Sockets::bind(&[any], Rails::default()).unwrap();
        server.listen().unwrap();
        let to = server.local(0);
        (client, server, to)
    }

    fn next(sockets: &mut Sockets) -> Option<(Line, SocketAddr, Said)> {
        (0..200).find_map(|_| {
            sockets.wait(Duration::millis(5));
            sockets.receive_stream(Instant::ZERO)
        })
    }

    const TEXT: &[u8] = b"OPTIONS sip:a SIP/2.0\r\nContent-Length: 3\r\n\r\nabc";

    #[test]
    fn messages_and_keep_alives_go_by_a_connection_and_back() {
        let (mut client, mut server, to) = joined();
        let (line, now) = (Line::stream(7), Instant::ZERO);
        let here = client.open(7, now, to).unwrap();
        client.send(line, now, to, &[TEXT, b"\r\n\r\n", TEXT].concat()).unwrap();
        client.wait(Duration::millis(50));
        let at_server = Line::stream(0);
        let message = || Said::Message(TEXT.to_vec());
        assert_eq!(next(&mut server), Some((at_server, here, message())));
        assert_eq!(next(&mut server), Some((at_server, here, Said::Break)));
        assert_eq!(next(&mut server), Some((at_server, here, message())));
        server.send(at_server, now, here, b"\r\n").unwrap();
        assert_eq!(next(&mut client), Some((line, to, Said::Break)));
        assert_eq!((client.connections(), server.connections()), (1, 1));
        server.hang_up(0);
        assert_eq!(next(&mut client), Some((line, to, Said::Gone)));
        assert_eq!((client.connections(), server.connections()), (0, 0));
    }

    #[test]
    fn nobody_is_connected_to_by_one_who_listens() {
        let (_client, mut server, to) = joined();
        assert_eq!(server.send(Line::stream(0), Instant::ZERO, to, TEXT), Err(Unsent::NotTaken));
        assert_eq!(server.connections(), 0);
    }

    #[test]
    fn a_message_without_an_end_and_one_without_sense_end_their_connections() {
        let (mut client, mut server, to) = joined();
        let now = Instant::ZERO;
        client.send(Line::stream(1), now, to, &TEXT[..20]).unwrap();
        client.send(Line::stream(2), now, to, b"OPTIONS sip:a SIP/2.0\r\nContent-Length: -5\r\n\r\n").unwrap();
        client.wait(Duration::millis(50));
        assert!(matches!(next(&mut server), Some((_, _, Said::Message(_)))), "it can be answered");
        server.sweep(now + Duration::seconds(2));
        assert!(matches!(next(&mut server), Some((_, _, Said::Gone))));
        assert_eq!(server.connections(), 1, "the other has time");
        server.sweep(now + Duration::seconds(12));
        assert_eq!(server.connections(), 0);
    }

    #[test]
    fn drops_are_read_from_the_kernels_table() {
        let row = " 1234: 0100007F:13C4 00000000:0000 07 00000000:00000000 00:00000000 00000000  0  0 99 2 0000 17";
        assert_eq!(port_and_drops(row), Some((5060, 17)));
    }
}
