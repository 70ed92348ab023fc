//! One endpoint of a run, followed: the seed is run again with a recorder on that endpoint alone.
//!
//! A first run finds whom to follow where that is not said, a second one follows. Neither changes anything: the digest is
//! that of the run they repeat.

mod finder;
mod follower;
mod lanes;
mod octets;
pub(crate) mod words;

use reports::ladder::Ladder;
use reports::measurements::Measurements;
use scenarios::plan::Plan;
use simulator::layout::Device;
use simulator::node::NodeId;
use simulator::schedule::Entry;
use simulator::simulation::Observer;
use simulator::sip::message::Aor;
use simulator::site::Site;
use simulator::time::{Duration, Instant};

use crate::run::{Item, Silent, witnessed};
use crate::search;
use finder::Finder;
use follower::Follower;

/// Whom to follow.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Whom {
    /// `desk-17`, `desk-17/softphone`.
    Named(String),
    /// Who waited longest, from when a registration was due until it stood; who never got it, longest of all.
    Worst,
    /// Who first got no registration, or no call, when trying.
    FirstFailure,
    /// Who waited neither long nor short.
    Median,
}

/// Somebody found, and the part of the run that is of interest.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    pub(crate) endpoint: NodeId,
    /// Why this one, in words; empty if asked for by name.
    pub(crate) why: String,
    /// First and last instant.
    pub(crate) within: (Instant, Instant),
}

/// What following came to.
#[derive(Clone, Debug)]
pub struct Traced {
    /// What was seen.
    pub ladder: Ladder,
    /// The run it was seen in.
    pub run: Measurements,
}

/// Follows somebody through one seed of a plan. An error says whom there is.
///
/// # Errors
/// Nobody is called so, or nobody is like that.
pub fn trace(plan: &Plan, seed: u64, whom: &Whom) -> Result<Traced, String> {
    let schedule = plan.schedule_of(seed);
    if plan.searches.is_empty() {
        return follow(Item { plan, seed }, &schedule, whom);
    }
    let settled = search::settle(plan, schedule, seed, &|| false).ok_or("what it searches for was not found")?;
    follow(Item { plan: &settled.plan, seed }, &settled.schedule, whom)
}

/// Runs a seed of a plan once more before a witness. `None`: what it searches for was not found.
pub(crate) fn again(plan: &Plan, seed: u64, witness: &mut impl Observer) -> Option<Measurements> {
    let schedule = plan.schedule_of(seed);
    if plan.searches.is_empty() {
        return Some(witnessed(Item { plan, seed }, schedule, witness, &|| false, &Silent));
    }
    let settled = search::settle(plan, schedule, seed, &|| false)?;
    Some(witnessed(Item { plan: &settled.plan, seed }, settled.schedule, witness, &|| false, &Silent))
}

fn follow(item: Item<'_>, schedule: &[Entry], whom: &Whom) -> Result<Traced, String> {
    let Item { plan, seed } = item;
    let site = Site::new(&plan.layout, &plan.settings[0], seed);
    let found = match whom {
        Whom::Named(name) => {
            let endpoint = named(plan, &site, name)?;
            Found { endpoint, why: String::new(), within: (Instant::ZERO, Instant::NEVER) }
        }
        _ => find(item, schedule, whom, &site)?,
    };
    let mut follower = Follower::new(plan, seed, &site, found);
    drop(site);
    let run = witnessed(item, schedule.to_vec(), &mut follower, &|| false, &Silent);
    Ok(Traced { ladder: follower.ladder(), run })
}

fn find(item: Item<'_>, schedule: &[Entry], whom: &Whom, site: &Site) -> Result<Found, String> {
    let mut finder = Finder::new(site);
    let run = witnessed(item, schedule.to_vec(), &mut finder, &|| false, &Silent);
    let found = match whom {
        Whom::FirstFailure => finder.first_failure().ok_or("nobody failed in this run"),
        Whom::Median => finder.median().ok_or("nobody registered in this run"),
        Whom::Worst | Whom::Named(_) => {
            finder.worst(Instant(run.simulated_ns)).ok_or("nobody wanted to register in this run")
        }
    };
    let (endpoint, why, from, until) = found?;
    Ok(Found { endpoint, why, within: (Instant(from.0.saturating_sub(BEFORE.0)), until + AFTER) })
}

/// The endpoint of that name.
fn named(plan: &Plan, site: &Site, name: &str) -> Result<NodeId, String> {
    let (user, device) = name.split_once('/').unwrap_or((name, ""));
    let populations = &plan.layout.populations;
    let Some((population, number)) = user.rsplit_once('-').filter(|(_, number)| number.parse::<u32>().is_ok()) else {
        return Err(nobody(plan, name));
    };
    let place =
        number.parse::<u32>().ok().and_then(|number| number.checked_sub(1)).ok_or_else(|| nobody(plan, name))?;
    let population = populations.iter().position(|one| one.name == population).ok_or_else(|| nobody(plan, name))?;
    let people = &site.cluster().people;
    let is_there = |block: &&usize| {
        let block = &people.blocks[**block].block;
        usize::from(block.population) == population
            && (block.first_seat..block.first_seat + block.seats).contains(&place)
    };
    let blocks: Vec<usize> = (0..people.blocks.len()).collect();
    let block = *blocks.iter().find(is_there).ok_or_else(|| nobody(plan, name))?;
    let seat = place - people.blocks[block].block.first_seat;
    let aor = |device| Aor { block: block as u16, device, seat };
    let devices: Vec<Device> = people.blocks[block].devices_of(seat).collect();
    let chosen = devices.iter().find(|kind| device.is_empty() || kind.word() == device);
    let words: Vec<&str> = devices.iter().map(|device| device.word()).collect();
    let chosen = chosen.ok_or_else(|| format!("{user} has no {device}: it has {}", words.join(", ")))?;
    people.endpoint(aor(*chosen)).ok_or_else(|| nobody(plan, name))
}

fn nobody(plan: &Plan, name: &str) -> String {
    let range = |population: &simulator::layout::PopulationPlan| match population.seats {
        1 => format!("{}-1", population.name),
        seats => format!("{0}-1 … {0}-{seats}", population.name),
    };
    let there: Vec<String> = plan.layout.populations.iter().filter(|one| one.seats > 0).take(8).map(range).collect();
    format!("nobody is called {name:?}; there are {}", there.join(", "))
}

/// Shown before what is of interest, and after it.
const BEFORE: Duration = Duration::seconds(30);
const AFTER: Duration = Duration::seconds(10);
