//! Where the nodes of a plan are on the wire: what is typed, resolved and held against the rails.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};

use scenarios::plan::Plan;

use super::directory::Directory;
use super::rails::Rails;

/// Why there is no target: a message, and a hint that may be empty.
pub type Wrong = (String, String);

/// Where every node is: one address for all of them, or one for each.
///
/// # Errors
/// What is no address, not allowed, or not enough.
pub fn targets(addresses: &str, plan: &Plan) -> Result<(Directory, Vec<SocketAddr>), Wrong> {
    let targets: Vec<SocketAddr> = addresses.split(',').map(address).collect::<Result<_, _>>()?;
    let nodes = plan.layout.pbxs.len();
    let all = match targets.as_slice() {
        [one] => vec![*one; nodes],
        several if several.len() == nodes => several.to_vec(),
        several => {
            let message = format!("{} addresses for {nodes} nodes", several.len());
            let hint = "give one address for all nodes, or one for each in the order of the file";
            return Err((message, hint.to_owned()));
        }
    };
    let first = addresses.split(',').next().unwrap_or_default();
    Ok((Directory::new(&plan.layout, domain(first), all), targets))
}

/// Reads `sip:HOST:PORT`, resolves it, and holds it against the rails.
///
/// # Errors
/// What is no address, or not allowed.
pub fn address(text: &str) -> Result<SocketAddr, Wrong> {
    let wrong = || (format!("\"{text}\" is no address"), "for example sip:127.0.0.1:5060".to_owned());
    let place = place(text);
    let with_port = if place.parse::<IpAddr>().is_ok() || !place.contains(':') || place.ends_with(']') {
        format!("{place}:5060")
    } else {
        place.to_owned()
    };
    let address = with_port.to_socket_addrs().ok().and_then(|mut all| all.next()).ok_or_else(wrong)?;
    let is_free_port = address.port() == 0;
    let probe = SocketAddr::new(address.ip(), if is_free_port { 1 } else { address.port() });
    if !Rails.allow(probe) {
        let message = format!("{address} is not this machine: pbxsim loads loopback addresses only");
        return Err((message, String::new()));
    }
    Ok(address)
}

/// The host of an address, as it stands in From, To and the realm.
pub fn domain(text: &str) -> String {
    let place = place(text);
    match place.rsplit_once(':') {
        Some((host, port)) if port.chars().all(|char| char.is_ascii_digit()) => host.to_owned(),
        _ => place.to_owned(),
    }
}

fn place(text: &str) -> &str {
    text.trim().strip_prefix("sip:").unwrap_or(text.trim())
}
