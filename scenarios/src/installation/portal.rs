//! The vendor's portal (R2, R76-R90): the balance of a project, its service agreements, and the warranty of devices. An
//! operation does all that it says, or nothing.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use simulator::licence::catalogue::Licence;
use simulator::licence::feature::Feature;

use super::rule_off::is_off;
use super::stock::Stocks;
use super::{Bound, Installation, Platform, Refusal, Switch};
use crate::source::Span;

/// What a project has in the portal.
#[derive(Clone, Debug, Default)]
pub(crate) struct Portal {
    /// Owner of all devices that have no other.
    pub(crate) company: String,
    pub(crate) owners: BTreeMap<usize, String>,
    /// Bought and not bound.
    pub(crate) balance: BTreeMap<Good, u64>,
    /// Service credits.
    pub(crate) credits: u64,
    /// Purchase of devices.
    pub(crate) bought: BTreeMap<usize, Date>,
    /// Years that the warranty of a device was extended by.
    pub(crate) extended: BTreeMap<usize, i16>,
    /// When licences were first bound (R85).
    pub(crate) first_bound: BTreeMap<Good, Date>,
    /// Until when they are under a service agreement.
    pub(crate) covered_until: BTreeMap<Good, Date>,
}

/// Licences of one feature and version.
pub(crate) type Good = (Feature, u32);

/// Licences of a name, with the price tier if one is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lot {
    pub(crate) good: Good,
    pub(crate) tier: u64,
    pub(crate) count: u64,
}

/// What can be done there.
#[derive(Clone, Debug)]
pub(crate) enum Operation {
    Buy {
        lots: Vec<Lot>,
        credits: u64,
    },
    Bind {
        lots: Vec<Lot>,
        to: usize,
    },
    Release {
        lots: Vec<Lot>,
        from: usize,
    },
    /// In the balance, or in place at a PBX (R83).
    Convert {
        lots: Vec<Lot>,
        to: u32,
        at: Option<usize>,
    },
    Migrate {
        from: Vec<usize>,
        to: usize,
    },
    Cover {
        lots: Vec<Lot>,
        years: i16,
    },
    ExtendWarranty {
        device: usize,
        years: i16,
        at_purchase: bool,
    },
}

/// Why nothing was done.
#[derive(Clone, Debug)]
pub(crate) struct Denied {
    pub(crate) refusal: Refusal,
    pub(crate) rule: u8,
    pub(crate) what: String,
}

/// R81: licences can leave a device from this version on.
const LEAVES_FROM: u32 = 8;
/// R87: a year of warranty, and four more at most.
const WARRANTY_MONTHS: i32 = 12;
const MOST_YEARS: i16 = 4;

type Done = Result<(), Denied>;

fn denied(refusal: Refusal, rule: u8, what: String) -> Done {
    Err(Denied { refusal, rule, what })
}

impl Portal {
    /// Does it, or leaves everything as it is.
    pub(crate) fn apply(&mut self, it: &mut Installation, operation: &Operation, now: Date, place: Span) -> Done {
        let (mut portal, mut after) = (self.clone(), it.clone());
        portal.carry_out(&mut after, operation, now, place)?;
        (*self, *it) = (portal, after);
        Ok(())
    }

    fn carry_out(&mut self, it: &mut Installation, operation: &Operation, now: Date, place: Span) -> Done {
        match operation {
            Operation::Buy { lots, credits } => {
                self.credits = self.credits.saturating_add(*credits);
                lots.iter().for_each(|lot| self.put(lot.good, lot.count));
                Ok(())
            }
            Operation::Bind { lots, to } => lots.iter().try_for_each(|lot| self.bind(it, lot, *to, now, place)),
            Operation::Release { lots, from } => lots.iter().try_for_each(|lot| self.release(it, lot, *from)),
            Operation::Convert { lots, to, at: None } => lots.iter().try_for_each(|lot| self.convert(lot, *to, now)),
            Operation::Convert { lots, to, at: Some(at) } => {
                lots.iter().try_for_each(|lot| self.convert_in_place(it, lot, *to, *at, now))
            }
            Operation::Migrate { from, to } => {
                from.iter().try_for_each(|device| self.migrate(it, *device, *to, now, place))
            }
            Operation::Cover { lots, years } => lots.iter().try_for_each(|lot| self.cover(lot, *years, now)),
            Operation::ExtendWarranty { device, years, at_purchase } => {
                self.extend(it, *device, *years, *at_purchase, now)
            }
        }
    }

    fn put(&mut self, good: Good, count: u64) {
        let units = self.balance.entry(good).or_default();
        *units = units.saturating_add(count);
    }

    fn take(&mut self, good: Good, count: u64) -> Done {
        let there = self.balance.get(&good).copied().unwrap_or(0);
        if there < count {
            return denied(Refusal::NoBalance, 80, format!("{there} of {count} {} in the balance", written(good)));
        }
        self.balance.insert(good, there - count);
        Ok(())
    }

    fn owner(&self, device: usize) -> &str {
        self.owners.get(&device).map_or(&self.company, |owner| owner)
    }

    /// R80, R81, R85, R54.
    fn bind(&mut self, it: &mut Installation, lot: &Lot, to: usize, now: Date, place: Span) -> Done {
        if self.owner(to) != self.company {
            let what = format!("{} belongs to {}", it.boxes[to].name, self.owner(to));
            return denied(Refusal::OtherCompany, 81, what);
        }
        self.take(lot.good, lot.count)?;
        let (feature, version) = lot.good;
        let other = match feature {
            Feature::Voicemail => Some(Feature::VoicemailUser),
            Feature::VoicemailUser => Some(Feature::Voicemail),
            _ => None,
        };
        if other.is_some_and(|other| Stocks::new(it).installed(to, other) > 0) {
            let what = "the other model of voicemail is bound there".to_owned();
            return denied(Refusal::ModelMix, 54, what);
        }
        self.first_bound.entry(lot.good).or_insert(now);
        it.bound.push(Bound { at: to, feature, version, tier: lot.tier, count: lot.count, place });
        Ok(())
    }

    /// R78, R81, R82.
    fn release(&mut self, it: &mut Installation, lot: &Lot, from: usize) -> Done {
        let (feature, version) = lot.good;
        let device = &it.boxes[from];
        if self.owner(from) != self.company {
            let what = format!("{} belongs to {}", device.name, self.owner(from));
            return denied(Refusal::OtherCompany, 81, what);
        }
        let everything = device.platform == Platform::Ipva && it.readings.is(Switch::NothingLeavesAnIpva);
        let never = feature.licence().leaves_from.filter(|_| !everything);
        let by_rule = if feature == Feature::Ipva { is_off(29) } else { is_off(22) };
        let Some(leaves_from) = never.or(by_rule.then_some(0)) else {
            let rule = if feature == Feature::Ipva { 29 } else { 82 };
            return denied(Refusal::NotTransferable, rule, format!("{} never leaves its device", written(lot.good)));
        };
        if version < leaves_from || device.software.version < leaves_from {
            let what = format!("licences and software below V{leaves_from} stay at {}", device.name);
            return denied(Refusal::TooOld, 82, what);
        }
        take_bound(it, lot, from)?;
        self.put(lot.good, lot.count);
        Ok(())
    }

    /// R79: in the balance the agreement ends, and a new year is charged.
    fn convert(&mut self, lot: &Lot, to: u32, now: Date) -> Done {
        self.take(lot.good, lot.count)?;
        let after = convertible(lot.good, to)?;
        self.pay(lot.count)?;
        self.covered_until.remove(&lot.good);
        self.covered_until.insert(after, years_after(now, 1));
        self.put(after, lot.count);
        Ok(())
    }

    /// R83: under an agreement a bound licence becomes that of a newer version, at no cost.
    fn convert_in_place(&mut self, it: &mut Installation, lot: &Lot, to: u32, at: usize, now: Date) -> Done {
        let until = self.covered_until.get(&lot.good).copied();
        if until.is_none_or(|until| until < now) {
            let what = format!("{} is under no service agreement", written(lot.good));
            return denied(Refusal::NoCredit, 83, what);
        }
        let after = convertible(lot.good, to)?;
        let place = take_bound(it, lot, at)?;
        let first = self.first_bound.get(&lot.good).copied().unwrap_or(now);
        self.first_bound.entry(after).or_insert(first);
        self.covered_until.insert(after, until.unwrap_or(now));
        it.bound.push(Bound { at, feature: after.0, version: to, tier: lot.tier, count: lot.count, place });
        Ok(())
    }

    /// R76-R80: everything that can leave goes to the licence master; the agreements go on.
    fn migrate(&mut self, it: &mut Installation, device: usize, to: usize, now: Date, place: Span) -> Done {
        let old = [device, to].into_iter().find(|pbx| it.boxes[*pbx].software.version < LEAVES_FROM);
        if let Some(old) = old {
            let what = format!("{} runs {}, version 8 is the least", it.boxes[old].name, it.boxes[old].software);
            return denied(Refusal::TooOld, 77, what);
        }
        let leaves = |bound: &&Bound| bound.at == device && bound.feature.licence().leaves_from.is_some();
        let lots: Vec<Lot> = it.bound.iter().filter(leaves).map(lot_of).collect();
        lots.iter().try_for_each(|lot| self.release(it, lot, device))?;
        lots.iter().try_for_each(|lot| self.bind(it, lot, to, now, place))
    }

    /// R84-R86: from the end of the last agreement or the first binding on; years that were missed are paid too.
    fn cover(&mut self, lot: &Lot, years: i16, now: Date) -> Done {
        let begun =
            self.covered_until.get(&lot.good).or_else(|| self.first_bound.get(&lot.good)).copied().unwrap_or(now);
        let mut until = begun;
        let mut missed = 0;
        while years_after(until, 1) <= now {
            until = years_after(until, 1);
            missed += 1;
        }
        let paid = u64::try_from(missed + years).unwrap_or(0);
        self.pay(lot.count.saturating_mul(paid))?;
        self.covered_until.insert(lot.good, years_after(until, years));
        Ok(())
    }

    fn pay(&mut self, credits: u64) -> Done {
        if self.credits < credits {
            return denied(Refusal::NoCredit, 84, format!("{} of {credits} service credits", self.credits));
        }
        self.credits -= credits;
        Ok(())
    }

    /// R87-R90.
    fn extend(&mut self, it: &Installation, device: usize, years: i16, at_purchase: bool, now: Date) -> Done {
        let name = &it.boxes[device].name;
        if self.extended.contains_key(&device) {
            return denied(Refusal::AlreadyExtended, 89, format!("the warranty of {name} is extended already"));
        }
        if years > MOST_YEARS {
            return denied(Refusal::TooManyYears, 87, format!("{years} more years, {MOST_YEARS} at most"));
        }
        let bought = self.bought.get(&device).copied().unwrap_or(now);
        let months = if at_purchase { 1 } else { WARRANTY_MONTHS };
        // A date near the end of time has no later one: then nothing is too late.
        let ends = bought.checked_add(months.months()).unwrap_or(Date::MAX);
        if now >= ends {
            let when = if at_purchase { "at once" } else { "within twelve months" };
            return denied(Refusal::TooLate, 90, format!("{name} was bought on {bought}; it is extended {when}"));
        }
        self.extended.insert(device, years);
        Ok(())
    }

    /// Last day of the warranty of a device, if its purchase is known (R87).
    pub(crate) fn warranty_until(&self, device: usize) -> Option<Date> {
        let years = self.extended.get(&device).copied().unwrap_or(0);
        Some(years_after(*self.bought.get(&device)?, 1 + years))
    }
}

/// R53, R54: voicemail keeps its model, and hardware licences have no version.
fn convertible((feature, version): Good, to: u32) -> Result<Good, Denied> {
    let licence: &Licence = feature.licence();
    if !licence.is_versioned() {
        return Err(Denied {
            refusal: Refusal::NotTransferable,
            rule: 23,
            what: format!("{} has no version", licence.name),
        });
    }
    if to < licence.software_from && to < version {
        let what = format!("{} does not become that of V{to}", licence.written(version));
        return Err(Denied { refusal: Refusal::Version, rule: 53, what });
    }
    Ok((feature, to))
}

/// Takes units that are bound at a device: those of the tier that is written first. Where the first of them stood.
fn take_bound(it: &mut Installation, lot: &Lot, from: usize) -> Result<Span, Denied> {
    let (feature, version) = lot.good;
    let matches = |bound: &Bound| bound.at == from && bound.feature == feature && bound.version == version;
    let there: u64 = it.bound.iter().filter(|bound| matches(bound)).fold(0, |sum, b| sum.saturating_add(b.count));
    if there < lot.count {
        let what = format!("{there} of {} {} at {}", lot.count, written(lot.good), it.boxes[from].name);
        return Err(Denied { refusal: Refusal::NoUnit, rule: 78, what });
    }
    let mut left = lot.count;
    let mut place = Span::default();
    for of_the_tier in [true, false] {
        for bound in it.bound.iter_mut().filter(|bound| matches(bound) && (bound.tier == lot.tier) == of_the_tier) {
            let part = left.min(bound.count);
            if part > 0 {
                place = bound.place;
            }
            bound.count -= part;
            left -= part;
        }
    }
    it.bound.retain(|bound| bound.count > 0);
    Ok(place)
}

fn lot_of(bound: &Bound) -> Lot {
    Lot { good: (bound.feature, bound.version), tier: bound.tier, count: bound.count }
}

fn years_after(date: Date, years: i16) -> Date {
    date.checked_add(i32::from(years).years()).unwrap_or(Date::MAX)
}

fn written((feature, version): Good) -> String {
    feature.licence().written(version)
}
