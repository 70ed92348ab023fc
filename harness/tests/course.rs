//! The series of charts and the totals of tables are counted apart, and come to the same.

use harness::run::{self, Item, Progress};
use reports::course::BUCKETS;
use reports::measurements::Measurements;

struct Silent;

impl Progress for Silent {
    fn portion(&self) {}
    fn seed(&self) {}
}

/// One seed of a library scenario.
fn measured(name: &str, overrides: &[&str]) -> Measurements {
    let path = format!("{}/../scenarios/library/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect("a scenario");
    let overrides: Vec<String> = overrides.iter().map(|set| (*set).to_owned()).collect();
    let loaded = scenarios::load(name, &text, &overrides, None).unwrap_or_else(|wrong| panic!("{}", wrong.render()));
    let plan = &loaded.plans[0];
    run::one(Item { plan, seed: plan.seed }, &|| false, &Silent)
}

fn sum(series: &[u64]) -> u64 {
    series.iter().sum()
}

#[test]
fn the_course_of_the_rush_comes_to_its_totals() {
    let run = measured("rush", &[]);
    let course = &run.course;
    for (node, load) in course.nodes.iter().zip(&run.nodes) {
        assert_eq!((&node.node, sum(&node.requests), sum(&node.shed)), (&load.node, load.requests, load.shed));
        assert_eq!(node.longest_wait_ns.iter().max(), Some(&load.longest_wait_ns), "{}", load.node);
        assert_eq!(node.registered.len() as u64, BUCKETS);
    }
    let registered: u64 = course.nodes.iter().filter_map(|node| node.registered.last()).sum();
    assert_eq!(Some(&registered), run.service.levels.last());
    let peak = course.nodes.iter().map(|node| node.registered.iter().max().expect("buckets")).max();
    assert!(peak > Some(&2_000), "somebody is registered somewhere");
}

#[test]
fn the_course_of_licences_comes_to_the_contention_table() {
    let run = measured("rush", &["licences.master.PBX-SoftwarePhones12=600"]);
    let mut refused = 0;
    for stock in &run.course.stocks {
        let same = |row: &&reports::measurements::Stock| {
            (&row.feature, &row.node, &row.kind) == (&stock.feature, &stock.node, &stock.kind)
        };
        let row = run.stocks.iter().find(same).expect("a row of the contention table");
        let denials: u64 = row.denials.values().sum();
        assert_eq!(stock.in_use.iter().max(), Some(&row.high_water), "{} of {}", row.feature, row.node);
        assert_eq!(sum(&stock.refused), denials);
        assert_eq!(stock.refusals.iter().map(|row| row.attempts).sum::<u64>(), denials);
        assert_eq!(stock.holders.iter().map(|row| row.units).sum::<u64>(), row.high_water);
        refused += denials;
    }
    assert!(refused > 0, "600 softphone licences are too few");
}

#[test]
fn maps_and_answers_hold_every_sample() {
    let run = measured("rush", &[]);
    let course = &run.course;
    let cells = |map: &[reports::course::Cell]| map.iter().map(|cell| cell.2).sum::<u64>();
    assert_eq!((cells(&course.due_map), cells(&course.sent_map)), (course.due.count(), course.sent.count()));
    let accepted: u64 =
        course.answers.iter().filter(|row| row.status == 200 && row.purpose != "sign-out").map(|row| row.count).sum();
    assert_eq!(accepted, course.due.count());
    assert!(course.due.max() > course.sent.max(), "who tried for long waited longer than any request took");
    let effect = run.occasions.iter().find(|effect| effect.lost > 0).expect("a crash");
    assert!(effect.curve_ns.is_sorted() && effect.curve_ns.len() == 40);
}

#[test]
fn units_of_a_crashed_branch_are_stranded_and_its_series_are_bounded() {
    let run = measured("ten-sites", &[]);
    assert!(
        run.course.stocks.iter().any(|stock| stock.kind == "escrow" && stock.in_use.iter().any(|units| *units > 0))
    );
    for stock in &run.course.stocks {
        for series in [&stock.in_use, &stock.refused, &stock.stranded, &stock.in_grace] {
            assert_eq!(series.len() as u64, BUCKETS);
        }
    }
    assert!(sum(&run.course.retransmissions) > 0, "datagrams are lost");
    assert!(run.course.stocks.iter().any(|stock| stock.in_grace.iter().any(|units| *units > 0)));
}

#[test]
fn sites_side_by_side_come_to_the_contention_table() {
    let run = measured("ten-sites", &[]);
    let sites = &run.course.sites;
    assert!(sites.iter().filter(|site| site.feature == "PBX-Port").count() > 9, "every PBX has a site");
    for feature in ["PBX-Port", "PBX-SoftwarePhones", "PBX-Operator"] {
        let of_sites = |of: fn(&reports::course::SiteCourse) -> u64| {
            sites.iter().filter(|site| site.feature == feature).map(of).sum::<u64>()
        };
        let stocks = || run.stocks.iter().filter(|stock| stock.feature == feature);
        assert_eq!(of_sites(|site| site.attempts), stocks().map(|stock| stock.attempts).sum::<u64>(), "{feature}");
        let refused = stocks().flat_map(|stock| stock.denials.values()).sum::<u64>();
        assert_eq!(of_sites(reports::course::SiteCourse::refusals), refused, "{feature}");
        assert_eq!(of_sites(|site| sum(&site.refused)), refused, "{feature}");
        let highest = stocks().map(|stock| stock.high_water).max().unwrap_or(0);
        let peak = |site: &reports::course::SiteCourse| site.in_use.iter().copied().max().unwrap_or(0);
        assert!(of_sites(peak) >= highest, "{feature}: somewhere all of them were in use");
        assert!(sites.iter().filter(|site| site.feature == feature).all(|site| peak(site) <= highest), "{feature}");
    }
}

#[test]
fn the_course_of_calls_comes_to_their_tables() {
    let run = measured("busy-hour", &[]);
    let course = &run.course;
    let flows = |of: fn(&reports::calls::FlowCalls) -> u64| run.flows.iter().map(of).sum::<u64>();
    assert!(sum(&course.calls.due) > 1_000);
    assert_eq!(sum(&course.calls.due), flows(|flow| flow.due));
    assert_eq!(sum(&course.calls.answered), flows(|flow| flow.answered));
    let answered = course.answers.iter().filter(|row| row.method == "INVITE" && row.status == 200);
    assert_eq!(answered.map(|row| row.count).sum::<u64>(), flows(|flow| flow.answered));
    assert!(course.answers.iter().any(|row| row.method == "BYE" && row.status == 200));
    for trunk in run.trunks.iter().filter(|trunk| trunk.attempts > 0) {
        let track = course.channels.iter().find(|track| track.name == trunk.trunk).expect("a track");
        assert_eq!(track.levels.iter().max(), Some(&trunk.high_water), "{}", trunk.trunk);
        assert_eq!(track.levels.len() as u64, BUCKETS);
    }
    let queue = run.queues.first().expect("a queue");
    assert_eq!(course.lines[0].levels.iter().max(), Some(&queue.longest_line));
}

#[test]
fn offered_traffic_is_that_of_the_run_also_where_it_is_changed() {
    let run = measured("busy-hour", &[]);
    let pstn = run.trunks.iter().find(|trunk| trunk.trunk == "pstn").expect("a trunk");
    let carried = pstn.carried_erlangs().expect("it was observed");
    assert!(
        (pstn.offered_erlangs - carried).abs() < carried / 5.0,
        "{} offered, {carried} carried",
        pstn.offered_erlangs
    );
}

#[test]
fn a_pool_that_changes_is_drawn_as_it_was() {
    let run = measured("upgrade-day", &[]);
    let ports = run.course.stocks.iter().find(|stock| stock.feature == "PBX-Port" && stock.kind == "installed");
    let mut pool = ports.expect("ports").pool.clone();
    assert_eq!(pool.len() as u64, BUCKETS);
    pool.dedup();
    assert_eq!(pool, [200, 0, 100]);
}
