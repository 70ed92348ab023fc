//! `run --wire`, `explain --wire` and `serve`: the same plan on real sockets.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::Ordering;

use harness::fleet::muster::{self, Done};
use harness::search::{Settled, settle};
use harness::wire::client::Client;
use harness::wire::directory::Directory;
use harness::wire::driver;
use harness::wire::part;
use harness::wire::ping;
use harness::wire::prospect::{Prospect, impossible, on_nodes, transport_words, transports};
use harness::wire::rails::{Barred, Rails};
use harness::wire::search::{self, Sought};
use harness::wire::serving::{self, Served};
use harness::wire::socket::Sockets;
use harness::wire::summary::Summary;
use harness::wire::target;
use harness::wire::validity::objections;
use harness::witness::Nobody;
use reports::units::{clock, count, duration, things};
use scenarios::plan::Plan;
use simulator::numbers::{Destination, Number};
use simulator::simulation::Observer;

use crate::args::{Explain, Format, Run, Serve};
use crate::clock::{Stopwatch, today};
use crate::commands::load_right;
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::watch::Watch;
use crate::workforce::{place, tell};
use crate::{interrupt, screen, usage};

/// Loads a target.
pub(super) fn run(args: &Run, addresses: &str) -> Result<Exit, Complaint> {
    let [file] = args.files.as_slice() else {
        return Err(Complaint::wrong("on the wire one scenario is run at a time"));
    };
    let Some(plan) = only_plan(file, &args.overrides, args.variant.as_deref())? else { return Ok(Exit::Wrong) };
    let addresses = &addressed(addresses, &plan)?;
    let rails = Rails::new(&plan.wire, args.i_may_load.clone(), today());
    let (directory, targets) = target::targets(addresses, &plan, &rails).map_err(wrong)?;
    can_load(&plan)?;
    is_moderate(&plan, &targets, &rails)?;
    let seed = args.seed.unwrap_or(plan.seed);
    if let Some(on) = &args.on {
        if !plan.searches.is_empty() {
            return Err(Complaint::wrong("searches are not shared among workers so far").hint("leave out --on"));
        }
        if !plan.layout.flows.is_empty() {
            return Err(Complaint::wrong("calls are not shared among workers so far").hint("leave out --on, or calls:"));
        }
        return run_on(args, on, (&plan, seed), (addresses, &targets));
    }
    let local = target::local_for(targets[0])
        .map_err(|error| Complaint::invalid(format!("{} cannot be reached: {error}", targets[0])))?;
    let mut sockets = bind(&[local], rails)?;
    let secret = driver::secret();
    ask_first(&mut sockets, &targets, (&plan, &directory), secret)?;
    let interrupted = interrupt::flag();
    let started = usage::cpu_s();
    let run = Client::new(directory.clone(), sockets.local(0), secret, 0).run();
    let watch = (args.watch && screen::redraws()).then(|| Watch::new(1, Stopwatch::start()));
    let mut live = watch.as_ref().and_then(|watch| watch.witness(&plan, seed));
    let mut nobody = Nobody;
    let (watch, witness): (_, &mut dyn Observer) = match (&watch, &mut live) {
        (Some(watch), Some(live)) => (Some(watch), live),
        _ => (None, &mut nobody),
    };
    let load = || {
        if plan.searches.is_empty() {
            let loaded = driver::load(&plan, seed, directory, (&mut sockets, secret), &interrupted, witness);
            return Sought { loaded, searches: Vec::new(), made_again: 0, fell_behind: None };
        }
        search::seek(&plan, seed, directory, (&mut sockets, secret), &interrupted, witness)
    };
    let sought = match watch {
        Some(watch) => watch.during(&interrupted, load),
        None => load(),
    };
    let loaded = &sought.loaded;
    let objections = match sought.fell_behind {
        // A trial in which it had not kept up did not count.
        None if !plan.searches.is_empty() => Vec::new(),
        None => objections(&loaded.observed),
        Some(rate) => {
            vec![format!("trial after trial at {}/s the generator fell behind: nothing was found", count(rate))]
        }
    };
    let summary = Summary {
        plan: &plan,
        seed,
        target: list(&targets),
        may_load: sockets.rails().words(),
        local: sockets.local(0).to_string(),
        run: Some(run),
        loaded,
        searches: (&sought.searches, sought.made_again),
        traffic: sockets.traffic,
        cpu_s: usage::cpu_s() - started,
        objections,
        workers: Default::default(),
    };
    told(&summary, args.format)
}

/// OPTIONS to every target: without an answer no endpoint is started.
fn ask_first(
    sockets: &mut Sockets,
    targets: &[SocketAddr],
    (plan, directory): (&Plan, &Directory),
    secret: u64,
) -> Result<(), Complaint> {
    // Whoever has endpoints of both kinds is asked as the first of them do.
    let streams = !transports(plan).0;
    for target in targets {
        match ping::ask(sockets, (streams, *target), &directory.domain, secret) {
            None => return Err(silent(*target, streams)),
            Some(403) => {
                return Err(Complaint::invalid(format!("{target} answers OPTIONS with 403: no endpoint was started")));
            }
            Some(status) => tracing::info!(%target, status, "target answers"),
        }
    }
    Ok(())
}

fn told(summary: &Summary<'_>, format: Format) -> Result<Exit, Complaint> {
    screen::print(&if format == Format::Json { summary.json() } else { summary.text() })?;
    Ok(match summary.word() {
        "VALID" => Exit::Held,
        "PARTIAL" => Exit::Interrupted,
        _ => Exit::Invalid,
    })
}

/// Loads a target with the workers at a NATS server, each with a share of the endpoints.
fn run_on(
    args: &Run,
    on: &str,
    (plan, seed): (&Plan, u64),
    (addresses, targets): (&str, &[SocketAddr]),
) -> Result<Exit, Complaint> {
    let interrupted = interrupt::flag();
    let allowed = (addresses, args.i_may_load.as_slice(), today());
    let done = muster::load(&place(on)?, (plan, seed), allowed, &interrupted, tell)?;
    let (mut loaded, traffic) = part::merged(done.iter().filter_map(|done| done.part.as_ref()));
    // What a lost worker ends is no interrupt: it is not valid.
    loaded.is_partial = interrupted.load(Ordering::Relaxed);
    // Who was lost is said first: the others stopped for it.
    let lost = done.iter().filter(|done| done.part.is_none());
    let there = done.iter().filter(|done| done.part.is_some());
    let summary = Summary {
        plan,
        seed,
        target: list(targets),
        may_load: Rails::new(&plan.wire, args.i_may_load.clone(), today()).words(),
        local: things(done.len() as u64, "worker", "workers"),
        run: None,
        loaded: &loaded,
        searches: (&[], 0),
        traffic,
        cpu_s: done.iter().filter_map(|done| done.part.as_ref()).map(|part| part.cpu_s).sum(),
        objections: if loaded.is_partial { Vec::new() } else { lost.chain(there).flat_map(Done::objections).collect() },
        workers: (Done::table(&done), Done::json(&done)),
    };
    told(&summary, args.format)
}

/// Says what a run would do; sends nothing.
pub(super) fn explain(args: &Explain, addresses: &str) -> Result<Exit, Complaint> {
    let Some(file) = &args.file else { return Err(crate::commands::which_scenario("explain")) };
    let Some(plan) = only_plan(file, &args.overrides, args.variant.as_deref())? else { return Ok(Exit::Wrong) };
    let addresses = &addressed(addresses, &plan)?;
    // Nothing is sent: a public address need not be repeated, but is told of.
    let resolved: Vec<SocketAddr> =
        addresses.split(',').map(target::resolved).collect::<Result<_, _>>().map_err(wrong)?;
    let rails = Rails::new(&plan.wire, resolved.iter().map(SocketAddr::ip).collect(), today());
    let (directory, targets) = target::targets(addresses, &plan, &rails).map_err(wrong)?;
    can_load(&plan)?;
    let unrepeated = Rails::new(&plan.wire, Vec::new(), today());
    let expected = expected(&plan);
    let plan = expected.as_ref().map_or(&plan, |settled| &settled.plan);
    let schedule = expected.as_ref().map_or(&plan.schedule, |settled| &settled.schedule);
    let prospect = Prospect::of(plan, schedule, plan.seed);
    let mut lines = vec![
        format!("{}: on the wire; nothing is sent now", plan.title),
        format!("  to         {}, {}, domain {}", list(&targets), transport_words(plan), directory.domain),
        format!("  may load   {}", rails.words()),
        sockets_of(plan),
        format!("  endpoints  {}", count(prospect.endpoints)),
        format!(
            "  arrivals   {} in {}, refreshes and calls among them",
            count(prospect.arrivals),
            duration(plan.lasts.0)
        ),
        format!("  most       {} in one second; a challenge doubles the requests", count(prospect.peak)),
        "  first      OPTIONS to each target; without an answer in 2 s nobody starts".to_owned(),
        "  last       calls end, then everybody un-registers, each within 2 s".to_owned(),
    ];
    if prospect.calls > 0 {
        let calls = format!("  calls      {} of the arrivals, seven messages each", count(prospect.calls));
        lines.insert(6, calls);
    }
    let public = targets.iter().filter(|target| unrepeated.allow(**target) == Err(Barred::Public));
    lines.extend(public.map(|target| format!("  public     a run needs --i-may-load {}", target.ip())));
    for found in plan.searches.iter().filter_map(|search| search.outcome.as_ref()) {
        let (trials, rate) = (things(found.trials.len() as u64, "trial", "trials"), found.found.words());
        lines.push(format!("  search     {}: in the model {rate} after {trials}, which is counted above", found.name));
    }
    if !plan.expectations.is_empty() {
        lines.push(format!("  sentences  {} in the file, not judged on the wire", plan.expectations.len()));
    }
    screen::print(&lines.iter().map(|line| format!("{line}\n")).collect::<String>())?;
    Ok(Exit::Held)
}

/// What the model finds; nobody can know what a target does. `None`: nothing is searched for.
fn expected(plan: &Plan) -> Option<Settled> {
    let schedule = plan.schedule.clone();
    (!plan.searches.is_empty()).then(|| settle(plan, schedule, plan.seed, &|| false)).flatten()
}

/// Which sockets a run has.
fn sockets_of(plan: &Plan) -> String {
    let reliable = |block: &&simulator::layout::Block| {
        plan.settings[0].populations[usize::from(block.population)].transport.is_reliable()
    };
    let connections: u64 = plan.layout.blocks.iter().filter(reliable).map(|block| u64::from(block.endpoints())).sum();
    match transports(plan) {
        (_, false) => "  sockets    1 for all endpoints, a port of the system's choice, 1 descriptor".to_owned(),
        _ => format!("  sockets    a connection for each endpoint with TCP, {} descriptors", count(connections + 3)),
    }
}

/// Is the cluster, until interrupted.
pub(super) fn serve(args: &Serve) -> Result<Exit, Complaint> {
    let Some(plan) = only_plan(&args.file, &args.overrides, args.variant.as_deref())? else { return Ok(Exit::Wrong) };
    let rails = Rails::new(&plan.wire, Vec::new(), today());
    let first = target::resolved(&args.listen).map_err(wrong)?;
    target::permitted(first, &rails).map_err(wrong)?;
    let nodes = plan.layout.pbxs.len() as u16;
    if first.port() != 0 && first.port().checked_add(nodes - 1).is_none() {
        return Err(Complaint::wrong(format!("{nodes} nodes need {nodes} ports from {} on", first.port())));
    }
    let place = |index: u16| SocketAddr::new(first.ip(), if first.port() == 0 { 0 } else { first.port() + index });
    let mut sockets = bind(&(0..nodes).map(place).collect::<Vec<_>>(), rails)?;
    sockets.listen().map_err(|(address, error)| Complaint::invalid(format!("{address} cannot be used: {error}")))?;
    let bound: Vec<SocketAddr> = (0..usize::from(nodes)).map(|socket| sockets.local(socket)).collect();
    let domain = plan.wire.domain.clone().unwrap_or_else(|| target::domain(&args.listen));
    let identity = target::identity(&plan).map_err(wrong)?;
    let directory = Directory::new(&plan.layout, domain, bound.clone()).with(identity);
    let named = plan.layout.pbxs.iter().zip(&bound).map(|(pbx, address)| format!("{} {address}", pbx.name));
    screen::print(&format!("serving {}: {}\n", plan.title, named.collect::<Vec<_>>().join(", ")))?;
    let interrupted = interrupt::flag();
    let seed = args.seed.unwrap_or(plan.seed);
    let shows = screen::redraws();
    let served = serving::serve(&plan, seed, directory, &mut sockets, &interrupted, |now, served| {
        if shows {
            screen::tell(&format!("\r\x1b[K{}", status_line(&plan, now.0, served)));
        }
    });
    let traffic = sockets.traffic;
    let Served { bound, refreshed, unbound, denied, shed, calls } = served;
    let [bound, refreshed, unbound, denied, shed, calls] = [bound, refreshed, unbound, denied, shed, calls].map(count);
    screen::print(&format!(
        "served: {bound} bound, {refreshed} refreshed, {unbound} ended, {denied} licences denied, {shed} shed, \
         {calls} calls answered; \
         {} packets received, {} sent\n",
        count(traffic.received),
        count(traffic.sent),
    ))?;
    Ok(Exit::Held)
}

fn status_line(plan: &Plan, now_ns: u64, served: &Served) -> String {
    let (live, denied, calls) = (count(served.live()), count(served.denied), count(served.calls));
    format!(
        "{}  {live} registered, {calls} calls answered, {denied} licences denied, {} shed",
        clock(plan.starts_s, now_ns),
        count(served.shed)
    )
}

/// The one plan of a file; `None` if the file is wrong, which was said then.
fn only_plan(file: &Path, overrides: &[String], variant: Option<&str>) -> Result<Option<Plan>, Complaint> {
    let Some(scenarios) = load_right(&[file.to_owned()], overrides, variant) else { return Ok(None) };
    let mut plans: Vec<Plan> = scenarios.into_iter().flat_map(|(_, loaded)| loaded.plans).collect();
    match (plans.pop(), plans.is_empty()) {
        (Some(plan), true) => Ok(Some(plan)),
        _ => Err(Complaint::wrong("on the wire one variant is run at a time").hint("choose one: --variant NAME")),
    }
}

/// The addresses typed, or those of the scenario.
fn addressed(typed: &str, plan: &Plan) -> Result<String, Complaint> {
    match (typed, &plan.wire.target) {
        ("", Some(target)) => Ok(target.clone()),
        ("", None) => {
            Err(Complaint::wrong("whom to load?").hint("--wire sip:127.0.0.1:5060, or wire.target in the scenario"))
        }
        (typed, _) => Ok(typed.to_owned()),
    }
}

/// Whether a plan keeps within what it allows itself: beyond this machine it must.
fn is_moderate(plan: &Plan, targets: &[SocketAddr], rails: &Rails) -> Result<(), Complaint> {
    let is_elsewhere = targets.iter().any(|target| !target.ip().to_canonical().is_loopback());
    let Some(at_most) = rails.at_most_per_second() else {
        let hint = "write, for example: wire: { at-most: 10/s }";
        return if is_elsewhere {
            Err(Complaint::wrong("beyond this machine wire.at-most is needed").hint(hint))
        } else {
            Ok(())
        };
    };
    let emergency = emergency_numbers(plan);
    if let Some(number) = emergency.first().filter(|_| is_elsewhere) {
        return Err(Complaint::wrong(format!("{number} calls for help: no scenario may dial it beyond this machine")));
    }
    if !plan.searches.is_empty() {
        // Nobody knows how far it goes; what it may not send counts as not passed.
        return Ok(());
    }
    let peak = Prospect::of(plan, &plan.schedule, plan.seed).peak;
    if peak as f64 > at_most {
        let message =
            format!("the plan needs {} requests in its busiest second, wire.at-most allows {at_most:.4}", count(peak));
        return Err(
            Complaint::wrong(message.trim_end_matches('0').trim_end_matches('.')).hint("spread it, or allow more")
        );
    }
    Ok(())
}

/// Numbers of the plan that call police, ambulance or fire brigade somewhere.
fn emergency_numbers(plan: &Plan) -> Vec<&'static str> {
    let all = ["000", "110", "112", "118", "119", "911", "999"];
    let is_dialled = |text: &&str| {
        let destination = Number::read(text).map(|number| plan.layout.numbers.find(number));
        !matches!(destination, None | Some(Destination::Nowhere | Destination::Outside(_)))
    };
    all.into_iter().filter(is_dialled).collect()
}

fn wrong((message, hint): target::Wrong) -> Complaint {
    Complaint::wrong(message).hint(hint)
}

fn can_load(plan: &Plan) -> Result<(), Complaint> {
    let obstacles = [impossible(plan), on_nodes(plan)].concat();
    match obstacles.split_first() {
        None => Ok(()),
        Some((first, others)) => Err(Complaint::wrong(first.clone()).hint(others.join("\n"))),
    }
}

fn bind(addresses: &[SocketAddr], rails: Rails) -> Result<Sockets, Complaint> {
    Sockets::bind(addresses, rails)
        .map_err(|(address, error)| Complaint::invalid(format!("{address} cannot be used: {error}")))
}

fn silent(target: SocketAddr, streams: bool) -> Complaint {
    let transport = if streams { "TCP" } else { "UDP" };
    Complaint::invalid(format!("{target} did not answer OPTIONS in 2 s ({transport}): no endpoint was started"))
}

fn list(addresses: &[SocketAddr]) -> String {
    addresses.iter().map(SocketAddr::to_string).collect::<Vec<_>>().join(", ")
}
