//! A scenario that comes with pbxsim, run as the README says, with two seeds.

use crate::desk::Desk;

#[test]
fn rush_passes_and_its_summary_fits_the_page() {
    let library = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios/library/rush.yaml");
    let desk = Desk::empty();
    let answer = desk.pbxsim(&format!("run {library} --seeds 2"));
    assert_eq!(answer.code, Some(0), "{}{}", answer.output, answer.errors);
    assert!(answer.output.lines().count() <= 45, "{}", answer.output);
    assert!(answer.output.contains("08:56:00  sign-in begins"), "{}", answer.output);
    assert!(answer.output.contains("pbxsim show LAST --as json"), "{}", answer.output);
    let json = desk.pbxsim("show LAST --as json").json();
    assert_eq!((&json["seeds"]["passed"], &json["counts"]["endpoints"]), (&2.into(), &5804.into()));
}
