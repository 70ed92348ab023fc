//! What RFC 7502 §5.1 asks to be told about a test, read from its plan.

use reports::search::Setup;
use reports::units;
use scenarios::plan::{Plan, Search};
use simulator::schedule::Sought;
use simulator::settings::Transport;

/// 64·T1: Timers B and F (RFC 3261 §17.1).
const THRESHOLD_S: u64 = 32;

pub(super) fn of(plan: &Plan, search: &Search) -> Setup {
    let settings = &plan.settings[0];
    let mut transports: Vec<&str> = Vec::new();
    let mut reliable = false;
    for population in &settings.populations {
        reliable |= population.transport.is_reliable();
        let word = match population.transport {
            Transport::Udp => "UDP",
            Transport::Tcp => "TCP",
            Transport::Tls => "TLS",
            Transport::WebSocket => "WebSocket",
        };
        if !transports.contains(&word) {
            transports.push(word);
        }
    }
    let duration = match search.sought {
        Sought::Calls(flow) => plan.flows.get(usize::from(flow)).map(|flow| units::duration(flow.holding.0)),
        Sought::Registrations | Sought::Refreshes => None,
    };
    Setup {
        transport: transports.join(", "),
        connections: if reliable { "persistent, one per endpoint" } else { "none (datagrams)" }.to_owned(),
        duration: duration.unwrap_or_else(|| "not applicable".to_owned()),
        requests: if settings.pbxs.iter().any(|pbx| pbx.challenges) { 2 } else { 1 },
        threshold_s: THRESHOLD_S,
    }
}
