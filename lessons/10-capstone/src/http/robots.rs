//! What a site's robots.txt asks of this program.

use std::time::Duration;

use robotxt::AccessResult;
use tokio::sync::Mutex;
use tokio::time::{Interval, MissedTickBehavior, interval};
use url::Url;

/// The name that a robots.txt has rules for.
pub const NAME: &str = "lesson10";
/// How many bytes of a robots.txt count: 500 KiB, the least that RFC 9309
/// allows.
pub const MAX_ROBOTS_BYTES: usize = 512_000;
/// How many redirects of a robots.txt are followed: the least that RFC 9309
/// recommends. It often moves to https or to `www.` with the whole site.
pub const MAX_ROBOTS_REDIRECTS: usize = 5;
/// The longest pause between two requests that a robots.txt can ask for.
const MAX_PAUSE: Duration = Duration::from_secs(10);

/// What a site's robots.txt asks of this program.
#[derive(Debug)]
pub struct Robots {
    rules: robotxt::Robots,
    pace: Option<Mutex<Interval>>,
}

impl Robots {
    /// Reads a robots.txt, or what takes its place if there's none.
    pub fn new(access: AccessResult<'_>) -> Robots {
        let rules = robotxt::Robots::from_access(access, NAME);
        let pause = rules.crawl_delay().filter(|pause| !pause.is_zero());
        let pace = pause.map(|pause| {
            let mut pace = interval(pause.min(MAX_PAUSE));
            pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
            Mutex::new(pace)
        });
        Robots { rules, pace }
    }

    /// Whether this program may request a URL of the site.
    pub fn allows(&self, url: &Url) -> bool {
        self.rules.is_url_allowed(url)
    }

    /// Waits until the next request may start.
    pub async fn pause(&self) {
        if let Some(pace) = &self.pace {
            pace.lock().await.tick().await;
        }
    }
}
