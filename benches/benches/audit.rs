//! Claim: an installation of 100,000 users with 10,000 rows of licences is read and audited within 200 ms of CPU.

use std::fmt::Write;

use criterion::{Criterion, criterion_group, criterion_main};

const LICENCES: [&str; 20] = [
    "PBX-Port12",
    "PBX-Standby12",
    "PBX-SoftwarePhones12",
    "PBX-Operator12",
    "PBX-myPBX12",
    "PBX-Video12",
    "PBX-AppSharing12",
    "PBX-Fax12",
    "PBX-VoicemailUser12",
    "PBX-Mobility12",
    "PBX-UC12",
    "PBX-WebRTC12",
    "PBX-Reporting12",
    "PBX-Recording12-Base",
    "PBX-Recording12-User",
    "PBX-QueueMonitor12",
    "PBX-Port13",
    "PBX-UC13",
    "Relay-PRIs",
    "Relay-Channels",
];

/// 500 sites with 20 licences of their own and 200 users each.
fn installation() -> String {
    let mut text = String::from("pbxsim: 1\nlasts: 1 h\ncluster:\n  hq: { role: master }\n");
    let mut line = |line: String| writeln!(text, "{line}").expect("a string takes everything");
    (0..500).for_each(|site| line(format!("  site-{site}: {{ runs: [linux-ap, recorder] }}")));
    line("licences:".to_owned());
    let bound = LICENCES.map(|licence| format!("{licence}: 200")).join(", ");
    (0..500).for_each(|site| line(format!("  site-{site}: {{ {bound} }}")));
    line("users:".to_owned());
    let features = "uc: 50, mypbx: all, video: 80, fax: 60, voicemail: all, reporting: 20, recording: 10";
    (0..500).for_each(|site| {
        line(format!(
            "  people-{site}: {{ count: 200, home: site-{site}, devices: {{ desk-phone: all, softphone: 50% }}, \
             features: {{ {features} }} }}"
        ));
    });
    text
}

fn audit(criterion: &mut Criterion) {
    let text = installation();
    let mut group = criterion.benchmark_group("audit");
    group.sample_size(10);
    group.bench_function("100,000 users and 10,000 rows of licences", |bencher| {
        bencher.iter(|| {
            let audited = scenarios::audit("big.yaml", std::hint::black_box(&text), &[], None);
            assert!(audited.is_ok_and(|(audits, _)| audits[0].is_covered()));
        });
    });
    group.finish();
}

criterion_group!(benches, audit);
criterion_main!(benches);
