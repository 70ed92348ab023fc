//! Who is who on the wire: users by name, nodes by address, passwords.

use std::io::Write;
use std::net::SocketAddr;

use simulator::layout::{Device, Layout};
use simulator::numbers::{Destination, Number, NumberPlan};
use simulator::sip::message::Aor;

use super::secret::Secret;

/// Names and addresses of a run. A user is called after population and seat, counted from 1: `desk-17`, or by its number;
/// each of its devices has a Contact of its own: `desk-17.softphone`.
#[derive(Clone, Debug)]
pub struct Directory {
    /// Domain of all users: in From, To and the realm.
    pub domain: String,
    populations: Vec<String>,
    blocks: Vec<Seats>,
    /// By PBX index.
    nodes: Vec<SocketAddr>,
    identity: Identity,
}

/// Who endpoints say they are, beyond their names.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// Numbers, if users are called by them.
    pub numbers: Option<NumberPlan>,
    /// The password of all; without one each has its name.
    pub password: Option<Secret>,
    /// Header fields that requests have besides; `$USER`, `$NUMBER` and `$RUN` stand for what they say.
    pub headers: Vec<(String, String)>,
}

/// The seats of a block.
#[derive(Clone, Debug)]
struct Seats {
    population: usize,
    first: u32,
    count: u32,
    devices: Vec<(Device, u32)>,
}

impl Directory {
    /// Of that layout; `nodes` by PBX index.
    pub fn new(layout: &Layout, domain: String, nodes: Vec<SocketAddr>) -> Self {
        let seats = |block: &simulator::layout::Block| Seats {
            population: usize::from(block.population),
            first: block.first_seat,
            count: block.seats,
            devices: block.devices.clone(),
        };
        Self {
            domain,
            populations: layout.populations.iter().map(|population| population.name.clone()).collect(),
            blocks: layout.blocks.iter().map(seats).collect(),
            nodes,
            identity: Identity::default(),
        }
    }

    /// The same, where users are these.
    #[must_use]
    pub fn with(mut self, identity: Identity) -> Self {
        self.identity = identity;
        self
    }

    /// Where a PBX is.
    pub fn node(&self, pbx: u16) -> SocketAddr {
        self.nodes[usize::from(pbx)]
    }

    /// Where all of them are, by index.
    pub fn nodes(&self) -> &[SocketAddr] {
        &self.nodes
    }

    /// The first PBX at an address.
    pub fn node_at(&self, address: SocketAddr) -> Option<u16> {
        self.nodes.iter().position(|node| *node == address).map(|place| place as u16)
    }

    /// Writes a user's name.
    pub fn write_user(&self, aor: Aor, out: &mut Vec<u8>) {
        if let Some(Number(digits)) = self.number(aor) {
            return out.extend_from_slice(&digits.to_string().as_bytes()[1..]);
        }
        let block = &self.blocks[usize::from(aor.block)];
        let name = &self.populations[block.population];
        write!(out, "{name}-{}", block.first + aor.seat + 1).expect("a Vec takes everything");
    }

    /// A user's number, if users are called by them: a trunk's leads to others.
    fn number(&self, aor: Aor) -> Option<Number> {
        let numbers = self.identity.numbers.as_ref()?;
        let number = numbers.number_of(aor.block, aor.seat);
        (numbers.find(number) == Destination::User(aor.block, aor.seat)).then_some(number)
    }

    /// A user's name.
    pub fn user(&self, aor: Aor) -> Vec<u8> {
        let mut name = Vec::new();
        self.write_user(aor, &mut name);
        name
    }

    /// Who `desk-17` and `desk-17.softphone` are; without a device that the seat has, its first one.
    pub fn aor(&self, user: &[u8], contact: Option<&[u8]>) -> Option<Aor> {
        let (block, seat) = self.place_by_number(user).or_else(|| self.place_by_name(user))?;
        let seats = &self.blocks[block];
        let word = contact.and_then(|contact| contact.strip_prefix(user)?.strip_prefix(b"."));
        let mut has = seats.devices.iter().filter(|(_, count)| seat < *count).map(|(device, _)| *device);
        let named = has.clone().find(|device| word == Some(device.word().as_bytes()));
        Some(Aor { block: block as u16, device: named.or_else(|| has.next())?, seat })
    }

    fn place_by_number(&self, user: &[u8]) -> Option<(usize, u32)> {
        let numbers = self.identity.numbers.as_ref()?;
        match numbers.find(Number::read(std::str::from_utf8(user).ok()?)?) {
            Destination::User(block, seat) => Some((usize::from(block), seat)),
            _ => None,
        }
    }

    fn place_by_name(&self, user: &[u8]) -> Option<(usize, u32)> {
        let (name, number) = std::str::from_utf8(user).ok()?.rsplit_once('-')?;
        if !number.starts_with(|first: char| ('1'..='9').contains(&first)) {
            return None;
        }
        let place = number.parse::<u32>().ok()? - 1;
        let is_there = |seats: &Seats| {
            self.populations[seats.population] == name && (seats.first..seats.first + seats.count).contains(&place)
        };
        let block = self.blocks.iter().position(is_there)?;
        Some((block, place - self.blocks[block].first))
    }

    /// A user's password: without one for all, the user's name.
    pub fn password(&self, user: &[u8]) -> Vec<u8> {
        self.identity.password.as_ref().map_or(user, Secret::reveal).to_vec()
    }

    /// Writes the header fields that a request of that user has besides, in a run of that name.
    pub fn write_headers(&self, user: &[u8], run: u64, out: &mut Vec<u8>) {
        for (name, value) in &self.identity.headers {
            let user = String::from_utf8_lossy(user);
            let digits: String = user.chars().filter(char::is_ascii_digit).collect();
            let said =
                value.replace("$USER", &user).replace("$NUMBER", &digits).replace("$RUN", &format!("{run:016x}"));
            write!(out, "{name}: {said}\r\n").expect("a Vec takes everything");
        }
    }
}

#[cfg(test)]
mod tests {
    use simulator::layout::{Begins, Block, PopulationPlan};

    use super::*;

    fn directory() -> Directory {
        let population =
            |name: &str| PopulationPlan { name: name.into(), seats: 30, begins: Begins::Absent, application: 12 };
        let block = |population, first_seat, devices: &[(Device, u32)]| Block {
            population,
            home: 0,
            site: 0,
            targets: vec![0],
            first_seat,
            seats: 15,
            devices: devices.to_vec(),
        };
        let both = [(Device::DeskPhone, 15), (Device::Softphone, 5)];
        let layout = Layout {
            populations: vec![population("desk"), population("back-office")],
            blocks: vec![block(0, 0, &both), block(0, 15, &both), block(1, 0, &[(Device::Softphone, 15)])],
            ..Layout::default()
        };
        let nodes = vec!["127.0.0.1:5060".parse().unwrap(), "127.0.0.1:5061".parse().unwrap()];
        Directory::new(&layout, "example.com".into(), nodes)
    }

    #[test]
    fn every_user_has_a_name_and_is_found_by_it() {
        let directory = directory();
        for (block, device, seat) in [(0, Device::DeskPhone, 0), (1, Device::DeskPhone, 14), (2, Device::Softphone, 3)]
        {
            let aor = Aor { block, device, seat };
            assert_eq!(directory.aor(&directory.user(aor), None), Some(aor));
        }
        assert_eq!(directory.user(Aor { block: 1, device: Device::DeskPhone, seat: 0 }), b"desk-16");
    }

    #[test]
    fn a_device_is_named_by_its_contact_if_the_seat_has_one() {
        let directory = directory();
        let device =
            |user: &str, contact: &str| directory.aor(user.as_bytes(), Some(contact.as_bytes())).unwrap().device;
        assert_eq!(device("desk-1", "desk-1.softphone"), Device::Softphone);
        assert_eq!(device("desk-6", "desk-6.softphone"), Device::DeskPhone, "only the first five have one");
        assert_eq!(device("desk-1", "somebody"), Device::DeskPhone);
    }

    #[test]
    fn users_may_be_called_by_their_numbers_and_share_a_password() {
        let numbers = NumberPlan::new(
            vec![simulator::numbers::Extensions { first: Number::read("10001").unwrap(), seats: 15, block: 0 }],
            Vec::new(),
        );
        let headers = vec![("X-Who".to_owned(), "$USER of $RUN".to_owned())];
        let password = Some(Secret::new(*b"s3cret"));
        let directory = directory().with(Identity { numbers: Some(numbers), password, headers });
        let third = Aor { block: 0, device: Device::Softphone, seat: 2 };
        assert_eq!(directory.user(third), b"10003");
        assert_eq!(directory.aor(b"10003", Some(b"10003.softphone")), Some(third));
        let unnumbered = Aor { block: 2, device: Device::Softphone, seat: 3 };
        assert_eq!(directory.user(unnumbered), b"back-office-4", "who has no number keeps the name");
        assert_eq!(directory.password(b"10003"), b"s3cret");
        let mut out = Vec::new();
        directory.write_headers(b"10003", 1, &mut out);
        assert_eq!(out, b"X-Who: 10003 of 0000000000000001\r\n");
        assert!(!format!("{directory:?}").contains("s3cret"));
    }

    #[test]
    fn nobody_else_is_known() {
        let directory = directory();
        for user in [
            "desk-0",
            "desk-31",
            "desk-01",
            "desk-+1",
            "desk",
            "desk-",
            "-1",
            "front-1",
            "desk-99999999999",
            "\u{e4}-1",
        ] {
            assert_eq!(directory.aor(user.as_bytes(), None), None, "{user}");
        }
        assert_eq!(directory.node_at("127.0.0.1:5061".parse().unwrap()), Some(1));
        assert_eq!(directory.node_at("127.0.0.1:5062".parse().unwrap()), None);
    }
}
