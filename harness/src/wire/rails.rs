//! Whom a run may send to, and how much. Nothing but this machine, until a person says otherwise: private addresses where the
//! scenario has them in `wire.may-load`, public ones only if the command repeats them.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use scenarios::plan::{MayLoad, Wire};
use serde::{Deserialize, Serialize};
use simulator::time::{Duration, Instant};

/// Requests that may leave at once after a pause: those of this long.
const BURST: Duration = Duration::SECOND;

/// The addresses that may be sent to, and how many requests in which time.
#[derive(Clone, Debug, Default)]
pub struct Rails {
    may_load: Vec<MayLoad>,
    /// Public addresses that the command repeats.
    named: Vec<IpAddr>,
    /// Days since 1970-01-01.
    today: i64,
    /// Least time from one request to the next, on average.
    gap: Option<Duration>,
    /// Time that has passed and not been used for requests: one of them takes a gap.
    credit: Duration,
    /// When that was last counted.
    counted: Instant,
}

/// Why an address may not be sent to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Barred {
    /// Nobody may ever be loaded there.
    Never,
    /// The scenario does not name it.
    Unlisted,
    /// The scenario's permission has run out.
    Over,
    /// It is public, and the command does not repeat it.
    Public,
}

/// What a command that shares its load with workers lets each of them do, beside what the scenario says.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Permission {
    /// Public addresses that the command repeats.
    pub named: Vec<IpAddr>,
    /// The day the command was given, since 1970-01-01.
    pub today: i64,
    /// How many share the rate that the scenario allows.
    pub workers: u32,
}

impl Rails {
    /// One worker's part of what a scenario allows.
    pub fn shared(wire: &Wire, permission: &Permission) -> Self {
        let mut rails = Self::new(wire, permission.named.clone(), permission.today);
        rails.gap = rails.gap.map(|gap| Duration(gap.0.saturating_mul(u64::from(permission.workers.max(1)))));
        rails.credit = rails.gap.unwrap_or(Duration::ZERO);
        rails
    }

    /// As a scenario says, for a command given today (in days since 1970-01-01) that repeats these public addresses.
    pub fn new(wire: &Wire, named: Vec<IpAddr>, today: i64) -> Self {
        let gaps = wire.may_load.iter().filter_map(|allowance| allowance.at_most).chain(wire.at_most);
        let gap = gaps.max();
        let credit = gap.unwrap_or(Duration::ZERO);
        Self { may_load: wire.may_load.clone(), named, today, gap, credit, counted: Instant::ZERO }
    }

    /// Whether a packet may go there: to loopback, or where it is allowed; at a port that can be meant.
    ///
    /// # Errors
    /// Why not.
    pub fn allow(&self, to: SocketAddr) -> Result<(), Barred> {
        // An IPv4 address in IPv6 clothes is that IPv4 address.
        let address = to.ip().to_canonical();
        if to.port() == 0 || is_never(address) {
            return Err(Barred::Never);
        }
        if address.is_loopback() {
            return Ok(());
        }
        let fits = |allowance: &&MayLoad| {
            let (first, last) = allowance.ports;
            allowance.to.contains(address) && (first..=last).contains(&to.port())
        };
        let mut listed = self.may_load.iter().filter(fits).peekable();
        if listed.peek().is_none() {
            return Err(Barred::Unlisted);
        }
        if listed.all(|allowance| allowance.until_day.is_some_and(|day| day < self.today)) {
            return Err(Barred::Over);
        }
        if is_private(address) || self.named.contains(&address) { Ok(()) } else { Err(Barred::Public) }
    }

    /// Whether one more request may leave now; it is counted.
    pub fn take(&mut self, now: Instant) -> bool {
        let Some(gap) = self.gap else { return true };
        // What was not used is lost, but for one burst.
        self.credit = (self.credit + now.since(self.counted)).min(BURST.max(gap));
        self.counted = now;
        let fits = self.credit >= gap;
        if fits {
            self.credit = Duration(self.credit.0 - gap.0);
        }
        fits
    }

    /// Most requests in a second; `None`: as many as the scenario wants.
    pub fn at_most_per_second(&self) -> Option<f64> {
        self.gap.map(|gap| 1.0 / gap.as_secs_f64())
    }

    /// What may be loaded, in words.
    pub fn words(&self) -> String {
        let listed = self.may_load.iter().map(|allowance| {
            let ports = match allowance.ports {
                (1, u16::MAX) => String::new(),
                (first, last) => format!(" ports {first}..{last}"),
            };
            let over = allowance.until_day.is_some_and(|day| day < self.today);
            format!("{}{ports}{}", allowance.to, if over { " (over)" } else { "" })
        });
        let all: Vec<String> = std::iter::once("loopback".to_owned()).chain(listed).collect();
        let rate = self.at_most_per_second().map_or(String::new(), |rate| format!("; at most {rate:.4}/s"));
        let only = if all.len() == 1 { " only" } else { "" };
        format!("{}{only}{}", all.join(", "), rate.replace(".0000/s", "/s"))
    }
}

/// Multicast, broadcast, unspecified, and what is kept for documentation: never.
fn is_never(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let reserved = address.octets()[0] >= 240 || address.octets()[0] == 0;
            address.is_multicast() || address == Ipv4Addr::BROADCAST || address.is_documentation() || reserved
        }
        IpAddr::V6(address) => {
            let is_documentation = address.segments()[..2] == [0x2001, 0xdb8];
            address.is_multicast() || address.is_unspecified() || is_documentation
        }
    }
}

/// RFC 1918, RFC 4193 (ULA), link-local.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => address.is_unique_local() || address.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rails(list: &str, named: &[&str], today: i64) -> Rails {
        let text = format!("pbxsim: 1\nlasts: 1 s\nusers: {{ a: {{ count: 1 }} }}\nwire: {{ {list} }}\n");
        let loaded =
            scenarios::load("rails.yaml", &text, &[], None).unwrap_or_else(|wrong| panic!("{}", wrong.render()));
        Rails::new(&loaded.plans[0].wire, named.iter().map(|text| text.parse().unwrap()).collect(), today)
    }

    fn barred(rails: &Rails, text: &str) -> Option<Barred> {
        rails.allow(text.parse().unwrap()).err()
    }

    #[test]
    fn only_this_machine_may_be_sent_to() {
        let rails = Rails::default();
        for text in ["127.0.0.1:5060", "127.9.8.7:1", "[::1]:5060", "[::ffff:127.0.0.1]:5060"] {
            assert_eq!(barred(&rails, text), None, "{text}");
        }
        for text in ["10.0.0.1:5060", "192.168.1.1:5060", "8.8.8.8:5060", "[fe80::1]:5060", "[::ffff:10.0.0.1]:5060"] {
            assert_eq!(barred(&rails, text), Some(Barred::Unlisted), "{text}");
        }
    }

    #[test]
    fn what_a_scenario_lists_may_be_sent_to_while_it_says_so() {
        let list = "may-load: [10.0.0.0/24, { to: fd00::/8, ports: 5060..5061, until: 2026-11-24 }], at-most: 5/s";
        // 2026-11-24 is day 20,781.
        let today = rails(list, &[], 20_781);
        for text in ["10.0.0.1:1", "10.0.0.255:65535", "[fd12::5]:5061", "[::ffff:10.0.0.1]:5060", "127.0.0.1:9"] {
            assert_eq!(barred(&today, text), None, "{text}");
        }
        for text in ["10.0.1.1:5060", "[fd12::5]:5062", "[fe80::1]:5060", "9.9.9.9:53"] {
            assert_eq!(barred(&today, text), Some(Barred::Unlisted), "{text}");
        }
        assert_eq!(barred(&rails(list, &[], 20_782), "[fd12::5]:5061"), Some(Barred::Over));
        assert_eq!(today.words(), "loopback, 10.0.0.0/24, fd00::/8 ports 5060..5061; at most 5/s");
    }

    #[test]
    fn workers_have_the_list_of_the_scenario_and_a_part_of_its_rate_each() {
        let text =
            "pbxsim: 1\nlasts: 1 s\nusers: { a: { count: 1 } }\nwire: { may-load: [10.0.0.0/24], at-most: 9/s }\n";
        let loaded = scenarios::load("x.yaml", text, &[], None).unwrap_or_else(|wrong| panic!("{}", wrong.render()));
        let permission = Permission { named: Vec::new(), today: 0, workers: 3 };
        let rails = Rails::shared(&loaded.plans[0].wire, &permission);
        assert_eq!(rails.words(), "loopback, 10.0.0.0/24; at most 3/s");
        assert_eq!(barred(&rails, "10.0.1.1:5060"), Some(Barred::Unlisted));
    }

    #[test]
    fn a_public_address_must_be_repeated_by_the_command() {
        let list = "may-load: [0.0.0.0/0, \"::/0\"], at-most: 5/s";
        assert_eq!(barred(&rails(list, &[], 0), "8.8.8.8:5060"), Some(Barred::Public));
        let named = rails(list, &["8.8.8.8", "2a00::1"], 0);
        assert_eq!((barred(&named, "8.8.8.8:5060"), barred(&named, "[2a00::1]:5060")), (None, None));
        assert_eq!(barred(&named, "8.8.4.4:5060"), Some(Barred::Public));
    }

    #[test]
    fn some_addresses_are_never_loaded_whatever_is_said() {
        let all = rails("may-load: [0.0.0.0/0, \"::/0\"]", &["224.0.0.1", "192.0.2.1", "255.255.255.255", "::"], 0);
        for text in [
            "0.0.0.0:5060",
            "0.1.2.3:5060",
            "255.255.255.255:5060",
            "240.0.0.1:5060",
            "224.0.0.1:5060",
            "192.0.2.1:5060",
            "203.0.113.9:5060",
            "127.0.0.1:0",
            "[::]:5060",
            "[ff02::1]:5060",
            "[2001:db8::1]:5060",
            "[::ffff:224.0.0.1]:5060",
        ] {
            assert_eq!(barred(&all, text), Some(Barred::Never), "{text}");
        }
    }

    #[test]
    fn requests_leave_at_most_as_often_as_allowed_with_one_second_of_burst() {
        let mut rails = rails("at-most: 10/s", &[], 0);
        let mut sent = |from_ms: u64, to_ms: u64| {
            let instants = (from_ms..to_ms).map(|ms| Instant::ZERO + Duration::millis(ms));
            instants.filter(|now| rails.take(*now)).count()
        };
        assert_eq!(sent(0, 1_000), 10, "nothing is saved before the start");
        assert_eq!(sent(1_000, 11_000), 100);
        assert_eq!(sent(20_000, 20_010), 10, "a pause saves one second");
        assert!((0..1000).all(|_| Rails::default().take(Instant::ZERO)), "no limit, no limit");
    }
}
