//! What a fault does to licences and standbys, and when: soft, hard, takeover, and when all is as before.

use simulator::chaos::{Chaos, Kind};
use simulator::layout::{Place, Role};
use simulator::licence::domain::is_decentral;
use simulator::schedule::{Action, Cut};
use simulator::settings::{Checkout, EscrowServes};
use simulator::time::{Duration, Instant};

use super::crash;
use super::events::moment;
use super::lines::Lines;
use crate::nearest::grouped;
use crate::plan::{Occasion, Plan};
use crate::planning::duration_text;

/// Nodes named in one line.
const SHOWN: usize = 3;

/// What one entry breaks, how often, and for how long each time.
struct Fault {
    actions: Vec<Action>,
    /// When it begins, the first time.
    at: Instant,
    times: usize,
    lasts: Option<Duration>,
    /// When it is over, the last time.
    over: Option<Instant>,
}

/// The earliest and the latest that something happens, counted from a fault's beginning.
#[derive(Clone, Copy)]
struct Window {
    first: Duration,
    last: Duration,
}

impl Fault {
    fn new(plan: &Plan, index: u16) -> Self {
        let entries: Vec<_> = plan.schedule.iter().filter(|entry| entry.occasion == index).collect();
        let begins = |action: &Action| matches!(action, Action::Crash(_) | Action::Freeze { .. } | Action::Cut(_));
        let mut beginnings: Vec<Instant> =
            entries.iter().filter(|entry| begins(&entry.action)).map(|entry| entry.at).collect();
        beginnings.dedup();
        let first = beginnings.first().copied().unwrap_or(Instant::ZERO);
        let actions =
            entries.iter().filter(|entry| entry.at == first && begins(&entry.action)).map(|entry| entry.action.clone());
        let ends = || entries.iter().filter(|entry| !begins(&entry.action)).map(|entry| entry.at);
        let lasts = ends().next().map(|end| end.since(first));
        Self { at: first, actions: actions.collect(), times: beginnings.len(), lasts, over: ends().next_back() }
    }

    /// Nodes that are gone or frozen.
    fn silent(&self) -> impl Iterator<Item = u16> {
        self.actions.iter().filter_map(|action| match action {
            Action::Crash(pbx) | Action::Freeze { pbx, .. } => Some(*pbx),
            _ => None,
        })
    }

    /// Whether these two cannot talk to each other, there and back.
    fn parts(&self, plan: &Plan, one: u16, other: u16) -> bool {
        let place = |pbx: u16| Place { site: plan.layout.pbxs[usize::from(pbx)].site, pbx: Some(pbx) };
        let cut = |cut: &Cut| cut.blocks(place(one), place(other)) || cut.blocks(place(other), place(one));
        let cuts = self.actions.iter().any(|action| matches!(action, Action::Cut(one) if cut(one)));
        cuts || self.silent().any(|pbx| pbx == other)
    }
}

/// `branch-2 is cut off for 20 min`.
pub(super) fn happening(plan: &Plan, index: u16, object: &str) -> String {
    let fault = Fault::new(plan, index);
    let many = object.contains(", ") || object.starts_with("each-");
    let is = if many { "are" } else { "is" };
    let what = match fault.actions.first() {
        Some(Action::Cut(Cut { out: true, into: false, .. })) => format!("nothing leaves {object}"),
        Some(Action::Cut(Cut { out: false, .. })) => format!("nothing reaches {object}"),
        Some(Action::Cut(Cut { other: None, .. })) => format!("{object} {is} cut off"),
        Some(Action::Cut(_)) => format!("{object} {is} cut"),
        _ if many => format!("{object} freeze"),
        _ => format!("{object} freezes"),
    };
    let meaning = match fault.actions.first() {
        Some(Action::Freeze { .. }) if many => ": they hear nothing and forget nothing",
        Some(Action::Freeze { .. }) => ": it hears nothing and forgets nothing",
        _ => "",
    };
    let times = if fault.times > 1 { format!(" {} times", fault.times) } else { String::new() };
    let each = if fault.times > 1 { " each" } else { "" };
    let lasts =
        fault.lasts.map_or_else(|| " for good".to_owned(), |lasts| format!(" for {}{each}", duration_text(lasts)));
    format!("{what}{times}{lasts}{meaning}")
}

/// `random faults (crash, cut), one every 90 s on average and each for 20 s to 15 min: some 320 (the storm)`.
pub(super) fn random(chaos: &Chaos, occasion: &Occasion) -> String {
    let called = if occasion.called { format!(" ({})", occasion.name) } else { String::new() };
    let every = chaos.every.mean_s();
    let count = (chaos.until.since(chaos.from).as_secs_f64() / every.max(f64::MIN_POSITIVE)) as u64;
    let lasting = if chaos.kinds.iter().all(|kind| matches!(kind, Kind::Restart | Kind::Forget)) {
        String::new()
    } else {
        format!(", {} long on average", seconds(chaos.lasting.mean_s()))
    };
    format!(
        "random faults ({}), one every {} on average{lasting}: some {}, others with every seed; all are over at the end\
         {called}",
        occasion.object,
        seconds(every),
        grouped(count)
    )
}

fn seconds(mean_s: f64) -> String {
    duration_text(Duration::millis((mean_s * 10.0).round() as u64 * 100))
}

/// Who is without the licence master and until when, who stands in, and when all is as before.
pub(super) fn time_lines(plan: &Plan, index: u16, lines: &mut Lines) {
    quarantine(plan, index, lines);
    let fault = Fault::new(plan, index);
    if fault.actions.is_empty() {
        return;
    }
    if !matches!(fault.actions.first(), Some(Action::Crash(_))) {
        standbys(plan, &fault, lines);
    }
    if plan.layout.licensed {
        leases(plan, &fault, lines);
        stranded(plan, &fault, lines);
        agreement(plan, &fault, lines);
    }
}

/// 3.4.3: a licence master without its table lends nothing new before every old lease must be over.
fn quarantine(plan: &Plan, index: u16, lines: &mut Lines) {
    let forgets =
        |pbx: u16| plan.schedule.iter().find(|entry| entry.occasion == index && entry.action == Action::Forget(pbx));
    let (Some(settings), Some(master)) = (plan.settings.first(), master(plan)) else { return };
    let (Some(entry), true) = (forgets(master), plan.layout.licensed) else { return };
    let (lease, rho) = (settings.checkout.soft + settings.checkout.grace, u64::from(settings.checkout.clock_drift_ppm));
    let over = entry.at + lease.scaled(1_000_000 + rho, 1_000_000 - rho.min(999_999));
    let text = format!("in quarantine until {}: who holds a licence keeps it, nobody new gets one", moment(plan, over));
    lines.hanging("  ", "", &text);
}

/// Standbys that lose sight of their active: both are active then.
fn standbys(plan: &Plan, fault: &Fault, lines: &mut Lines) {
    let lost = (0..plan.layout.pbxs.len() as u16).filter_map(|standby| {
        let active = plan.layout.pbxs[usize::from(standby)].stands_in_for?;
        let sleeps = fault.silent().any(|pbx| pbx == standby);
        (!sleeps && fault.parts(plan, standby, active)).then_some((standby, active))
    });
    for (standby, active) in lost.take(SHOWN) {
        lines.hanging("  ", "", &crash::stands_in(plan, fault.lasts, standby, active));
    }
}

/// Nodes that borrow and cannot reach the licence master: soft, then hard.
fn leases(plan: &Plan, fault: &Fault, lines: &mut Lines) {
    let Some(checkout) = plan.settings.first().map(|settings| &settings.checkout) else { return };
    let Some(master) = master(plan) else { return };
    // Who crashes with it borrows nothing.
    let stands = |pbx: &u16| !fault.actions.contains(&Action::Crash(*pbx));
    let cut_off: Vec<u16> = borrowers(plan).filter(stands).filter(|pbx| fault.parts(plan, *pbx, master)).collect();
    if cut_off.is_empty() {
        return;
    }
    let who = names(plan, &cut_off);
    let soft = Window::after(checkout.soft, checkout);
    let hard = Window::after(checkout.soft + checkout.grace, checkout);
    let within = |window: Window| fault.lasts.is_some_and(|lasts| lasts <= window.first);
    let text = if within(soft) {
        format!("{who}: over before soft, {}: no licence is missed", moment(plan, fault.at + soft.first))
    } else {
        let soft = soft.text(plan, fault);
        let then = match within(hard) {
            true => format!("over before hard, {}", moment(plan, fault.at + hard.first)),
            false => format!("hard {}: nobody at all", hard.text(plan, fault)),
        };
        format!("{who}: soft {soft}: nobody new, and whom no renewal confirmed is dropped; {then}")
    };
    lines.hanging("  ", "", &text);
    if !within(soft) && escrow_helps(plan, fault, checkout, master) {
        lines.hanging("  ", "", "ports then come from escrow, once a standby stands in");
    }
}

/// Nodes that the licence master does not hear: what it has booked for them nobody else can have until hard.
fn stranded(plan: &Plan, fault: &Fault, lines: &mut Lines) {
    let Some(checkout) = plan.settings.first().map(|settings| &settings.checkout) else { return };
    let Some(master) = master(plan).filter(|master| fault.silent().all(|pbx| pbx != *master)) else { return };
    let silent: Vec<u16> = borrowers(plan).filter(|pbx| fault.parts(plan, master, *pbx)).collect();
    if silent.is_empty() {
        return;
    }
    let hard = checkout.soft + checkout.grace;
    let until = fault.lasts.map_or(hard, |lasts| lasts.min(hard));
    let text = format!(
        "{}: units stay booked at {} until {} at the latest: stranded",
        names(plan, &silent),
        plan.layout.pbxs[usize::from(master)].name,
        moment(plan, fault.at + until)
    );
    lines.hanging("  ", "", &text);
}

fn agreement(plan: &Plan, fault: &Fault, lines: &mut Lines) {
    let borrows = borrowers(plan).next().is_some();
    if let (Some(settings), Some(over), true) = (plan.settings.first(), fault.over, borrows) {
        let by = over + settings.checkout.renews_every;
        let text = format!("a renewal after its end, by {}, all views agree again", moment(plan, by));
        lines.hanging("  ", "", &text);
    }
}

/// 3.6, R41.
fn escrow_helps(plan: &Plan, fault: &Fault, checkout: &Checkout, master: u16) -> bool {
    let stands_in = (0..)
        .zip(&plan.layout.pbxs)
        .any(|(standby, pbx)| pbx.stands_in_for == Some(master) && fault.parts(plan, standby, master));
    stands_in && checkout.escrow_serves == EscrowServes::Domain && !crash::gate_is_shut(plan)
}

fn master(plan: &Plan) -> Option<u16> {
    plan.layout.pbxs.iter().position(|pbx| pbx.role == Role::Master).map(|index| index as u16)
}

/// Nodes that draw on the licence master (R6, R8).
fn borrowers(plan: &Plan) -> impl Iterator<Item = u16> {
    let numbered = (0..).zip(&plan.layout.pbxs);
    numbered
        .filter(|(_, pbx)| pbx.role == Role::Slave && !is_decentral(pbx.role, &pbx.licences))
        .map(|(index, _)| index)
}

fn names(plan: &Plan, nodes: &[u16]) -> String {
    let shown: Vec<&str> =
        nodes.iter().take(SHOWN).map(|node| plan.layout.pbxs[usize::from(*node)].name.as_str()).collect();
    match nodes.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

impl Window {
    /// A span after the last renewal that was answered, which was sent up to an interval before the fault (3.3.4).
    fn after(span: Duration, checkout: &Checkout) -> Self {
        let rho = u64::from(checkout.clock_drift_ppm);
        let last = span.scaled(1_000_000 - rho.min(1_000_000), 1_000_000 + rho);
        let whole = |span: Duration| Duration::seconds((span.0 + Duration::SECOND.0 / 2) / Duration::SECOND.0);
        Self { first: whole(Duration(last.0.saturating_sub(checkout.renews_every.0))), last: whole(last) }
    }

    fn text(self, plan: &Plan, fault: &Fault) -> String {
        format!("{}–{}", moment(plan, fault.at + self.first), moment(plan, fault.at + self.last))
    }
}
