//! UDP sockets, and the one place that sends: every packet passes the rails on its resolved address.

use std::io;
use std::net::{SocketAddr, UdpSocket};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde::{Deserialize, Serialize};
use simulator::time::{Duration, Instant};
use socket2::SockRef;

use super::rails::Rails;

/// Room for datagrams that wait in the kernel, in octets.
const BUFFER: usize = 4 << 20;
/// The largest datagram.
pub const LARGEST: usize = 65_535;

/// The sockets of a run.
#[derive(Debug)]
pub struct Sockets {
    sockets: Vec<(UdpSocket, SocketAddr)>,
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
        Ok(Self { sockets: sockets.collect::<Result<_, _>>()?, rails, traffic: Traffic::default() })
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
    pub fn request(&mut self, socket: usize, now: Instant, to: SocketAddr, octets: &[u8]) -> Result<(), Unsent> {
        if !self.rails.take(now) {
            self.traffic.over_rate += 1;
            return Err(Unsent::OverRate);
        }
        self.send(socket, to, octets)
    }

    /// Sends a datagram: the only way out.
    ///
    /// # Errors
    /// If the rails or the system stop it; both are counted.
    pub fn send(&mut self, socket: usize, to: SocketAddr, octets: &[u8]) -> Result<(), Unsent> {
        if self.rails.allow(to).is_err() {
            self.traffic.off_list += 1;
            return Err(Unsent::OffList);
        }
        match self.sockets[socket].0.send_to(octets, to) {
            Ok(_) => {
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

    /// Takes a datagram that waits at a socket.
    pub fn receive(&mut self, socket: usize, buffer: &mut [u8]) -> Option<(usize, SocketAddr)> {
        // What came back for an earlier packet (ICMP) is reported here and is no reason to stop.
        let (length, from) = self.sockets[socket].0.recv_from(buffer).ok()?;
        self.traffic.received += 1;
        self.traffic.received_octets += length as u64;
        Some((length, from))
    }

    /// Waits until something can be received, at most so long.
    pub fn wait(&self, at_most: Duration) {
        let second = Duration::SECOND.0;
        let timeout = Timespec { tv_sec: (at_most.0 / second) as i64, tv_nsec: (at_most.0 % second) as _ };
        let mut polled: Vec<PollFd<'_>> =
            self.sockets.iter().map(|(socket, _)| PollFd::new(socket, PollFlags::IN)).collect();
        if let Err(error) = poll(&mut polled, Some(&timeout)) {
            tracing::debug!(%error, "waiting was interrupted");
        }
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
        assert_eq!(sockets.send(0, "192.0.2.1:5060".parse().unwrap(), b"x"), Err(Unsent::OffList));
        assert_eq!(sockets.traffic, Traffic { off_list: 1, ..Traffic::default() });
    }

    #[test]
    fn what_is_sent_arrives_and_is_counted() {
        let any = "127.0.0.1:0".parse().unwrap();
        let mut sockets = Sockets::bind(&[any, any], Rails::default()).unwrap();
        let (from, to) = (sockets.local(0), sockets.local(1));
        sockets.send(0, to, b"hello").unwrap();
        sockets.wait(Duration::SECOND);
        let mut buffer = [0; 10];
        assert_eq!(sockets.receive(1, &mut buffer), Some((5, from)));
        assert_eq!((sockets.receive(1, &mut buffer), sockets.dropped()), (None, 0));
        assert_eq!((sockets.traffic.sent, sockets.traffic.received_octets), (1, 5));
    }

    #[test]
    fn drops_are_read_from_the_kernels_table() {
        let row = " 1234: 0100007F:13C4 00000000:0000 07 00000000:00000000 00:00000000 00000000  0  0 99 2 0000 17";
        assert_eq!(port_and_drops(row), Some((5060, 17)));
    }
}
