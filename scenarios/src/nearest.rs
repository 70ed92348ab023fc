//! The word that was probably meant.

/// The nearest of `words` within a third of the length of `typed` (Damerau-Levenshtein; always one slip in short words).
pub(crate) fn nearest<'a>(typed: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = typed.chars().count();
    // Nothing declared is longer than this; comparing costs the product of the lengths.
    if length > 80 {
        return None;
    }
    let limit = (length / 3).max(1);
    words
        .into_iter()
        .filter(|word| word.len() < 160)
        .map(|word| (strsim::damerau_levenshtein(&typed.to_lowercase(), &word.to_lowercase()), word))
        .filter(|(distance, _)| *distance <= limit && *distance < length)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// `did you mean "answers"?`, or nothing.
pub(crate) fn did_you_mean<'a>(typed: &str, words: impl IntoIterator<Item = &'a str>) -> String {
    nearest(typed, words).map_or_else(String::new, |word| format!("did you mean \"{word}\"?"))
}

/// `a, b or c`, each in quotes, at most seven.
pub(crate) fn either<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.into_iter().collect();
    let mut shown: Vec<String> = words.iter().take(7).map(|word| format!("\"{word}\"")).collect();
    if words.len() > 7 {
        return format!("{}, … ({} in all)", shown.join(", "), words.len());
    }
    let last = shown.pop().unwrap_or_default();
    if shown.is_empty() { last } else { format!("{} or {last}", shown.join(", ")) }
}

/// 5800 as `5,800`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swap_is_one_slip_and_far_words_are_not_offered() {
        assert_eq!(nearest("anwsers", ["answers", "queue"]), Some("answers"));
        assert_eq!(nearest("quickly", ["answers", "queue"]), None);
        assert_eq!(nearest("x", ["s"]), None);
    }

    #[test]
    fn lists_end_with_or() {
        assert_eq!(either(["a", "b", "c"]), "\"a\", \"b\" or \"c\"");
        assert_eq!(either(["a"]), "\"a\"");
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([grouped(7), grouped(5804), grouped(1_000_000)], ["7", "5,804", "1,000,000"]);
    }
}
