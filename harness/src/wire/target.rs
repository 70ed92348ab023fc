//! Where the nodes of a plan are on the wire: what is typed, resolved and held against the rails.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};

use scenarios::plan::Plan;

use super::directory::{Directory, Identity};
use super::rails::{Barred, Rails};
use super::secret::Secret;

/// Why there is no target: a message, and a hint that may be empty.
pub type Wrong = (String, String);

/// Where every node is: one address for all of them, or one for each.
///
/// # Errors
/// What is no address, not allowed, or not enough; or a password that the environment has not.
pub fn targets(addresses: &str, plan: &Plan, rails: &Rails) -> Result<(Directory, Vec<SocketAddr>), Wrong> {
    let targets: Vec<SocketAddr> = addresses.split(',').map(resolved).collect::<Result<_, _>>()?;
    targets.iter().try_for_each(|target| permitted(*target, rails))?;
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
    let domain = plan.wire.domain.clone().unwrap_or_else(|| domain(first));
    Ok((Directory::new(&plan.layout, domain, all).with(identity(plan)?), targets))
}

/// Who the endpoints of a plan are.
///
/// # Errors
/// If the environment has no such password.
pub fn identity(plan: &Plan) -> Result<Identity, Wrong> {
    let headers = plan.wire.headers.clone();
    let Some(credentials) = &plan.wire.credentials else { return Ok(Identity { headers, ..Identity::default() }) };
    let name = &credentials.password;
    let password = std::env::var_os(name).filter(|value| !value.is_empty()).ok_or_else(|| {
        let hint = format!("wire.credentials takes the password from there: {name}=... pbxsim ...");
        (format!("the environment has no {name}"), hint)
    })?;
    let numbers = credentials.by_number.then(|| plan.layout.numbers.clone());
    Ok(Identity { numbers, password: Some(Secret::new(password.into_encoded_bytes())), headers })
}

/// Reads `sip:HOST:PORT` and resolves it.
///
/// # Errors
/// What is no address.
pub fn resolved(text: &str) -> Result<SocketAddr, Wrong> {
    let wrong = || (format!("\"{text}\" is no address"), "for example sip:127.0.0.1:5060".to_owned());
    let place = place(text);
    let with_port = if place.parse::<IpAddr>().is_ok() || !place.contains(':') || place.ends_with(']') {
        format!("{place}:5060")
    } else {
        place.to_owned()
    };
    with_port.to_socket_addrs().ok().and_then(|mut all| all.next()).ok_or_else(wrong)
}

/// Holds an address against the rails.
///
/// # Errors
/// Why it may not be sent to, and what would change that.
pub fn permitted(address: SocketAddr, rails: &Rails) -> Result<(), Wrong> {
    let probe = SocketAddr::new(address.ip(), if address.port() == 0 { 1 } else { address.port() });
    let ip = address.ip().to_canonical();
    rails.allow(probe).map_err(|barred| match barred {
        Barred::Never => (format!("{address} is no address that anybody may load"), String::new()),
        Barred::Unlisted => (
            format!("{address} is neither this machine nor in wire.may-load of the scenario"),
            format!("if it is yours to load, write: wire: {{ may-load: [{ip}], at-most: 10/s }}"),
        ),
        Barred::Over => (
            format!("wire.may-load allowed {address} until a day that is over"),
            "if you still may, write a later day".to_owned(),
        ),
        Barred::Public => (
            format!("{address} is a public address, and wire.may-load is not enough for those"),
            format!("if it is yours to load, repeat it: --i-may-load {ip}"),
        ),
    })
}

/// Where requests to that address leave from: a port of the system's choice at our address on the way there.
///
/// # Errors
/// What the system says if there is no way.
pub fn local_for(target: SocketAddr) -> io::Result<SocketAddr> {
    let ip: IpAddr = match target.ip() {
        IpAddr::V4(ip) if ip.is_loopback() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_loopback() => Ipv6Addr::LOCALHOST.into(),
        // Connecting a datagram socket sends nothing: the system chooses the address it would send from.
        ip => {
            let any: IpAddr = if ip.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
            let probe = UdpSocket::bind((any, 0))?;
            probe.connect(target)?;
            probe.local_addr()?.ip()
        }
    };
    Ok(SocketAddr::new(ip, 0))
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
