//! Whom a run may send to. Nothing but this machine, until a person says otherwise.

use std::net::{IpAddr, SocketAddr};

/// The addresses that may be sent to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rails;

impl Rails {
    /// Whether a packet may go there: to loopback, at a port that can be meant.
    pub fn allow(self, to: SocketAddr) -> bool {
        // An IPv4 address in IPv6 clothes is that IPv4 address.
        let is_loopback = match to.ip().to_canonical() {
            IpAddr::V4(address) => address.is_loopback(),
            IpAddr::V6(address) => address.is_loopback(),
        };
        is_loopback && to.port() != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_may_be_sent_to() {
        let allow = |text: &str| Rails.allow(text.parse().unwrap());
        assert!(["127.0.0.1:5060", "127.9.8.7:1", "[::1]:5060", "[::ffff:127.0.0.1]:5060"].into_iter().all(allow));
        let others = [
            "0.0.0.0:5060",
            "10.0.0.1:5060",
            "192.168.1.1:5060",
            "255.255.255.255:5060",
            "224.0.0.1:5060",
            "8.8.8.8:5060",
            "127.0.0.1:0",
            "[::]:5060",
            "[fe80::1]:5060",
            "[::ffff:10.0.0.1]:5060",
            "[ff02::1]:5060",
            "[2001:db8::1]:5060",
        ];
        assert_eq!(others.into_iter().find(|text| allow(text)), None);
    }
}
