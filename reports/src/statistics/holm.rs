//! Several tests at once: Holm 1979.

/// Adjusted p values, each at its place: the smallest times their number, the next times one less, never decreasing.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|left, right| p[*left].total_cmp(&p[*right]));
    let mut adjusted = vec![0.0; p.len()];
    let mut least = 0.0_f64;
    for (rank, place) in order.into_iter().enumerate() {
        least = least.max(p[place] * (p.len() - rank) as f64).min(1.0);
        adjusted[place] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e12_four_tests() {
        let shown: Vec<String> = holm(&[0.001, 0.02, 0.03, 0.4]).iter().map(|p| format!("{p:.3}")).collect();
        assert_eq!(shown, ["0.004", "0.060", "0.060", "0.400"]);
        let shown: Vec<String> = holm(&[0.4, 0.03, 0.001, 0.02]).iter().map(|p| format!("{p:.3}")).collect();
        assert_eq!(shown, ["0.400", "0.060", "0.004", "0.060"]);
        assert_eq!(holm(&[0.7, 0.9]), [1.0, 1.0]);
        assert!(holm(&[]).is_empty());
    }
}
