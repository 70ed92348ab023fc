//! Queue monitors and operators: versions against the application (R73, R74).

use super::{asked, audit, refused};

/// R73.
#[test]
fn t32_a_queue_monitor_counts_queues() {
    let with = |licences: &str, monitor: &str, software: &str| {
        audit(&format!(
            "cluster: {{ hq: {{ role: master, software: {software} }} }}
licences: {{ hq: {{ PBX-Port12: 40, {licences} }} }}
users: {{ agent: {{ count: 40 }} }}
queues: {{ sales: {{ agents: agent 1..20, monitor: {monitor} }}, support: {{ agents: agent 21..40, monitor: {monitor} }} }}"
        ))
    };
    let two = with("PBX-QueueMonitor12: 2", "V12", "V12");
    assert_eq!((refused(&two), asked(&two, "hq", "PBX-QueueMonitor")), (vec![], (2, 0)));
    assert_eq!(refused(&with("PBX-QueueMonitor12: 1", "V12", "V12")), [("no-unit", 73, 1)]);
    assert_eq!(refused(&with("PBX-QueueMonitor12: 2", "V13", "V12")), [("version", 73, 1), ("version", 73, 1)]);
    assert_eq!(refused(&with("PBX-QueueMonitor9: 2", "V9", "V12")), [], "against the application, not the PBX");
    assert_eq!(refused(&with("PBX-QueueMonitor12: 2", "V12", "V8")).len(), 2, "a PBX from V9 on");
}

/// R74.
#[test]
fn t33_operators_count_running_applications() {
    let with = |version: u32, software: &str, count: u32, sessions: &str| {
        audit(&format!(
            "licences: {{ master: {{ PBX-Operator{version}: 2 }} }}
users: {{ console: {{ count: {count}, devices: {{ operator: all }}, software: {software}{sessions} }} }}"
        ))
    };
    assert_eq!(refused(&with(12, "V12", 2, "")), []);
    assert_eq!(refused(&with(12, "V12", 5, "")), [("no-unit", 74, 3)]);
    assert_eq!(
        refused(&with(12, "V12", 5, ", signed-in: 8 h, away: 16 h")),
        [],
        "more desks than licences are allowed"
    );
    assert_eq!(refused(&with(12, "V13", 2, "")), [("version", 74, 2)]);
}
