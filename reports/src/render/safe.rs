//! Names and texts from files and networks, made harmless for whoever looks at them.

/// Control characters as escapes, so that a name cannot move the cursor, recolour or hide text.
pub fn safe(text: &str) -> String {
    escaped(text, |c| c.is_control() || is_invisible(c))
}

/// The same for a text of several lines: tabs and line ends stay.
pub(crate) fn safe_lines(text: &str) -> String {
    escaped(text, |c| c.is_control() && c != '\n' && c != '\t' || is_invisible(c))
}

/// JSON that a terminal may show: what could only stand in a string there stands as its escape.
pub fn safe_json(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_control() && c != '\n' || is_invisible(c) {
            shown.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Characters that take no room and may turn or hide what stands beside them.
fn is_invisible(c: char) -> bool {
    INVISIBLE.iter().any(|(low, high)| (*low..=*high).contains(&(c as u32)))
}

fn escaped(text: &str, is_harmful: impl Fn(char) -> bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_harmful(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

const INVISIBLE: &[(u32, u32)] =
    &[(0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x2069), (0xFEFF, 0xFEFF), (0xFFFE, 0xFFFF)];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_moves_or_hides_text_remains() {
        assert_eq!(safe("a\x1b[31m\r\n\u{202e}b"), r"a\u{1b}[31m\u{d}\u{a}\u{202e}b");
        assert_eq!(safe("Zürich 电话 ✔"), "Zürich 电话 ✔");
        assert_eq!(safe_lines("a\n\tb\r\u{0}"), "a\n\tb\\u{d}\\u{0}");
        assert_eq!(safe_json("[\n\"\u{9b}m\u{202e}ü\"]"), "[\n\"\\u009bm\\u202eü\"]");
    }
}
