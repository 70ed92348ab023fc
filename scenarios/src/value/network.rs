//! Ranges of addresses: `10.0.0.0/24`, `fd00::/8`, `10.0.0.5`.

use core::net::IpAddr;

use super::{Mistake, Reading};

/// Addresses that begin with the same bits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Network {
    /// The first of them.
    pub first: IpAddr,
    /// How many bits are the same: 0 to 32, or to 128.
    pub prefix: u8,
}

impl Network {
    /// Whether an address is among them; one of IPv4 in IPv6 clothes is that IPv4 address.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.masked(address.to_canonical()) == Some(self.first)
    }

    fn masked(&self, address: IpAddr) -> Option<IpAddr> {
        let kept = |bits: u32| bits.checked_sub(u32::from(self.prefix));
        match (self.first, address) {
            (IpAddr::V4(_), IpAddr::V4(address)) => {
                let mask = u32::MAX.checked_shl(kept(32)?).unwrap_or(0);
                Some(IpAddr::V4((u32::from(address) & mask).into()))
            }
            (IpAddr::V6(_), IpAddr::V6(address)) => {
                let mask = u128::MAX.checked_shl(kept(128)?).unwrap_or(0);
                Some(IpAddr::V6((u128::from(address) & mask).into()))
            }
            _ => None,
        }
    }
}

impl core::fmt::Display for Network {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let whole = if self.first.is_ipv4() { 32 } else { 128 };
        if self.prefix == whole {
            write!(formatter, "{}", self.first)
        } else {
            write!(formatter, "{}/{}", self.first, self.prefix)
        }
    }
}

/// `10.0.0.0/24`; without a length that one address.
pub(crate) fn network(text: &str) -> Reading<Network> {
    let wrong =
        || Mistake::whole(text, format!("\"{text}\" is no range of addresses"), "write 10.0.0.0/24, or one address");
    let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
    let first: IpAddr = address.parse().map_err(|_| wrong())?;
    let whole = if first.is_ipv4() { 32 } else { 128 };
    let is_plain = |digits: &str| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    let prefix: u8 = match length {
        None => whole,
        Some(digits) => digits.parse().ok().filter(|prefix| is_plain(digits) && *prefix <= whole).ok_or_else(wrong)?,
    };
    let network = Network { first, prefix };
    let begins = network.masked(first).ok_or_else(wrong)?;
    if begins != first {
        let advice = format!("write {begins}/{prefix}");
        return Err(Mistake::whole(text, format!("{first} is not where a range of /{prefix} begins"), advice));
    }
    Ok(network)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(range: &str, address: &str) -> bool {
        network(range).unwrap().contains(address.parse().unwrap())
    }

    #[test]
    fn a_range_has_what_begins_with_its_bits() {
        assert!(has("10.0.0.0/24", "10.0.0.255") && !has("10.0.0.0/24", "10.0.1.0"));
        assert!(has("10.0.0.5", "10.0.0.5") && !has("10.0.0.5", "10.0.0.4"));
        assert!(has("0.0.0.0/0", "255.1.2.3") && !has("0.0.0.0/0", "::1"));
        assert!(has("fd00::/8", "fd12::1") && !has("fd00::/8", "fe80::1"));
        assert!(has("::/0", "2001:db8::1"));
        assert!(has("10.0.0.0/24", "::ffff:10.0.0.7"), "IPv4 in IPv6 clothes");
        assert_eq!(network("10.0.0.0/24").unwrap().to_string(), "10.0.0.0/24");
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in ["", "10.0.0", "10.0.0.0/33", "10.0.0.0/+8", "10.0.0.0/", "host", "10.0.0.0/24/1", "::/129"] {
            assert!(network(text).is_err(), "{text}");
        }
        let said = network("10.0.0.5/24").map_err(|mistake| (mistake.message, mistake.advice));
        let expected = ("10.0.0.5 is not where a range of /24 begins".to_owned(), "write 10.0.0.0/24".to_owned());
        assert_eq!(said, Err(expected));
    }
}
