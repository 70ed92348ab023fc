use simulator::time::Duration;

use super::*;
use crate::run::{Silent, drive};
use crate::witness::{Nobody, Watch};

fn tallies(plan: &Plan, audience: impl FnOnce(&[Probe]) -> Audience) -> Vec<Tally> {
    let mut simulation = Simulation::new(&plan.layout, plan.settings.clone(), plan.schedule_of(1), 1);
    let mut recorder = Recorder::new(plan, Instant::ZERO, simulation.engine().elements());
    recorder.audience = audience(&recorder.probes);
    drive(
        &mut simulation,
        &mut Watch { recorder: &mut recorder, witness: &mut Nobody },
        plan.lasts,
        &|| false,
        &Silent,
    );
    recorder.finish(&simulation).tallies
}

/// One sentence of each kind, and of each metric that hears one family only.
const SENTENCES: &str = "
  - 99% of softphone endpoints are registered at the end
  - no desk endpoints at slave-1 are dropped
  - 99% of sign-ins take at most 5 s
  - 99% of sign-ins are accepted
  - no sign-ins are timed out
  - no PBX-SoftwarePhones checkouts are refused
  - no takeovers are refused
  - no node queues longer than 50 ms
  - peak units in use of PBX-Port are at most 10
  - peak escrow of PBX-Port is at most 10
  - peak over-issue of PBX-Port is at most 10
  - mean usable units of PBX-Port are at most 10
  - peak stranded units of PBX-Port are at most 10
  - peak units in grace of PBX-Port are at most 10
  - peak concurrent registrations of master are at most 10
  - peak double registrations of desk are at most 10
  - peak request rate of master is at most 10/s
  - peak retrying of roamer is at most 10
  - time at capacity of PBX-SoftwarePhones is at most 1%
  - utilisation of PBX-Port is at most 1%
  - call congestion of PBX-SoftwarePhones is at most 1%
  - p90 registration delay of desk is at most 1 s
";

#[test]
fn facts_that_a_probe_does_not_hear_make_no_difference_to_it() {
    let rush = include_str!("../../../scenarios/library/rush.yaml");
    let head = &rush[..rush.find("expect:").unwrap_or(rush.len())];
    let loaded = scenarios::load("rush.yaml", &format!("{head}expect:{SENTENCES}"), &[], None);
    let mut plan = loaded.unwrap_or_else(|complaints| panic!("{complaints:?}")).plans.remove(0);
    plan.lasts = plan.lasts.min(Duration::seconds(720));
    assert_eq!(plan.expectations.len(), SENTENCES.trim().lines().count());
    assert_eq!(tallies(&plan, Audience::new), tallies(&plan, Audience::everybody));
}
