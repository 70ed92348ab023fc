use super::*;

fn fails_at(seed: usize, of: usize) -> Vec<bool> {
    (1..=of).map(|place| place != seed).collect()
}

#[test]
fn e9_steps_and_decisions() {
    let sprt = Sprt::new(0.95);
    assert_eq!(format!("{:.8} {:.8} {:.8}", sprt.pass, sprt.fail, log(SPRT_ODDS)), "0.08515781 -1.60943791 2.94443898");
    assert_eq!(sprt.decides(&[true; 100]), Some((35, true)));
    assert_eq!(sprt.decides(&[true; 34]), None);
    assert_eq!(sprt.decides(&fails_at(7, 100)), Some((55, true)));
    assert_eq!(format!("{:.8}", 54.0 * sprt.pass + sprt.fail), "2.98908374");
    assert_eq!(sprt.decides(&[true, false, true, true, false, true]), Some((5, false)));
    assert_eq!(format!("{:.8}", 3.0 * sprt.pass + 2.0 * sprt.fail), "-2.96340240");
}

/// P(says pass) and the mean number of seeds, exactly, over all courses of at most `cap` seeds.
fn operating(p: f64, cap: usize, decides: impl Fn(u64, u64) -> Option<bool>) -> (f64, f64, f64) {
    // By the number that failed: the chance to be there, undecided.
    let mut at = vec![1.0];
    let (mut pass, mut fail, mut mean) = (0.0, 0.0, 0.0);
    for seed in 1..=cap {
        let mut next = vec![0.0; at.len() + 1];
        for (failed, chance) in at.iter().enumerate() {
            next[failed] += chance * p;
            next[failed + 1] += chance * (1.0 - p);
        }
        for (failed, chance) in next.iter_mut().enumerate() {
            if let Some(verdict) = decides((seed - failed) as u64, failed as u64) {
                *(if verdict { &mut pass } else { &mut fail }) += *chance;
                mean += *chance * seed as f64;
                *chance = 0.0;
            }
        }
        at = next;
    }
    let open: f64 = at.iter().sum();
    (pass, mean + open * cap as f64, open)
}

#[test]
fn auto_says_pass_as_often_and_after_as_many_seeds_as_the_table_says() {
    let sprt = Sprt::new(0.95);
    let decides = |passed: u64, failed: u64| {
        let evidence = passed as f64 * sprt.pass + failed as f64 * sprt.fail;
        (evidence.abs() >= log(SPRT_ODDS)).then_some(evidence > 0.0)
    };
    for (p, says_pass, seeds) in [
        (0.5, "0.0000", "4.4"),
        (0.8, "0.0005", "14.2"),
        (0.9, "0.0489", "38.3"),
        (0.95, "0.5424", "76.6"),
        (0.98, "0.9703", "54.6"),
        (0.99, "0.9964", "43.4"),
        (1.0, "1.0000", "35.0"),
    ] {
        let (pass, mean, open) = operating(p, 400, decides);
        assert_eq!((format!("{pass:.4}").as_str(), format!("{mean:.1}").as_str()), (says_pass, seeds), "{p}");
        assert!(open < 0.006, "the cap of 400 leaves {open} open at {p}");
    }
}

#[test]
fn e10_shares_left_open() {
    let open = open_shares(60, 0);
    assert_eq!(format!("{:.8} {}", open.low, open.high), "0.93547420 1");
    let open = open_shares(118, 2);
    assert_eq!(format!("{:.8} {:.8}", open.low, open.high), "0.92573627 0.99917855");
    assert_eq!(open_shares(0, 0), Interval { low: 0.0, high: 1.0 });
    let open = open_shares(0, 20);
    assert!(open.low == 0.0 && open.high < 0.7);
}

#[test]
fn a_proof_takes_81_seeds_or_more() {
    assert_eq!(proves(&[true; 200], 0.95), Some((81, true)));
    assert_eq!(proves(&[true; 80], 0.95), None);
    let share_of_two_thirds: Vec<bool> = (0..60).map(|seed| seed % 3 != 0).collect();
    assert!(matches!(proves(&share_of_two_thirds, 0.95), Some((_, false))));
    for (p, seeds) in [(0.99, "152"), (0.98, "323")] {
        let (_, mean, _) = operating(p, 1_000, |passed, failed| {
            // More failures than ever come with such a share are decided without arithmetic.
            if failed > 60 { Some(false) } else { side(passed, failed, 0.95) }
        });
        assert_eq!(format!("{mean:.0}"), seeds, "{p}");
    }
}
