//! Links between and inside sites.

use simulator::distribution::Distribution;
use simulator::rng::Probability;
use simulator::settings::{Link, Links};
use simulator::time::Duration;

use super::Draft;
use super::cluster::{Cluster, MAX_SITES};
use super::fields::Fields;
use crate::language::LINK;
use crate::nearest::{did_you_mean, either};
use crate::source::Span;
use crate::value::share::WHOLE;
use crate::yaml::{Node, Pair};

impl Draft<'_> {
    /// Reads `links`: a profile for every ordered pair of sites.
    pub(crate) fn links(&mut self, cluster: &Cluster) -> Links {
        // Too many are an error already; their table would be too large to make.
        let sites = if cluster.sites.len() > MAX_SITES { 0 } else { cluster.sites.len() };
        let pairs = self.tree.get("links").map(Node::pairs).unwrap_or_default();
        let named = |name: &str| pairs.iter().find(|pair| pair.key == name).map(|pair| &pair.value);
        let mut links = Links { sites: sites as u16, table: vec![0; sites * sites], profiles: Vec::new() };
        let between = intern(&mut links.profiles, self.link(named("between"), Duration::millis(10)));
        let inside = intern(&mut links.profiles, self.link(named("inside"), Duration::millis(1)));
        for (index, profile) in links.table.iter_mut().enumerate() {
            *profile = if index / sites == index % sites { inside } else { between };
        }
        if sites == 0 {
            return links;
        }
        for pair in pairs.iter().filter(|pair| pair.key != "between" && pair.key != "inside") {
            self.named_link(cluster, &mut links, pair);
        }
        links
    }

    fn named_link(&mut self, cluster: &Cluster, links: &mut Links, pair: &Pair) {
        let Some((a, b)) = pair.key.split_once(" - ") else {
            let message = format!("\"{}\" is not a link", pair.key);
            return self.report.meaning(pair.key_span, message, "write SITE - SITE, between or inside");
        };
        let (Some(from), Some(to)) =
            (self.sites_named(cluster, a.trim(), pair.key_span), self.sites_named(cluster, b.trim(), pair.key_span))
        else {
            return;
        };
        let profile = intern(&mut links.profiles, self.link(Some(&pair.value), Duration::millis(10)));
        let sites = usize::from(links.sites);
        for (a, b) in from.iter().flat_map(|a| to.iter().map(move |b| (usize::from(*a), usize::from(*b)))) {
            if a == b {
                let advice = "write \"inside\" for links within a site";
                return self.report.meaning(pair.key_span, "a link of a site with itself", advice);
            }
            links.table[a * sites + b] = profile;
            links.table[b * sites + a] = profile;
        }
    }

    fn sites_named(&mut self, cluster: &Cluster, name: &str, span: Span) -> Option<Vec<u16>> {
        if let Some(site) = cluster.site(name) {
            return Some(vec![site]);
        }
        if name.starts_with("each-")
            && let Ok(nodes) = cluster.resolve(name)
        {
            return Some(nodes.map(|node| cluster.nodes[usize::from(node)].site).collect());
        }
        let names = cluster.sites.iter().map(String::as_str);
        let meant = did_you_mean(name, names.clone());
        let advice = if meant.is_empty() { format!("sites here: {}", either(names)) } else { meant };
        self.report.unnamed(span, format!("no site is called \"{name}\""), advice);
        None
    }

    fn link(&mut self, node: Option<&Node>, latency: Duration) -> Link {
        let fields = Fields::new(&LINK, node);
        Link {
            latency: fields.law("latency").map_or_else(|| Distribution::fixed(latency), |law| self.tables.of(law)),
            loss: Probability::ratio(fields.percent("loss").unwrap_or(0), WHOLE),
            duplicates: Probability::ratio(fields.percent("duplicates").unwrap_or(0), WHOLE),
        }
    }
}

fn intern(profiles: &mut Vec<Link>, link: Link) -> u16 {
    let index = profiles.iter().position(|known| *known == link).unwrap_or_else(|| {
        profiles.push(link);
        profiles.len() - 1
    });
    u16::try_from(index).unwrap_or(0)
}
