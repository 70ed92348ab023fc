//! CPU time per step and memory per endpoint of one run; `scale PHONES`.

use simulator::event::Event;
use simulator::node::NodeId;
use simulator::schedule::Entry;
use simulator::simulation::{Observer, Simulation};
use simulator::site::Site;
use simulator::time::Instant;

/// Counts what happened.
#[derive(Default)]
struct Count {
    accepted: u64,
    refused: u64,
    lost: u64,
}

impl Observer for Count {
    fn observe(&mut self, _: Instant, _: NodeId, events: &[Event], _: &Site) -> bool {
        for event in events {
            match event {
                Event::Accepted { .. } => self.accepted += 1,
                Event::Denied { .. } => self.refused += 1,
                Event::Unbound { .. } => self.lost += 1,
                _ => {}
            }
        }
        true
    }

    fn on_entry(&mut self, _: Instant, _: &Entry, _: &Site) {}
}

fn status(key: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(key)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse().ok()).unwrap_or(0)
}

/// CPU time of this process in nanoseconds.
fn cpu_ns() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    stat.split_whitespace().next().and_then(|ns| ns.parse().ok()).unwrap_or(0)
}

fn main() {
    let phones = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let run = benches::pairs(phones);
    let before = status("VmRSS");
    let mut simulation = Simulation::new(&run.layout, vec![run.settings], run.schedule, 1);
    let mut count = Count::default();
    let (started, mut last) = (cpu_ns(), 0);
    for minute in 1..=10u64 {
        let from = cpu_ns();
        simulation.run_until(Instant(minute * 60_000_000_000), &mut count);
        let steps = simulation.engine().counters().steps;
        println!(
            "minute {minute:2}: {:6.1} ns/step, {} steps",
            (cpu_ns() - from) as f64 / (steps - last) as f64,
            steps - last
        );
        last = steps;
    }
    let spent = cpu_ns() - started;
    let counters = simulation.engine().counters();
    println!(
        "phones {phones} steps {} {:.1} ns/step digest {:016x} | hwm {:.1} B/endpoint | accepted {} denied {} unbound {} lost packets {}",
        counters.steps,
        spent as f64 / counters.steps as f64,
        simulation.engine().digest(),
        (status("VmHWM") - before) as f64 * 1024.0 / f64::from(phones),
        count.accepted,
        count.refused,
        count.lost,
        counters.lost,
    );
}
