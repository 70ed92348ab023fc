//! What breaks: crashes, freezes and cuts as written, to actions and what undoes them.

use std::collections::BTreeMap;

use simulator::schedule::{Action, Cut, End};
use simulator::time::{Duration, Instant};

use super::Draft;
use super::fields::Fields;
use super::structure::Structure;
use super::timeline::Timeline;
use crate::language::ENTRY;
use crate::nearest::{did_you_mean, either};
use crate::source::Span;
use crate::yaml::{Node, Pair};

/// What an entry does, and what undoes it after `for`.
pub(super) type Doing = (Action, Option<Action>);

impl Draft<'_> {
    pub(super) fn crash(&mut self, at: &Structure, value: &Node, back: bool) -> Vec<Doing> {
        let mut actions = Vec::new();
        for item in value.one_or_more() {
            let text = item.text().unwrap_or("");
            if at.cluster.knows(text) {
                for node in self.nodes(at, item) {
                    actions.push((Action::Crash(node), back.then_some(Action::Restart(node))));
                }
            } else {
                let who = self.selection(at.folk(), item, |_| false);
                actions.push((Action::PowerOff(who.clone()), back.then_some(Action::PowerOn(who))));
            }
        }
        actions
    }

    pub(super) fn freeze(&mut self, at: &Structure, pair: &Pair, item: &Node) -> Vec<Doing> {
        let ends = self.has_length(item, "nothing is frozen");
        let nodes = self.nodes(at, &pair.value);
        let freeze = |pbx| (Action::Freeze { pbx, until: Instant::NEVER }, ends.then_some(Action::Wake(pbx)));
        nodes.into_iter().map(freeze).collect()
    }

    pub(super) fn cut(&mut self, at: &Structure, pair: &Pair, item: &Node) -> Vec<Doing> {
        let heals = self.has_length(item, "nothing is cut");
        let direction = Fields::new(&ENTRY, Some(item)).text("direction");
        let (out, into) = (direction != "in", direction != "out");
        let mut actions = Vec::new();
        for item in pair.value.one_or_more() {
            for (one, other) in self.ways(at, item) {
                let cut = Cut { one, other, out, into };
                actions.push((Action::Cut(cut), heals.then_some(Action::Heal(cut))));
            }
        }
        actions
    }

    /// Whether the entry ends; one that ends at once is an error.
    fn has_length(&mut self, item: &Node, nothing: &str) -> bool {
        let fields = Fields::new(&ENTRY, Some(item));
        let ends = fields.node("for").is_some();
        if ends && fields.duration("for") == Some(Duration::ZERO) {
            self.report.meaning(fields.span("for"), format!("over at once: {nothing}"), "write more than 0 s");
        }
        ends
    }

    /// The ends of what one text cuts: `between`, a site, a node, or a link of two of them.
    fn ways(&mut self, at: &Structure, item: &Node) -> Vec<(End, Option<End>)> {
        let text = item.text().unwrap_or("");
        if text == "between" {
            return (0..at.cluster.sites.len() as u16).map(|site| (End::Site(site), None)).collect();
        }
        let Some((one, other)) = text.split_once(" - ") else {
            let ends = self.ends(at, text, item.span);
            ends.iter().for_each(|end| self.only_site(at, *end, item.span));
            return ends.into_iter().map(|end| (end, None)).collect();
        };
        let (one, other) = (one.trim(), other.trim());
        let (ones, others) = (self.ends(at, one, item.span), self.ends(at, other, item.span));
        let mut ways = Vec::new();
        for (a, b) in ones.iter().flat_map(|a| others.iter().map(move |b| (*a, *b))) {
            match apart(at, a, b) {
                Some((a, b)) => ways.push((a, Some(b))),
                None => {
                    let message = format!("{one} and {other} are the same place");
                    self.report.meaning(item.span, message, "name two sites, or two nodes");
                    return Vec::new();
                }
            }
        }
        ways
    }

    /// What one name stands for: a site with all in it, else a node, else each of several nodes.
    fn ends(&mut self, at: &Structure, name: &str, span: Span) -> Vec<End> {
        if let Some(site) = at.cluster.site(name) {
            return vec![End::Site(site)];
        }
        if at.cluster.knows(name) {
            return match at.cluster.resolve(name) {
                Ok(nodes) => nodes.map(|node| end(at, node)).collect(),
                Err((message, advice)) => {
                    self.report.meaning(span, message, advice);
                    Vec::new()
                }
            };
        }
        let names: Vec<&str> =
            at.cluster.sites.iter().chain(at.cluster.nodes.iter().map(|node| &node.name)).map(String::as_str).collect();
        let meant = did_you_mean(name, names.iter().copied());
        let advice = if meant.is_empty() {
            format!("sites here: {}", either(at.cluster.sites.iter().map(String::as_str)))
        } else {
            meant
        };
        self.report.unnamed(span, format!("no site or node is called \"{name}\""), advice);
        Vec::new()
    }

    /// A cut around the only site there is cuts nothing.
    fn only_site(&mut self, at: &Structure, end: End, span: Span) {
        if matches!(end, End::Site(_)) && at.cluster.sites.len() == 1 {
            let message = format!("{} is the only site: nothing is beyond it", at.cluster.sites[0]);
            self.report.meaning(span, message, "cut two nodes from each other, or give one a \"site\"");
        }
    }

    pub(super) fn nodes(&mut self, at: &Structure, value: &Node) -> Vec<u16> {
        let mut nodes = Vec::new();
        for item in value.one_or_more() {
            match at.cluster.resolve(item.text().unwrap_or("")) {
                Ok(range) => nodes.extend(range),
                Err((message, advice)) => self.report.unnamed(item.span, message, advice),
            }
        }
        nodes
    }

    /// A freeze of a node that is down at that instant.
    pub(super) fn nothing_to_freeze(&mut self, at: &Structure, timeline: &Timeline, items: &[Node]) {
        let mut down: BTreeMap<u16, Instant> = BTreeMap::new();
        for entry in &timeline.schedule {
            match &entry.action {
                Action::Crash(pbx) => drop(down.entry(*pbx).or_insert(entry.at)),
                Action::Restart(pbx) | Action::Forget(pbx) | Action::Upgrade { pbx, .. } => drop(down.remove(pbx)),
                Action::Freeze { pbx, .. } if down.contains_key(pbx) => {
                    let value = items.get(usize::from(entry.occasion)).and_then(|item| item.get("freeze"));
                    let since = super::duration_text(entry.at.since(down[pbx]));
                    let message = format!("{} is down, since {since} before: it cannot freeze", at.cluster.name(*pbx));
                    let span = value.map(|value| value.span).unwrap_or_default();
                    return self.report.meaning(span, message, "restart it before, or freeze it earlier");
                }
                _ => {}
            }
        }
    }
}

/// A node is its site if that bears its name.
fn end(at: &Structure, node: u16) -> End {
    at.cluster.site(at.cluster.name(node)).map_or_else(|| alone(at, node), End::Site)
}

fn alone(at: &Structure, node: u16) -> End {
    End::Pbx { pbx: node, site: at.cluster.nodes[usize::from(node)].site }
}

/// The two ends of a link; of two at one site, the nodes by themselves. `None`: they are not two.
fn apart(at: &Structure, one: End, other: End) -> Option<(End, End)> {
    if one.site() != other.site() {
        return Some((one, other));
    }
    let (one, other) = (node(at, one)?, node(at, other)?);
    (one != other).then_some((one, other))
}

/// The node that bears its site's name, for a site; a node itself.
fn node(at: &Structure, end: End) -> Option<End> {
    let End::Site(site) = end else { return Some(end) };
    let named = alone(at, at.cluster.one(&at.cluster.sites[usize::from(site)]).ok()?);
    (named.site() == site).then_some(named)
}
