//! Seats: which home, which device (scenario language §3, "Seats").

use simulator::layout::{Block, Device};

use super::Draft;
use super::cluster::Cluster;
use super::fields::Fields;
use crate::language::RULES;
use crate::nearest::grouped;
use crate::value::share::{Amount, WHOLE, amount, deal};
use crate::yaml::{Kind, Node, Pair};

impl Draft<'_> {
    /// Homes of a population with the seats at each, in the order written.
    pub(crate) fn homes(&mut self, cluster: &Cluster, pair: &Pair, seats: u32) -> Vec<(u16, u32)> {
        let Some(home) = pair.value.get("home") else { return vec![(cluster.master(), seats)] };
        match &home.kind {
            Kind::Scalar(text) => match cluster.one(text) {
                Ok(node) => vec![(node, seats)],
                Err((message, advice)) => {
                    self.report.unnamed(home.span, message, advice);
                    vec![(cluster.master(), seats)]
                }
            },
            _ => self.parted_homes(cluster, pair, home, seats),
        }
    }

    fn parted_homes(&mut self, cluster: &Cluster, pair: &Pair, home: &Node, seats: u32) -> Vec<(u16, u32)> {
        let mut nodes: Vec<(u16, Amount)> = Vec::new();
        let mut known = true;
        for part in home.pairs() {
            match cluster.resolve(&part.key) {
                Ok(range) => {
                    let share = part.value.text().and_then(|text| amount(text).ok()).unwrap_or(Amount::Count(0));
                    nodes.extend(range.map(|node| (node, share)));
                }
                Err((message, advice)) => {
                    self.report.unnamed(part.key_span, message, advice);
                    known = false;
                }
            }
        }
        let dealt = self.dealt_homes(&nodes, seats);
        let sum: u64 = dealt.iter().sum();
        if sum == u64::from(seats) {
            return nodes
                .iter()
                .map(|(node, _)| *node)
                .zip(dealt.into_iter().map(|part| part as u32))
                .filter(|(_, part)| *part > 0)
                .collect();
        }
        if known {
            let message = format!(
                "the homes of {} add up to {}, its count is {}",
                pair.key,
                grouped(sum),
                grouped(u64::from(seats))
            );
            let parts: Vec<String> = dealt.iter().take(12).map(|part| grouped(*part)).collect();
            let more = if dealt.len() > 12 { " + …" } else { "" };
            self.report.meaning(home.span, message, format!("{}{more} = {}", parts.join(" + "), grouped(sum)));
        }
        vec![(cluster.master(), seats)]
    }

    /// Percentages that make 100% are dealt so that no seat is left over.
    fn dealt_homes(&self, nodes: &[(u16, Amount)], seats: u32) -> Vec<u64> {
        let shares: Option<Vec<u64>> = nodes
            .iter()
            .map(|(_, amount)| if let Amount::Share(share) = amount { Some(*share) } else { None })
            .collect();
        match shares {
            Some(shares) if shares.iter().sum::<u64>() == WHOLE => deal(u64::from(seats), &shares),
            _ => nodes.iter().map(|(_, amount)| amount.of(u64::from(seats))).collect(),
        }
    }

    /// Devices of a population and how many seats have one; everyone has one.
    pub(crate) fn devices(&mut self, fields: &Fields<'_>, pair: &Pair, seats: u32) -> Vec<(Device, u32)> {
        let Some(node) = fields.node("devices").filter(|node| !node.is_blank()) else {
            return vec![(Device::DeskPhone, seats)];
        };
        let mut devices = Vec::new();
        for part in node.pairs() {
            let Some(device) = Device::ALL.into_iter().find(|device| device.word() == part.key) else { continue };
            let amount = part.value.text().and_then(|text| amount(text).ok()).unwrap_or(Amount::All);
            let count = amount.of(u64::from(seats));
            if count > u64::from(seats) {
                let message = format!("{} of {} seats have a {}", grouped(count), grouped(u64::from(seats)), part.key);
                self.report.meaning(part.value.span, message, format!("at most {}", grouped(u64::from(seats))));
            }
            devices.push((device, u32::try_from(count).unwrap_or(seats).min(seats)));
        }
        self.everyone_has_one(pair, node, &devices, seats);
        let limit = Fields::new(&RULES, self.tree.get("rules")).count("devices-per-user").unwrap_or(6);
        let kinds = devices.iter().filter(|(_, count)| *count > 0).count() as u64;
        if kinds > limit {
            let message = format!("{kinds} devices of one user, at most {limit} (M11)");
            self.report.meaning(node.span, message, "make two populations");
        }
        devices
    }

    fn everyone_has_one(&mut self, pair: &Pair, node: &Node, devices: &[(Device, u32)], seats: u32) {
        let most = devices.iter().map(|(_, count)| *count).max().unwrap_or(0);
        if most >= seats {
            return;
        }
        let without = if most + 1 == seats { format!("seat {seats}") } else { format!("seats {}..{seats}", most + 1) };
        let have = if most + 1 == seats { "has" } else { "have" };
        let message = format!("{without} of {} {have} no device", pair.key);
        self.report.meaning(node.span, message, "amounts overlap (lowest seats first); make two populations");
    }
}

/// The blocks of a population; `at` gives the site and the addresses of a home.
pub(crate) fn blocks(
    population: u16,
    homes: &[(u16, u32)],
    devices: &[(Device, u32)],
    at: impl Fn(u16) -> (u16, Vec<u16>),
) -> Vec<Block> {
    let weights: Vec<u64> = homes.iter().map(|(_, seats)| u64::from(*seats)).collect();
    let dealt: Vec<(Device, Vec<u64>)> =
        devices.iter().map(|(device, count)| (*device, deal(u64::from(*count), &weights))).collect();
    let mut first_seat = 0;
    let mut blocks = Vec::with_capacity(homes.len());
    for (index, (home, seats)) in homes.iter().enumerate() {
        let (site, targets) = at(*home);
        let have = |(device, parts): &(Device, Vec<u64>)| (*device, parts[index] as u32);
        let devices = dealt.iter().map(have).filter(|(_, count)| *count > 0).collect();
        blocks.push(Block { population, home: *home, site, targets, first_seat, seats: *seats, devices });
        first_seat += seats;
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_dealt_over_the_homes_lowest_seats_first() {
        let blocks = blocks(3, &[(0, 2000), (1, 1000)], &[(Device::DeskPhone, 3000), (Device::Dect, 100)], |home| {
            (home, vec![home])
        });
        assert_eq!(blocks[0].devices, [(Device::DeskPhone, 2000), (Device::Dect, 67)]);
        assert_eq!(blocks[1].devices, [(Device::DeskPhone, 1000), (Device::Dect, 33)]);
        assert_eq!((blocks[1].first_seat, blocks[1].population), (2000, 3));
    }
}
