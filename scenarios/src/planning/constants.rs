//! Settings that a timeline may change: servers, borrowing of licences, readings of the vendor's text.

use simulator::layout::ChannelKind;
use simulator::licence::feature::{Feature, FeatureSet};
use simulator::settings::{
    BelowFloor, Checkout, EscrowServes, FloorOver, OnStandby, PbxSettings, Policy, Rules, WhenFull,
};
use simulator::sip::dialog::session_timer::LEAST_S;
use simulator::time::Duration;

use super::Draft;
use super::cluster::Cluster;
use super::fields::Fields;
use crate::language::{CHECKOUT, NODE, RULES};
use crate::value::duration::written;
use crate::value::rate::Rate;
use crate::value::share::percent;
use crate::yaml::Node;

/// Shortest queue whose quarters tell anything.
const LEAST_QUEUE: u32 = 4;

impl Draft<'_> {
    /// Reads what `cluster` says about servers.
    pub(crate) fn servers(&mut self, cluster: &Cluster) -> Vec<PbxSettings> {
        let declared = self.tree.get("cluster").map(Node::pairs).unwrap_or_default();
        let mut by_group: Vec<PbxSettings> = Vec::new();
        for group in 0..cluster.groups.len() {
            let fields = Fields::new(&NODE, declared.get(group).map(|pair| &pair.value));
            by_group.push(self.server(&fields));
        }
        cluster.nodes.iter().filter_map(|node| by_group.get(node.group).cloned()).collect()
    }

    fn server(&mut self, fields: &Fields<'_>) -> PbxSettings {
        let answers = fields.rate("answers");
        if answers.is_some_and(|rate| rate.number.mantissa == 0) {
            let advice = "write a rate above 0; a node that is gone is \"crash\"";
            self.report.meaning(fields.span("answers"), "a server that answers nothing", advice);
        }
        for key in ["watches-every", "after-silence"] {
            if fields.duration(key) == Some(Duration::ZERO) {
                self.report.meaning(fields.span(key), format!("\"{key}\" of 0 s"), "write more than 0 s");
            }
        }
        let span = |key: &str| fields.duration(key).unwrap_or(Duration::ZERO);
        let session_timer_s = (span("session-timer").0 / Duration::SECOND.0).min(u64::from(u32::MAX)) as u32;
        if fields.duration("session-timer").is_some() && session_timer_s < LEAST_S {
            let problem = format!("\"session-timer\" below {LEAST_S} s");
            self.report.meaning(fields.span("session-timer"), problem, "write 90 s or more (RFC 4028 §5)");
        }
        PbxSettings {
            service: answers.and_then(Rate::gap).unwrap_or(Duration::ZERO),
            queue: fields.count32("queue").unwrap_or(u32::MAX),
            when_full: self.when_full(fields),
            oc_validity: span("oc-validity"),
            retry_after: fields.law("retry-after").map(|law| self.tables.of(law)),
            absorbs_retransmissions: fields.flag("absorbs-retransmissions"),
            challenges: fields.flag("challenges"),
            session_timer_s,
            channels: [u32::MAX; ChannelKind::ALL.len()],
            watches_every: span("watches-every"),
            after_silence: span("after-silence"),
            gives_back_after: span("gives-back-after"),
        }
    }

    /// RFC 7339 tells by how full the queue is.
    fn when_full(&mut self, fields: &Fields<'_>) -> WhenFull {
        match fields.text("when-full") {
            "drop" => WhenFull::Drop,
            "rfc7339" => {
                let queue = fields.node("queue").and_then(|_| fields.count32("queue"));
                if queue.is_none_or(|queue| queue < LEAST_QUEUE) {
                    let at = if queue.is_some() { "queue" } else { "when-full" };
                    let message = format!("rfc7339 with a queue of less than {LEAST_QUEUE}, or of no bound");
                    self.report.meaning(fields.span(at), message, "write \"queue: 400\"");
                }
                WhenFull::LossControl
            }
            _ => WhenFull::Refuse,
        }
    }

    /// Reads `checkout`.
    pub(crate) fn checkout(&mut self) -> Checkout {
        let fields = Fields::new(&CHECKOUT, self.tree.get("checkout"));
        let span = |key: &str| fields.duration(key).unwrap_or(Duration::ZERO);
        let parts = |key: &str, per: u64| u32::try_from(fields.percent(key).unwrap_or(0) / per).unwrap_or(0);
        let loose = fields.text("policy") == "vendor-loose";
        let on_standby =
            fields.node("on-standby").map_or(if loose { "replicate" } else { "deny" }, |_| fields.text("on-standby"));
        let checkout = Checkout {
            policy: if loose { Policy::VendorLoose } else { Policy::Strict },
            syncs_every: span("syncs-every"),
            renews_every: span("renews-every"),
            soft: span("soft"),
            grace: span("grace"),
            linger: span("linger"),
            chunk_permille: parts("chunk", 1_000_000),
            clock_drift_ppm: parts("clock-drift", 1_000),
            on_standby: match on_standby {
                "replicate" => OnStandby::Replicate,
                text => percent(text).map_or(OnStandby::Deny, |part| OnStandby::Part((part / 1_000_000) as u32)),
            },
            escrow_serves: if fields.text("escrow-serves") == "own" { EscrowServes::Own } else { EscrowServes::Domain },
            queues_for: self.queues_for(&fields),
        };
        self.renewals_fit(&fields, &checkout);
        checkout
    }

    fn renewals_fit(&mut self, fields: &Fields<'_>, checkout: &Checkout) {
        if checkout.renews_every == Duration::ZERO {
            self.report.meaning(fields.span("renews-every"), "a renewal every 0 s", "write more than 0 s");
        } else if checkout.renews_every > checkout.soft.scaled(1, 3) {
            let key = if fields.node("renews-every").is_some() { "renews-every" } else { "soft" };
            let (renews, soft) = (written(checkout.renews_every), written(checkout.soft));
            let message = format!("renews-every ({renews}) is more than a third of soft ({soft})");
            self.report.meaning(fields.span(key), message, "two lost renewals must not end a lease");
        }
        if checkout.clock_drift_ppm > 100_000 {
            self.report.meaning(fields.span("clock-drift"), "clocks that drift by more than 10%", "at most 10%");
        }
    }

    /// Reads `rules`.
    pub(crate) fn rules(&mut self) -> Rules {
        let fields = Fields::new(&RULES, self.tree.get("rules"));
        Rules {
            licence_denial: fields.text("licence-denial").parse().unwrap_or(503),
            channel_denial: fields.text("channel-denial").parse().unwrap_or(503),
            keeps_calls: fields.text("calls-without-registration") == "kept",
            redirects: fields.count("redirects").and_then(|count| u8::try_from(count).ok()).unwrap_or(3),
            version_floor: if fields.text("version-floor") == "per-type" {
                FloorOver::PerType
            } else {
                FloorOver::Domain
            },
            below_floor: if fields.text("below-floor") == "at-once" { BelowFloor::AtOnce } else { BelowFloor::Restart },
        }
    }
}

impl Draft<'_> {
    /// Features with a line at the licence master.
    fn queues_for(&mut self, fields: &Fields<'_>) -> FeatureSet {
        let appliances = self.tree.get("cluster").map(Node::pairs).unwrap_or_default();
        let ipva = appliances.iter().any(|pair| pair.value.get("platform").and_then(Node::text) == Some("IPVA"));
        let mut features = FeatureSet::NONE;
        for item in fields.node("queues-for").map(Node::items).unwrap_or_default() {
            match item.text().and_then(Feature::named) {
                Some(Feature::Port) if ipva => {
                    let message = "not yet: a line for ports beside an IPVA";
                    self.report.meaning(item.span, message, "whoever is refused there may try again");
                }
                Some(feature) if Feature::LENT.contains(&feature) => features = features.with(feature),
                Some(feature) => {
                    let message = format!("nobody waits in line for {}", feature.name());
                    let advice = "write PBX-Port, PBX-SoftwarePhones or PBX-Operator";
                    self.report.meaning(item.span, message, advice);
                }
                None => {}
            }
        }
        features
    }
}
