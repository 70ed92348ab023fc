//! The file that was probably meant.

/// The nearest of `words` within a third of the length of `typed` (Damerau-Levenshtein; always one slip in short ones).
pub(crate) fn nearest<'a>(typed: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    let limit = (typed.chars().count() / 3).max(1);
    words
        .into_iter()
        .map(|word| (strsim::damerau_levenshtein(&typed, &word.to_lowercase()), word))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swap_is_found_and_a_stranger_is_not() {
        assert_eq!(nearest("rsuh.yaml", ["hot-desk.yaml", "rush.yaml"]), Some("rush.yaml"));
        assert_eq!(nearest("Rush.yaml", ["rush.yaml"]), Some("rush.yaml"));
        assert_eq!(nearest("nightly.yaml", ["rush.yaml"]), None);
    }
}
