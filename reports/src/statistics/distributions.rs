//! The few distributions that the intervals need, by the regularised incomplete beta function.

use libm::{erfc, exp, lgamma, log};

/// Standard normal, P(Z ≤ z).
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * erfc(-z / std::f64::consts::SQRT_2)
}

/// Standard normal quantile of `p` in (0, 1).
pub fn normal_quantile(p: f64) -> f64 {
    bisect(-40.0, 40.0, |z| normal_cdf(z) < p)
}

/// Student's t with `freedom` degrees of freedom, quantile of `p` in [0.5, 1).
pub fn t_quantile(p: f64, freedom: f64) -> f64 {
    let x = beta_quantile(2.0 * (1.0 - p), freedom / 2.0, 0.5);
    (freedom * (1.0 - x) / x).sqrt()
}

/// Student's t with `freedom` degrees of freedom, P(T ≤ t).
pub fn t_cdf(t: f64, freedom: f64) -> f64 {
    let beyond = 0.5 * beta_cdf(freedom / (freedom + t * t), freedom / 2.0, 0.5);
    if t > 0.0 { 1.0 - beyond } else { beyond }
}

/// P(Bin(n, p) ≤ k).
pub fn binomial_cdf(k: u64, n: u64, p: f64) -> f64 {
    if k >= n { 1.0 } else { beta_cdf(1.0 - p, (n - k) as f64, k as f64 + 1.0) }
}

/// The regularised incomplete beta function I_x(a, b), by Lentz's continued fraction.
pub fn beta_cdf(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    // The fraction converges fast only on this side of the mean; the other side by symmetry.
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_cdf(1.0 - x, b, a);
    }
    let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1.0 - x));
    front * beta_fraction(x, a, b) / a
}

/// The x for which [`beta_cdf`] is `p`.
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    bisect(0.0, 1.0, |x| beta_cdf(x, a, b) < p)
}

/// The point where `below` turns from true to false, to the last bit.
pub(crate) fn bisect(mut low: f64, mut high: f64, below: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..STEPS_OF_BISECTION {
        let middle = low + (high - low) / 2.0;
        if middle == low || middle == high {
            break;
        }
        if below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// Numerical Recipes §6.4, in the modified Lentz form.
fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    let (mut c, mut d) = (1.0, 1.0 / not_zero(1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    for m in 1..=STEPS_OF_FRACTION {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for term in [even, odd] {
            d = 1.0 / not_zero(1.0 + term * d);
            c = not_zero(1.0 + term / c);
            change = c * d;
            fraction *= change;
        }
        if (change - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    fraction
}

fn not_zero(x: f64) -> f64 {
    if x.abs() < 1e-300 { 1e-300 } else { x }
}

const STEPS_OF_BISECTION: u32 = 1_100;
const STEPS_OF_FRACTION: u32 = 20_000;

#[cfg(test)]
mod tests {
    use statrs::distribution::{Beta, Binomial, ContinuousCDF, DiscreteCDF, Normal, StudentsT};

    use super::*;

    #[track_caller]
    fn close(ours: f64, theirs: f64) {
        assert!((ours - theirs).abs() <= 1e-9 * theirs.abs().max(1e-6), "{ours} is not {theirs}");
    }

    #[test]
    fn quantiles_of_t_are_those_of_the_tables() {
        close(t_quantile(0.975, 7.0), 2.364_624_251_592_785);
        for freedom in [1.0, 2.0, 9.0, 19.0, 29.0, 599.0] {
            let theirs = StudentsT::new(0.0, 1.0, freedom).expect("freedom above 0");
            for p in [0.75, 0.95, 0.975, 0.9995] {
                close(theirs.cdf(t_quantile(p, freedom)), p);
                close(t_cdf(t_quantile(p, freedom), freedom), p);
                close(t_cdf(-t_quantile(p, freedom), freedom), 1.0 - p);
            }
        }
    }

    #[test]
    fn the_normal_agrees_with_another_implementation() {
        let theirs = Normal::new(0.0, 1.0).expect("a positive deviation");
        for p in [0.001, 0.05, 0.5, 0.9, 0.95, 0.975, 0.9995] {
            close(theirs.cdf(normal_quantile(p)), p);
        }
        close(normal_quantile(0.95), 1.644_853_626_951_472_7);
    }

    #[test]
    fn beta_and_binomial_agree_with_another_implementation() {
        for (a, b) in [(0.5, 0.5), (1.0, 20.0), (19.0, 2.0), (300.0, 0.5), (160.0, 41.0)] {
            let theirs = Beta::new(a, b).expect("positive shapes");
            for x in [1e-6, 0.01, 0.3, 0.5, 0.9, 0.999] {
                close(beta_cdf(x, a, b), theirs.cdf(x));
            }
        }
        for (n, p) in [(20, 0.95), (59, 0.05), (1_000, 0.05)] {
            let theirs = Binomial::new(p, n).expect("a share");
            for k in [0, 1, n / 20, n / 2, n - 1, n] {
                close(binomial_cdf(k, n, p), theirs.cdf(k));
            }
        }
    }

    #[test]
    fn the_ends_are_the_ends() {
        assert_eq!((beta_cdf(0.0, 2.0, 3.0), beta_cdf(1.0, 2.0, 3.0)), (0.0, 1.0));
        assert_eq!(binomial_cdf(5, 5, 0.3), 1.0);
    }
}
