//! From figures to what is told of them.

/// The middle of some figures, and how far they lie apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// As many are below as above.
    pub median: f64,
    /// The least of them.
    pub least: f64,
    /// The most of them.
    pub most: f64,
}

/// The spread of some figures; `None` where there are none.
pub fn spread(figures: &[f64]) -> Option<Spread> {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (least, most) = (*sorted.first()?, *sorted.last()?);
    let middle = sorted.len() / 2;
    let median =
        if sorted.len() % 2 == 1 { sorted[middle] } else { (sorted[middle - 1] + sorted[middle]) / 2.0 };
    Some(Spread { median, least, most })
}

/// The spread of the ratios of two programs that ran beside each other: each figure to that of the same round. Whatever
/// slows the machine for a while slows both and leaves the ratio. `None` where they did not run as often.
pub fn ratios(figures: &[f64], beside: &[f64]) -> Option<Spread> {
    if figures.len() != beside.len() {
        return None;
    }
    let ratios: Vec<_> = figures.iter().zip(beside).map(|(one, other)| one / other).collect();
    spread(&ratios)
}

/// What each of so many requests adds: the rest above what a single one takes.
pub fn each(many: f64, one: f64, requests: usize) -> Option<f64> {
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
    fn ratios_are_of_pairs_not_of_medians() {
        // A round in which everything took ten times as long.
        let ratio = ratios(&[2.0, 20.0, 3.0], &[1.0, 10.0, 1.0]);
        assert_eq!(ratio, Some(Spread { median: 2.0, least: 2.0, most: 3.0 }));
        assert_eq!(ratios(&[1.0], &[]), None);
    }

    #[test]
    fn each_request_costs_what_is_above_a_single_one() {
        assert_eq!(each(1_100.0, 200.0, 10), Some(100.0));
        assert_eq!(each(200.0, 200.0, 1), None);
    }
}
