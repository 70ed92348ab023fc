//! `run --wire`, `explain --wire` and `serve`: the same plan on real sockets.

use std::net::{SocketAddr, ToSocketAddrs};

use harness::wire::client::Client;
use harness::wire::directory::Directory;
use harness::wire::driver::{self, Nobody, Served};
use harness::wire::ping;
use harness::wire::prospect::{Prospect, impossible, on_nodes};
use harness::wire::rails::Rails;
use harness::wire::socket::Sockets;
use harness::wire::summary::Summary;
use reports::units::{clock, count, duration};
use scenarios::plan::Plan;

use crate::args::{Explain, Format, Run, Serve};
use crate::commands::load_right;
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::{interrupt, screen, usage};

/// Loads a target.
pub(super) fn run(args: &Run, addresses: &str) -> Result<Exit, Complaint> {
    let [file] = args.files.as_slice() else {
        return Err(Complaint::wrong("on the wire one scenario is run at a time"));
    };
    let Some(plan) = only_plan(file, &args.overrides, args.variant.as_deref())? else { return Ok(Exit::Wrong) };
    let (directory, targets) = targets(addresses, &plan)?;
    can_load(&plan)?;
    let seed = args.seed.unwrap_or(plan.seed);
    let local = if targets[0].is_ipv6() { "[::1]:0" } else { "127.0.0.1:0" };
    let mut sockets = bind(&[local.parse().expect("an address")])?;
    let secret = driver::secret();
    for target in &targets {
        match ping::ask(&mut sockets, *target, &directory.domain, secret) {
            None => return Err(silent(*target)),
            Some(403) => {
                return Err(Complaint::invalid(format!("{target} answers OPTIONS with 403: no endpoint was started")));
            }
            Some(status) => tracing::info!(%target, status, "target answers"),
        }
    }
    let interrupted = interrupt::flag();
    let started = usage::cpu_s();
    let run = Client::new(directory.clone(), sockets.local(0), secret, 0).run();
    let loaded = driver::load(&plan, seed, directory, (&mut sockets, secret), &interrupted, &mut Nobody);
    let summary = Summary {
        plan: &plan,
        seed,
        target: list(&targets),
        local: sockets.local(0).to_string(),
        run,
        loaded: &loaded,
        traffic: sockets.traffic,
        cpu_s: usage::cpu_s() - started,
    };
    screen::print(&if args.format == Format::Json { summary.json() } else { summary.text() })?;
    Ok(match summary.objections().is_empty() {
        _ if loaded.is_partial => Exit::Interrupted,
        true => Exit::Held,
        false => Exit::Invalid,
    })
}

/// Says what a run would do; sends nothing.
pub(super) fn explain(args: &Explain, addresses: &str) -> Result<Exit, Complaint> {
    let Some(file) = &args.file else { return Err(crate::commands::which_scenario("explain")) };
    let Some(plan) = only_plan(file, &args.overrides, args.variant.as_deref())? else { return Ok(Exit::Wrong) };
    let (directory, targets) = targets(addresses, &plan)?;
    can_load(&plan)?;
    let prospect = Prospect::of(&plan, plan.seed);
    let mut lines = vec![
        format!("{}: on the wire; nothing is sent now", plan.title),
        format!("  to         {}, UDP, domain {}", list(&targets), directory.domain),
        "  may load   loopback only".to_owned(),
        "  sockets    1 for all endpoints, a port of the system's choice, 1 descriptor".to_owned(),
        format!("  endpoints  {}", count(prospect.endpoints)),
        format!("  arrivals   {} in {}, refreshes among them", count(prospect.arrivals), duration(plan.lasts.0)),
        format!("  most       {} in one second; a challenge doubles the requests", count(prospect.peak)),
        "  first      OPTIONS to each target; without an answer in 2 s nobody starts".to_owned(),
        "  last       everybody un-registers, within 2 s".to_owned(),
    ];
    if !plan.expectations.is_empty() {
        lines.push(format!("  sentences  {} in the file, not judged on the wire", plan.expectations.len()));
    }
    screen::print(&lines.iter().map(|line| format!("{line}\n")).collect::<String>())?;
    Ok(Exit::Held)
}

/// Is the cluster, until interrupted.
pub(super) fn serve(args: &Serve) -> Result<Exit, Complaint> {
    let Some(plan) = only_plan(&args.file, &args.overrides, args.variant.as_deref())? else { return Ok(Exit::Wrong) };
    let first = address(&args.listen)?;
    let nodes = plan.layout.pbxs.len() as u16;
    if first.port() != 0 && first.port().checked_add(nodes - 1).is_none() {
        return Err(Complaint::wrong(format!("{nodes} nodes need {nodes} ports from {} on", first.port())));
    }
    let place = |index: u16| SocketAddr::new(first.ip(), if first.port() == 0 { 0 } else { first.port() + index });
    let mut sockets = bind(&(0..nodes).map(place).collect::<Vec<_>>())?;
    let bound: Vec<SocketAddr> = (0..usize::from(nodes)).map(|socket| sockets.local(socket)).collect();
    let directory = Directory::new(&plan.layout, domain(&args.listen), bound.clone());
    let named = plan.layout.pbxs.iter().zip(&bound).map(|(pbx, address)| format!("{} {address}", pbx.name));
    screen::print(&format!("serving {}: {}\n", plan.title, named.collect::<Vec<_>>().join(", ")))?;
    let interrupted = interrupt::flag();
    let seed = args.seed.unwrap_or(plan.seed);
    let shows = screen::redraws();
    let served = driver::serve(&plan, seed, directory, &mut sockets, &interrupted, |now, served| {
        if shows {
            screen::tell(&format!("\r\x1b[K{}", status_line(&plan, now.0, served)));
        }
    });
    let traffic = sockets.traffic;
    let Served { bound, refreshed, unbound, denied, shed } = served;
    let [bound, refreshed, unbound, denied, shed] = [bound, refreshed, unbound, denied, shed].map(count);
    screen::print(&format!(
        "served: {bound} bound, {refreshed} refreshed, {unbound} ended, {denied} licences denied, {shed} shed; \
         {} packets received, {} sent\n",
        count(traffic.received),
        count(traffic.sent),
    ))?;
    Ok(Exit::Held)
}

fn status_line(plan: &Plan, now_ns: u64, served: &Served) -> String {
    let (live, denied) = (count(served.live()), count(served.denied));
    format!(
        "{}  {live} registered, {denied} licences denied, {} shed",
        clock(plan.starts_s, now_ns),
        count(served.shed)
    )
}

/// The one plan of a file; `None` if the file is wrong, which was said then.
fn only_plan(file: &std::path::Path, overrides: &[String], variant: Option<&str>) -> Result<Option<Plan>, Complaint> {
    let Some(scenarios) = load_right(&[file.to_owned()], overrides, variant) else { return Ok(None) };
    let mut plans: Vec<Plan> = scenarios.into_iter().flat_map(|(_, loaded)| loaded.plans).collect();
    match (plans.pop(), plans.is_empty()) {
        (Some(plan), true) => Ok(Some(plan)),
        _ => Err(Complaint::wrong("on the wire one variant is run at a time").hint("choose one: --variant NAME")),
    }
}

/// Where every node is: one address for all of them, or one for each.
fn targets(addresses: &str, plan: &Plan) -> Result<(Directory, Vec<SocketAddr>), Complaint> {
    let targets: Vec<SocketAddr> = addresses.split(',').map(address).collect::<Result<_, _>>()?;
    let nodes = plan.layout.pbxs.len();
    let all = match targets.as_slice() {
        [one] => vec![*one; nodes],
        several if several.len() == nodes => several.to_vec(),
        several => {
            return Err(Complaint::wrong(format!("{} addresses for {nodes} nodes", several.len()))
                .hint("give one address for all nodes, or one for each in the order of the file"));
        }
    };
    let first = addresses.split(',').next().unwrap_or_default();
    Ok((Directory::new(&plan.layout, domain(first), all), targets))
}

/// Reads `sip:HOST:PORT`, resolves it, and holds it against the rails.
fn address(text: &str) -> Result<SocketAddr, Complaint> {
    let wrong = || Complaint::wrong(format!("\"{text}\" is no address")).hint("for example sip:127.0.0.1:5060");
    let place = place(text);
    let with_port = if place.parse::<std::net::IpAddr>().is_ok() || !place.contains(':') || place.ends_with(']') {
        format!("{place}:5060")
    } else {
        place.to_owned()
    };
    let address = with_port.to_socket_addrs().ok().and_then(|mut all| all.next()).ok_or_else(wrong)?;
    let is_free_port = address.port() == 0;
    let probe = SocketAddr::new(address.ip(), if is_free_port { 1 } else { address.port() });
    if !Rails.allow(probe) {
        return Err(Complaint::wrong(format!("{address} is not this machine: pbxsim loads loopback addresses only")));
    }
    Ok(address)
}

fn place(text: &str) -> &str {
    text.trim().strip_prefix("sip:").unwrap_or(text.trim())
}

/// The host of an address, as it stands in From, To and the realm.
fn domain(text: &str) -> String {
    let place = place(text);
    match place.rsplit_once(':') {
        Some((host, port)) if port.chars().all(|char| char.is_ascii_digit()) => host.to_owned(),
        _ => place.to_owned(),
    }
}

fn can_load(plan: &Plan) -> Result<(), Complaint> {
    let obstacles = [impossible(plan), on_nodes(plan)].concat();
    match obstacles.split_first() {
        None => Ok(()),
        Some((first, others)) => Err(Complaint::wrong(first.clone()).hint(others.join("\n"))),
    }
}

fn bind(addresses: &[SocketAddr]) -> Result<Sockets, Complaint> {
    Sockets::bind(addresses, Rails)
        .map_err(|(address, error)| Complaint::invalid(format!("{address} cannot be used: {error}")))
}

fn silent(target: SocketAddr) -> Complaint {
    Complaint::invalid(format!("{target} did not answer OPTIONS in 2 s (UDP): no endpoint was started"))
}

fn list(addresses: &[SocketAddr]) -> String {
    addresses.iter().map(SocketAddr::to_string).collect::<Vec<_>>().join(", ")
}
