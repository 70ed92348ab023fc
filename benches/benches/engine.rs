//! Claims: a step costs little, and hardly more at a hundred times the endpoints; a draw and a sample are integers.

use std::time::Duration as Wall;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use simulator::distribution::Distribution;
use simulator::event::Event;
use simulator::node::NodeId;
use simulator::rng::{Purpose, draw, key, stream};
use simulator::schedule::Entry;
use simulator::simulation::{Observer, Simulation};
use simulator::site::Site;
use simulator::time::{Duration, Instant};

struct Blind;

impl Observer for Blind {
    fn observe(&mut self, _: Instant, _: NodeId, _: &[Event], _: &Site) -> bool {
        true
    }

    fn on_entry(&mut self, _: Instant, _: &Entry, _: &Site) {}
}

/// Two minutes of registrations and refreshes, per step.
fn steps(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("two minutes of registrations");
    group.sample_size(10).measurement_time(Wall::from_secs(12));
    for phones in [10_000, 100_000] {
        let run = benches::pairs(phones);
        let begin = || Simulation::new(&run.layout, vec![run.settings.clone()], run.schedule.clone(), 1);
        let end = Instant::ZERO + Duration::seconds(120);
        let mut counted = begin();
        counted.run_until(end, &mut Blind);
        group.throughput(Throughput::Elements(counted.engine().counters().steps));
        group.bench_function(BenchmarkId::from_parameter(phones), |bencher| {
            bencher.iter_with_large_drop(|| {
                let mut simulation = begin();
                simulation.run_until(end, &mut Blind);
                simulation
            });
        });
    }
    group.finish();
}

fn chance(criterion: &mut Criterion) {
    let mut n = 0;
    criterion.bench_function("key and draw", |bencher| {
        bencher.iter(|| {
            n += 1;
            draw(key(stream(1, 2, u64::from(n)), Purpose::Retry), n)
        });
    });
    let law = Distribution::exponential(Duration::seconds(180));
    criterion.bench_function("sample of an exponential", |bencher| {
        bencher.iter(|| {
            n += 1;
            law.sample(draw(1, n))
        });
    });
}

criterion_group!(benches, steps, chance);
criterion_main!(benches);
