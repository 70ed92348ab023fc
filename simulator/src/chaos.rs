//! Random faults from the seed, resolved before a run: a schedule is plain data, so it can be shown, replayed and shrunk.

use crate::distribution::Distribution;
use crate::layout::{Layout, Selection};
use crate::rng::{Purpose, below, draw, key, name_key, stream};
use crate::schedule::{Action, Cut, End, Entry, Shape};
use crate::time::{Duration, Instant};

/// Draws of one strike.
const DRAWS: u32 = 5;
/// Strikes of one chaos: more are not made.
pub const MAX_STRIKES: usize = 100_000;

/// Random faults over a window, as declared.
#[derive(Clone, Debug, PartialEq)]
pub struct Chaos {
    /// Its stream of chance: name and number among those of one run.
    pub name: String,
    /// See `name`.
    pub number: u16,
    /// The declared timeline entry, by index.
    pub occasion: u16,
    /// Begin of the window.
    pub from: Instant,
    /// Its end: every fault is over by then.
    pub until: Instant,
    /// From one fault to the next, and from the begin to the first.
    pub every: Distribution,
    /// Length of one fault.
    pub lasting: Distribution,
    /// Kinds, equally likely; one named twice is twice as likely.
    pub kinds: Vec<Kind>,
}

/// Kinds of fault that chaos may draw.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// A PBX is gone, and back.
    Crash,
    /// A PBX restarts.
    Restart,
    /// A PBX restarts without its licence table.
    Forget,
    /// A PBX hears nothing for a while.
    Freeze,
    /// A site, or a link between two, is cut; half of them one way.
    Cut,
    /// All people of one population with one home sign out at once, and in again.
    SignOut,
}

/// One fault.
#[derive(Clone, Debug, PartialEq)]
pub struct Strike {
    /// When it begins, in whole milliseconds.
    pub at: Instant,
    /// When it is over, if it has a length.
    pub until: Option<Instant>,
    /// What it is.
    pub what: What,
}

/// What breaks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum What {
    /// That PBX is gone.
    Crash(u16),
    /// That PBX restarts.
    Restart(u16),
    /// That PBX restarts without its licence table.
    Forget(u16),
    /// That PBX hears nothing.
    Freeze(u16),
    /// These ways are cut.
    Cut(Cut),
    /// The people of that block are out.
    SignOut(u32),
}

impl Chaos {
    /// The faults of one seed. No PBX and no people are struck while a fault of theirs lasts; cuts may overlap.
    pub fn strikes(&self, seed: u64, layout: &Layout) -> Vec<Strike> {
        let chance = key(stream(seed, name_key(&self.name), u64::from(self.number)), Purpose::Chaos);
        let mut busy = Busy { pbxs: vec![self.from; layout.pbxs.len()], blocks: vec![self.from; layout.blocks.len()] };
        let mut strikes = Vec::new();
        let mut at = self.from;
        for number in 0..MAX_STRIKES as u32 {
            let bits = |place: u32| draw(chance, number * DRAWS + place);
            at += whole(self.every.sample(bits(0)));
            if at >= self.until {
                break;
            }
            let ends = (at + whole(self.lasting.sample(bits(1)))).min(self.until);
            let kind = self.kinds[pick(bits(2), self.kinds.len())];
            let Some(what) = busy.target(kind, at, [bits(3), bits(4)], layout) else { continue };
            let until = (!matches!(kind, Kind::Restart | Kind::Forget)).then_some(ends);
            busy.occupy(what, until.unwrap_or(at));
            strikes.push(Strike { at, until, what });
        }
        strikes
    }
}

impl Strike {
    /// What is done, and what undoes it.
    pub fn entries(&self, layout: &Layout, occasion: u16) -> impl Iterator<Item = Entry> {
        let until = self.until.unwrap_or(Instant::NEVER);
        let everybody = |block: u32| Selection { seats: vec![(block, 0..layout.blocks[block as usize].seats)] };
        let (begin, end) = match self.what {
            What::Crash(pbx) => (Action::Crash(pbx), Some(Action::Restart(pbx))),
            What::Restart(pbx) => (Action::Restart(pbx), None),
            What::Forget(pbx) => (Action::Forget(pbx), None),
            What::Freeze(pbx) => (Action::Freeze { pbx, until }, Some(Action::Wake(pbx))),
            What::Cut(cut) => (Action::Cut(cut), Some(Action::Heal(cut))),
            What::SignOut(block) => {
                let (who, over, shape) = (everybody(block), Duration::ZERO, Shape::Even);
                (Action::SignOut { who: who.clone(), over, shape }, Some(Action::SignIn { who, over, shape }))
            }
        };
        let end = end.zip(self.until).map(|(action, at)| Entry { at, action, occasion });
        core::iter::once(Entry { at: self.at, action: begin, occasion }).chain(end)
    }
}

/// Until when each PBX and each block is struck.
struct Busy {
    pbxs: Vec<Instant>,
    blocks: Vec<Instant>,
}

impl Busy {
    fn target(&self, kind: Kind, at: Instant, bits: [u64; 2], layout: &Layout) -> Option<What> {
        let free = |until: &[Instant]| -> Option<usize> {
            let free: Vec<usize> = (0..until.len()).filter(|index| until[*index] < at).collect();
            (!free.is_empty()).then(|| free[pick(bits[0], free.len())])
        };
        match kind {
            Kind::Crash => free(&self.pbxs).map(|pbx| What::Crash(pbx as u16)),
            Kind::Restart => free(&self.pbxs).map(|pbx| What::Restart(pbx as u16)),
            Kind::Forget => free(&self.pbxs).map(|pbx| What::Forget(pbx as u16)),
            Kind::Freeze => free(&self.pbxs).map(|pbx| What::Freeze(pbx as u16)),
            Kind::SignOut => free(&self.blocks).map(|block| What::SignOut(block as u32)),
            Kind::Cut => cut(layout.sites.len(), bits).map(What::Cut),
        }
    }

    fn occupy(&mut self, what: What, until: Instant) {
        match what {
            What::Crash(pbx) | What::Restart(pbx) | What::Forget(pbx) | What::Freeze(pbx) => {
                self.pbxs[usize::from(pbx)] = until;
            }
            What::SignOut(block) => self.blocks[block as usize] = until,
            What::Cut(_) => {}
        }
    }
}

/// A site by itself, or a pair of sites, each equally likely; both ways, or one of them.
fn cut(sites: usize, bits: [u64; 2]) -> Option<Cut> {
    if sites < 2 {
        return None;
    }
    // One and another, and "itself" for the site alone.
    let place = pick(bits[0], sites * sites);
    let (one, other) = ((place / sites) as u16, (place % sites) as u16);
    let (out, into) = [(true, true), (true, true), (true, false), (false, true)][pick(bits[1], 4)];
    Some(Cut { one: End::Site(one), other: (one != other).then_some(End::Site(other)), out, into })
}

fn pick(bits: u64, among: usize) -> usize {
    below(bits, among as u64) as usize
}

/// Whole milliseconds, at least one: as a file can say it.
fn whole(span: Duration) -> Duration {
    Duration::millis((span.0 / Duration::MILLISECOND.0).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{PbxPlan, Role};

    fn layout(pbxs: usize) -> Layout {
        let pbx = |index: usize| PbxPlan {
            software: 12,
            name: format!("pbx-{index}"),
            role: if index == 0 { Role::Master } else { Role::Slave },
            site: index as u16,
            stands_in_for: None,
            licences: Vec::new(),
        };
        let sites = (0..pbxs).map(|index| format!("pbx-{index}")).collect();
        Layout { pbxs: (0..pbxs).map(pbx).collect(), sites, ..Layout::default() }
    }

    fn chaos(kinds: &[Kind]) -> Chaos {
        Chaos {
            name: "the storm".into(),
            number: 0,
            occasion: 0,
            from: Instant::ZERO + Duration::seconds(600),
            until: Instant::ZERO + Duration::seconds(29_400),
            every: Distribution::exponential(Duration::seconds(90)),
            lasting: Distribution::uniform(Duration::seconds(20), Duration::seconds(900)),
            kinds: kinds.to_vec(),
        }
    }

    const NODES: [Kind; 3] = [Kind::Crash, Kind::Restart, Kind::Freeze];

    #[test]
    fn every_seed_has_faults_of_its_own_and_always_the_same() {
        let (chaos, layout) = (chaos(&NODES), layout(5));
        assert_eq!(chaos.strikes(7, &layout), chaos.strikes(7, &layout));
        assert_ne!(chaos.strikes(7, &layout), chaos.strikes(8, &layout));
        let other = Chaos { number: 1, ..chaos.clone() };
        assert_ne!(chaos.strikes(7, &layout), other.strikes(7, &layout));
    }

    #[test]
    fn faults_come_as_often_as_they_say_within_the_window_and_are_over_at_its_end() {
        let chaos = chaos(&[Kind::Cut]);
        let strikes = chaos.strikes(1, &layout(5));
        assert!((260..380).contains(&strikes.len()), "8 h of one every 90 s: {}", strikes.len());
        for strike in &strikes {
            let until = strike.until.expect("a cut has a length");
            assert!(chaos.from < strike.at && strike.at < until && until <= chaos.until, "{strike:?}");
            assert_eq!((strike.at.0 % 1_000_000, until.0 % 1_000_000), (0, 0), "whole milliseconds");
        }
        let one_way =
            strikes.iter().filter(|strike| matches!(strike.what, What::Cut(cut) if cut.out != cut.into)).count();
        let whole_sites =
            strikes.iter().filter(|strike| matches!(strike.what, What::Cut(Cut { other: None, .. }))).count();
        assert!(one_way > 100 && one_way < 220 && whole_sites > 30, "{one_way} {whole_sites}");
    }

    #[test]
    fn no_pbx_is_struck_while_a_fault_of_its_lasts() {
        let strikes = chaos(&NODES).strikes(3, &layout(3));
        let mut until = [Instant::ZERO; 3];
        for strike in &strikes {
            let (What::Crash(pbx) | What::Restart(pbx) | What::Freeze(pbx)) = strike.what else { panic!("{strike:?}") };
            let pbx = usize::from(pbx);
            assert!(until[pbx] < strike.at, "{strike:?}");
            until[pbx] = strike.until.unwrap_or(strike.at);
        }
        assert!(strikes.len() > 30);
        let of = |kind: fn(&What) -> bool| strikes.iter().filter(|strike| kind(&strike.what)).count();
        assert!(of(|what| matches!(what, What::Freeze(_))) > 5 && of(|what| matches!(what, What::Crash(_))) > 5);
    }

    #[test]
    fn where_there_is_one_site_nothing_can_be_cut() {
        assert_eq!(chaos(&[Kind::Cut]).strikes(3, &layout(1)), []);
    }
}
