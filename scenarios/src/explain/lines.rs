//! Lines of 80 columns.

const WIDTH: usize = 80;
/// Width of the column of times and words.
const COLUMN: usize = 12;

/// Text being written.
#[derive(Debug, Default)]
pub(super) struct Lines {
    text: String,
    last_label: String,
}

impl Lines {
    /// A text by itself.
    pub(super) fn paragraph(&mut self, indent: &str, text: &str) {
        self.wrapped(indent, indent, text);
        self.last_label.clear();
    }

    /// A label and a text beside it; the same label is not repeated. Numbers take no column.
    pub(super) fn hanging(&mut self, indent: &str, label: &str, text: &str) {
        let numbered = !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_digit());
        let column = if numbered { 2 } else { COLUMN };
        let shown = if label == self.last_label { "" } else { label };
        let rest = " ".repeat(indent.len() + column + 1);
        let mut first = format!("{indent}{shown:<column$} ");
        if shown.chars().count() > column {
            self.push(&first);
            first.clone_from(&rest);
        }
        self.wrapped(&first, &rest, text);
        label.clone_into(&mut self.last_label);
    }

    /// All of it.
    pub(super) fn finish(self) -> String {
        self.text
    }

    fn wrapped(&mut self, first: &str, rest: &str, text: &str) {
        let mut line = first.to_owned();
        let mut empty = true;
        for word in text.split(' ') {
            let width = line.chars().count() + word.chars().count() + usize::from(!empty);
            if !empty && width > WIDTH {
                self.push(&line);
                line = rest.to_owned();
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(word);
            empty = false;
        }
        self.push(&line);
    }

    fn push(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }
}
