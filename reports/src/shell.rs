//! Words as a shell reads them, for commands that are printed to be copied.

/// In quotes if it needs some.
pub fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_quotes_survive() {
        assert_eq!(quoted("rush.yaml"), "rush.yaml");
        assert_eq!(quoted("my rush's.yaml"), r"'my rush'\''s.yaml'");
    }
}
