//! What is booked while it is in use: ports, with IPVA licences where the PBX is one (R26-R34), softphones (R75), and
//! channels of browsers (R61). Who stays for ever asks for certain; who comes and goes may find what another has left.

use simulator::licence::feature::Feature;

use super::audit::{About, Auditor, of, units};
use super::rule_off::is_off;
use super::{Interface, Platform, Refusal, Seats, Switch};
use crate::source::Span;

/// Somebody who asks for units of one feature.
struct Wish<'a> {
    pbx: usize,
    feature: Feature,
    count: u64,
    come_and_go: bool,
    /// `desks`, for messages.
    who: &'a str,
    place: Span,
}

impl Auditor<'_> {
    /// Asks for everybody, in the order of the file.
    pub(super) fn floating(&mut self) {
        let it = self.it;
        for seats in &it.seats {
            let wish = |feature, count| Wish {
                pbx: seats.home,
                feature,
                count,
                come_and_go: seats.come_and_go,
                who: &seats.population,
                place: seats.place,
            };
            self.wish(&wish(Feature::SoftwarePhones, self.softphones(seats)));
            if !is_off(30) {
                self.ports(&wish(Feature::Port, self.port_count(seats)));
            }
        }
        for trunk in &it.trunks {
            let wish = |feature, count, come_and_go| Wish {
                pbx: trunk.home,
                feature,
                count,
                come_and_go,
                who: &trunk.name,
                place: trunk.place,
            };
            if !is_off(31) {
                self.ports(&wish(Feature::Port, trunk.count, false));
            }
            if trunk.interface == Interface::WebRtc {
                let channels = trunk.channels.map_or(1, |each| each.saturating_mul(trunk.count));
                self.wish(&wish(Feature::WebRtc, channels, true));
            }
        }
        self.ipva_and_ports();
        self.standbys_on_ipva();
    }

    /// A25, A16: the devices of a user share one port, unless they are read to have their own.
    fn port_count(&self, seats: &Seats) -> u64 {
        let own = |switch, count| if self.it.readings.is(switch) { count } else { 0 };
        seats.objects + own(Switch::SoftphoneHasItsPort, seats.softphones) + own(Switch::GsmHasItsPort, seats.gsms)
    }

    /// A19.
    fn softphones(&self, seats: &Seats) -> u64 {
        let apps = if self.it.readings.is(Switch::MobileAppBooksASoftphone) { seats.mobile_apps } else { 0 };
        seats.softphones + apps
    }

    fn wish(&mut self, wish: &Wish<'_>) {
        let certain = self.certain(wish);
        self.ask(wish.pbx, wish.feature, wish.count, certain);
        let (given, refusal) = self.stocks.take(wish.pbx, wish.feature, certain);
        if let Some(refusal) = refusal {
            self.not_given(wish, certain, given, refusal);
        }
    }

    /// Whoever comes and goes can share, if there is anything to share.
    fn certain(&self, wish: &Wish<'_>) -> u64 {
        let some = self.stocks.usable(wish.pbx, wish.feature) > 0 && !is_off(34);
        if wish.come_and_go && some { 0 } else { wish.count }
    }

    /// R27: port and IPVA licence together, or neither.
    fn ports(&mut self, wish: &Wish<'_>) {
        if self.it.boxes[wish.pbx].platform != Platform::Ipva || [4, 26, 27].into_iter().any(is_off) {
            return self.wish(wish);
        }
        let appliance = Wish { feature: Feature::Ipva, ..*wish };
        let certain = self.certain(&appliance).max(self.certain(wish));
        self.ask(wish.pbx, Feature::Ipva, wish.count, certain);
        let access = self.stocks.access(wish.pbx, Feature::Ipva);
        let room = if access.is_ok() { self.stocks.free(wish.pbx, Feature::Ipva).min(certain) } else { 0 };
        if room < certain {
            self.not_given(&appliance, certain, room, access.err().unwrap_or(Refusal::Ipva));
        }
        let asked = if certain > 0 { room } else { wish.count };
        self.ask(wish.pbx, Feature::Port, asked, room);
        let (given, refusal) = self.stocks.take(wish.pbx, Feature::Port, room);
        self.stocks.take(wish.pbx, Feature::Ipva, given);
        if let Some(refusal) = refusal {
            self.not_given(wish, room, given, refusal);
        }
    }

    fn not_given(&mut self, wish: &Wish<'_>, wanted: u64, given: u64, refusal: Refusal) {
        let missing = wanted - given;
        self.refuse(wish.pbx, wish.feature, missing);
        let rule = self.stocks.rule_of(refusal, wish.pbx, wish.feature);
        self.broken(About { rule, refusal, units: missing, place: wish.place }, |stocks| {
            let name = wish.feature.name();
            let what = format!(
                "{name} for {} of {}: {}",
                of(missing, wish.count),
                wish.who,
                stocks.shortage(wish.pbx, wish.feature)
            );
            (what, stocks.cure(wish.pbx, wish.feature, missing))
        });
    }

    /// A5 read strictly: as many IPVA licences as objects on that appliance, no more either.
    fn ipva_and_ports(&mut self) {
        if !self.it.readings.is(Switch::IpvaEqualsPorts) {
            return;
        }
        for bound in self.it.bound.iter().filter(|bound| bound.feature == Feature::Ipva) {
            let objects = self.objects_at(bound.at);
            let installed = self.stocks.installed(bound.at, Feature::Ipva);
            if installed > objects && !self.stocks.is_misplaced(bound) {
                let about = About { rule: 26, refusal: Refusal::Ipva, units: installed - objects, place: bound.place };
                self.broken(about, |_| {
                    let what = format!("{} IPVA licences for {} objects", units(installed), units(objects));
                    (what, "bind as many as there are ports in use".to_owned())
                });
            }
        }
    }
}
