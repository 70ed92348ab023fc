//! Text in columns of a terminal: widths, wrapping, and names made harmless.

use super::WIDTH;

/// Columns a text takes: none for combining marks, two for East Asian wide characters and emoji.
pub(in crate::render) fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// Wraps words into lines of the summary: `first` before the first line, `rest` before the others (their widths count,
/// ANSI sequences in `first` are not expected). A word longer than a line is broken.
pub(in crate::render) fn wrapped(first: &str, rest: &str, text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = first.to_owned();
    let mut empty = true;
    for word in pieces(text) {
        if !empty && width(&line) + 1 + width(&word) > WIDTH {
            lines.push(std::mem::replace(&mut line, rest.to_owned()));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        for c in word.chars().map(|c| if c == GLUE { ' ' } else { c }) {
            if width(&line) + columns(c) > WIDTH {
                lines.push(std::mem::replace(&mut line, rest.to_owned()));
            }
            line.push(c);
        }
        empty = false;
    }
    lines.push(line);
    lines
}

/// Words, and numbers together with the unit or name that belongs to them.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let unit = UNITS.contains(&word.trim_end_matches(|c: char| !c.is_alphanumeric()));
        match pieces.last_mut() {
            Some(last) if unit && last.ends_with(|c: char| c.is_ascii_digit()) || last.ends_with("(seed") => {
                last.push(GLUE);
                last.push_str(word);
            }
            _ => pieces.push(word.to_owned()),
        }
    }
    pieces
}

/// The text, cut to `columns` with `…` where it is longer.
pub(in crate::render) fn cut(text: &str, limit: usize) -> String {
    if width(text) <= limit {
        return text.to_owned();
    }
    let mut shown = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += columns(c);
        if used > limit {
            break;
        }
        shown.push(c);
    }
    shown.push('…');
    shown
}

/// The same cut at the front: of a path, the end tells more.
pub(in crate::render) fn cut_front(text: &str, limit: usize) -> String {
    if width(text) <= limit {
        return text.to_owned();
    }
    let mut used = 1;
    let fits = |c: &char| {
        used += columns(*c);
        used <= limit
    };
    let kept: usize = text.chars().rev().take_while(fits).map(char::len_utf8).sum();
    format!("…{}", &text[text.len() - kept..])
}

/// Padded with blanks at the right to `columns`.
pub(in crate::render) fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Padded with blanks at the left to `columns`.
pub(in crate::render) fn right(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Left text and, at the right end of `columns`, a word, which `paint` may colour.
pub(in crate::render) fn with_right(left: &str, word: &str, columns: usize, paint: impl Fn(&str) -> String) -> String {
    let left = cut(left, columns.saturating_sub(width(word) + 1));
    format!("{}{}", padded(&left, columns - width(word)), paint(word))
}

fn columns(c: char) -> usize {
    let within = |ranges: &[(u32, u32)]| ranges.iter().any(|(low, high)| (*low..=*high).contains(&(c as u32)));
    match c {
        ' '..='~' => 1,
        _ if within(COMBINING) => 0,
        _ if within(DOUBLE) => 2,
        _ => 1,
    }
}

/// Stands for a blank at which no line breaks.
const GLUE: char = '\u{A0}';
const UNITS: [&str; 7] = ["ns", "µs", "ms", "s", "min", "h", "runs"];
/// Bidirectional overrides, zero-width characters, line and paragraph separators.
const COMBINING: &[(u32, u32)] = &[
    (0x0300, 0x036F),
    (0x0483, 0x0489),
    (0x0591, 0x05BD),
    (0x1AB0, 0x1AFF),
    (0x20D0, 0x20FF),
    (0xFE00, 0xFE0F),
    (0xFE20, 0xFE2F),
];
const DOUBLE: &[(u32, u32)] = &[
    (0x1100, 0x115F),
    (0x2E80, 0x303E),
    (0x3041, 0xA4CF),
    (0xA960, 0xA97C),
    (0xAC00, 0xD7A3),
    (0xF900, 0xFAFF),
    (0xFE30, 0xFE6F),
    (0xFF00, 0xFF60),
    (0xFFE0, 0xFFE6),
    (0x1F300, 0x1F64F),
    (0x1F680, 0x1F6FF),
    (0x1F900, 0x1F9FF),
    (0x20000, 0x3FFFD),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_columns() {
        for (text, columns) in [("abc", 3), ("é", 1), ("e\u{301}", 1), ("电话", 4), ("📞", 2), ("▁█", 2), ("–…✔", 3)]
        {
            assert_eq!(width(text), columns, "{text}");
        }
    }

    #[test]
    fn lines_break_between_words_and_inside_only_of_long_ones() {
        let lines = wrapped("  ✔ ", "    ", &"four ".repeat(30));
        assert!(lines.iter().all(|line| width(line) <= WIDTH) && lines.len() == 2);
        assert!(lines[1].starts_with("    four"));
        let lines = wrapped("", "", &"x".repeat(200));
        assert_eq!(lines.iter().map(|line| width(line)).collect::<Vec<_>>(), [80, 80, 40]);
        assert!(wrapped("", "", &"电".repeat(100)).iter().all(|line| width(line) <= WIDTH));
    }

    #[test]
    fn a_number_stays_with_its_unit() {
        assert_eq!(pieces("within 24.5 s, the last (seed 7) in 20 runs now").len(), 8);
        let lines = wrapped("", "", &format!("{} 24.5 s", "x".repeat(74)));
        assert_eq!(lines[1], "24.5 s");
    }

    #[test]
    fn what_is_cut_says_so() {
        assert_eq!((cut("abcdef", 6).as_str(), cut("abcdef", 4).as_str()), ("abcdef", "abc…"));
        assert_eq!(width(&cut("电话电话", 4)), 3);
        assert_eq!((cut_front("abcdef", 6).as_str(), cut_front("abcdef", 4).as_str()), ("abcdef", "…def"));
        assert_eq!(cut_front("电话电话", 4), "…话");
    }
}
