//! Where calls go instead: forwarding, overflow of queues, secretaries. Found once everybody has a number.

use simulator::layout::Layout;
use simulator::numbers::Number;
use simulator::settings::{Forwards, Settings};
use simulator::time::Duration;

use super::Draft;
use super::fields::Fields;
use super::selection::Folk;
use crate::language::FORWARDS;
use crate::nearest::{did_you_mean, either};
use crate::yaml::Node;

impl Draft<'_> {
    /// Where queues overflow to.
    pub(crate) fn overflows(&mut self, layout: &mut Layout) {
        for index in 0..layout.queues.len() {
            let declared = self.tree.get("queues").and_then(|queues| queues.get(&layout.queues[index].name));
            let Some(node) = declared.and_then(|queue| queue.get("overflow")) else { continue };
            if node.text() == Some(layout.queues[index].name.as_str()) {
                let message = format!("{} overflows into itself", layout.queues[index].name);
                self.report.meaning(node.span, message, "name another queue, a group, a trunk or users");
                continue;
            }
            layout.queues[index].overflow = self.number_named(layout, node);
        }
    }

    /// Where calls of users are forwarded to.
    pub(crate) fn forwards(&mut self, layout: &Layout, settings: &mut Settings) {
        for (population, settings) in layout.populations.iter().zip(&mut settings.populations) {
            let declared = self.tree.get("users").and_then(|users| users.get(&population.name));
            let Some(block) = declared.and_then(|users| users.get("forwards")) else { continue };
            let fields = Fields::new(&FORWARDS, Some(block));
            let mut to = |key: &str| fields.node(key).and_then(|node| self.number_named(layout, node));
            settings.forwards = Some(Box::new(Forwards {
                always: to("always"),
                busy: to("busy"),
                no_answer: to("no-answer"),
                after: fields.duration("after").unwrap_or(Duration::seconds(20)),
            }));
        }
    }

    /// Who takes the calls of whom first.
    pub(crate) fn secretaries(&mut self, folk: Folk<'_>, layout: &mut Layout) {
        for pair in self.tree.get("users").map(Node::pairs).unwrap_or_default() {
            let Some(node) = pair.value.get("secretary") else { continue };
            let Some(population) = folk.people.population(&pair.key) else { continue };
            let who = self.selection(folk, node, |_| false);
            for (index, block) in (0..).zip(&layout.blocks).filter(|(_, block)| block.population == population) {
                let elsewhere = who.seats.iter().find(|(of, _)| layout.blocks[*of as usize].home != block.home);
                if let Some((of, _)) = elsewhere {
                    let name = |home: u16| folk.cluster.name(home);
                    let (there, here) = (name(layout.blocks[*of as usize].home), name(block.home));
                    let message = format!("a secretary at {there} of users at {here}");
                    self.report.meaning(node.span, message, "name users of the same home");
                }
                layout.secretaries.push((index, who.clone()));
            }
        }
    }

    /// The number of somebody who can be called.
    fn number_named(&mut self, layout: &Layout, node: &Node) -> Option<Number> {
        let name = node.text().unwrap_or("");
        let callee = layout.callee(name);
        if callee.is_none() {
            let names: Vec<&str> = (0..).map_while(|callee| layout.callee_name(callee)).collect();
            let meant = did_you_mean(name, names.iter().copied());
            let here = || format!("names here: {}", either(names.iter().copied()));
            let advice = if meant.is_empty() { here() } else { meant };
            self.report.unnamed(node.span, format!("nobody here is called \"{name}\""), advice);
        }
        callee.map(|callee| layout.number_of_callee(callee))
    }
}
