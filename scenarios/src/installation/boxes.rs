//! Interfaces and channels of a gateway (R19-R25).

use simulator::licence::feature::Feature;

use super::audit::{About, Auditor, units};
use super::rule_off::is_off;
use super::{Interface, Interfaces, PbxBox, Platform, Refusal};

/// Channels of one interface.
const CHANNELS_OF_A_PRI: u64 = 30;
const CHANNELS_OF_A_BRI: u64 = 2;

impl Auditor<'_> {
    /// What trunks and rooms need of each box.
    pub(super) fn interfaces(&mut self) {
        for index in 0..self.it.boxes.len() {
            let lines = |interface| self.lines(index, interface);
            let (pri, bri) = (lines(Interface::Pri), lines(Interface::Bri));
            let soldered = self.it.boxes[index].interfaces;
            self.interface(index, Feature::RelayPris, pri.0, soldered.map(|all| all.pri));
            self.interface(index, Feature::RelayBris, bri.0, soldered.map(|all| all.bri));
            self.channels(index, pri.1 + bri.1, soldered);
        }
    }

    /// Interfaces and channels that the trunks of a box need.
    fn lines(&self, pbx: usize, interface: Interface) -> (u64, u64) {
        let each = if interface == Interface::Pri { CHANNELS_OF_A_PRI } else { CHANNELS_OF_A_BRI };
        let trunks = self.it.trunks.iter().filter(|trunk| trunk.home == pbx && trunk.interface == interface);
        trunks.fold((0, 0), |(lines, channels), trunk| {
            let own = trunk.channels.unwrap_or(each);
            (lines + own.div_ceil(each) * trunk.count, channels + own * trunk.count)
        })
    }

    fn interface(&mut self, pbx: usize, feature: Feature, asked: u64, soldered: Option<u64>) {
        if asked == 0 {
            return;
        }
        let one = &self.it.boxes[pbx];
        let kind = if feature == Feature::RelayPris { "PRI" } else { "BRI" };
        if let Some(there) = soldered.filter(|there| *there < asked) {
            let about = About { rule: 19, refusal: Refusal::NoChannel, units: asked - there, place: one.place };
            self.broken(about, |_| {
                let what = format!("the trunks of {} need {} {kind}, it has {}", one.name, units(asked), units(there));
                (what, "another gateway, or fewer channels".to_owned())
            });
        }
        if one.platform == Platform::Included && !is_off(25) {
            return;
        }
        self.ask(pbx, feature, asked, asked);
        let (given, refusal) = self.stocks.take(pbx, feature, asked);
        if let Some(refusal) = refusal {
            self.refuse(pbx, feature, asked - given);
            let about = About { rule: 21, refusal, units: asked - given, place: one.place };
            self.broken(about, |stocks| {
                let what = format!(
                    "the trunks of {} need {} {kind}: {}",
                    one.name,
                    units(asked),
                    stocks.shortage(pbx, feature)
                );
                (what, stocks.cure(pbx, feature, asked - given))
            });
        }
    }

    /// R24: calls of trunks and participants of conferences share the channels; they rarely all ask at once.
    fn channels(&mut self, pbx: usize, trunks: u64, soldered: Option<Interfaces>) {
        let rooms = self.it.rooms.iter().filter(|room| room.home == pbx);
        let places: u64 = rooms.map(|room| room.places.unwrap_or(1)).sum();
        let places = if is_off(24) || is_off(44) { 0 } else { places };
        let asked = trunks + places;
        let one: &PbxBox = &self.it.boxes[pbx];
        if asked == 0 || (one.platform == Platform::Included && !is_off(25)) {
            return;
        }
        let usable = self.stocks.usable(pbx, Feature::RelayChannels);
        self.ask(pbx, Feature::RelayChannels, asked, if usable == 0 { asked } else { 0 });
        if usable == 0 {
            self.refuse(pbx, Feature::RelayChannels, asked);
            let about = About { rule: 24, refusal: Refusal::RelayChannels, units: asked, place: one.place };
            self.broken(about, |stocks| {
                let what = format!("{} has no channel licences for its trunks and conferences", one.name);
                (what, stocks.cure(pbx, Feature::RelayChannels, asked))
            });
        }
        let dsp = soldered.map_or(places, |all| all.dsp);
        if dsp < places {
            let about = About { rule: 44, refusal: Refusal::NoChannel, units: places - dsp, place: one.place };
            self.broken(about, |_| {
                let what = format!(
                    "{} places in conferences, {} channels of media at {}",
                    units(places),
                    units(dsp),
                    one.name
                );
                (what, "a gateway with more, or fewer places".to_owned())
            });
        }
    }
}
