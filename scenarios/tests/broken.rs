//! Broken files and what is said about them: the snapshots are the specification of the messages.

use scenarios::load;

/// What is said about a file of these lines, with the lines every file needs and one sentence.
fn said(lines: &str) -> String {
    whole(&format!("pbxsim: 1\nlasts: 1 h\n{lines}\nexpect: [no users are dropped]\n"))
}

fn whole(text: &str) -> String {
    answer(text, &[], None)
}

fn answer(text: &str, overrides: &[&str], variant: Option<&str>) -> String {
    let overrides: Vec<String> = overrides.iter().map(|text| (*text).to_owned()).collect();
    match load("f.yaml", text, &overrides, variant) {
        Ok(loaded) => loaded.warnings.render(),
        Err(wrong) => wrong.render(),
    }
}

/// One theme: every case under its name.
fn theme(cases: &[(&str, String)]) -> String {
    cases.iter().map(|(name, said)| format!("## {name}\n{said}\n")).collect()
}

#[test]
fn yaml_that_the_language_does_not_use() {
    let cases = [
        ("an anchor", said("users: { a: &x { count: 1 } }")),
        ("an alias", said("users: { a: *x }")),
        ("an alias of an anchor", said("users: { a: &x { count: 1 }, b: *x }")),
        ("a tag", said("seed: !!int 3")),
        ("a merge key", said("users:\n  a: { count: 1 }\n  b:\n    <<: { count: 2 }")),
        ("two documents", whole("pbxsim: 1\n---\npbxsim: 1\n")),
        ("a key twice", said("seed: 1\nseed: 2")),
        ("a tab that indents", said("users:\n\ta: { count: 1 }")),
        ("an invisible character", said("title: a\u{7}b")),
        ("a second mark", whole("\u{feff}\u{feff}pbxsim: 1\n")),
        ("an open brace", whole("pbxsim: 1\nusers: { a: { count: 1 }\n")),
        ("an open bracket", whole("pbxsim: 1\nexpect: [no users are dropped\n")),
        ("an open quote", whole("pbxsim: 1\ntitle: \"abc\n")),
        ("a key without colon", whole("pbxsim: 1\nlasts 1 h\nseed: 1\n")),
        ("wrong indentation", whole("pbxsim: 1\ncluster:\n    hq: {}\n  branch: {}\n")),
        ("a key too far right", whole("pbxsim: 1\n  lasts: 1 h\n")),
        ("two colons", whole("pbxsim: 1\ntitle: a: b\n")),
        ("a list at the top", whole("- pbxsim: 1\n")),
        ("nothing at all", whole("")),
        ("a word", whole("hello")),
        ("very deep", whole(&format!("a: {}1{}\n", "[".repeat(80), "]".repeat(80)))),
        ("a map as a key", whole("? { a: b }\n: 1\n")),
    ];
    insta::assert_snapshot!(theme(&cases));
}

#[test]
fn marks_and_line_ends_are_accepted() {
    let text = "pbxsim: 1\nlasts: 1 h\nusers: { a: {} }\nexpect: [no users are dropped]\n";
    let dos = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let (plain, dos) = (load("f", text, &[], None).unwrap(), load("f", &dos, &[], None).unwrap());
    assert_eq!(plain.plans[0].digest, dos.plans[0].digest);
}

#[test]
fn keys_and_shapes() {
    let cases = [
        ("nothing but a version", whole("pbxsim: 1\n")),
        ("another version", whole("pbxsim: 2\nlasts: 1 h\nexpect: [no users are dropped]\n")),
        ("an unknown key", said("cluster: { hq: { role: master, anwsers: 260/s } }")),
        ("an unknown key far from any", said("cluster: { hq: { role: master, colour: red } }")),
        ("an unknown key at the top", said("user: { a: {} }")),
        ("an unknown key of a small block", said("links: { between: { delay: 3 ms } }")),
        ("a block that is a word", said("cluster: hq")),
        ("a list that is a block", said("timeline: { at: +1 min }")),
        ("a value that is a block", said("seed: { a: 1 }")),
        ("a value that is missing", said("seed:")),
        ("a word that is not one", said("cluster: { hq: { role: mster } }")),
        ("a flag", said("cluster: { hq: { challenges: no } }")),
        ("a name with a blank", said("users: { my desk: {} }")),
        ("a name that is a noun", said("users: { calls: {} }")),
        ("a name that is a device", said("users: { softphone: {} }")),
        ("a name that is a feature", said("users: { PBX-Port12: {} }")),
        ("an unknown device", said("users: { a: { devices: { sofphone: all } } }")),
        ("an unknown licence", said("licences: { master: { PBX-SoftPhones12: 1 } }")),
        ("a feature for a licence", said("licences: { master: { PBX-Port: 1 } }")),
        ("a tier that does not exist", said("licences: { master: { PBX-Port12%700: 1 } }")),
        ("a feature that is not one", said("checkout: { queues-for: [PBX-Prot] }")),
        ("a colon in a sentence", whole("pbxsim: 1\nlasts: 1 h\nexpect:\n  - calls are refused: why\n")),
        ("no sentence", whole("pbxsim: 1\nlasts: 1 h\n")),
    ];
    insta::assert_snapshot!(theme(&cases));
}

#[test]
fn what_comes_later() {
    let cases = [
        ("blocks", said("portal: { company: us }\nqueues: { q: { agents: a } }\nwire: { at-most: 1/s }")),
        ("calls that ask for nothing", said("users: { a: {} }\ncalls: {}")),
        ("a key", said("cluster: { hq: { interfaces: { pri: 1 }, mac: 02-00-5e-00-00-01 } }")),
        ("a word", said("cluster: { hq: { when-full: rfc7339, platform: IPVA } }\ncheckout: { policy: vendor-loose }")),
        ("until done", whole("pbxsim: 1\nlasts: until done\nexpect: [no users are dropped]\n")),
        ("a reading", said("rules: { tiers: all-units }")),
        ("a device", said("users: { a: { devices: { desk-phone: all, mobile-app: 50% } } }")),
        ("a feature", said("users: { a: { features: { uc: all } } }")),
        ("a licence", said("licences: { master: { PBX-UC12: 3, Relay-PRIs: 1 } }")),
        ("a version", said("licences: { master: { PBX-Port10: 3 } }")),
        ("software of two versions", said("cluster: { hq: { role: master }, b: { software: V10 } }")),
        ("verbs", said("timeline:\n  - { at: +1 min, cut: hq, for: 1 min }\n  - { at: +1 min, upgrade: hq, to: V12 }")),
        ("wrong inside what comes later", said("calls: { a: { from: x, to: y, offered: 15, colour: red } }")),
        ("a trunk of wire", said("trunks: { a: { interface: pri } }")),
    ];
    insta::assert_snapshot!(theme(&cases));
}

#[test]
fn values() {
    let cases = [
        ("no unit", whole("pbxsim: 1\nlasts: 30\n")),
        ("words for units", said("warm-up: 5 minutes")),
        ("two units", said("warm-up: 1 h 30 min")),
        ("a rate without unit", said("cluster: { hq: { answers: 260 } }")),
        ("a rate per millisecond", said("cluster: { hq: { answers: 1/ms } }")),
        ("a duration for a rate", said("cluster: { hq: { answers: 4 ms } }")),
        ("a rate of nothing", said("cluster: { hq: { answers: 0/s } }")),
        ("a percentage without sign", said("links: { between: { loss: 0.1 } }")),
        ("more than all", said("links: { between: { loss: 101% } }")),
        ("a distribution", said("users: { a: { signed-in: exponental 3 min } }")),
        ("a range without a unit", said("users: { a: { retries: after 30..60 s } }")),
        ("a range that ends early", said("users: { a: { signed-in: 15 s..2 s } }")),
        ("sigma", said("users: { a: { signed-in: lognormal 3 min } }")),
        ("underscores", said("users: { a: { count: 1_000 } }")),
        ("octal", said("users: { a: { count: 010 } }")),
        ("hexadecimal", said("users: { a: { count: 0x10 } }")),
        ("an exponent", said("users: { a: { count: 1e3 } }")),
        ("nothing", said("users: { a: { count: ~ } }")),
        ("a fraction", said("users: { a: { count: 1.5 } }")),
        ("less than nothing", said("users: { a: { count: -1 } }")),
        ("zero", said("users: { a: { count: 0 } }")),
        ("too many", said("users: { a: { count: 100000000000 } }")),
        ("traffic", said("users: { a: { offered: 15, signed-in: 1 min } }")),
        ("retries", said("users: { a: { retries: innovaphon } }")),
        ("a clock", said("starts: 9:00")),
        ("a day", said("starts: 2017-02-30 09:00")),
        ("a version", said("cluster: { hq: { software: 12 } }")),
        ("finer than a nanosecond", said("warm-up: 0.0000001 ms")),
    ];
    insta::assert_snapshot!(theme(&cases));
}

#[test]
fn what_values_mean_together() {
    let slaves = "cluster: { hq: { role: master }, slave: { count: 3 } }\n";
    let with = |lines: &str| said(&format!("{slaves}{lines}"));
    let cases = [
        ("homes that do not add up", with("users: { desk: { count: 5000, home: { hq: 2000, each-slave: 900 } } }")),
        ("percents that do not add up", with("users: { desk: { count: 10, home: { each-slave: 33% } } }")),
        ("a node that is three", with("users: { desk: { home: slave } }")),
        ("all of them where one is needed", with("users: { desk: { home: each-slave } }")),
        ("an unknown home", with("users: { desk: { home: slave-4 } }")),
        ("seats without device", said("users: { roamer: { count: 800, devices: { desk-phone: 50%, dect: 25% } } }")),
        ("more devices than seats", said("users: { roamer: { count: 8, devices: { desk-phone: 9 } } }")),
        (
            "too many devices",
            said("rules: { devices-per-user: 1 }\nusers: { a: { devices: { desk-phone: all, dect: all } } }"),
        ),
        ("no master", said("cluster: { a: {}, b: {} }")),
        ("two masters", said("cluster: { a: { role: master }, b: { role: master } }")),
        ("a standby of nobody", said("cluster: { a: { role: master }, b: { role: standby } }")),
        ("a standby of itself", said("cluster: { a: { role: master }, b: { role: standby, stands-in-for: b } }")),
        (
            "a standby of an unknown node",
            said("cluster: { a: { role: master }, b: { role: standby, stands-in-for: c } }"),
        ),
        (
            "a pair of unequal numbers",
            said(
                "cluster: { hq: { role: master }, slave: { count: 3 }, s: { role: standby, count: 2, stands-in-for: each-slave } }",
            ),
        ),
        ("an unknown site", with("links: { hq - slave-9: { loss: 1% } }")),
        ("a link with itself", with("links: { hq - hq: { loss: 1% } }")),
        ("not a link", with("links: { hq: { loss: 1% } }")),
        ("licences at an unknown node", with("licences: { hp: { PBX-Port12: 1 } }")),
        (
            "licences of its own",
            with("licences: { hq: { PBX-Port12: 5 }, slave-1: { PBX-Port12: 1 } }\nusers: { a: {} }"),
        ),
        ("like nobody", said("users: { a: { like: b } }")),
        ("like of like", said("users: { a: {}, b: { like: a }, c: { like: b } }")),
        ("a name for two", said("users: { a: {} }\ntrunks: { a: {} }")),
        ("a name of a node", with("users: { slave-1: {} }")),
        ("open and closed", said("users: { a: { signed-in: 1 min, away: 1 min, offered: 1 E } }")),
        ("erlang without a length", said("users: { a: { offered: 1 E } }")),
        ("away without a length", said("users: { a: { away: 1 min } }")),
        ("renewals", said("checkout: { soft: 60 s }")),
        ("expiry in parts of seconds", said("users: { a: { expires: 1500 ms } }")),
        ("a warm-up of the whole run", said("warm-up: 1 h")),
        ("numbers", said("users: { a: { count: 5, numbers: 100..103 } }")),
        ("addresses", said("users: { a: { registers-at: [mastr] } }")),
    ];
    insta::assert_snapshot!(theme(&cases));
}

#[test]
fn timelines() {
    let with = |entry: &str| said(&format!("starts: 09:00\nusers: {{ desk: {{ count: 20 }} }}\ntimeline:\n{entry}"));
    let cases = [
        ("after the end", with("  - { at: +61 min, crash: master }")),
        ("a clock after the end", with("  - { at: 10:30, crash: master }")),
        ("a clock before the start", with("  - { at: 08:30, crash: master }")),
        ("a date", with("  - { at: 2017-01-01 09:30, crash: master }")),
        ("no verb", with("  - { at: +1 min, called: x }")),
        ("two verbs", with("  - { at: +1 min, crash: master, restart: master }")),
        ("no time", with("  - { crash: master }")),
        ("a verb with a slip", with("  - { at: +1 min, crsh: master }")),
        ("a key of another verb", with("  - { at: +1 min, restart: master, for: 1 min }")),
        (
            "an unknown event",
            with("  - { at: the crsh + 1 min, sign-out: desk }\n  - { at: +1 min, crash: master, called: the crash }"),
        ),
        (
            "an end without extent",
            with("  - { at: x end, sign-out: desk }\n  - { at: +1 min, crash: master, called: x }"),
        ),
        (
            "events in a circle",
            with("  - { at: b, crash: master, called: a }\n  - { at: a, crash: master, called: b }"),
        ),
        ("an unknown population", with("  - { at: +1 min, sign-in: dsek }")),
        ("a node that signs in", with("  - { at: +1 min, sign-in: master }")),
        ("seats that do not exist", with("  - { at: +1 min, sign-in: desk 15..25 }")),
        ("nobody", with("  - { at: +1 min, sign-out: 1% of desk }")),
        ("a node of a selector", with("  - { at: +1 min, sign-out: desk at mister }")),
        (
            "a name twice",
            with("  - { at: +1 min, crash: master, called: x }\n  - { at: +2 min, crash: master, called: x }"),
        ),
        ("a name of something else", with("  - { at: +1 min, crash: master, called: desk }")),
        ("repeats without every", with("  - { at: +1 min, crash: master, repeats: 3 }")),
        ("every without repeats", with("  - { at: +1 min, crash: master, every: 1 min }")),
        ("repeats that overlap", with("  - { at: +1 min, crash: master, for: 2 min, repeats: 3, every: 1 min }")),
        ("repeats after the end", with("  - { at: +1 min, crash: master, repeats: 10, every: 10 min }")),
        ("a bare instant", with("  - { at: 10 min, crash: master }")),
        ("set what cannot change", with("  - { at: +1 min, set: { users.desk.count: 30 } }")),
        ("set the end", with("  - { at: +1 min, set: { lasts: 2 h } }")),
        ("set a wrong value", with("  - { at: +1 min, set: { users.desk.expires: 30 } }")),
        ("set an unknown path", with("  - { at: +1 min, set: { users.dsek.expires: 30 s } }")),
        ("a ramp from nowhere", with("  - { at: +1 min, set: { cluster.master.answers: 30/s }, over: 1 min }")),
        (
            "sign-in of an open source",
            said("users: { a: { offered: 1 E, signed-in: 1 min } }\ntimeline: [{ at: +1 min, sign-in: a }]"),
        ),
    ];
    insta::assert_snapshot!(theme(&cases));
}

#[test]
fn overrides_and_variants() {
    let text = "pbxsim: 1\nlasts: 1 h\nlicences: { master: { PBX-SoftwarePhones12: 5 } }\nusers: { a: { count: 5 } }\ntimeline:\n  - { at: +5 min, crash: master, called: the crash }\nexpect: [no users are dropped]\n";
    let set = |path: &str| answer(text, &[path], None);
    let varied = format!("{text}variants: {{ base: {{}}, more: {{ set: {{ users.a.cuont: 9 }} }} }}\n");
    let cases = [
        ("no value", set("seed")),
        ("an unknown key", set("sead=7")),
        ("an unknown licence", set("licences.master.PBX-SoftPhones12=1")),
        ("a wrong value", set("lasts=30")),
        ("a name that is not declared", set("users.b.count=3")),
        ("too deep", set("seed.of=3")),
        ("not a path", set("users..count=3")),
        ("an unknown event", set("timeline.the crsh.at=+9 min")),
        ("an event as a whole", set("timeline.the crash=+9 min")),
        ("an event after the end", set("timeline.the crash.at=+90 min")),
        ("not YAML", set("users={ a: ")),
        ("what comes later", set("wire.at-most=5/s")),
        ("nothing", set("title=")),
        ("an unknown variant", answer(&varied.replace("cuont", "count"), &[], Some("mroe"))),
        ("a variant of a file without", answer(text, &[], Some("more"))),
        ("a wrong path in a variant", answer(&varied, &[], None)),
    ];
    insta::assert_snapshot!(theme(&cases));
}

#[test]
fn limits_that_cannot_fail_or_hold() {
    let with = |licences: &str, sentence: &str| {
        whole(&format!(
            "pbxsim: 1\nlasts: 1 h\ncluster: {{ master: {{ answers: 100/s, queue: 99 }} }}\nlicences: {{ master: {licences} }}\nusers: {{ a: {{ count: 30, devices: {{ softphone: all }} }} }}\nexpect:\n  - {sentence}\n"
        ))
    };
    let ample = "{ PBX-Port12: 50, PBX-SoftwarePhones12: 40 }";
    let cases = [
        ("more than can ask", with(ample, "peak units in use of PBX-SoftwarePhones are at most 40")),
        ("at least what nobody can use", with(ample, "peak units in use of PBX-SoftwarePhones are at least 31")),
        ("at least what is not bought", with("{ PBX-Port12: 20 }", "peak units in use of PBX-Port are exactly 21")),
        ("refusals where none can be", with(ample, "no a sign-ins are refused a licence")),
        ("more users than there are", with(ample, "exactly 31 users are registered at the end")),
        ("a bounded queue", with(ample, "no node queues longer than 1 s")),
        ("a limit that may fail", with(ample, "no node queues longer than 0.9 s")),
        ("a sentence twice", with(ample, "no users are dropped\n  - no  users are dropped")),
    ];
    insta::assert_snapshot!(theme(&cases));
}
