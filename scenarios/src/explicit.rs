//! A scenario whose random faults are written out: one seed, one variant, one entry of the timeline for each fault.

use simulator::chaos::{Strike, What};
use simulator::layout::Layout;
use simulator::schedule::{Cut, End};
use simulator::time::{Duration, Instant};

use crate::diagnostics::Report;
use crate::load::command_line;
use crate::paths;
use crate::plan::Plan;
use crate::source::{Sources, Span};
use crate::yaml::{Kind, Node, Pair, flow, read, write};

/// The file of a plan as it runs with this seed and these faults in place of random ones: overrides and the variant are
/// worked in, comments are lost. `kept`: only these of its sentences.
pub fn explicit(plan: &Plan, seed: u64, strikes: &[(u16, Strike)], kept: &[usize]) -> String {
    let mut sources = Sources::default();
    let mut report = Report::default();
    let file = sources.add(&plan.source.path, plan.source.text.replace("\r\n", "\n"));
    let text = sources.text(sources.whole(file)).map_or("", |source| &source.text);
    // It was read before, so it can be read again.
    let Ok(mut tree) = read(text, file, 0) else { return String::new() };
    let variant = plan.variant.as_ref().and_then(|name| tree.get("variants")?.get(name)?.get("set")).cloned();
    let typed = command_line(&plan.source.overrides, &mut sources, &mut report);
    for pair in variant.iter().flat_map(Node::pairs).chain(&typed) {
        paths::set(&mut tree, pair, &mut report, &sources);
    }
    let Kind::Map(pairs) = &mut tree.kind else { return String::new() };
    let timeline = pairs.iter().find(|pair| pair.key == "timeline").map(|pair| pair.value.items().to_vec());
    pairs.retain(|pair| !["seed", "seeds", "variants", "expect", "timeline"].contains(&pair.key.as_str()));
    let place = pairs.iter().position(|pair| pair.key == "lasts").map_or(pairs.len(), |place| place + 1);
    pairs.insert(place, pair("seed", scalar(seed.to_string())));
    pairs.insert(place + 1, pair("seeds", scalar("1")));
    let declared = timeline.into_iter().flatten().map(without_faults);
    let written = strikes.iter().flat_map(|(_, strike)| entries(strike, &plan.layout));
    pairs.push(pair("timeline", list(declared.chain(written).collect())));
    let sentences = kept.iter().filter_map(|index| plan.expectations.get(*index));
    let sentences: Vec<Node> = sentences.map(|one| scalar(one.text.as_str())).collect();
    if !sentences.is_empty() {
        pairs.push(pair("expect", list(sentences)));
    }
    write(&tree)
}

/// Entries of one fault as a file says them.
pub fn written(strike: &Strike, layout: &Layout) -> Vec<String> {
    entries(strike, layout).iter().map(flow).collect()
}

/// A random entry keeps its name and its extent, which sentences may speak of.
fn without_faults(mut item: Node) -> Node {
    if let Kind::Map(pairs) = &mut item.kind
        && let Some(chaos) = pairs.iter_mut().find(|pair| pair.key == "chaos")
    {
        chaos.value = list(Vec::new());
    }
    item
}

fn entries(strike: &Strike, layout: &Layout) -> Vec<Node> {
    let node = |pbx: u16| layout.pbxs[usize::from(pbx)].name.clone();
    let (verb, object) = match strike.what {
        What::Crash(pbx) => ("crash", node(pbx)),
        What::Restart(pbx) => ("restart", node(pbx)),
        What::Forget(pbx) => ("forget", node(pbx)),
        What::Freeze(pbx) => ("freeze", node(pbx)),
        What::Cut(cut) => ("cut", ways(cut, layout)),
        What::SignOut(block) => {
            let people = people(block, layout);
            let out = vec![pair("at", instant(strike.at)), pair("sign-out", scalar(people.as_str()))];
            let back = strike.until.map(|until| vec![pair("at", instant(until)), pair("sign-in", scalar(people))]);
            return core::iter::once(out).chain(back).map(map).collect();
        }
    };
    let mut pairs = vec![pair("at", instant(strike.at)), pair(verb, scalar(object))];
    if let What::Cut(cut) = strike.what
        && cut.out != cut.into
    {
        pairs.push(pair("direction", scalar(if cut.out { "out" } else { "in" })));
    }
    pairs.extend(strike.until.map(|until| pair("for", scalar(span(until.since(strike.at))))));
    vec![map(pairs)]
}

fn ways(cut: Cut, layout: &Layout) -> String {
    let name = |end: End| match end {
        End::Site(site) => layout.sites[usize::from(site)].clone(),
        End::Pbx { pbx, .. } => layout.pbxs[usize::from(pbx)].name.clone(),
    };
    match cut.other {
        Some(other) => format!("{} - {}", name(cut.one), name(other)),
        None => name(cut.one),
    }
}

/// `phone at branch-2`.
fn people(block: u32, layout: &Layout) -> String {
    let block = &layout.blocks[block as usize];
    let population = &layout.populations[usize::from(block.population)].name;
    format!("{population} at {}", layout.pbxs[usize::from(block.home)].name)
}

fn instant(at: Instant) -> Node {
    scalar(format!("+{}", span(at.since(Instant::ZERO))))
}

/// Seconds, to the millisecond.
fn span(span: Duration) -> String {
    let (seconds, ms) = (span.0 / Duration::SECOND.0, span.0 % Duration::SECOND.0 / Duration::MILLISECOND.0);
    let text = format!("{seconds}.{ms:03}");
    format!("{} s", text.trim_end_matches('0').trim_end_matches('.'))
}

fn scalar(text: impl Into<String>) -> Node {
    Node { span: Span::default(), kind: Kind::Scalar(text.into()) }
}

fn list(items: Vec<Node>) -> Node {
    Node { span: Span::default(), kind: Kind::List(items) }
}

fn map(pairs: Vec<Pair>) -> Node {
    Node { span: Span::default(), kind: Kind::Map(pairs) }
}

fn pair(key: &str, value: Node) -> Pair {
    Pair { key: key.to_owned(), key_span: Span::default(), value }
}
