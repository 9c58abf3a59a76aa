//! Medians and ratios.

/// The middle of some figures, and how far apart they are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Half of the figures are below it.
    pub median: f64,
    /// The smallest.
    pub least: f64,
    /// The largest.
    pub most: f64,
}

/// The spread of some figures; `None` if there are none.
pub fn spread(figures: &[f64]) -> Option<Spread> {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (least, most) = (*sorted.first()?, *sorted.last()?);
    let middle = sorted.len() / 2;
    let median =
        if sorted.len() % 2 == 1 { sorted[middle] } else { (sorted[middle - 1] + sorted[middle]) / 2.0 };
    Some(Spread { median, least, most })
}

/// The spread of the ratios of two programs, round by round: each figure to the other program's figure of the same
/// round. If the machine is slow for a while, it slows both, and the ratio stays. `None` if the programs ran a
/// different number of times.
pub fn ratios(figures: &[f64], others: &[f64]) -> Option<Spread> {
    if figures.len() != others.len() {
        return None;
    }
    let ratios: Vec<_> = figures.iter().zip(others).map(|(one, other)| one / other).collect();
    spread(&ratios)
}

/// What each of many requests adds to the figure of a single one.
pub fn per_request(many: f64, one: f64, requests: usize) -> Option<f64> {
    (requests > 1).then(|| (many - one) / (requests - 1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_between_the_two_in_the_middle() {
        assert_eq!(spread(&[3.0, 1.0, 10.0]), Some(Spread { median: 3.0, least: 1.0, most: 10.0 }));
        assert_eq!(spread(&[4.0, 1.0, 2.0, 10.0]), Some(Spread { median: 3.0, least: 1.0, most: 10.0 }));
        assert_eq!(spread(&[]), None);
    }

    #[test]
    fn ratios_are_taken_within_a_round() {
        // In the second round everything took ten times as long.
        let ratio = ratios(&[2.0, 20.0, 3.0], &[1.0, 10.0, 1.0]);
        assert_eq!(ratio, Some(Spread { median: 2.0, least: 2.0, most: 3.0 }));
        assert_eq!(ratios(&[1.0], &[]), None);
    }

    #[test]
    fn a_request_costs_its_share_of_the_rest_above_a_single_one() {
        assert_eq!(per_request(1_100.0, 200.0, 10), Some(100.0));
        assert_eq!(per_request(200.0, 200.0, 1), None);
    }
}
