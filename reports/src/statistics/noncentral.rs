//! The noncentral t distribution: behind tolerance factors, intervals of a quantile, and the power of a t test.

use libm::{exp, lgamma, log};

use crate::statistics::distributions::{bisect, normal_cdf, normal_quantile};

/// Noncentral t, integrated over the chi distribution by Simpson's rule.
#[derive(Clone, Debug)]
pub struct NoncentralT {
    shift: f64,
    /// (u, weight of u) for u = χ ÷ √freedom.
    nodes: Vec<(f64, f64)>,
}

impl NoncentralT {
    /// With `freedom` degrees of freedom, shifted by `shift`.
    pub fn new(freedom: f64, shift: f64) -> Self {
        let reach = 10.0 / (2.0 * freedom).sqrt();
        let (low, high) = ((1.0 - reach).max(0.0), 1.0 + reach);
        let step = (high - low) / f64::from(INTERVALS);
        let nodes = (0..=INTERVALS).map(|i| {
            let u = low + step * f64::from(i);
            let simpson = if i == 0 || i == INTERVALS { 1.0 } else { f64::from(2 + 2 * (i % 2)) };
            (u, simpson * step / 3.0 * chi_density(u, freedom))
        });
        Self { shift, nodes: nodes.collect() }
    }

    /// That of √N·(z − ȳ) ÷ s for the quantile `q` of N normal values: shift z_q·√N.
    pub fn of_quantile(values: u32, q: f64) -> Self {
        let n = f64::from(values);
        Self::new(n - 1.0, normal_quantile(q) * n.sqrt())
    }

    /// P(T ≤ t).
    pub fn cdf(&self, t: f64) -> f64 {
        self.nodes.iter().map(|(u, weight)| weight * normal_cdf(t * u - self.shift)).sum()
    }

    /// P(|Z + shift| < `reach` − `factor`·u) for a standard normal Z: that a mean and `factor` standard errors around it
    /// stay within `reach`.
    pub(crate) fn chance_inside(&self, reach: f64, factor: f64) -> f64 {
        let inside = |room: f64| (normal_cdf(room - self.shift) - normal_cdf(-room - self.shift)).max(0.0);
        self.nodes.iter().map(|(u, weight)| weight * inside(reach - factor * u)).sum()
    }

    /// The t for which [`Self::cdf`] is `p`.
    pub fn quantile(&self, p: f64) -> f64 {
        let reach = 10.0 * (self.shift.abs() + 10.0);
        bisect(-reach, reach, |t| self.cdf(t) < p)
    }
}

/// Density of χ ÷ √freedom.
fn chi_density(u: f64, freedom: f64) -> f64 {
    if u <= 0.0 {
        return 0.0;
    }
    let half = freedom / 2.0;
    2.0 * exp(half * log(half) - lgamma(half) + (freedom - 1.0) * log(u) - half * u * u)
}

const INTERVALS: u32 = 400;
