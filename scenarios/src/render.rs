//! Diagnostics as text, in the style of rustc: place, line, caret, cure; about 100 columns wide.

use core::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};

use crate::diagnostics::{Diagnostic, Diagnostics, SHOWN, Severity};

/// Longer lines are named by place only.
const LONGEST_LINE: usize = 4_000;
/// Lines end here, but for messages.
const WIDTH: usize = 100;
/// Carets below one place; what they mark begins there.
const CARETS: usize = 60;

impl Diagnostics {
    /// Everything in plain ASCII decoration, LF line ends, closed by a count of errors and warnings.
    pub fn render(&self) -> String {
        let mut text = String::new();
        for one in self.list.iter().take(SHOWN) {
            text.push_str(&self.render_one(one));
        }
        let hidden = self.list.len().saturating_sub(SHOWN) + self.dropped;
        if hidden > 0 {
            text.push_str(&format!("and {hidden} more\n"));
        }
        text.push_str(&self.last_line());
        visible(&text)
    }

    fn render_one(&self, one: &Diagnostic) -> String {
        let level = match one.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let place = self.sources.position(one.span);
        let (line, caret) = self.sources.line(one.span);
        let caret = capped(line, caret);
        let gutter = place.line.to_string().len();
        let beside = line.len() <= LONGEST_LINE && fits_beside(line, &caret, gutter, &one.advice);
        let group = level.primary_title(one.message.as_str());
        let group = if line.len() > LONGEST_LINE {
            let origin = Origin::path(self.sources.name(one.span)).line(place.line).char_column(place.column);
            group.element(origin)
        } else {
            let label = (beside && !one.advice.is_empty()).then_some(one.advice.as_str());
            let snippet = Snippet::source(line)
                .line_start(place.line)
                .path(self.sources.name(one.span))
                .annotation(AnnotationKind::Primary.span(caret).label(label));
            group.element(snippet)
        };
        let renderer = Renderer::plain().term_width(WIDTH).decor_style(DecorStyle::Ascii);
        let mut text = renderer.render(&[group]);
        text.push('\n');
        // The renderer would set notes apart by an empty line.
        let gutter = " ".repeat(gutter);
        let cure = if beside { "" } else { one.advice.as_str() };
        for note in [cure, &one.note].into_iter().filter(|note| !note.is_empty()) {
            text.push_str(&noted(&gutter, note));
        }
        text.push_str(&format!("{gutter} |\n"));
        text
    }

    fn last_line(&self) -> String {
        let errors = self.count(Severity::Error);
        let warnings = self.count(Severity::Warning);
        let parts: Vec<String> = [(errors, "error"), (warnings, "warning")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}{}", if count == 1 { "" } else { "s" }))
            .collect();
        let end = if errors > 0 { " Nothing was run." } else { "" };
        let what = if parts.is_empty() { "nothing to say".to_owned() } else { parts.join(", ") };
        format!("{}: {what}.{end}\n", self.path)
    }
}

/// What the renderer lets through and a terminal would obey or hide (C1 controls, separators, marks of direction) as one
/// character that is seen: carets stay where they are.
fn visible(text: &str) -> String {
    let is_hidden = |c: char| {
        let invisible =
            matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
        c.is_control() && c != '\n' && c != '\t' || invisible
    };
    text.replace(is_hidden, "\u{fffd}")
}

/// The start of a long stretch is enough.
fn capped(line: &str, caret: Range<usize>) -> Range<usize> {
    let marked = line.get(caret.clone()).unwrap_or("");
    let length = marked.char_indices().nth(CARETS).map_or(marked.len(), |(at, _)| at);
    caret.start..caret.start + length
}

/// Whether the cure has room behind the carets. A line that is cut to the width shows them further left.
fn fits_beside(line: &str, caret: &Range<usize>, gutter: usize, advice: &str) -> bool {
    let count = |text: Option<&str>| text.unwrap_or("").chars().count();
    let (before, carets) = (count(line.get(..caret.start)), count(line.get(caret.clone())).max(1));
    let room = WIDTH.saturating_sub(gutter + 4 + carets);
    let whole = line.chars().count() + gutter + 3 <= WIDTH;
    let left = if whole { before } else { before.min(10) };
    left + advice.chars().count() <= room
}

/// ` = note`, wrapped.
fn noted(gutter: &str, note: &str) -> String {
    let mut text = format!("{gutter} =");
    let mut column = text.len();
    for word in note.split(' ') {
        let width = word.chars().count() + 1;
        if column > gutter.len() + 2 && column + width > WIDTH {
            text.push_str(&format!("\n{gutter}  "));
            column = gutter.len() + 2;
        }
        text.push(' ');
        text.push_str(word);
        column += width;
    }
    text.push('\n');
    text
}
