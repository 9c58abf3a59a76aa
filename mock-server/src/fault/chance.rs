//! Faults that choose anew for each request: whether to fail, and how late to be.

use std::f64::consts::TAU;

use fastrand::Rng;

use super::catalogue::{Allows, Kind, Parameter, Values};
use super::{Circumstances, Fault};

const MS: Allows = Allows::Number { unit: "ms", least: 0, most: MOST_MS };
const MOST_MS: u64 = 600_000;
pub(super) const SEED: Parameter =
    Parameter { name: "seed", allows: Allows::Number { unit: "", least: 0, most: u64::MAX }, default: None };
const WITH: Parameter = Parameter { name: "with", allows: Allows::Failure, default: Some("503") };

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "random-delay",
        behaviour: "The response begins after a random time: uniform from low to high, or log-normal around a median.",
        parameters: &[
            Parameter { name: "low", allows: MS, default: None },
            Parameter { name: "high", allows: MS, default: None },
            Parameter { name: "median", allows: MS, default: None },
            Parameter { name: "sigma", allows: Allows::Real { most: 5.0 }, default: None },
            SEED,
        ],
        example: "random-delay?low=100&high=1000",
        make: random_delay,
    },
    Kind {
        name: "fail-first",
        behaviour: "The first `n` requests fail and the rest succeed. Each `key` has a count of its own.",
        parameters: &[
            Parameter {
                name: "n",
                allows: Allows::Number { unit: "", least: 1, most: 1_000_000 },
                default: Some("2"),
            },
            WITH,
            Parameter { name: "key", allows: Allows::Word, default: Some("") },
        ],
        example: "fail-first?n=2&with=503",
        make: |values| {
            let key = values.text("key").unwrap_or_default().to_owned();
            Ok(Fault::FailFirst { n: values.number("n"), with: values.failure("with"), key })
        },
    },
    Kind {
        name: "unstable",
        behaviour: "Each request fails with this probability. With the same seed, the same requests fail.",
        parameters: &[
            Parameter { name: "rate", allows: Allows::Real { most: 1.0 }, default: Some("0.5") },
            WITH,
            SEED,
        ],
        example: "unstable?rate=0.5&with=reset",
        make: |values| {
            let rate = values.real("rate").unwrap_or(0.5);
            Ok(Fault::Unstable { rate, with: values.failure("with"), seed: values.given("seed") })
        },
    },
];

/// What random delays are like, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Spread {
    /// Each time between two bounds is as likely as any other.
    Uniform {
        /// The shortest.
        low: u64,
        /// The longest.
        high: u64,
    },
    /// Half are shorter than the median, and a few are much longer: what real latencies are like.
    LogNormal {
        /// Half are shorter.
        median: u64,
        /// The standard deviation of the logarithm; at 0.5 one in twenty takes more than 2.3 times the median.
        sigma: f64,
    },
}

fn random_delay(values: &Values) -> Result<Fault, &'static str> {
    let uniform = values.given("low").or(values.given("high")).is_some();
    let log_normal = values.given("median").is_some() || values.real("sigma").is_some();
    let spread = match (uniform, log_normal) {
        (true, true) => return Err("low and high make one distribution, median and sigma another"),
        (_, false) => {
            let (low, high) = (values.given("low").unwrap_or(100), values.given("high").unwrap_or(1000));
            if low > high {
                return Err("low is not to be above high");
            }
            Spread::Uniform { low, high }
        }
        (false, true) => Spread::LogNormal {
            median: values.given("median").unwrap_or(300),
            sigma: values.real("sigma").unwrap_or(0.5),
        },
    };
    Ok(Fault::RandomDelay { spread, seed: values.given("seed") })
}

/// What the fault is this time; `None` where all is well.
pub(super) fn choose(fault: Fault, circumstances: Circumstances) -> Option<Fault> {
    match fault {
        Fault::RandomDelay { spread, seed } => {
            Some(Fault::Delay { ms: spread.draw(&mut draws(LATENESS, seed, circumstances)) })
        }
        Fault::FailFirst { n, with, .. } => {
            if circumstances.before < n {
                with.choose(circumstances)
            } else {
                None
            }
        }
        Fault::Unstable { rate, with, seed } => {
            let fails = draws(FAILURE, seed, circumstances).f64() < rate;
            if fails { with.choose(circumstances) } else { None }
        }
        fault => Some(fault),
    }
}

/// What is drawn, so that how late a failure is does not hang on the number that made it fail.
const FAILURE: u64 = 1;
const LATENESS: u64 = 2;

/// Random numbers that depend on the seed and on which request it is, not on when it comes.
fn draws(what: u64, own: Option<u64>, circumstances: Circumstances) -> Rng {
    let mut seeds = Rng::with_seed(own.unwrap_or(circumstances.seed));
    let mut seeds = Rng::with_seed(seeds.u64(..).wrapping_add(what));
    // Neighbouring seeds make unrelated numbers, so neighbouring requests do.
    Rng::with_seed(seeds.u64(..).wrapping_add(circumstances.before))
}

impl Spread {
    fn draw(self, random: &mut Rng) -> u64 {
        match self {
            Spread::Uniform { low, high } => random.u64(low..=high),
            Spread::LogNormal { median, sigma } => {
                // Box and Muller's way from two uniform numbers to a normal one.
                let (first, second) = (1.0 - random.f64(), random.f64());
                let normal = (-2.0 * first.ln()).sqrt() * (TAU * second).cos();
                let ms = median as f64 * (sigma * normal).exp();
                (ms.round() as u64).min(MOST_MS)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(spread: Spread, seed: u64) -> Vec<u64> {
        let mut times: Vec<_> = (0..2_000)
            .map(|before| {
                let circumstances = Circumstances { seed, before, before_on_connection: 0 };
                spread.draw(&mut draws(LATENESS, None, circumstances))
            })
            .collect();
        times.sort_unstable();
        times
    }

    #[test]
    fn uniform_times_are_spread_evenly_between_their_bounds() {
        let times = sorted(Spread::Uniform { low: 100, high: 1_000 }, 1);
        assert!(times[0] >= 100 && times[1_999] <= 1_000);
        for (index, expected) in [(500, 325), (1_000, 550), (1_500, 775)] {
            assert!(times[index].abs_diff(expected) < 40, "{} at {index}", times[index]);
        }
    }

    #[test]
    fn log_normal_times_have_their_median_and_one_in_twenty_takes_2_3_times_as_long() {
        let times = sorted(Spread::LogNormal { median: 300, sigma: 0.5 }, 1);
        assert!(times[1_000].abs_diff(300) < 20, "{}", times[1_000]);
        assert!(times[1_900].abs_diff(683) < 60, "{}", times[1_900]);
    }

    #[test]
    fn how_late_a_failure_is_does_not_hang_on_what_made_it_fail() {
        let fault: Fault =
            "unstable?rate=0.1&with=random-delay?low%3D0%26high%3D1000".parse().expect("it is one");
        let late = |before| {
            let circumstances = Circumstances { seed: 1, before, before_on_connection: 0 };
            match fault.clone().choose(circumstances) {
                Some(Fault::Delay { ms }) => Some(ms),
                _ => None,
            }
        };
        let times: Vec<_> = (0..2_000).filter_map(late).collect();
        assert!(times.len().abs_diff(200) < 60, "{}", times.len());
        let above = times.iter().filter(|time| **time > 500).count();
        assert!(above.abs_diff(times.len() / 2) < 40, "{above} of {}", times.len());
    }

    #[test]
    fn the_same_seed_draws_the_same_and_another_seed_another() {
        let spread = Spread::Uniform { low: 0, high: 600_000 };
        assert_eq!(sorted(spread, 1), sorted(spread, 1));
        assert_ne!(sorted(spread, 1), sorted(spread, 2));
    }
}
