//! People spread over a window: each at an instant of its own, none at the same by design.

use std::sync::OnceLock;

use crate::distribution::normal_upper;
use crate::schedule::Shape;
use crate::time::Duration;

const POINTS: usize = 1024;
/// Standard deviation of the bell, in parts of the window.
const DEVIATION: f64 = 0.2;

/// Place of the `seat`-th of `seats` in the window, out of 2^64: somewhere within its own stratum.
#[inline]
pub fn fraction(seat: u32, seats: u32, bits: u64) -> u64 {
    let whole = u128::from(seat) << 64 | u128::from(bits);
    u64::try_from(whole / u128::from(seats.max(1))).unwrap_or(u64::MAX)
}

/// The instant within the window that has this fraction of the shape before it.
pub fn within(window: Duration, shape: Shape, fraction: u64) -> Duration {
    let place = match shape {
        Shape::Even => fraction,
        Shape::Front => {
            let left = (u64::MAX - fraction) as f64 / 2f64.powi(64);
            ((1.0 - left.sqrt()) * 2f64.powi(64)) as u64
        }
        Shape::Bell => bell(fraction),
    };
    Duration(((u128::from(window.0) * u128::from(place)) >> 64) as u64)
}

/// Quantile of the normal law cut to the window, by linear interpolation in a table.
fn bell(fraction: u64) -> u64 {
    static TABLE: OnceLock<Vec<u64>> = OnceLock::new();
    let table = TABLE.get_or_init(bell_table);
    let scaled = u128::from(fraction) * POINTS as u128;
    let (index, rest) = ((scaled >> 64) as usize, scaled as u64);
    let step = u128::from(table[index + 1] - table[index]);
    table[index] + ((step * u128::from(rest)) >> 64) as u64
}

fn bell_table() -> Vec<u64> {
    let outside = libm::erfc(0.5 / DEVIATION / core::f64::consts::SQRT_2) / 2.0;
    let place = |index: usize| {
        let q = outside + (1.0 - 2.0 * outside) * index as f64 / POINTS as f64;
        let deviation = if q < 0.5 { -normal_upper(q) } else { normal_upper(1.0 - q) };
        let place = if index == 0 { 0.0 } else { (0.5 + DEVIATION * deviation).clamp(0.0, 1.0) };
        if index == POINTS { u64::MAX } else { (place * 2f64.powi(64)) as u64 }
    };
    (0..=POINTS).map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(shape: Shape) -> Vec<f64> {
        (0..1000)
            .map(|seat| within(Duration::seconds(1000), shape, fraction(seat, 1000, 1 << 63)).as_secs_f64())
            .collect()
    }

    #[test]
    fn even_is_one_a_second_in_order_of_seats() {
        let places = places(Shape::Even);
        assert!((0..1000).all(|seat| (places[seat] - seat as f64 - 0.5).abs() < 1e-6));
    }

    #[test]
    fn the_bell_has_two_thirds_within_one_deviation_and_nobody_outside() {
        let places = places(Shape::Bell);
        let near = places.iter().filter(|place| (**place - 500.0).abs() < 200.0).count();
        assert!((685..=695).contains(&near), "{near}");
        assert!(places.iter().all(|place| (0.0..=1000.0).contains(place)));
        assert!(places.windows(2).all(|pair| pair[0] <= pair[1]));
    }

    #[test]
    fn the_front_has_three_quarters_in_its_first_half() {
        let first = places(Shape::Front).iter().filter(|place| **place < 500.0).count();
        assert!((748..=752).contains(&first), "{first}");
    }
}
