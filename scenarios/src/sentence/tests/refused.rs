//! Sentences that are wrong in one place: the place, the cause, the cure. The table is `refused.txt`.

use super::{Names, compare, parse, rush};

#[test]
fn wrong_sentences_say_where_and_what_to_write() {
    let table = include_str!("refused.txt");
    compare("refused.txt", table, |section| match section {
        "warm-up" => Names { warm_up_ns: 15 * super::MIN, ..rush() },
        "no licences" => Names { licensed: false, features: vec![], ..rush() },
        "nothing declared" => Names { licensed: true, lasts_ns: super::MIN, ..Names::default() },
        "twins" => {
            let mut names = rush();
            names.occasions.push(super::occasion("the crash", 20, None, "crash", "master", 50));
            names
        }
        _ => rush(),
    });
}

#[test]
fn no_sentence_of_the_table_is_understood() {
    let sentences = include_str!("refused.txt").split("\n\n").filter_map(|block| block.lines().next());
    for sentence in sentences.filter(|sentence| !sentence.starts_with("# ")) {
        let refused = parse(sentence, &rush()).is_err() || parse(sentence, &Names::default()).is_err();
        assert!(refused, "{sentence}");
    }
}
