//! Texts that are no sentences: nothing panics, errors point into the text, and long texts take no longer per word.

use proptest::prelude::*;

use super::{Names, parse, rush};
use crate::sentence::understood;

/// Words of the language and of the file, and some that are neither.
const WORDS: [&str; 64] = [
    "no",
    "all",
    "99%",
    "exactly",
    "at",
    "least",
    "most",
    "fewer",
    "more",
    "than",
    "between",
    "and",
    "of",
    "5",
    "30",
    "s",
    "min",
    "users",
    "endpoints",
    "sign-ins",
    "refreshes",
    "takeovers",
    "checkouts",
    "calls",
    "desk",
    "softphone",
    "slave",
    "slave-1",
    "master",
    "the",
    "crash",
    "cut",
    "end",
    "lost",
    "in",
    "are",
    "is",
    "back",
    "registered",
    "dropped",
    "refused",
    "a",
    "licence",
    "for",
    "no-unit",
    "within",
    "during",
    "before",
    "after",
    "from",
    "to",
    "+10",
    "09:06",
    "runs",
    "or",
    "stop",
    "peak",
    "mean",
    "units",
    "use",
    "PBX-Port",
    "PBX-Port12",
    "agrees",
    "with",
];

fn checked(text: &str, names: &Names) {
    match parse(text, names) {
        Ok(expectation) => assert!(!understood(&expectation).is_empty()),
        Err(error) => {
            let end = error.offset + error.len;
            assert!(text.get(error.offset..end).is_some(), "{text:?}: {error:?}");
            assert!(!error.message.is_empty() && !error.advice.is_empty(), "{text:?}");
            assert!(error.message.len() + error.advice.len() < 2_000, "{text:?}");
        }
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,80}") {
        checked(&text, &rush());
        checked(&text, &Names::default());
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        checked(&String::from_utf8_lossy(&bytes), &rush());
    }

    #[test]
    fn no_words_panic(words in prop::collection::vec(prop::sample::select(WORDS.to_vec()), 0..16)) {
        checked(&words.join(" "), &rush());
    }

    #[test]
    fn no_changed_sentence_panics(
        example in prop::sample::select(crate::sentence::metrics().iter().map(|doc| doc.example).chain(
            crate::sentence::outcomes().iter().map(|doc| doc.example)).collect::<Vec<_>>()),
        place in any::<prop::sample::Index>(),
        word in prop::sample::select(WORDS.to_vec()),
    ) {
        let mut words: Vec<&str> = example.split(' ').collect();
        let index = place.index(words.len());
        words[index] = word;
        checked(&words.join(" "), &rush());
        words.remove(index);
        checked(&words.join(" "), &rush());
    }
}

#[test]
fn long_texts_are_refused_as_quickly_as_short_ones() {
    let names = rush();
    for unit in ["all ", "99% of ", "the crash ", "units in use of ", "9", "x", "at the end ", "PBX-Port", "ü "] {
        let text = unit.repeat(2_000_000 / unit.len());
        let begins =
            ["", "no endpoints lost in ", "peak units in use of PBX-Port are exactly ", "all users are registered at "];
        for begin in begins {
            checked(&format!("{begin}{text}"), &names);
        }
    }
}
