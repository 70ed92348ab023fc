//! Claims: a checkout and a check-in within a process cost at most 100 ns together, those of a set of features 300 ns.

use criterion::{Criterion, criterion_group, criterion_main};
use simulator::event::{Kind, StockKind};
use simulator::licence::authority::Authority;
use simulator::licence::feature::Feature;
use simulator::licence::holders::HolderSet;
use simulator::licence::lease::Lease;
use simulator::licence::message::{Ack, Renew};
use simulator::licence::reason::Reason;
use simulator::node::Handle;
use simulator::settings::Checkout;
use simulator::time::{Duration, Instant};

const STOCK: StockKind = StockKind { owner: 0, kind: Kind::Installed };

fn direct(criterion: &mut Criterion) {
    let stocks = [(Feature::Port, Kind::Installed, 1_000)].into_iter();
    let mut authority = Authority::new(0, stocks, 10);
    criterion.bench_function("checkout and check-in, own stock", |bencher| {
        bencher.iter(|| {
            let stock = authority.stock_mut(Feature::Port).expect("laid out");
            let taken = std::hint::black_box(stock.take(0, 7));
            if taken {
                stock.give(0, 7);
            }
        });
    });
}

fn leased(criterion: &mut Criterion) {
    let (now, checkout) = (Instant::ZERO + Duration::SECOND, Checkout::default());
    let mut lease = Lease::new(Feature::Port, STOCK);
    let request = lease.renew(now, 1_000, &checkout);
    let ack = Ack {
        feature: Feature::Port,
        sequence: request.sequence,
        epoch: 1,
        kept: None,
        held: 0,
        stock: 1_000,
        reason: Reason::None,
    };
    assert!(lease.on_ack(now, &ack, None, &checkout));
    let mut seat = 0;
    criterion.bench_function("checkout and check-in, leased", |bencher| {
        bencher.iter(|| {
            seat = (seat + 7) % 100_000;
            if lease.has_idle(now) {
                lease.take(0, seat);
            }
            lease.give(0, std::hint::black_box(seat));
        });
    });
}

/// A softphone on an appliance: softphone and port by leases, and the IPVA licence of the box, all of them or none (3.5, R27).
fn set(criterion: &mut Criterion) {
    let (now, checkout) = (Instant::ZERO + Duration::SECOND, Checkout::default());
    let mut leases = [Feature::SoftwarePhones, Feature::Port].map(|feature| {
        let mut lease = Lease::new(feature, STOCK);
        let sequence = lease.renew(now, 1_000, &checkout).sequence;
        let ack = Ack { feature, sequence, epoch: 1, kept: None, held: 0, stock: 1_000, reason: Reason::None };
        assert!(lease.on_ack(now, &ack, None, &checkout));
        lease
    });
    let mut appliance = Authority::new(0, core::iter::once((Feature::Ipva, Kind::Installed, 1_000)), 10);
    let mut seat = 0;
    criterion.bench_function("checkout and check-in, a set of three", |bencher| {
        bencher.iter(|| {
            seat = (seat + 7) % 100_000;
            let stock = appliance.stock_mut(Feature::Ipva).expect("laid out");
            if stock.available() > 0 && leases.iter().all(|lease| lease.has_idle(now)) {
                stock.take(0, seat);
                leases.iter_mut().for_each(|lease| lease.take(0, seat));
            }
            let seat = std::hint::black_box(seat);
            leases.iter_mut().for_each(|lease| lease.give(0, seat));
            stock.give(0, seat);
        });
    });
}

/// A renewal of 100,000 holders, which happens every 30 s.
fn renewal(criterion: &mut Criterion) {
    let mut holders = HolderSet::default();
    (0..100_000).for_each(|seat| {
        holders.insert(0, seat);
    });
    let stocks = [(Feature::Port, Kind::Installed, 200_000)].into_iter();
    let mut authority = Authority::new(0, stocks, 10);
    let checkout = Checkout::default();
    let mut sequence = 0;
    criterion.bench_function("renewal of 100,000 holders at the authority", |bencher| {
        bencher.iter(|| {
            sequence += 1;
            let renew = Renew { feature: Feature::Port, sequence, holders: Handle(0), keep: 0, want: 10, needed: 0 };
            let stock = authority.stock_mut(Feature::Port).expect("laid out");
            std::hint::black_box(stock.renew(Instant(u64::from(sequence)), 1, &renew, &holders, &checkout, false))
        });
    });
}

criterion_group!(benches, direct, leased, set, renewal);
criterion_main!(benches);
