//! What scenario files mean: plans against what the text says.

use scenarios::plan::Plan;
use scenarios::{Template, load};
use simulator::distribution::Distribution;
use simulator::layout::{Begins, Device, Role};
use simulator::licence::entitlement::Entitlement;
use simulator::licence::feature::Feature;
use simulator::schedule::{Action, Cut, End, Shape};
use simulator::settings::{OnStandby, Retries, Transport};
use simulator::time::{Duration, Instant};

fn plans(text: &str, overrides: &[&str]) -> Vec<Plan> {
    let overrides: Vec<String> = overrides.iter().map(|text| (*text).to_owned()).collect();
    load("f.yaml", text, &overrides, None).unwrap_or_else(|wrong| panic!("{}", wrong.render())).plans
}

fn plan(lines: &str) -> Plan {
    plans(&format!("pbxsim: 1\nlasts: 1 h\n{lines}\nexpect: [no users are dropped]\n"), &[]).remove(0)
}

fn rush(overrides: &[&str]) -> Plan {
    plans(Template::named("rush").unwrap().text, overrides).remove(0)
}

fn at(seconds: u64) -> Instant {
    Instant::ZERO + Duration::seconds(seconds)
}

fn v12((feature, units): (Feature, u32)) -> Entitlement {
    Entitlement::new(feature, 12, units)
}

#[test]
fn rush_is_five_nodes_with_a_standby_at_the_masters_site() {
    let plan = rush(&[]);
    let names: Vec<&str> = plan.layout.pbxs.iter().map(|pbx| pbx.name.as_str()).collect();
    assert_eq!(names, ["master", "slave-1", "slave-2", "slave-3", "standby"]);
    let standby = &plan.layout.pbxs[4];
    assert_eq!((standby.role, standby.stands_in_for, standby.site), (Role::Standby, Some(0), 0));
    assert_eq!(plan.layout.sites, ["master", "slave-1", "slave-2", "slave-3"]);
    let bound = &plan.layout.pbxs[0].licences;
    assert_eq!(bound, &[(Feature::Port, 6100), (Feature::Standby, 6100), (Feature::SoftwarePhones, 760)].map(v12));
    assert_eq!(
        (plan.starts_s, plan.lasts, plan.seed, plan.seeds),
        (8 * 3600 + 56 * 60, Duration::seconds(1800), 42, 20)
    );
}

#[test]
fn like_takes_over_all_keys_but_the_role() {
    let settings = &rush(&[]).settings[0];
    assert!(settings.pbxs.iter().all(|pbx| !pbx.challenges));
    assert_eq!(settings.pbxs[3].service, Duration(3_846_154));
    assert_eq!(settings.pbxs[4].service, Duration(6_666_667));
    assert_eq!(settings.pbxs[4].watches_every, Duration::seconds(1));
    assert_eq!(settings.pbxs[0].watches_every, Duration::seconds(108));
    let roamer = &settings.populations[1];
    assert_eq!(
        (roamer.transport, &roamer.retries),
        (Transport::Tcp, &Retries::After(Distribution::uniform(Duration::seconds(2), Duration::seconds(5))))
    );
    assert_eq!(roamer.away, Some(Distribution::exponential(Duration::seconds(900))));
    assert_eq!(settings.checkout.on_standby, OnStandby::Replicate);
}

#[test]
fn seats_are_cut_into_homes_in_the_order_written() {
    let plan = rush(&[]);
    let blocks: Vec<(u16, u16, u32, u32)> =
        plan.layout.blocks.iter().map(|block| (block.population, block.home, block.first_seat, block.seats)).collect();
    assert_eq!(
        blocks,
        [(0, 0, 0, 2000), (0, 1, 2000, 1000), (0, 2, 3000, 1000), (0, 3, 4000, 1000), (1, 0, 0, 800), (2, 0, 0, 4)]
    );
    assert_eq!(plan.layout.blocks[0].targets, [0, 4]);
    assert_eq!(plan.layout.blocks[1].targets, [1]);
    assert_eq!(plan.layout.blocks[4].devices, [(Device::Softphone, 800)]);
    assert_eq!(plan.layout.blocks[5].devices, [(Device::Trunk, 4)]);
}

#[test]
fn a_clock_is_an_instant_and_everyone_waits_for_the_sign_in() {
    let plan = rush(&[]);
    assert!(plan.layout.populations.iter().all(|population| population.begins == Begins::Absent));
    let [first, second] = plan.schedule.as_slice() else { panic!("{:?}", plan.schedule) };
    let Action::SignIn { who, over, shape } = &first.action else { panic!("{first:?}") };
    assert_eq!((first.at, *over, *shape, who.seats.len()), (at(0), Duration::seconds(480), Shape::Bell, 6));
    assert_eq!((second.at, &second.action, second.occasion), (at(600), &Action::Crash(0), 1));
    assert_eq!(plan.occasions[0].name, "sign-in of everyone");
    assert_eq!(
        (plan.occasions[1].name.as_str(), plan.occasions[1].called, plan.occasions[1].until),
        ("the crash", true, None)
    );
}

#[test]
fn offered_load_is_summed_over_those_who_book() {
    let plan = rush(&[]);
    assert_eq!(plan.demands.len(), 2);
    let phones = &plan.demands[1];
    assert_eq!((phones.feature, phones.sources, phones.finite_source), (Feature::SoftwarePhones, 800, true));
    // Exponential of mean 27 min, at least 2 min: mean 2 + 27·e^(−2/27) − … = 27.07 min.
    assert!((phones.offered_erlangs.unwrap() - 514.8).abs() < 0.2, "{phones:?}");
    assert_eq!(plan.demands[0].offered_erlangs, None);
    let desk = plans(Template::named("hot-desk").unwrap().text, &[]).remove(0);
    assert!((desk.demands[0].offered_erlangs.unwrap() - 100.0 / 3.0).abs() < 1e-9);
}

#[test]
fn an_open_source_has_the_gap_of_its_load() {
    let plan = &plans(Template::named("operator-shift").unwrap().text, &[])[0];
    assert_eq!(plan.layout.populations[0].begins, Begins::Offered);
    assert_eq!(plan.settings[0].populations[0].arrivals, Some(Distribution::exponential(Duration::seconds(75))));
    let each = plan_of_gap("0.1 E each");
    assert_eq!(each, Some(Distribution::exponential(Duration::seconds(60))));
    assert_eq!(plan_of_gap("48/h"), Some(Distribution::exponential(Duration::seconds(75))));
}

fn plan_of_gap(offered: &str) -> Option<Distribution> {
    let plan = plan(&format!("users: {{ a: {{ count: 100, signed-in: 10 min, offered: {offered} }} }}"));
    plan.settings[0].populations[0].arrivals.clone()
}

#[test]
fn overrides_are_applied_last_and_by_the_same_rules() {
    let text = format!(
        "{}variants:\n  slow: {{ set: {{ cluster.standby.answers: 110/s }} }}\n",
        Template::named("rush").unwrap().text
    );
    assert_eq!(plans(&text, &[])[0].settings[0].pbxs[4].service, Duration(9_090_909));
    let quick =
        plans(&text, &["cluster.standby.answers=500/s", "users.roamer.count=900", "timeline.the crash.at=+20 min"])
            .remove(0);
    assert_eq!(quick.variant.as_deref(), Some("slow"));
    assert_eq!(quick.settings[0].pbxs[4].service, Duration::millis(2));
    assert_eq!(quick.layout.populations[1].seats, 900);
    assert_eq!(quick.schedule[1].at, at(1200));
    let deep = rush(&["users.roamer.signed-in=5 min", "licences.master.PBX-Operator12=3"]);
    assert_eq!(deep.layout.pbxs[0].licences[3], v12((Feature::Operator, 3)));
    // Through `like`, only the one named changes.
    let homes = plans("pbxsim: 1\nlasts: 1 h\nusers:\n  a: { count: 4, devices: { desk-phone: all, dect: 1 } }\n  b: { like: a }\nexpect: [no users are dropped]\n", &["users.b.devices.dect=3"]).remove(0);
    assert_eq!(homes.layout.blocks[0].devices, [(Device::DeskPhone, 4), (Device::Dect, 1)]);
    assert_eq!(homes.layout.blocks[1].devices, [(Device::DeskPhone, 4), (Device::Dect, 3)]);
}

#[test]
fn a_path_may_name_the_master_that_no_block_declares() {
    let plan = plans(Template::named("hot-desk").unwrap().text, &["cluster.master.answers=100/s"]).remove(0);
    assert_eq!(plan.settings[0].pbxs[0].service, Duration::millis(10));
}

#[test]
fn variants_have_their_own_sentences_after_the_common_ones() {
    let plans = plans(Template::named("master-crash").unwrap().text, &[]);
    let counts: Vec<(Option<&str>, usize)> =
        plans.iter().map(|plan| (plan.variant.as_deref(), plan.expectations.len())).collect();
    assert_eq!(counts, [(Some("enough"), 10), (Some("one-short"), 7)]);
    assert_eq!(plans[0].expectations[0].text, "PBX-Port licences are never over-issued");
    assert_ne!(plans[0].digest, plans[1].digest);
}

#[test]
fn repeats_and_for_make_entries_of_one_occasion() {
    let plan = plans(Template::named("master-crash").unwrap().text, &[]).remove(0);
    let flapping: Vec<(u64, bool)> = plan
        .schedule
        .iter()
        .filter(|entry| entry.occasion == 1)
        .map(|entry| (entry.at.0 / 1_000_000_000, entry.action == Action::Crash(0)))
        .collect();
    assert_eq!(flapping, [(3600, true), (3610, false), (3620, true), (3630, false), (3640, true), (3650, false)]);
    assert_eq!(plan.occasions[1].until, Some(at(3650)));
}

#[test]
fn a_set_installs_other_settings_and_for_undoes_it() {
    let plan = plan(
        "cluster: { master: { answers: 100/s } }\nusers: { a: {} }\ntimeline:\n  - { at: +1 min, set: { cluster.master.answers: 50/s }, for: 2 min }\n  - { at: +2 min, set: { users.a.expires: 2 min } }",
    );
    let installed: Vec<(Instant, Duration, u32)> = installed(&plan);
    assert_eq!(
        installed,
        [
            (at(60), Duration::millis(20), 3600),
            (at(120), Duration::millis(20), 120),
            (at(180), Duration::millis(10), 120)
        ]
    );
}

fn installed(plan: &Plan) -> Vec<(Instant, Duration, u32)> {
    let settings = |index: u32| &plan.settings[index as usize];
    plan.schedule
        .iter()
        .filter_map(|entry| match entry.action {
            Action::Install(index) => {
                Some((entry.at, settings(index).pbxs[0].service, settings(index).populations[0].expires_s))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn a_ramp_goes_in_a_hundred_steps_and_ends_where_it_should() {
    let plan = plan(
        "cluster: { master: { answers: 100/s } }\nusers: { a: {} }\ntimeline:\n  - { at: +1 min, set: { cluster.master.answers: 200/s }, over: 100 s }",
    );
    let installed = installed(&plan);
    assert_eq!(installed.len(), 100);
    assert_eq!((installed[0].0, installed[0].1), (at(61), Duration(9_900_990)));
    assert_eq!((installed[49].0, installed[49].1), (at(110), Duration(6_666_667)));
    assert_eq!((installed[99].0, installed[99].1), (at(160), Duration::millis(5)));
}

#[test]
fn those_whom_no_sign_in_names_come_over_the_first_minute() {
    let begins = |lines: &str| -> Vec<Begins> {
        plan(lines).layout.populations.into_iter().map(|population| population.begins).collect()
    };
    let some = begins("users: { a: { count: 10 }, b: {} }\ntimeline: [{ at: +5 min, sign-in: a 3..4 }]");
    assert_eq!(some, [Begins::Partly(std::iter::once(2..4).collect()), Begins::FirstMinute]);
    let homes = "cluster: { hq: { role: master }, s: {} }\nusers: { a: { count: 10, home: { hq: 6, s: 4 }, signed-in: 5 min, away: 5 min } }\n";
    let half =
        begins(&format!("{homes}timeline: [{{ at: +5 min, sign-in: 50% of a }}, {{ at: +6 min, sign-in: a 2..4 }}]"));
    assert_eq!(half, [Begins::Partly(vec![0..4, 6..8])]);
    assert_eq!(begins(&format!("{homes}timeline: [{{ at: +5 min, sign-in: [a 1..4, a 5..10] }}]")), [Begins::Absent]);
}

#[test]
fn selectors_take_the_lowest_seats_dealt_over_homes() {
    let plan = plan(
        "cluster: { hq: { role: master }, s: { count: 2 } }\nusers: { a: { count: 10, home: { hq: 4, each-s: 3 } }, b: { count: 4 } }\ntimeline:\n  - { at: +1 min, sign-out: 50% of a }\n  - { at: +2 min, sign-out: [a 3..6, everyone at s-2] }\n  - { at: +3 min, crash: each-s }",
    );
    let seats = |index: usize| match &plan.schedule[index].action {
        Action::SignOut { who, .. } => who.seats.clone(),
        _ => Vec::new(),
    };
    assert_eq!(seats(0), [(0, 0..2), (1, 0..2), (2, 0..1)]);
    assert_eq!(seats(1), [(0, 2..4), (1, 0..2), (2, 0..3)]);
    assert_eq!([&plan.schedule[2].action, &plan.schedule[3].action], [&Action::Crash(1), &Action::Crash(2)]);
}

#[test]
fn events_refer_to_events() {
    let plan = plan(
        "users: { a: {} }\ntimeline:\n  - { at: b end + 5 s, sign-out: a, called: c }\n  - { at: the cut - 10 s, crash: a, for: 30 s, called: b }\n  - { at: +10 min, restart: master, called: the cut }",
    );
    let times: Vec<Instant> = plan.occasions.iter().map(|occasion| occasion.at).collect();
    assert_eq!(times, [at(625), at(590), at(600)]);
}

#[test]
fn tiers_add_up_and_slaves_may_have_their_own() {
    let plan = plan(
        "cluster: { hq: { role: master }, s: { count: 2 } }\nlicences: { hq: { PBX-Port12: 500, PBX-Port12%500: 20, PBX-Operator12: unlimited }, each-s: { PBX-Port12: 5 } }\nusers: { a: {} }",
    );
    assert_eq!(plan.layout.pbxs[0].licences, [(Feature::Port, 520), (Feature::Operator, u32::MAX)].map(v12));
    assert_eq!(plan.layout.pbxs[2].licences, [v12((Feature::Port, 5))]);
}

#[test]
fn standbys_pair_by_number() {
    let plan = plan(
        "cluster: { hq: { role: master }, s: { count: 2, site: town }, t: { count: 2, role: standby, stands-in-for: each-s } }\nusers: { a: { count: 2, home: { each-s: 50% } } }",
    );
    let pairs: Vec<Option<u16>> = plan.layout.pbxs.iter().map(|pbx| pbx.stands_in_for).collect();
    assert_eq!(pairs, [None, None, None, Some(1), Some(2)]);
    assert_eq!(plan.layout.sites, ["hq", "town"]);
    assert_eq!(plan.layout.blocks[1].targets, [2, 4]);
}

#[test]
fn links_are_between_inside_or_named() {
    let plan = plan(
        "cluster: { hq: { role: master }, a: {}, b: {} }\nlinks: { hq - b: { latency: 50 ms, loss: 2% } }\nusers: { x: {} }",
    );
    let links = &plan.settings[0].links;
    let latency = |from: usize, to: usize| links.profiles[usize::from(links.table[from * 3 + to])].latency.constant();
    assert_eq!([latency(0, 0), latency(0, 1)], [Some(Duration::millis(1)), Some(Duration::millis(10))]);
    assert_eq!([latency(0, 2), latency(2, 0)], [Some(Duration::millis(50)), Some(Duration::millis(50))]);
}

#[test]
fn the_digest_is_of_the_meaning() {
    let text = Template::named("rush").unwrap().text;
    let respaced = text
        .replace("lasts: 30 min", "lasts:   30min   # half an hour")
        .replace("answers: 260/s", "\"answers\": '260 /s'");
    assert_eq!(plans(text, &[])[0].digest, plans(&respaced, &[])[0].digest);
    for change in [
        "lasts=31 min",
        "users.desk.expires=59 min",
        "cluster.standby.after-silence=6 s",
        "timeline.the crash.at=09:07",
        "links={ inside: { loss: 1% } }",
    ] {
        assert_ne!(rush(&[change]).digest, rush(&[]).digest, "{change}");
    }
}

#[test]
fn adding_a_population_changes_no_other() {
    let (before, after) = (plan("users: { b: { count: 9 } }"), plan("users: { a: { count: 5 }, b: { count: 9 } }"));
    assert_eq!(before.layout.blocks[0].seats, after.layout.blocks[1].seats);
    assert_eq!(before.settings[0].populations[0], after.settings[0].populations[1]);
}

#[test]
fn marks_and_line_ends_are_accepted() {
    let text = "pbxsim: 1\nlasts: 1 h\nusers: { a: {} }\nexpect: [no users are dropped]\n";
    let dos = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    assert_eq!(plans(text, &[])[0].digest, plans(&dos, &[])[0].digest);
}

#[test]
fn what_asks_for_nothing_or_may_fail_is_not_warned_about() {
    let quiet = |lines: &str, sentence: &str| {
        let text = format!("pbxsim: 1\nlasts: 1 h\nusers: {{ a: {{}} }}\n{lines}\nexpect: [{sentence}]\n");
        let loaded = load("f.yaml", &text, &[], None).unwrap_or_else(|wrong| panic!("{}", wrong.render()));
        assert!(loaded.warnings.is_empty(), "{}", loaded.warnings.render());
    };
    quiet("calls: {}", "no users are dropped");
    quiet("cluster: { master: { answers: 100/s, queue: 99 } }", "no node queues longer than 0.9 s");
    quiet("licences: { master: { PBX-Port12: 500, PBX-Port12%500: 100 } }", "no users are dropped");
    quiet("timeline: [{ at: +1 min, crash: master, for: 59 min }]", "no users are dropped");
}

/// Actions of a timeline over a master with its standby, and two slaves.
fn actions(timeline: &str) -> Vec<(Instant, Action)> {
    let plan = plan(&format!(
        "cluster: {{ hq: {{ role: master }}, s: {{ count: 2 }}, sb: {{ role: standby, stands-in-for: hq }} }}\n\
         users: {{ a: {{ count: 4 }} }}\ntimeline: [{timeline}]"
    ));
    plan.schedule.into_iter().map(|entry| (entry.at, entry.action)).collect()
}

#[test]
fn a_freeze_knows_when_it_ends_and_without_for_it_does_not() {
    let freeze = |pbx, until| Action::Freeze { pbx, until };
    let two = actions("{ at: +10 s, freeze: s-1, for: 5 s, repeats: 2, every: 20 s }");
    let expected = [(10, freeze(1, at(15))), (15, Action::Wake(1)), (30, freeze(1, at(35))), (35, Action::Wake(1))];
    assert_eq!(two, expected.map(|(second, action)| (at(second), action)));
    assert_eq!(actions("{ at: +10 s, freeze: s-1 }"), [(at(10), freeze(1, Instant::NEVER))]);
}

#[test]
fn a_cut_is_of_a_site_a_link_or_two_nodes_of_one_site() {
    let pair = |one, other| Cut { one, other, out: true, into: true };
    let cut = |text: &str| -> Vec<Cut> {
        let cuts = actions(text).into_iter().filter_map(|(_, action)| match action {
            Action::Cut(cut) => Some(cut),
            _ => None,
        });
        cuts.collect()
    };
    assert_eq!(cut("{ at: +1 s, cut: s-1, for: 1 s }"), [pair(End::Site(1), None)]);
    let links = [pair(End::Site(0), Some(End::Site(1))), pair(End::Site(0), Some(End::Site(2)))];
    assert_eq!(cut("{ at: +1 s, cut: hq - each-s, for: 1 s }"), links);
    let standby = End::Pbx { pbx: 3, site: 0 };
    assert_eq!(cut("{ at: +1 s, cut: hq - sb, for: 1 s }"), [pair(End::Pbx { pbx: 0, site: 0 }, Some(standby))]);
    assert_eq!(cut("{ at: +1 s, cut: sb - s-1, for: 1 s }"), [pair(standby, Some(End::Site(1)))]);
    assert_eq!(cut("{ at: +1 s, cut: sb }"), [pair(standby, None)]);
    let all = [0, 1, 2].map(|site| pair(End::Site(site), None));
    assert_eq!(cut("{ at: +1 s, cut: between }"), all);
    let one_way = |text: &str| cut(&format!("{{ at: +1 s, cut: s-2, direction: {text} }}"))[0];
    assert_eq!(
        ["in", "out", "both"].map(|way| (one_way(way).out, one_way(way).into)),
        [(false, true), (true, false), (true, true)]
    );
}

#[test]
fn cuts_may_overlap_and_each_heals_by_itself() {
    let all = actions("{ at: +10 s, cut: s-1, for: 20 s }, { at: +15 s, cut: s-1, for: 1 s }");
    let heals: Vec<Instant> =
        all.iter().filter(|(_, action)| matches!(action, Action::Heal(_))).map(|(at, _)| *at).collect();
    assert_eq!(heals, [at(16), at(30)]);
}
