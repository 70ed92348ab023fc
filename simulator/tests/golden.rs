//! The same bytes on every machine: the standard run's digest is frozen, here and in WebAssembly.

mod standard;

#[test]
fn the_standard_run_has_its_frozen_digest() {
    let (digest, steps) = standard::run();
    assert!(steps > 20_000, "{steps} steps are too few to show anything");
    assert_eq!(digest, standard::GOLDEN, "results changed: say why in CHANGELOG.md and freeze {digest:#018x}");
}
