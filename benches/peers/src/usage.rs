//! The time, CPU time and memory of a program.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use anyhow::Context;

/// What a program used, from the start of its process to its end.
#[derive(Clone, Debug, PartialEq)]
pub struct Usage {
    /// How long it ran.
    pub wall: Duration,
    /// CPU time of all threads, in its own code and in the kernel.
    pub cpu: Duration,
    /// The peak of its resident memory, in bytes.
    pub peak: u64,
    /// How it ended.
    pub end: End,
}

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// With status 0.
    Success,
    /// With this status, or by this signal.
    Failed(String),
    /// It was killed at the time limit.
    TimedOut,
}

impl fmt::Display for Usage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (wall, cpu) = (self.wall.as_micros(), self.cpu.as_micros());
        let end = match &self.end {
            End::Success => "success",
            End::TimedOut => "timed out",
            End::Failed(status) => status,
        };
        writeln!(formatter, "{wall} {cpu} {} {end}", self.peak)
    }
}

impl FromStr for Usage {
    type Err = anyhow::Error;

    fn from_str(written: &str) -> anyhow::Result<Usage> {
        let mut words = written.trim_end().splitn(4, ' ');
        let mut next = || words.next().context("the line is cut off");
        let wall = Duration::from_micros(next()?.parse()?);
        let cpu = Duration::from_micros(next()?.parse()?);
        let peak = next()?.parse()?;
        let end = match next()? {
            "success" => End::Success,
            "timed out" => End::TimedOut,
            status => End::Failed(status.to_owned()),
        };
        Ok(Usage { wall, cpu, peak, end })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_is_parsed_as_it_is_written() {
        for end in [End::Success, End::TimedOut, End::Failed("exit status: 1".to_owned())] {
            let (wall, cpu) = (Duration::from_micros(1_250_001), Duration::from_millis(3));
            let usage = Usage { wall, cpu, peak: 4_096, end };
            assert_eq!(usage.to_string().parse::<Usage>().unwrap(), usage);
        }
        let error = "12 13".parse::<Usage>().unwrap_err();
        assert_eq!(error.to_string(), "the line is cut off");
    }
}
