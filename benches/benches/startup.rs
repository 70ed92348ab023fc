//! Claim: a scenario of a thousand lines is read, checked and planned in under 30 ms.

use criterion::{Criterion, criterion_group, criterion_main};

/// A scenario with this many lines, most of them populations, timeline entries and sentences.
fn scenario(lines: usize) -> String {
    let each = lines / 6;
    let mut text = String::from("pbxsim: 1\nlasts: 1 h\n\nlicences:\n  master: { PBX-Port12: 100000 }\n\nusers:\n");
    for n in 0..2 * each {
        text += &format!("  staff-{n}: {{ count: 10, expires: 10 min, retries: after 2 s..5 s }}\n");
    }
    text += "\ntimeline:\n";
    for n in 0..each {
        text += &format!("  - at: +{} s\n    sign-in: staff-{n}\n", n + 1);
    }
    text += "\nexpect:\n";
    for n in 0..2 * each {
        text += &format!("  - all staff-{n} users are registered at the end\n");
    }
    text
}

fn load(criterion: &mut Criterion) {
    let text = scenario(1_000);
    assert!((990..=1_020).contains(&text.lines().count()), "{} lines", text.lines().count());
    criterion.bench_function("load a scenario of 1,000 lines", |bencher| {
        bencher.iter(|| {
            scenarios::load("long.yaml", &text, &[], None).map_err(|wrong| wrong.render()).expect("it is right")
        });
    });
}

criterion_group!(benches, load);
criterion_main!(benches);
