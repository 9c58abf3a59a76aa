//! The time axis.

use std::time::Duration;

use super::words::grouped;

/// An axis of this length or longer is labelled in whole seconds.
const LONG: Duration = Duration::from_secs(1_000);

/// The shortest axis. It's not zero, because times are divided by the length.
const SHORTEST: Duration = Duration::from_millis(1);

/// The time axis of a drawing. It starts at zero.
pub(super) struct Axis {
    length: Duration,
    pub unit: Unit,
}

impl Axis {
    pub fn new(length: Duration) -> Axis {
        let length = length.max(SHORTEST);
        let unit = if length < Duration::from_secs(1) { Unit::Milliseconds } else { Unit::Seconds };
        Axis { length, unit }
    }

    /// Where a time is on the axis: 0 at its start, 1 at its end.
    pub fn fraction(&self, time: Duration) -> f64 {
        time.as_secs_f64() / self.length.as_secs_f64()
    }

    /// The smallest round step that divides the axis into at most `max` parts.
    pub fn step(&self, max: usize) -> Duration {
        // Two ticks with the same label would mislead.
        let smallest = match self.unit {
            Unit::Milliseconds => Duration::from_millis(1),
            Unit::Seconds if self.length < LONG => Duration::from_millis(10),
            Unit::Seconds => Duration::from_secs(1),
        };
        let powers = (0..=18).map(|power| 10_u64.pow(power));
        let mut steps = powers.flat_map(|power| [1, 2, 5].map(|digit| Duration::from_millis(digit * power)));
        let is_enough = |step: &Duration| self.length.as_nanos() <= step.as_nanos() * max as u128;
        steps.find(|step| *step >= smallest && is_enough(step)).unwrap_or(self.length)
    }

    /// The times with a tick: multiples of one step, which divide the axis into at most `max` parts.
    pub fn ticks(&self, max: usize) -> impl Iterator<Item = Duration> {
        let step = self.step(max);
        let multiples = std::iter::successors(Some(Duration::ZERO), move |time| time.checked_add(step));
        multiples.take_while(|time| *time <= self.length)
    }

    /// What's written at a tick, or at any other multiple of a step.
    pub fn label(&self, time: Duration) -> String {
        if self.length < LONG { self.unit.format(time) } else { format!("{} s", grouped(time.as_secs())) }
    }
}

/// The unit of the times in a drawing: milliseconds if everything happened within one second, otherwise seconds.
///
/// Times are rounded, so an exchange of 0.4 ms took `0 ms`, or `0.00 s` beside longer ones. Its bar can still be seen,
/// and the JSON has its microseconds.
#[derive(Clone, Copy)]
pub(super) enum Unit {
    Milliseconds,
    Seconds,
}

impl Unit {
    pub fn format(self, time: Duration) -> String {
        match self {
            Unit::Milliseconds => format!("{:.0} ms", time.as_secs_f64() * 1_000.0),
            Unit::Seconds => format!("{:.2} s", time.as_secs_f64()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels(length: Duration, max: usize) -> Vec<String> {
        let axis = Axis::new(length);
        axis.ticks(max).map(|time| axis.label(time)).collect()
    }

    #[test]
    fn an_axis_without_length_has_one_millisecond() {
        assert_eq!(labels(Duration::ZERO, 5), ["0 ms", "1 ms"]);
        assert_eq!(Axis::new(Duration::ZERO).fraction(Duration::ZERO), 0.0);
    }

    #[test]
    fn the_unit_is_milliseconds_up_to_a_second_and_whole_seconds_from_a_thousand() {
        assert_eq!(labels(Duration::from_millis(999), 2), ["0 ms", "500 ms"]);
        assert_eq!(labels(Duration::from_secs(1), 2), ["0.00 s", "0.50 s", "1.00 s"]);
        assert_eq!(labels(Duration::from_secs(999), 2), ["0.00 s", "500.00 s"]);
        assert_eq!(labels(Duration::from_secs(3 * 24 * 60 * 60), 3), ["0 s", "100,000 s", "200,000 s"]);
    }

    #[test]
    fn a_multiple_of_a_step_is_exact() {
        // 3 * 0.2 is less than 0.6 in floating point, so a sum of floats would lose the last tick.
        assert_eq!(labels(Duration::from_millis(600), 3), ["0 ms", "200 ms", "400 ms", "600 ms"]);
    }

    #[test]
    fn times_are_rounded_to_their_unit() {
        let times = [0, 499_999, 500_001, 4_999_999, 5_000_001, 999_499_999].map(Duration::from_nanos);
        let in_milliseconds = times.map(|time| Unit::Milliseconds.format(time));
        assert_eq!(in_milliseconds, ["0 ms", "0 ms", "1 ms", "5 ms", "5 ms", "999 ms"]);
        let in_seconds = times.map(|time| Unit::Seconds.format(time));
        assert_eq!(in_seconds, ["0.00 s", "0.00 s", "0.00 s", "0.00 s", "0.01 s", "1.00 s"]);
    }

    proptest! {
        #[test]
        fn any_axis_has_few_ticks_with_labels_of_their_own(
            length in prop_oneof![
                any::<u64>().prop_map(Duration::from_nanos),
                any::<u64>().prop_map(Duration::from_secs),
                Just(Duration::MAX),
            ],
            max in 1..1_000_usize,
        ) {
            let labels = labels(length, max);
            prop_assert!(labels.len() <= max + 1, "{labels:?}");
            let mut distinct = labels.clone();
            distinct.dedup();
            prop_assert_eq!(distinct, labels);
        }
    }
}
