//! Batch means: a ratio within steady runs, with an interval that knows that refusals cluster (statistics §1).

use crate::statistics::distributions::t_quantile;

/// Batches of equal time, (numerator, denominator) each, of one or more independent runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Batches {
    runs: Vec<Vec<(f64, f64)>>,
}

/// A ratio and how far it may be trusted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// ΣD ÷ ΣA.
    pub ratio: f64,
    /// Its standard error.
    pub error: f64,
    /// Batches behind it, after joining, over all runs.
    pub batches: usize,
}

impl Batches {
    /// Batches of each run, in order of time; runs in order of their seeds.
    pub fn new(runs: Vec<Vec<(f64, f64)>>) -> Self {
        Self { runs }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.runs.iter().map(Vec::len).sum()
    }

    /// ΣD ÷ ΣA; `None` if nothing was counted.
    pub fn ratio(&self) -> Option<f64> {
        let (d, a) = self.all().fold((0.0, 0.0), |(d, a), batch| (d + batch.0, a + batch.1));
        (a > 0.0).then(|| d / a)
    }

    /// The estimate, from batches joined (30 → 15 → 10 a run) until neighbours are independent; `None` if nothing was
    /// counted, with fewer than three batches, or if neighbours depend even then.
    pub fn estimate(&self) -> Option<Estimate> {
        [1, 2, 3].into_iter().map(|width| self.joined(width)).find(Self::independent)?.plain_estimate()
    }

    /// The estimate from the batches as they are: se = √(Σe² ÷ (k(k−1))) ÷ Ā with e = D − R·A.
    pub fn plain_estimate(&self) -> Option<Estimate> {
        let k = self.count() as f64;
        let ratio = self.ratio().filter(|_| k >= 3.0)?;
        let squares: f64 = self.all().map(|(d, a)| (d - ratio * a) * (d - ratio * a)).sum();
        let mean_a = self.all().map(|batch| batch.1).sum::<f64>() / k;
        Some(Estimate { ratio, error: (squares / (k * (k - 1.0))).sqrt() / mean_a, batches: self.count() })
    }

    /// Von Neumann's (C, Z) of the ratios of the batches: C estimates the correlation of neighbours, Z is about
    /// standard normal without any.
    pub fn von_neumann(&self) -> (f64, f64) {
        let Some(ratio) = self.ratio() else { return (0.0, 0.0) };
        von_neumann(&self.all().map(|(d, a)| if a > 0.0 { d / a } else { ratio }).collect::<Vec<_>>())
    }

    fn independent(&self) -> bool {
        self.von_neumann().1 <= NEIGHBOURS_DEPEND
    }

    /// `width` neighbours made one; what is left over goes to the last.
    fn joined(&self, width: usize) -> Self {
        let join = |run: &Vec<(f64, f64)>| {
            let mut joined: Vec<(f64, f64)> = Vec::new();
            for (i, batch) in run.iter().enumerate() {
                match joined.last_mut() {
                    Some(last) if i % width != 0 || run.len() - i < width => {
                        *last = (last.0 + batch.0, last.1 + batch.1);
                    }
                    _ => joined.push(*batch),
                }
            }
            joined
        };
        Self { runs: self.runs.iter().map(join).collect() }
    }

    fn all(&self) -> impl Iterator<Item = (f64, f64)> {
        self.runs.iter().flatten().copied()
    }
}

impl Estimate {
    /// Half the width of the interval of this level (0.999): t with one degree of freedom less than batches, times se.
    pub fn half_width(&self, level: f64) -> f64 {
        t_quantile(1.0 - (1.0 - level) / 2.0, self.batches as f64 - 1.0) * self.error
    }
}

/// Von Neumann 1941: C = 1 − Σ(x_{j+1} − x_j)² ÷ (2Σ(x_j − x̄)²), Z = C·√((k² − 1) ÷ (k − 2)). All equal: (0, 0).
pub fn von_neumann(x: &[f64]) -> (f64, f64) {
    let k = x.len() as f64;
    let mean = x.iter().sum::<f64>() / k;
    let spread: f64 = x.iter().map(|x| (x - mean) * (x - mean)).sum();
    if spread <= 0.0 || x.len() < 3 {
        return (0.0, 0.0);
    }
    let steps: f64 = x.windows(2).map(|pair| (pair[1] - pair[0]) * (pair[1] - pair[0])).sum();
    let c = 1.0 - steps / (2.0 * spread);
    (c, c * ((k * k - 1.0) / (k - 2.0)).sqrt())
}

const NEIGHBOURS_DEPEND: f64 = 1.645;

#[cfg(test)]
mod tests {
    use super::*;

    fn e2() -> Batches {
        let a = [1000, 980, 1020, 1010, 990, 1005, 995, 1015, 985, 1000];
        let d = [12, 95, 30, 71, 8, 64, 22, 110, 17, 31];
        Batches::new(vec![d.into_iter().zip(a).map(|(d, a)| (f64::from(d), f64::from(a))).collect()])
    }

    #[test]
    fn e2_ratio_and_its_error() {
        let estimate = e2().plain_estimate().expect("ten batches");
        assert_eq!(format!("{:.8} {:.10}", estimate.ratio, estimate.error), "0.04600000 0.0114800087");
        let half = estimate.half_width(0.95);
        assert_eq!(format!("{:.10} {:.10}", 0.046 - half, 0.046 + half), "0.0200304161 0.0719695839");
    }

    #[test]
    fn e2_neighbours_are_independent() {
        let (c, z) = e2().von_neumann();
        assert_eq!(format!("{c:.8} {z:.8}"), "-0.60235573 -2.11897412");
        let (c, z) = von_neumann(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]);
        assert_eq!(format!("{c:.8} {z:.8}"), "0.94545455 3.32593118");
    }

    #[test]
    fn dependent_neighbours_are_joined() {
        // Pairs of equal batches: independent once joined in twos.
        let noise = [5.0, 1.0, 4.0, 2.0, 6.0, 0.0, 3.0, 5.0, 1.0, 2.0, 6.0, 4.0, 0.0, 3.0, 5.0];
        let run: Vec<(f64, f64)> = noise.iter().flat_map(|d| [(*d, 100.0), (*d, 100.0)]).collect();
        let batches = Batches::new(vec![run]);
        assert!(!batches.independent());
        assert_eq!(batches.estimate().expect("15 joined batches").batches, 15);
    }

    #[test]
    fn a_trend_has_no_interval() {
        let run = (0..30).map(|i| (f64::from(i), 100.0)).collect();
        assert_eq!(Batches::new(vec![run]).estimate(), None);
    }

    #[test]
    fn joining_keeps_every_count_and_every_run_apart() {
        let runs = vec![vec![(1.0, 2.0); 31], vec![(3.0, 4.0); 30]];
        let joined = Batches::new(runs.clone()).joined(3);
        assert_eq!(joined.runs.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10]);
        assert_eq!(joined.ratio(), Batches::new(runs).ratio());
    }

    #[test]
    fn nothing_counted_is_no_ratio() {
        assert_eq!(Batches::new(vec![vec![(0.0, 0.0); 30]]).estimate(), None);
        assert_eq!(Batches::new(Vec::new()).estimate(), None);
    }
}
