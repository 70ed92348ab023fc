//! From the text of a file to its plans or audits: read, override, check, plan; every mistake in one pass.

use crate::audit::Audit;
use crate::check::{Purpose, check};
use crate::diagnostics::{Diagnostic, Diagnostics, Report};
use crate::installation::order::in_tiers;
use crate::language;
use crate::like;
use crate::nearest::{did_you_mean, either};
use crate::paths;
use crate::plan::{Plan, Source};
use crate::planning::{Draft, Tables};
use crate::quote::Quote;
use crate::source::{Sources, Span};
use crate::variants::Common;
use crate::yaml::{MAX_BYTES, Node, Pair, read};

/// Variants of one file.
const MAX_VARIANTS: usize = 1_000;

/// A file that can be run.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// One, or one per variant in the order of the file.
    pub plans: Vec<Plan>,
    /// What is odd but runs.
    pub warnings: Diagnostics,
}

/// Reads a scenario.
///
/// `path` is used in messages only; `overrides` are `--set`s as typed (`PATH=VALUE`), applied last; `variant` picks one.
///
/// # Errors
/// Everything that is wrong with the file and the overrides; a YAML syntax error stands alone.
pub fn load(path: &str, text: &str, overrides: &[String], variant: Option<&str>) -> Result<Loaded, Diagnostics> {
    let make = |draft: &mut Draft<'_>, source: &Source, pair: Option<&Pair>| draft.plan(source, pair);
    let loaded = read_for(Purpose::Run, path, text, overrides, variant, make)?;
    let (plans, warnings) = loaded;
    Ok(Loaded { plans, warnings })
}

/// What an installation is good for: every licence and every wish of a scenario against the vendor's rules.
///
/// Takes all of the language, also what no run simulates yet. One audit, or one per variant in the order of the file;
/// and what is odd. Arguments as those of [`load`].
///
/// # Errors
/// Everything that is wrong with the file and the overrides.
pub fn audit(
    path: &str,
    text: &str,
    overrides: &[String],
    variant: Option<&str>,
) -> Result<(Vec<Audit>, Diagnostics), Diagnostics> {
    let make = |draft: &mut Draft<'_>, _: &Source, pair: Option<&Pair>| {
        let installation = draft.installation();
        let (portal, deeds) = draft.administration(&installation);
        let mut audit = Audit::new(&installation, draft.sources, path, pair.map(|pair| pair.key.as_str()));
        audit.follow(&installation, portal, &deeds, draft.sources);
        audit
    };
    read_for(Purpose::Audit, path, text, overrides, variant, make)
}

/// What is to be ordered for a scenario, beside what it has. Arguments and results as those of [`audit`].
///
/// # Errors
/// Everything that is wrong with the file and the overrides.
pub fn quote(
    path: &str,
    text: &str,
    overrides: &[String],
    variant: Option<&str>,
) -> Result<(Vec<Quote>, Diagnostics), Diagnostics> {
    let make = |draft: &mut Draft<'_>, _: &Source, pair: Option<&Pair>| {
        Quote::new(&draft.installation(), path, pair.map(|pair| pair.key.as_str()))
    };
    read_for(Purpose::Audit, path, text, overrides, variant, make)
}

/// What so many units of a licence are called when they are ordered, by price tier and as the readings of a file say;
/// for each number asked about. Other arguments as those of [`load`], the variant's name being one there is.
///
/// # Errors
/// Everything that is wrong with the file and the overrides.
pub fn tiers(
    path: &str,
    text: &str,
    overrides: &[String],
    variant: Option<&str>,
    (licence, totals): (&str, &[u64]),
) -> Result<Vec<Vec<(String, u64)>>, Diagnostics> {
    let make = |draft: &mut Draft<'_>, _: &Source, _: Option<&Pair>| {
        let Ok(named) = language::licence(licence) else { return Vec::new() };
        let it = draft.installation();
        let parts = |total: &u64| -> Vec<(String, u64)> {
            let parts = in_tiers(&it, named.licence, *total).into_iter();
            parts.map(|(tier, units)| (named.licence.written_in(named.version, tier), units)).collect()
        };
        totals.iter().map(parts).collect()
    };
    let (mut made, _) = read_for(Purpose::Audit, path, text, overrides, variant, make)?;
    Ok(if made.is_empty() { Vec::new() } else { made.swap_remove(0) })
}

/// What is made of a file or each of its variants, and the warnings.
type Made<T> = Result<(Vec<T>, Diagnostics), Diagnostics>;

fn read_for<T>(
    purpose: Purpose,
    path: &str,
    text: &str,
    overrides: &[String],
    variant: Option<&str>,
    make: impl Fn(&mut Draft<'_>, &Source, Option<&Pair>) -> T,
) -> Made<T> {
    let mut sources = Sources::default();
    let file = sources.add(path, normalised(text));
    let alone = |sources: Sources, one: Diagnostic| Err(Diagnostics::new(path, sources, vec![one], 0));
    if text.len() > MAX_BYTES {
        let span = Span { source: file, start: 0, end: 0 };
        return alone(
            sources,
            Diagnostic::error(span, "the file is larger than 16 MiB", "a scenario has a hundred lines"),
        );
    }
    let tree = match read(sources.text(sources.whole(file)).map_or("", |source| &source.text), file, 0) {
        Ok(tree) => tree,
        Err(one) => return alone(sources, *one),
    };
    let mut report = Report::default();
    let typed: Vec<Pair> = command_line(overrides, &mut sources, &mut report);
    let source = Source { path: path.to_owned(), text: text.to_owned(), overrides: overrides.to_vec() };
    let loading = Loading { purpose, sources: &sources, typed: &typed, source: &source, make };
    let made = loading.all(&tree, &mut report);
    let wanted = picked(made, variant, &tree, file, &mut report);
    let failed = report.errors() > 0;
    let diagnostics = report.finish(path, sources);
    if failed { Err(diagnostics) } else { Ok((wanted, diagnostics)) }
}

/// The tree of a file with overrides applied, variants left aside.
///
/// # Errors
/// As [`load`].
pub(crate) fn overridden(path: &str, text: &str, overrides: &[String]) -> Result<Node, Diagnostics> {
    let mut sources = Sources::default();
    let file = sources.add(path, normalised(text));
    let mut tree = match read(sources.text(sources.whole(file)).map_or("", |source| &source.text), file, 0) {
        Ok(tree) => tree,
        Err(one) => return Err(Diagnostics::new(path, sources, vec![*one], 0)),
    };
    let mut report = Report::default();
    for pair in &command_line(overrides, &mut sources, &mut report) {
        paths::set(&mut tree, pair, &mut report, &sources);
    }
    if report.errors() > 0 { Err(report.finish(path, sources)) } else { Ok(tree) }
}

/// The text of a file.
///
/// # Errors
/// What is not UTF-8, at its place.
pub fn decode(path: &str, bytes: Vec<u8>) -> Result<String, Diagnostics> {
    String::from_utf8(bytes).map_err(|wrong| {
        let good = wrong.utf8_error().valid_up_to().min(MAX_BYTES);
        let bytes = wrong.as_bytes();
        let text = String::from_utf8_lossy(&bytes[..good]).into_owned();
        let mut sources = Sources::default();
        let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
        let source = sources.add(path, text);
        let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
        let message = if utf16 { "this file is UTF-16" } else { "this byte is not UTF-8" };
        let one = Diagnostic::error(Span { source, start: end, end }, message, "save the file as UTF-8");
        Diagnostics::new(path, sources, vec![one], 0)
    })
}

struct Loading<'a, M> {
    purpose: Purpose,
    sources: &'a Sources,
    typed: &'a [Pair],
    source: &'a Source,
    make: M,
}

/// What was made, with the name of its variant.
type Named<T> = (Option<String>, T);

impl<T, M: Fn(&mut Draft<'_>, &Source, Option<&Pair>) -> T> Loading<'_, M> {
    /// The file itself, or all its variants.
    fn all(&self, tree: &Node, report: &mut Report) -> Vec<Named<T>> {
        check(tree, self.purpose, self.sources, report);
        if tree.pairs().is_empty() {
            return Vec::new();
        }
        let mut tables = Tables::default();
        let variants = tree.get("variants").map(Node::pairs).unwrap_or_default();
        if variants.is_empty() {
            return vec![self.one(tree, None, report, &mut tables)];
        }
        if let Some(last) = variants.get(MAX_VARIANTS) {
            report.error(last.key_span, "more than 1,000 variants", "use several files");
        }
        let mut alone = report.apart();
        self.one(tree, None, &mut alone, &mut tables);
        let common = Common::new(tree, self.sources, &[report, &alone]);
        let mut made = Vec::new();
        for variant in variants.iter().take(MAX_VARIANTS) {
            let mut about = report.apart();
            made.push(self.one(tree, Some(variant), &mut about, &mut tables));
            common.hand_on(about, variant, report);
        }
        made
    }

    fn one(&self, file: &Node, variant: Option<&Pair>, report: &mut Report, tables: &mut Tables) -> Named<T> {
        let mut tree = file.clone();
        let own = variant.and_then(|pair| pair.value.get("set")).map(Node::pairs).unwrap_or_default();
        let overrides = own.len() + self.typed.len();
        for pair in own.iter().chain(self.typed) {
            paths::set(&mut tree, pair, report, self.sources);
        }
        if overrides > 0 {
            check(&tree, self.purpose, self.sources, report);
        }
        let original = tree.clone();
        like::expand(&mut tree, report);
        let mut draft = Draft { tree: &tree, original: &original, sources: self.sources, report, tables };
        (variant.map(|pair| pair.key.clone()), (self.make)(&mut draft, self.source, variant))
    }
}

pub(crate) fn command_line(overrides: &[String], sources: &mut Sources, report: &mut Report) -> Vec<Pair> {
    let mut typed = Vec::new();
    for text in overrides {
        let source = sources.add("the command line", format!("{}{text}", paths::PREFIX));
        typed.extend(paths::from_command_line(text, source, report, sources));
    }
    typed
}

/// Line ends as LF, without a byte-order mark.
fn normalised(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() }
}

fn picked<T>(made: Vec<Named<T>>, variant: Option<&str>, tree: &Node, file: u16, report: &mut Report) -> Vec<T> {
    let Some(wanted) = variant else { return made.into_iter().map(|(_, one)| one).collect() };
    let names: Vec<String> = made.iter().filter_map(|(name, _)| name.clone()).collect();
    let picked: Vec<T> =
        made.into_iter().filter(|(name, _)| name.as_deref() == Some(wanted)).map(|(_, one)| one).collect();
    if picked.is_empty() {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let meant = did_you_mean(wanted, names.iter().copied());
        let advice = match names.as_slice() {
            [] => "this file has no variants: leave --variant out".to_owned(),
            _ if meant.is_empty() => format!("variants here: {}", either(names)),
            _ => meant,
        };
        let start = Span { source: file, start: 0, end: 0 };
        let span = tree.pair("variants").map_or(start, |pair| pair.key_span);
        report.error(span, format!("no variant is called \"{wanted}\""), advice);
    }
    picked
}
