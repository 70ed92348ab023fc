//! Diagnostics as text, in the style of rustc: place, line, caret, cure.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};

use crate::diagnostics::{Diagnostic, Diagnostics, SHOWN, Severity};

/// Longer lines are named by place only.
const LONGEST_LINE: usize = 4_000;
/// Carets end here.
const WIDTH: usize = 140;

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
        text
    }

    fn render_one(&self, one: &Diagnostic) -> String {
        let level = match one.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let place = self.sources.position(one.span);
        let (line, caret) = self.sources.line(one.span);
        let group = level.primary_title(one.message.as_str());
        let group = if line.len() > LONGEST_LINE {
            let origin = Origin::path(self.sources.name(one.span)).line(place.line).char_column(place.column);
            group.element(origin)
        } else {
            let label = (!one.advice.is_empty()).then_some(one.advice.as_str());
            let snippet = Snippet::source(line)
                .line_start(place.line)
                .path(self.sources.name(one.span))
                .annotation(AnnotationKind::Primary.span(caret).label(label));
            group.element(snippet)
        };
        let renderer = Renderer::plain().term_width(WIDTH).decor_style(DecorStyle::Ascii);
        let mut text = renderer.render(&[group]);
        let gutter = " ".repeat(place.line.to_string().len());
        text.push('\n');
        // The renderer would set notes apart by an empty line. A line too long to show leaves no place for the cure.
        let cure = if line.len() > LONGEST_LINE { one.advice.as_str() } else { "" };
        for note in [cure, &one.note].into_iter().filter(|note| !note.is_empty()) {
            text.push_str(&format!("{gutter} = {note}\n"));
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
