//! Channels of calls: all that a call needs or none, taken before any leg goes out.

use crate::event::Event;
use crate::layout::ChannelKind;
use crate::licence::feature::Feature;
use crate::licence::reason::Reason;
use crate::node::Outbox;
use crate::pbx::claims::Claim;
use crate::pbx::cluster::Cluster;
use crate::pbx::node::Pbx;
use crate::pbx::routing::Refusal;

impl Pbx {
    /// Takes all of these for a call, or none; `last`: nothing else will be asked, and what lacks refuses the call.
    pub(super) fn take_channels(
        &mut self,
        cluster: &Cluster,
        bridge: u32,
        claims: &[Claim],
        outgoing: bool,
        last: bool,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        let population = |block: u16| cluster.people.blocks[usize::from(block)].block.population;
        let lacking = claims.iter().find(|claim| self.exchange.used(**claim) >= self.limit_of(cluster, **claim));
        if let Some(claim) = lacking {
            if last {
                let of = claim.of(population);
                out.report(Event::ChannelAsked { of });
                out.report(Event::ChannelRefused { of });
            }
            return Err(self.refusal_of(cluster, *claim));
        }
        for claim in claims {
            let of = claim.of(population);
            out.report(Event::ChannelAsked { of });
            out.report(Event::ChannelTaken { of });
            self.exchange.take(bridge, *claim, outgoing);
        }
        Ok(())
    }

    /// How many calls may hold one at once.
    fn limit_of(&self, cluster: &Cluster, claim: Claim) -> u32 {
        match claim {
            Claim::Line(trunk) => cluster.people.settings(trunk.block).channels,
            Claim::Shared(ChannelKind::WebRtc) if cluster.refused(self.index, Feature::WebRtc) != Reason::None => 0,
            Claim::Shared(kind) => cluster.pbxs[usize::from(self.index)].channels[kind as usize],
            Claim::Place(room) => cluster.people.room_places[usize::from(room)],
        }
    }

    /// What a call hears for which there is none.
    fn refusal_of(&self, cluster: &Cluster, claim: Claim) -> Refusal {
        let reason = match claim {
            Claim::Line(_) | Claim::Shared(ChannelKind::Isdn) => Reason::NoChannel,
            // R13-R18: channels that the software may not use are not there.
            Claim::Shared(ChannelKind::WebRtc) => match cluster.refused(self.index, Feature::WebRtc) {
                Reason::None => Reason::NoUnit,
                why => why,
            },
            Claim::Shared(ChannelKind::Relay) => Reason::RelayChannels,
            Claim::Shared(ChannelKind::Dsp) | Claim::Place(_) => Reason::NoConference,
        };
        // A conference that is full is busy (M6).
        let status = if reason == Reason::NoConference { 486 } else { cluster.people.rules.channel_denial };
        (status, reason)
    }
}
