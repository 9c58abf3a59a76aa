//! Tokens that expire, after a number of requests or after a time.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// The tokens of a web. Each site has its own.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// How many each site has issued.
    issued: HashMap<String, u64>,
    kept: VecDeque<Token>,
}

#[derive(Debug)]
struct Token {
    site: String,
    text: String,
    lifetime: Lifetime,
    issued: Instant,
}

/// How long a token is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lifetime {
    /// For this many requests.
    Uses(u64),
    /// From when it's issued.
    Time(Duration),
}

/// What a token is worth.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Valid,
    Expired,
    Unknown,
}

impl Tokens {
    /// The number of tokens kept. Beyond it, the oldest is forgotten.
    const MOST: usize = 10_000;

    /// A new token of a site: `token-1`, and so on.
    pub(super) fn issue(&self, site: &str, lifetime: Lifetime) -> String {
        let mut state = self.state();
        let issued = state.issued.entry(site.to_owned()).or_default();
        *issued += 1;
        let text = format!("token-{issued}");
        if state.kept.len() >= Tokens::MOST {
            state.kept.pop_front();
        }
        let token = Token { site: site.to_owned(), text: text.clone(), lifetime, issued: Instant::now() };
        state.kept.push_back(token);
        text
    }

    /// How many tokens a site has issued.
    pub(super) fn issued(&self, site: &str) -> u64 {
        self.state().issued.get(site).copied().unwrap_or_default()
    }

    /// Uses a token for one request.
    pub(super) fn spend(&self, site: &str, text: &str) -> Verdict {
        let mut state = self.state();
        let token = state.kept.iter_mut().rev().find(|token| token.site == site && token.text == text);
        let Some(token) = token else { return Verdict::Unknown };
        let is_valid = match &mut token.lifetime {
            Lifetime::Uses(0) => false,
            Lifetime::Uses(left) => {
                *left -= 1;
                true
            }
            Lifetime::Time(time) => token.issued.elapsed() < *time,
        };
        if is_valid { Verdict::Valid } else { Verdict::Expired }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no code that holds this lock panics")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_tokens_is_bounded_and_each_site_has_its_own() {
        let tokens = Tokens::default();
        let first = tokens.issue("a.example", Lifetime::Uses(1));
        assert_eq!(tokens.spend("b.example", &first), Verdict::Unknown);
        assert_eq!(tokens.issue("b.example", Lifetime::Uses(1)), first);
        for _ in 0..Tokens::MOST {
            tokens.issue("b.example", Lifetime::Uses(1));
        }
        assert_eq!(tokens.state().kept.len(), Tokens::MOST);
        assert_eq!(tokens.spend("a.example", &first), Verdict::Unknown);
        assert_eq!((tokens.issued("a.example"), tokens.issued("b.example")), (1, Tokens::MOST as u64 + 1));
    }

    #[test]
    fn a_token_expires_after_its_uses_or_after_its_time() {
        let tokens = Tokens::default();
        let twice = tokens.issue("", Lifetime::Uses(2));
        let spent = [(); 3].map(|()| tokens.spend("", &twice));
        assert_eq!(spent, [Verdict::Valid, Verdict::Valid, Verdict::Expired]);
        let long = tokens.issue("", Lifetime::Time(Duration::from_secs(3_600)));
        assert_eq!(tokens.spend("", &long), Verdict::Valid);
        let over = tokens.issue("", Lifetime::Time(Duration::ZERO));
        assert_eq!(tokens.spend("", &over), Verdict::Expired);
    }
}
