//! Who is who on the wire: users by name, nodes by address, passwords.

use std::io::Write;
use std::net::SocketAddr;

use simulator::layout::{Device, Layout};
use simulator::sip::message::Aor;

/// Names and addresses of a run. A user is called after population and seat, counted from 1: `desk-17`; each of its
/// devices has a Contact of its own: `desk-17.softphone`.
#[derive(Clone, Debug)]
pub struct Directory {
    /// Domain of all users: in From, To and the realm.
    pub domain: String,
    populations: Vec<String>,
    blocks: Vec<Seats>,
    /// By PBX index.
    nodes: Vec<SocketAddr>,
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
        }
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
        let block = &self.blocks[usize::from(aor.block)];
        let name = &self.populations[block.population];
        write!(out, "{name}-{}", block.first + aor.seat + 1).expect("a Vec takes everything");
    }

    /// A user's name.
    pub fn user(&self, aor: Aor) -> Vec<u8> {
        let mut name = Vec::new();
        self.write_user(aor, &mut name);
        name
    }

    /// Who `desk-17` and `desk-17.softphone` are; without a device that the seat has, its first one.
    pub fn aor(&self, user: &[u8], contact: Option<&[u8]>) -> Option<Aor> {
        let (name, number) = std::str::from_utf8(user).ok()?.rsplit_once('-')?;
        if !number.starts_with(|first: char| ('1'..='9').contains(&first)) {
            return None;
        }
        let place = number.parse::<u32>().ok()? - 1;
        let is_there = |seats: &Seats| {
            self.populations[seats.population] == name && (seats.first..seats.first + seats.count).contains(&place)
        };
        let block = self.blocks.iter().position(is_there)?;
        let seats = &self.blocks[block];
        let seat = place - seats.first;
        let word = contact.and_then(|contact| contact.strip_prefix(user)?.strip_prefix(b"."));
        let mut has = seats.devices.iter().filter(|(_, count)| seat < *count).map(|(device, _)| *device);
        let named = has.clone().find(|device| word == Some(device.word().as_bytes()));
        Some(Aor { block: block as u16, device: named.or_else(|| has.next())?, seat })
    }

    /// A user's password: without one for all, the user's name.
    pub fn password(&self, user: &[u8]) -> Vec<u8> {
        user.to_vec()
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
