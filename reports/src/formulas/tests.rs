//! The tables of domain §4.5: exact rationals, published tables (without their misprints), other tools' tests.

use super::*;

fn close(value: f64, right: f64, relative: f64) -> bool {
    (value - right).abs() <= relative * right.abs()
}

#[test]
fn erlang_b_is_as_in_exact_rationals() {
    for (units, erlangs, right) in ERLANG_B {
        let blocked = erlang_b(units, erlangs);
        assert!(close(blocked, right, 2e-6), "B({units}, {erlangs}) = {blocked}, not {right}");
    }
    for (units, erlangs, over, under) in [(1, 0.5, 1, 3), (4, 2.0, 2, 21), (5, 3.0, 81, 736), (6, 2.0, 4, 331)] {
        assert!(close(erlang_b(units, erlangs), f64::from(over) / f64::from(under), 1e-15));
    }
    assert!(close(erlang_b(10, 5.0), 390_625.0 / 21_247_437.0, 1e-14));
    assert!(close(erlang_b(10, 10.0), 1_562_500.0 / 7_281_587.0, 1e-14));
}

#[test]
fn erlang_b_carries_two_percent_as_the_printed_table_says() {
    for (units, erlangs) in LUCENT {
        assert!(erlang_b(units, erlangs - 0.001) < 0.02 && erlang_b(units, erlangs + 0.001) > 0.02, "{units}");
    }
}

#[test]
fn erlang_b_asks_for_the_known_numbers_of_units() {
    for (erlangs, units) in UNITS {
        for (target, units) in [0.001, 0.01, 0.02, 0.05].into_iter().zip(units) {
            assert_eq!(erlang_b_units(erlangs, target), Some(units), "{erlangs} erlangs at {target}");
        }
    }
    assert_eq!(erlang_b_units(10.0, 0.0), None);
    assert_eq!(erlang_b_units(f64::INFINITY, 0.01), None);
    assert_eq!(erlang_b_units(0.0, 0.01), Some(1));
}

#[test]
fn the_rush_at_rest_asks_for_541() {
    assert_eq!(erlang_b_units(514.0, 0.01), Some(541));
}

#[test]
fn erlang_c_is_as_in_exact_rationals() {
    for (units, erlangs, right) in ERLANG_C {
        let waits = erlang_c(units, erlangs);
        assert!(close(waits, right, 1e-9), "C({units}, {erlangs}) = {waits}, not {right}");
    }
    assert_eq!(erlang_c(3, 3.0), 1.0);
    let mean_wait_s = 300.0 * erlang_c(100, 95.0) / 5.0;
    assert!(close(mean_wait_s, 30.387411, 1e-7));
}

#[test]
fn engset_is_as_in_exact_rationals() {
    for (sources, units, beta, time, call, traffic, carried) in ENGSET {
        assert!(close(engset_time_congestion(sources, units, beta), time, 1e-9), "E({sources}, {units})");
        assert!(close(engset_call_congestion(sources, units, beta), call, 1e-9), "B({sources}, {units})");
        let lost = engset_traffic_congestion(sources, units, beta);
        assert!(close(lost, traffic, 1e-8), "traffic({sources}, {units})");
        let intended = sources as f64 * beta / (1.0 + beta);
        assert!(close(intended * (1.0 - lost), carried, 1e-6), "carried({sources}, {units})");
    }
}

#[test]
fn engset_meets_the_published_calculator() {
    for (units, sources, total, right) in
        [(5, 10, 2.0, 0.016_350), (4, 10, 2.0, 0.064_952_8), (5, 20, 4.0, 0.180_711), (5, 20, 8.0, 0.471_479)]
    {
        let refused = with_total_offered(sources, units, total);
        assert!(close(refused, right, 5e-5), "{units} units, {sources} sources, {total} erlangs: {refused}");
    }
    assert!(with_total_offered(250, 87, 75.0) > 0.0125 && with_total_offered(250, 88, 75.0) < 0.01);
    assert_eq!(erlang_b_units(75.0, 0.01), Some(91));
}

#[test]
fn engset_units_are_the_fewest_and_never_more_than_sources() {
    let units = engset_units(100, 0.5, 0.01).expect("a target above 0");
    assert!(engset_call_congestion(100, units, 0.5) <= 0.01 && engset_call_congestion(100, units - 1, 0.5) > 0.01);
    assert_eq!(engset_units(10, 1e9, 1e-9), Some(10));
    assert_eq!(engset_units(10, 1.0, 0.0), None);
    assert_eq!(engset_units(0, 1.0, 0.01), Some(0));
}

#[test]
fn beta_gives_back_the_intended_load() {
    let beta = engset_beta(100, 100.0 / 3.0).expect("a third of the sources");
    assert!(close(beta, 0.5, 1e-15));
    assert_eq!(engset_beta(100, 100.0), None);
    assert_eq!(engset_beta(0, 1.0), None);
}

/// The calculator's convention: the total offered traffic is given, repeats of the refused included.
fn with_total_offered(sources: u64, units: u64, total: f64) -> f64 {
    let a = total / sources as f64;
    (0..200).fold(0.0, |refused, _| engset_call_congestion(sources, units, a / (1.0 - a * (1.0 - refused))))
}

const ERLANG_B: [(u64, f64, f64); 27] = [
    (1, 0.5, 0.333333333333),
    (1, 1.0, 0.5),
    (2, 1.0, 0.2),
    (4, 2.0, 0.0952380952381),
    (5, 3.0, 0.110054347826),
    (6, 2.0, 0.012084592145),
    (10, 5.0, 0.0183845703366),
    (10, 10.0, 0.214582343107),
    (15, 8.108, 0.0099996319426),
    (16, 10.0, 0.0223018720404),
    (17, 10.0, 0.0129488752247),
    (17, 9.6516, 0.00999998),
    (20, 12.0, 0.00979563942006),
    (20, 15.0, 0.0455932155898),
    (24, 15.3, 0.0100289858373),
    (25, 16.1245, 0.00999969),
    (30, 20.0, 0.00845749834019),
    (30, 25.0, 0.0526031722281),
    (50, 37.9, 0.00999539806833),
    (50, 45.0, 0.0541044721646),
    (100, 84.06, 0.00999170258803),
    (100, 95.0, 0.0488042061787),
    (200, 180.0, 0.010324995205),
    (500, 480.0, 0.0143257807224),
    (1000, 950.0, 0.00364929368894),
    (1000, 1000.0, 0.0248119176462),
    (2000, 1960.0, 0.00725245006503),
];

/// Lucent training material, capacity at 2 %; its six misprints (33, 45, 55, 61, 63, 69) corrected.
const LUCENT: [(u64, f64); 45] = [
    (1, 0.020),
    (3, 0.602),
    (5, 1.657),
    (7, 2.935),
    (9, 4.345),
    (11, 5.842),
    (13, 7.402),
    (15, 9.010),
    (17, 10.656),
    (19, 12.333),
    (21, 14.036),
    (23, 15.761),
    (25, 17.505),
    (27, 19.265),
    (29, 21.039),
    (31, 22.827),
    (33, 24.626),
    (35, 26.435),
    (37, 28.254),
    (39, 30.081),
    (41, 31.916),
    (43, 33.758),
    (45, 35.607),
    (47, 37.462),
    (49, 39.323),
    (51, 41.189),
    (53, 43.060),
    (55, 44.936),
    (57, 46.816),
    (59, 48.700),
    (61, 50.589),
    (63, 52.481),
    (65, 54.376),
    (67, 56.275),
    (69, 58.177),
    (71, 60.082),
    (73, 61.990),
    (75, 63.900),
    (77, 65.814),
    (79, 67.729),
    (81, 69.647),
    (83, 71.568),
    (85, 73.490),
    (87, 75.415),
    (89, 77.342),
];

const UNITS: [(f64, [u64; 4]); 8] = [
    (5.0, [14, 11, 10, 9]),
    (10.0, [21, 18, 17, 15]),
    (20.0, [35, 30, 28, 26]),
    (50.0, [71, 64, 61, 56]),
    (100.0, [128, 117, 113, 105]),
    (200.0, [238, 221, 214, 202]),
    (500.0, [555, 527, 514, 489]),
    (1000.0, [1072, 1029, 1009, 966]),
];

const ERLANG_C: [(u64, f64, f64); 13] = [
    (2, 1.0, 1.0 / 3.0),
    (3, 2.0, 4.0 / 9.0),
    (10, 8.0, 4_194_304.0 / 10_250_507.0),
    (10, 9.0, 43_046_721.0 / 64_370_707.0),
    (11, 10.1, 0.7109547822),
    (14, 10.0, 0.1741319336),
    (15, 10.0, 0.1020423670),
    (25, 20.0, 0.2091028266),
    (30, 25.0, 0.2498931669),
    (50, 45.0, 0.3638644672),
    (100, 95.0, 0.5064568539),
    (20, 40.0 / 3.0, 0.0623196068),
    (20, 50.0 / 3.0, 0.3381247679),
];

type EngsetRow = (u64, u64, f64, f64, f64, f64, f64);
const ENGSET: [EngsetRow; 9] = [
    (2, 1, 1.0, 2.0 / 3.0, 0.5, 1.0 / 3.0, 0.666667),
    (3, 2, 1.0, 3.0 / 7.0, 0.25, 1.0 / 7.0, 1.285714),
    (10, 5, 0.5, 21.0 / 142.0, 63.0 / 589.0, 21.0 / 284.0, 3.086854),
    (10, 9, 1.0, 10.0 / 1023.0, 1.0 / 512.0, 1.0 / 1023.0, 4.995112),
    (20, 10, 1.0, 0.2996046482, 0.2605705711, 0.1498023241, 8.501977),
    (50, 20, 0.5, 0.08064511536, 0.07086610233, 0.04838706922, 15.860216),
    (100, 35, 0.5, 0.1152236577, 0.1082879334, 0.0748953775, 30.836821),
    (100, 60, 1.0, 0.01103813906, 0.008791693676, 0.004415255626, 49.779237),
    (500, 450, 5.0, 6.688409918e-06, 4.013032530e-06, 6.688409918e-07, 416.666388),
];

#[test]
fn units_for_a_target_are_the_fewest_that_meet_it() {
    for (erlangs, target) in [(8.0, 0.2), (8.0, 0.01), (20.0, 0.3), (95.0, 0.5)] {
        let units = erlang_c_units(erlangs, target).expect("a load");
        assert!(erlang_c(units, erlangs) <= target && erlang_c(units - 1, erlangs) > target, "{erlangs} {target}");
        let line = |units: u64| erlang_c(units, erlangs) * erlangs / (units as f64 - erlangs);
        let units = erlang_c_waiting_units(erlangs, target).expect("a load");
        assert!(line(units) <= target && (units as f64 - 1.0 <= erlangs || line(units - 1) > target), "{erlangs}");
    }
    // The printed row of Erlang C: N = 10, A = 8 wait with 0.4092, and 1.637 stand in line.
    assert_eq!((erlang_c_units(8.0, 0.4092), erlang_c_waiting_units(8.0, 1.637)), (Some(10), Some(10)));
    for (sources, beta, target) in [(100, 0.5, 0.1152237), (100, 1.0, 0.0111), (20, 1.0, 0.3)] {
        let units = engset_time_units(sources, beta, target).expect("a load");
        assert!(engset_time_congestion(sources, units, beta) <= target);
        assert!(engset_time_congestion(sources, units - 1, beta) > target);
    }
    assert_eq!(engset_time_units(100, 0.5, 0.1152237), Some(35));
    assert_eq!((erlang_c_units(8.0, 0.0), engset_time_units(9, f64::NAN, 0.1)), (None, None));
}
