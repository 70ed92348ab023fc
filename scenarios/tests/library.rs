//! Every shipped scenario loads without a word.

use scenarios::{load, schema};

#[test]
fn every_shipped_scenario_loads_without_a_word() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/library");
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let loaded = load(&name, &text, &[], None).unwrap_or_else(|wrong| panic!("{}", wrong.render()));
        // Some are about PBXs with licences of their own, which is always said aloud (R8).
        let other = loaded.warnings.places().find(|place| !place.advice.ends_with("(R8)")).map(|place| place.line);
        assert_eq!(other, None, "{}", loaded.warnings.render());
        files += 1;
    }
    assert_eq!(files, 18);
}

/// What editors complete with: a change here is a change of the language.
#[test]
fn the_schema_is_what_it_was() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&schema()).unwrap());
}
