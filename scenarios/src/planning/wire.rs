//! `wire`: what is used on real sockets alone.

use simulator::time::Duration;

use super::Draft;
use super::fields::Fields;
use crate::language::{CREDENTIALS, MAY_LOAD, WIRE};
use crate::plan::{Credentials, MayLoad, Wire};
use crate::value::moment::{Date, date};
use crate::value::network::network;
use crate::value::rate::Rate;
use crate::value::selector::range;
use crate::yaml::{Kind, Node};

/// Headers that a message needs, or that say what only we can know.
const OURS: &[&str] = &[
    "allow",
    "authorization",
    "call-id",
    "contact",
    "content-length",
    "content-type",
    "cseq",
    "expires",
    "from",
    "i",
    "f",
    "l",
    "c",
    "m",
    "max-forwards",
    "min-se",
    "proxy-authorization",
    "record-route",
    "require",
    "route",
    "s",
    "session-expires",
    "session-id",
    "t",
    "to",
    "user-agent",
    "v",
    "via",
    "x",
    "x-pbxsim-run",
    "k",
    "supported",
];
/// The day from which days are counted on the wire.
const FIRST_DAY: Date = Date { year: 1970, month: 1, day: 1 };

impl Draft<'_> {
    /// Reads `wire`.
    pub(crate) fn wire(&mut self) -> Wire {
        let Some(node) = self.tree.get("wire") else { return Wire::default() };
        let fields = Fields::new(&WIRE, Some(node));
        let text = |key: &str| fields.node(key).and_then(Node::text).map(str::to_owned);
        let (may_load, headers, credentials) = (self.may_load(&fields), self.headers(&fields), credentials(&fields));
        let at_most = fields.node("at-most").and_then(|_| self.allowed(&fields));
        Wire { target: text("target"), domain: text("domain"), credentials, may_load, at_most, headers }
    }

    fn allowed(&mut self, fields: &Fields<'_>) -> Option<Duration> {
        let gap = fields.rate("at-most").map(Rate::gap)?;
        if gap.is_none() {
            self.report.meaning(fields.span("at-most"), "at most nothing", "write more than 0/s");
        }
        gap
    }

    fn may_load(&mut self, fields: &Fields<'_>) -> Vec<MayLoad> {
        let nodes = fields.node("may-load").map(Node::items).unwrap_or_default();
        nodes.iter().filter_map(|node| self.allowance(node)).collect()
    }

    fn allowance(&mut self, node: &Node) -> Option<MayLoad> {
        let fields = Fields::new(&MAY_LOAD, Some(node));
        let to = if matches!(node.kind, Kind::Map(_)) { fields.node("to")? } else { node };
        let to_text = to.text()?;
        let to = match network(to_text) {
            Ok(network) => network,
            Err(mistake) => {
                self.report.meaning(to.place(mistake.at, self.sources), mistake.message, mistake.advice);
                return None;
            }
        };
        let ports = match fields.node("ports").and_then(Node::text).map(range) {
            None | Some(Err(_)) => (1, u16::MAX),
            Some(Ok((first, last))) => match (u16::try_from(first), u16::try_from(last)) {
                (Ok(first @ 1..), Ok(last)) => (first, last),
                _ => {
                    self.report.meaning(fields.span("ports"), "ports are numbers from 1 to 65535", "");
                    return None;
                }
            },
        };
        let until = fields.node("until").and_then(|node| date(node.text()?).ok());
        let until_day = until.map(|date| date.days() - FIRST_DAY.days());
        let at_most = fields.node("at-most").and_then(|_| self.allowed(&fields));
        Some(MayLoad { to, ports, until_day, at_most })
    }

    fn headers(&mut self, fields: &Fields<'_>) -> Vec<(String, String)> {
        let mut headers = Vec::new();
        for pair in fields.node("headers").map(Node::pairs).unwrap_or_default() {
            let is_token = |octet: u8| octet.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&octet);
            let Some(value) = pair.value.text() else { continue };
            if pair.key.is_empty() || !pair.key.bytes().all(is_token) {
                self.report.meaning(pair.key_span, format!("\"{}\" is no name of a header", pair.key), "");
            } else if OURS.contains(&pair.key.to_ascii_lowercase().as_str()) {
                let advice = "leave it out: pbxsim writes it";
                self.report.meaning(pair.key_span, format!("{} is not yours to write", pair.key), advice);
            } else if value.chars().any(char::is_control) {
                self.report.meaning(pair.value.span, "a header has one line", "write no line breaks");
            } else {
                headers.push((pair.key.clone(), value.to_owned()));
            }
        }
        headers
    }
}

fn credentials(fields: &Fields<'_>) -> Option<Credentials> {
    let node = fields.node("credentials")?;
    let fields = Fields::new(&CREDENTIALS, Some(node));
    let password = fields.node("password")?.text()?.strip_prefix("env ")?.trim().to_owned();
    Some(Credentials { by_number: fields.text("user") == "number", password })
}
