//! How the run goes over time, in series of bounded length: what charts are drawn from.

use std::collections::BTreeMap;

use reports::course::{
    Answers, BUCKETS, BUCKETS_A_COLUMN, Cell, Course, Holders, MOST_ROWS, NodeCourse, ROWS, Refusals, StockCourse,
    row_of,
};
use scenarios::plan::Plan;
use simulator::event::{Event, Kind, StockKind, Wish};
use simulator::layout::Role;
use simulator::licence::authority::UNLIMITED;
use simulator::licence::feature::Feature;
use simulator::licence::reason::Reason;
use simulator::sip::message::Aor;
use simulator::site::Site;
use simulator::time::{Duration, Instant};

use super::call_course::CallMeter;
use super::delays::Delays;
use super::gauges::{in_grace, stranded};
use super::sites::Sites;
use super::step::Step;

/// The course of a run so far.
#[derive(Clone, Debug)]
pub(super) struct CourseMeter {
    width: Duration,
    /// The present bucket, and where the next begins.
    bucket: u64,
    next: Instant,
    nodes: Vec<NodeTrack>,
    stocks: BTreeMap<(u16, Feature, Kind), StockTrack>,
    sites: Sites,
    calls: CallMeter,
    /// Population of each block.
    populations: Vec<u16>,
    master: usize,
    retransmissions: Vec<u64>,
    re_sent: u64,
    accepted: [u64; 4],
    answers: BTreeMap<(Wish, u16, Reason), u64>,
    due_map: Vec<u32>,
    sent_map: Vec<u32>,
}

/// The present bucket of a node, and those before.
#[derive(Clone, Debug, Default)]
struct NodeTrack {
    registered: u64,
    requests: u64,
    shed: u64,
    longest: u64,
    course: NodeCourse,
}

/// The present bucket of a stock, and those before.
#[derive(Clone, Debug, Default)]
struct StockTrack {
    in_use: u64,
    peak: u64,
    refused: u64,
    /// Units by population now.
    held: Vec<u32>,
    /// The highest level so far, and the highest of which the holders are known.
    high_water: u64,
    known: u64,
    at_high_water: Vec<u32>,
    refusals: BTreeMap<(u16, u8, Reason), u64>,
    course: StockCourse,
}

impl CourseMeter {
    pub(super) fn new(plan: &Plan) -> Self {
        let layout = &plan.layout;
        let width = Duration((plan.lasts.0 / BUCKETS).max(1));
        let cells = (BUCKETS / BUCKETS_A_COLUMN) as usize * ROWS;
        Self {
            width,
            bucket: 0,
            next: Instant::ZERO + width,
            nodes: (0..layout.pbxs.len()).map(|pbx| NodeTrack::new(plan, pbx)).collect(),
            stocks: BTreeMap::new(),
            sites: Sites::new(plan),
            calls: CallMeter::default(),
            populations: layout.blocks.iter().map(|block| block.population).collect(),
            master: layout.pbxs.iter().position(|pbx| pbx.role == Role::Master).unwrap_or(0),
            retransmissions: Vec::new(),
            re_sent: 0,
            accepted: [0; 4],
            answers: BTreeMap::new(),
            due_map: vec![0; cells],
            sent_map: vec![0; cells],
        }
    }

    /// Time has come to `now`: ends the buckets that are over. To be called before what happens at `now` is told.
    #[inline]
    pub(super) fn on_time(&mut self, now: Instant, site: &Site) {
        if now >= self.next {
            self.turn_to((now.0 / self.width.0).min(BUCKETS - 1), site);
        }
    }

    #[inline]
    pub(super) fn on_event(&mut self, step: &Step<'_>, event: &Event) {
        match *event {
            Event::Bound { new: true, .. } => self.node(step, |node| node.registered += 1),
            Event::Unbound { .. } => self.node(step, |node| node.registered = node.registered.saturating_sub(1)),
            Event::Served { waited } => self.node(step, |node| {
                node.requests += 1;
                node.longest = node.longest.max(waited.0);
            }),
            Event::Shed => self.node(step, |node| node.shed += 1),
            Event::Asked { .. } => self.sites.on_event(step, event),
            Event::Taken { feature, stock, holder } => {
                self.sites.on_event(step, event);
                self.taken(step, feature, stock, holder);
            }
            Event::Freed { feature, stock, holder } => {
                self.sites.on_event(step, event);
                self.freed(step, feature, stock, holder);
            }
            Event::Denied { feature, endpoint, reason, .. } => {
                self.sites.on_event(step, event);
                let Some((aor, pbx)) = step.aor_of(endpoint).zip(step.pbx) else { return };
                let owner = step.site.cluster().facts[pbx].domain;
                let population = self.populations[usize::from(aor.block)];
                let stock = self.stock(step.site, feature, StockKind { owner, kind: Kind::Installed });
                stock.refused += 1;
                *stock.refusals.entry((population, aor.device as u8, reason)).or_insert(0) += 1;
            }
            Event::Accepted { wish, due, began, .. } => self.on_accepted(step.now, wish, due, began),
            Event::Answered { wish, status, reason, .. } => {
                *self.answers.entry((wish, status, reason)).or_insert(0) += 1;
            }
            Event::Retransmitted => self.re_sent += 1,
            _ => {}
        }
    }

    /// What calls do: apart, so that a run without any pays nothing.
    pub(super) fn on_call(&mut self, step: &Step<'_>, event: &Event) {
        self.calls.on_event(step, event);
    }

    fn on_accepted(&mut self, now: Instant, wish: Wish, due: Instant, began: Instant) {
        self.accepted[wish as usize] += 1;
        if wish == Wish::SignOut {
            return;
        }
        let column = (self.bucket / BUCKETS_A_COLUMN) as usize * ROWS;
        let since_due = row_of(now.since(due).0);
        let since_sent = if began == due { since_due } else { row_of(now.since(began).0) };
        for (map, row) in [(&mut self.due_map, since_due), (&mut self.sent_map, since_sent)] {
            let cell = &mut map[column + row];
            *cell = cell.saturating_add(1);
        }
    }

    #[inline]
    fn node(&mut self, step: &Step<'_>, change: impl FnOnce(&mut NodeTrack)) {
        if let Some(node) = step.pbx.and_then(|pbx| self.nodes.get_mut(pbx)) {
            change(node);
        }
    }

    fn taken(&mut self, step: &Step<'_>, feature: Feature, stock: StockKind, holder: Aor) {
        let population = usize::from(self.populations[usize::from(holder.block)]);
        let stock = self.stock(step.site, feature, stock);
        stock.in_use += 1;
        stock.peak = stock.peak.max(stock.in_use);
        stock.high_water = stock.high_water.max(stock.in_use);
        stock.held[population] += 1;
    }

    fn freed(&mut self, step: &Step<'_>, feature: Feature, stock: StockKind, holder: Aor) {
        let population = usize::from(self.populations[usize::from(holder.block)]);
        let stock = self.stock(step.site, feature, stock);
        stock.note_holders();
        stock.in_use = stock.in_use.saturating_sub(1);
        stock.held[population] = stock.held[population].saturating_sub(1);
    }

    /// A stock has a course from the first thing that happens to it.
    fn stock(&mut self, site: &Site, feature: Feature, kind: StockKind) -> &mut StockTrack {
        let begun = self.bucket as usize;
        let populations = site.cluster().people.populations.len();
        self.stocks.entry((kind.owner, feature, kind.kind)).or_insert_with(|| StockTrack::new(begun, populations))
    }

    /// Ends all buckets before `bucket`.
    fn turn_to(&mut self, bucket: u64, site: &Site) {
        while self.bucket < bucket {
            self.close(Instant((self.bucket + 1) * self.width.0), site);
            self.bucket += 1;
        }
        let is_last = bucket == BUCKETS - 1;
        self.next = if is_last { Instant(u64::MAX) } else { Instant((bucket + 1) * self.width.0) };
    }

    /// Ends the bucket that ends then.
    fn close(&mut self, at: Instant, site: &Site) {
        self.nodes.iter_mut().for_each(NodeTrack::close);
        let master = self.master;
        for ((owner, feature, kind), stock) in &mut self.stocks {
            stock.close(match kind {
                Kind::Installed => Standing {
                    pool: pool(site, *owner, *feature),
                    booked: booked(site, *owner, *feature),
                    stranded: stranded(site, at, master, *feature, None),
                    in_grace: in_grace(site, *feature, None),
                },
                Kind::Escrow | Kind::Replica => Standing::default(),
            });
        }
        self.sites.close();
        self.calls.close();
        self.retransmissions.push(std::mem::take(&mut self.re_sent));
    }

    /// All series, up to `now`.
    pub(super) fn finish(mut self, plan: &Plan, now: Instant, site: &Site, delays: &Delays) -> Course {
        self.on_time(now, site);
        self.close(now, site);
        let mut answers = self.answers();
        let (calls, channels, lines, of_calls) = self.calls.finish(plan);
        answers.extend(of_calls);
        let stocks = self.stocks.into_iter().map(|((owner, feature, kind), stock)| {
            let node = plan.layout.pbxs[usize::from(owner)].name.clone();
            StockCourse { feature: feature.name().into(), node, kind: kind.word().into(), ..stock.finish(plan) }
        });
        Course {
            width_ns: self.width.0,
            stocks: stocks.collect(),
            sites: self.sites.finish(plan),
            calls,
            channels,
            lines,
            nodes: self.nodes.into_iter().map(|node| node.course).collect(),
            retransmissions: self.retransmissions,
            answers,
            due: delays.since_due(),
            sent: delays.since_sent(),
            due_map: cells(&self.due_map),
            sent_map: cells(&self.sent_map),
        }
    }

    fn answers(&self) -> Vec<Answers> {
        let row = |wish: Wish, status, reason: Reason, count| Answers {
            method: "REGISTER".into(),
            purpose: purpose(wish).into(),
            status,
            reason: reason.code().into(),
            count,
        };
        let wishes = [Wish::SignIn, Wish::Refresh, Wish::Return, Wish::SignOut];
        let accepted = wishes.into_iter().map(|wish| row(wish, 200, Reason::None, self.accepted[wish as usize]));
        let others = self.answers.iter().map(|((wish, status, reason), count)| row(*wish, *status, *reason, *count));
        accepted.chain(others).filter(|row| row.count > 0).collect()
    }
}

impl NodeTrack {
    fn new(plan: &Plan, pbx: usize) -> Self {
        let service = plan.settings.first().map_or(Duration::ZERO, |settings| settings.pbxs[pbx].service);
        let answers_per_s = (service > Duration::ZERO).then(|| (1e12 / service.0 as f64).round() / 1e3);
        let node = plan.layout.pbxs[pbx].name.clone();
        Self { course: NodeCourse { node, answers_per_s, ..NodeCourse::default() }, ..Self::default() }
    }

    fn close(&mut self) {
        self.course.registered.push(self.registered);
        self.course.requests.push(std::mem::take(&mut self.requests));
        self.course.shed.push(std::mem::take(&mut self.shed));
        self.course.longest_wait_ns.push(std::mem::take(&mut self.longest));
    }
}

impl StockTrack {
    fn new(begun: usize, populations: usize) -> Self {
        let before = || vec![0; begun];
        let course = StockCourse {
            in_use: before(),
            refused: before(),
            booked: before(),
            stranded: before(),
            in_grace: before(),
            ..StockCourse::default()
        };
        Self { held: vec![0; populations], course, ..Self::default() }
    }

    /// Before a unit is given back: who held them, if there were never more.
    fn note_holders(&mut self) {
        if self.high_water > self.known && self.in_use == self.high_water {
            self.known = self.high_water;
            self.at_high_water.clone_from(&self.held);
        }
    }

    fn close(&mut self, standing: Standing) {
        let Standing { pool, booked, stranded, in_grace } = standing;
        self.course.in_use.push(self.peak);
        if let Some(units) = pool {
            // Before anything happened to it, it was the same.
            let buckets =
                if self.course.pool.is_empty() { self.course.in_use.len() } else { self.course.pool.len() + 1 };
            self.course.pool.resize(buckets, units);
        }
        self.peak = self.in_use;
        self.course.refused.push(std::mem::take(&mut self.refused));
        self.course.booked.push(booked);
        self.course.stranded.push(stranded);
        self.course.in_grace.push(in_grace);
    }

    fn finish(mut self, plan: &Plan) -> StockCourse {
        self.note_holders();
        let name = |population: usize| plan.layout.populations[population].name.clone();
        let held = self.at_high_water.iter().enumerate().filter(|(_, units)| **units > 0);
        let mut holders: Vec<Holders> = held
            .map(|(population, units)| Holders { population: name(population), units: u64::from(*units) })
            .collect();
        holders.sort_by_key(|row| std::cmp::Reverse(row.units));
        holders.truncate(MOST_ROWS);
        let refusal = |((population, device, reason), attempts): (&(u16, u8, Reason), &u64)| Refusals {
            population: name(usize::from(*population)),
            device: simulator::layout::Device::ALL[usize::from(*device)].word().into(),
            reason: reason.code().into(),
            attempts: *attempts,
        };
        let mut refusals: Vec<Refusals> = self.refusals.iter().map(refusal).collect();
        refusals.sort_by_key(|row| std::cmp::Reverse(row.attempts));
        refusals.truncate(MOST_ROWS);
        StockCourse { holders, refusals, ..self.course }
    }
}

/// What an authority says of its stock at the end of a bucket.
#[derive(Clone, Copy, Debug, Default)]
struct Standing {
    pool: Option<u64>,
    booked: u64,
    stranded: u64,
    in_grace: u64,
}

/// Units that a PBX may issue of its own; `None`: unlimited, or it is no authority.
fn pool(site: &Site, owner: u16, feature: Feature) -> Option<u64> {
    let licensing = site.pbxs()[usize::from(owner)].licensing();
    let stock = licensing.authorities().find_map(|authority| authority.stock(feature))?;
    (stock.capacity() != UNLIMITED).then(|| u64::from(stock.capacity()))
}

/// Units that the authority of a PBX has given out: in its own use, or booked for others.
fn booked(site: &Site, owner: u16, feature: Feature) -> u64 {
    let licensing = site.pbxs()[usize::from(owner)].licensing();
    let stock = licensing.authorities().find_map(|authority| authority.stock(feature));
    stock.map_or(0, |stock| u64::from(stock.booked_in_all()) + u64::from(stock.direct()))
}

/// The cells of a dense map that hold something.
fn cells(map: &[u32]) -> Vec<Cell> {
    let filled = map.iter().enumerate().filter(|(_, count)| **count > 0);
    filled.map(|(place, count)| Cell((place / ROWS) as u16, (place % ROWS) as u8, u64::from(*count))).collect()
}

fn purpose(wish: Wish) -> &'static str {
    match wish {
        Wish::SignIn => "sign-in",
        Wish::Refresh => "refresh",
        Wish::Return => "return",
        Wish::SignOut => "sign-out",
    }
}
