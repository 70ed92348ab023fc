//! No text makes the reader panic, and large ones are read in linear time and memory.

use proptest::prelude::*;
use scenarios::{Template, decode, load};

/// Reading is all that is asked: any answer will do, and it must be renderable.
fn read(text: &str, overrides: &[String]) {
    match load("any.yaml", text, overrides, None) {
        Ok(loaded) => drop(loaded.warnings.render()),
        Err(wrong) => {
            assert!(wrong.is_error());
            assert!(wrong.render().ends_with("Nothing was run.\n"));
        }
    }
}

/// Pieces of the language, so that chance gets past the first line.
fn piece() -> impl Strategy<Value = String> {
    let words = [
        "pbxsim: 1\n",
        "lasts: 1 h\n",
        "users:\n",
        "  desk: ",
        "{ count: 5 }\n",
        "cluster:\n",
        "  a: { role: master }\n",
        "timeline:\n",
        "  - at: ",
        "+1 min\n",
        "    crash: desk\n",
        "    called: x\n",
        "x end + 5 s\n",
        "expect:\n",
        "  - no users are dropped\n",
        "home: { each-a: 33% }",
        "like: desk",
        "set: { lasts: 1 h }",
        "variants:\n",
        "- ",
        "over: 5 s",
        "0",
        "%",
        "..",
        "é",
        "\"",
        "'",
        "{",
        "}",
        "[",
        "]",
        ", ",
        ": ",
        "\n",
        "  ",
        "# ",
        "|",
        ">",
        "&a",
        "*a",
        "!t",
        "---\n",
        "\t",
        "\r\n",
        "\u{feff}",
        "99999999999999999999",
        "1e9",
        "-1",
        "each-",
        "everyone",
        "10% of desk",
    ];
    prop_oneof![4 => prop::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => ".{0,8}"]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics(text in any::<String>()) {
        read(&text, &[]);
    }

    #[test]
    fn no_pieces_of_the_language_panic(pieces in prop::collection::vec(piece(), 0..60)) {
        read(&pieces.concat(), &[]);
    }

    #[test]
    fn no_cut_or_changed_scenario_panics(which in 0..Template::ALL.len(), at in 0..4_000usize, cut in 0..60usize, put in piece()) {
        let text = Template::ALL[which].text;
        let (start, end) = (at.min(text.len()), (at + cut).min(text.len()));
        if text.is_char_boundary(start) && text.is_char_boundary(end) {
            read(&format!("{}{put}{}", &text[..start], &text[end..]), &[]);
        }
    }

    #[test]
    fn no_override_panics(path in "[a-z.-]{0,30}|users\\.desk\\.[a-z-]{1,12}|timeline\\.the crash\\.[a-z]{1,6}", value in ".{0,12}|[0-9]{1,22} ?(s|min|%|E|/s)") {
        read(Template::ALL[0].text, &[format!("{path}={value}")]);
    }
}

#[test]
fn a_million_lines_are_read_in_linear_time() {
    let mut text = String::from("pbxsim: 1\nlasts: 1 h\nusers: { desk: { count: 5 } }\nexpect:\n");
    for number in 0..1_000_000 {
        text.push_str(if number % 2 == 0 { "# why\n" } else { "  \n" });
    }
    text.push_str("  - no desk users are dropped\n");
    assert_eq!(load("long.yaml", &text, &[], None).map(|loaded| loaded.plans.len()), Ok(1));
}

#[test]
fn bytes_that_are_no_text_are_named_by_place() {
    let wrong = decode("latin.yaml", b"pbxsim: 1\ntitle: caf\xe9\n".to_vec()).unwrap_err();
    let place = wrong.places().next().unwrap();
    assert_eq!((place.line, place.column, place.message), (2, 11, "this byte is not UTF-8"));
    let wrong = decode("wide.yaml", b"\xff\xfep\0b\0".to_vec()).unwrap_err();
    assert_eq!(wrong.places().next().unwrap().message, "this file is UTF-16");
    assert_eq!(decode("a", b"pbxsim: 1".to_vec()).unwrap(), "pbxsim: 1");
}

#[test]
fn many_that_are_alike_are_read_in_linear_time() {
    let mut text = String::from("pbxsim: 1\nlasts: 1 h\nusers:\n  a: { count: 5 }\n");
    for number in 0..60_000 {
        text.push_str(&format!("  p{number}: {{ like: a }}\n"));
    }
    text.push_str("expect:\n");
    for number in 0..200 {
        text.push_str(&format!("  - no p{number} users are dropped\n"));
    }
    let plan = load("alike.yaml", &text, &[], None).map(|loaded| loaded.plans[0].layout.populations.len());
    assert_eq!(plan, Ok(60_001));
}

#[test]
fn very_many_mistakes_are_counted_not_shown() {
    let mut text = String::from("pbxsim: 1\nlasts: 1 h\nusers:\n");
    for number in 0..200_000 {
        text.push_str(&format!("  p{number}: {{ cuont: 5 }}\n"));
    }
    let wrong = load("many.yaml", &text, &[], None).unwrap_err();
    let shown = wrong.render();
    assert!(shown.len() < 40_000, "{}", shown.len());
    assert!(shown.contains("\nand ") && shown.contains(" more\n"));
}

#[test]
fn a_long_line_is_named_by_place() {
    let users: String = (0..20_000).map(|number| format!("a{number}: {{ cuont: 1 }}, ")).collect();
    let shown =
        load("wide.yaml", &format!("pbxsim: 1\nlasts: 1 h\nusers: {{ {users} }}\n"), &[], None).unwrap_err().render();
    assert!(shown.starts_with("error: unknown key \"cuont\" in users.a0\n--> wide.yaml:3:16\n"), "{}", &shown[..200]);
    assert!(shown.len() < 40_000);
}
