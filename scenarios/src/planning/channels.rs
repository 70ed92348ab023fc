//! Channels that the calls of a PBX share: of interfaces, relay and conferences (R19-R24), and for the web (R61).

use simulator::layout::{ChannelKind, Interface};
use simulator::licence::domain::is_decentral;
use simulator::licence::entitlement::Entitlement;
use simulator::licence::feature::Feature;
use simulator::settings::{OnStandby, PbxSettings};

use super::Draft;
use super::cluster::Cluster;
use super::fields::Fields;
use super::licences::Bound;
use super::people::People;
use crate::language::{NODE, TRUNK};
use crate::yaml::{Node, Pair};

/// Channels of one primary rate interface.
pub(crate) const CHANNELS_OF_A_PRI: u32 = 30;
/// Channels of one basic rate interface.
pub(crate) const CHANNELS_OF_A_BRI: u32 = 2;

/// What stands about one node.
struct Gateway<'a> {
    fields: Fields<'a>,
    index: u16,
    /// Units bound to it; `None`: licences are not modelled.
    bound: Option<&'a [Entitlement]>,
}

impl<'a> Draft<'a> {
    /// Reads what limits the calls of each PBX.
    pub(crate) fn shared_channels(
        &mut self,
        cluster: &Cluster,
        people: &People,
        bound: Option<&Bound>,
        on_standby: OnStandby,
        servers: &mut [PbxSettings],
    ) {
        let declared = self.tree.get("cluster").map(Node::pairs).unwrap_or_default();
        for (index, server) in (0..).zip(servers) {
            let node = &cluster.nodes[usize::from(index)];
            let fields = Fields::new(&NODE, declared.get(node.group).map(|pair| &pair.value));
            let units = |node: u16| bound.and_then(|bound| bound.get(usize::from(node))).map(Vec::as_slice);
            let this = Gateway { fields, index, bound: units(index) };
            let web = match (node.stands_in_for, on_standby) {
                (None, _) => this.licensed(Feature::WebRtc),
                (Some(_), OnStandby::Deny) if bound.is_some() => 0,
                (Some(active), _) => Gateway { bound: units(active), ..this }.licensed(Feature::WebRtc),
            };
            server.channels[ChannelKind::WebRtc as usize] = web;
            server.channels[ChannelKind::Isdn as usize] = this.isdn();
            server.channels[ChannelKind::Relay as usize] = this.relay();
            server.channels[ChannelKind::Dsp as usize] = this.soldered("dsp").unwrap_or(u32::MAX);
            self.lines_fit(cluster, people, &this);
        }
    }

    /// Trunks of a node that need interfaces, or licences, which it has not.
    fn lines_fit(&mut self, cluster: &Cluster, people: &People, this: &Gateway<'_>) {
        let name = cluster.name(this.index);
        for (key, each) in [("pri", CHANNELS_OF_A_PRI), ("bri", CHANNELS_OF_A_BRI)] {
            let mut needed = 0;
            for pair in self.trunks_at(people, this.index) {
                let fields = Fields::new(&TRUNK, Some(&pair.value));
                if fields.text("interface") != key {
                    continue;
                }
                let channels = fields.node("channels").and_then(|_| fields.count32("channels")).unwrap_or(each);
                needed += channels.div_ceil(each).saturating_mul(fields.count32("count").unwrap_or(1));
                let there = this.soldered(key).unwrap_or(0);
                if needed > there {
                    let kind = key.to_uppercase();
                    let message = format!("{needed} {kind} are needed at {name}, which has {there} (R19)");
                    let advice = format!("write \"interfaces: {{ {key}: {needed} }}\" at {name}");
                    self.report.meaning(fields.span("interface"), message, advice);
                }
            }
        }
        let role = cluster.nodes[usize::from(this.index)].role;
        let draws = this.bound.is_some_and(|bound| !is_decentral(role, bound)) && this.index != cluster.master();
        for pair in self.trunks_at(people, this.index).into_iter().filter(|_| draws) {
            let fields = Fields::new(&TRUNK, Some(&pair.value));
            if fields.text("interface") == "webrtc" {
                let message = format!("not yet: WebRTC at {name}, which draws on the licences of the master");
                self.report.meaning(fields.span("interface"), message, "give it a home with licences of its own");
            }
        }
    }

    fn trunks_at(&self, people: &People, home: u16) -> Vec<&'a Pair> {
        let tree = self.tree;
        let trunks = tree.get("trunks").map(Node::pairs).unwrap_or_default().iter();
        let is_here = |pair: &&Pair| {
            let population = people.population(&pair.key).and_then(|index| people.populations.get(usize::from(index)));
            population.is_some_and(|population| people.blocks_of(population).iter().any(|block| block.home == home))
        };
        trunks.filter(is_here).collect()
    }
}

impl Gateway<'_> {
    /// Licences of a feature; without the block, or unlimited: as many as anybody wants.
    fn licensed(&self, feature: Feature) -> u32 {
        let Some(bound) = self.bound else { return u32::MAX };
        bound.iter().filter(|one| one.feature == feature).fold(0, |sum, one| sum.saturating_add(one.units))
    }

    fn soldered(&self, key: &str) -> Option<u32> {
        let written = self.fields.node("interfaces").and_then(|interfaces| interfaces.get(key));
        written.and_then(Node::text).and_then(|text| crate::value::number::count(text).ok()?.try_into().ok())
    }

    /// R25: interfaces and channels of the smallest boxes need no licence.
    fn is_included(&self) -> bool {
        matches!(self.fields.text("platform"), "IP311" | "IP411")
    }

    fn isdn(&self) -> u32 {
        let lines = |key: &str, feature: Feature| {
            let soldered = self.soldered(key).unwrap_or(0);
            if self.is_included() { soldered } else { soldered.min(self.licensed(feature)) }
        };
        let primary = lines("pri", Feature::RelayPris).saturating_mul(CHANNELS_OF_A_PRI);
        primary.saturating_add(lines("bri", Feature::RelayBris).saturating_mul(CHANNELS_OF_A_BRI))
    }

    fn relay(&self) -> u32 {
        if self.is_included() { u32::MAX } else { self.licensed(Feature::RelayChannels) }
    }
}

/// Channels a trunk takes of the box besides its own lines.
pub(crate) fn interface(word: &str) -> Interface {
    match word {
        "pri" | "bri" => Interface::Isdn,
        "webrtc" => Interface::WebRtc,
        _ => Interface::Sip,
    }
}
