//! Faults that choose for each request: whether to fail, and how late to be.

use std::f64::consts::TAU;
use std::time::Duration;

use fastrand::Rng;

use super::effect::{Context, Effect};
use super::faults::{Fault, Spread};
use super::parameter::{Allows, Kind, Parameter, Values};

const MS: Allows = Allows::Number { unit: "ms", least: 0, most: 600_000 };
/// The longest time that's drawn from a log-normal distribution, which has no bound of its own.
const LONGEST: Duration = Duration::from_secs(600);
pub(super) const SEED: Parameter =
    Parameter::new("seed", Allows::Number { unit: "", least: 0, most: u64::MAX }, None);
const WITH: Parameter = Parameter::new("with", Allows::Failure, Some("503"));
const UNIFORM: u8 = 0;
const LOG_NORMAL: u8 = 1;

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "random-delay",
        behaviour: "The response begins after a random time: uniform from low to high, or log-normal around a median.",
        parameters: &[
            Parameter::new("low", MS, Some("100")).in_group(UNIFORM),
            Parameter::new("high", MS, Some("1000")).in_group(UNIFORM),
            Parameter::new("median", MS, Some("300")).in_group(LOG_NORMAL),
            Parameter::new("sigma", Allows::Real { most: 5.0 }, Some("0.5")).in_group(LOG_NORMAL),
            SEED,
        ],
        example: "random-delay?low=100&high=1000",
        make: random_delay,
    },
    Kind {
        name: "fail-first",
        behaviour: "The first `n` requests fail and the rest succeed. Each address counts for itself, and so does each `key`.",
        parameters: &[
            Parameter::new("n", Allows::Number { unit: "", least: 1, most: 1_000_000 }, Some("2")),
            WITH,
            Parameter::new("key", Allows::Word, Some("")),
        ],
        example: "fail-first?n=2&with=503",
        make: |values| {
            let key = values.text("key").unwrap_or_default().to_owned();
            Ok(Fault::FailFirst { count: values.number("n"), with: values.failure("with"), key })
        },
    },
    Kind {
        name: "unstable",
        behaviour: "Each request fails with this probability. With the same seed, the same requests fail.",
        parameters: &[Parameter::new("rate", Allows::Real { most: 1.0 }, Some("0.5")), WITH, SEED],
        example: "unstable?rate=0.5&with=reset",
        make: |values| {
            let (rate, seed) = (values.real("rate"), values.optional("seed"));
            Ok(Fault::Unstable { rate, with: values.failure("with"), seed })
        },
    },
];

fn random_delay(values: &Values) -> Result<Fault, &'static str> {
    let spread = if values.text("median").is_some() {
        Spread::LogNormal { median: values.milliseconds("median"), sigma: values.real("sigma") }
    } else {
        let (low, high) = (values.milliseconds("low"), values.milliseconds("high"));
        if low > high {
            return Err("low must not be above high");
        }
        Spread::Uniform { low, high }
    };
    Ok(Fault::RandomDelay { spread, seed: values.optional("seed") })
}

pub(super) fn delay(spread: Spread, seed: Option<u64>, context: &Context<'_>) -> Effect {
    Effect::Delay(spread.draw(&mut random(LATENESS, seed, context)))
}

/// Whether an unstable site fails this time.
pub(super) fn fails(rate: f64, seed: Option<u64>, context: &Context<'_>) -> bool {
    random(FAILURE, seed, context).f64() < rate
}

/// Separate streams, so that a failure's delay is independent of the number that caused the failure.
const FAILURE: u64 = 1;
const LATENESS: u64 = 2;

/// Random numbers that depend on the seed and on the request's place in the order, not on when it arrives.
fn random(stream: u64, own_seed: Option<u64>, context: &Context<'_>) -> Rng {
    let mut seeds = Rng::with_seed(own_seed.unwrap_or(context.seed));
    let mut seeds = Rng::with_seed(seeds.u64(..).wrapping_add(stream));
    // Neighbouring seeds make unrelated numbers, so neighbouring requests get unrelated numbers too.
    Rng::with_seed(seeds.u64(..).wrapping_add(context.before))
}

impl Spread {
    fn draw(self, random: &mut Rng) -> Duration {
        match self {
            Spread::Uniform { low, high } => {
                let (low, high) = (low.min(high), low.max(high));
                let nanoseconds = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
                Duration::from_nanos(random.u64(nanoseconds(low)..=nanoseconds(high)))
            }
            Spread::LogNormal { median, sigma } => {
                // The Box–Muller transform makes a normal number from two uniform ones.
                let (first, second) = (1.0 - random.f64(), random.f64());
                let normal = (-2.0 * first.ln()).sqrt() * (TAU * second).cos();
                let seconds = median.as_secs_f64() * (sigma * normal).exp();
                // It fails for NaN, for infinity and for times beyond the type.
                Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST).min(LONGEST)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(seed: u64, before: u64) -> Context<'static> {
        Context { seed, before, before_on_connection: 0, is_refused: false, target: "/" }
    }

    /// 2,000 times in milliseconds.
    fn sorted(spread: Spread, seed: u64) -> Vec<u128> {
        let draw = |before| spread.draw(&mut random(LATENESS, None, &context(seed, before))).as_millis();
        let mut times: Vec<_> = (0..2_000).map(draw).collect();
        times.sort_unstable();
        times
    }

    fn uniform(low: u64, high: u64) -> Spread {
        Spread::Uniform { low: Duration::from_millis(low), high: Duration::from_millis(high) }
    }

    #[test]
    fn uniform_times_are_spread_evenly_between_their_bounds() {
        let times = sorted(uniform(100, 1_000), 1);
        assert!(times[0] >= 100 && times[1_999] <= 1_000);
        for (index, expected) in [(500, 325), (1_000, 550), (1_500, 775)] {
            assert!(times[index].abs_diff(expected) < 40, "{} at {index}", times[index]);
        }
        assert_eq!(times, sorted(uniform(1_000, 100), 1), "the order of the bounds doesn't matter");
    }

    #[test]
    fn log_normal_times_have_their_median_and_one_in_twenty_takes_2_3_times_as_long() {
        let times = sorted(Spread::LogNormal { median: Duration::from_millis(300), sigma: 0.5 }, 1);
        assert!(times[1_000].abs_diff(300) < 20, "{}", times[1_000]);
        assert!(times[1_900].abs_diff(683) < 60, "{}", times[1_900]);
    }

    #[test]
    fn a_failures_delay_is_independent_of_the_draw_that_caused_it() {
        let fault: Fault =
            "unstable?rate=0.1&with=random-delay?low%3D0%26high%3D1000".parse().expect("it is one");
        let late = |before| match fault.effect(&context(1, before)) {
            Effect::Delay(time) => Some(time),
            _ => None,
        };
        let times: Vec<_> = (0..2_000).filter_map(late).collect();
        assert!(times.len().abs_diff(200) < 60, "{}", times.len());
        let above = times.iter().filter(|time| **time > Duration::from_millis(500)).count();
        assert!(above.abs_diff(times.len() / 2) < 40, "{above} of {}", times.len());
    }

    #[test]
    fn the_same_seed_draws_the_same_times_and_a_different_seed_draws_others() {
        let spread = uniform(0, 600_000);
        assert_eq!(sorted(spread, 1), sorted(spread, 1));
        assert_ne!(sorted(spread, 1), sorted(spread, 2));
    }
}
