//! The URLs of the site, or those outside, and how many of them there may be.

use std::collections::BTreeMap;

use url::Url;

/// How many bytes all URLs of the site may have, and all URLs outside. Each URL
/// is stored up to twice, and takes about 300 bytes in addition (measured).
const MAX_BYTES: usize = 64_000_000;

/// The URLs of the site, or those outside.
#[derive(Debug)]
pub struct Scope {
    /// How many more jobs may start.
    left: usize,
    /// How many bytes their URLs may have.
    bytes_left: usize,
    /// The jobs of later rounds by depth and URL, with their hops: at most
    /// `left` of them.
    later: BTreeMap<(usize, Url), usize>,
    /// How many bytes their URLs have, at most `bytes_left`.
    bytes: usize,
    /// The first job that was left out. All jobs after it are left out, even a
    /// shorter one that there's room for. Otherwise, which ones are left out
    /// would depend on the order in which they arrive.
    left_out: Option<(usize, Url)>,
}

impl Scope {
    /// A scope for up to this many jobs.
    pub fn new(jobs: usize) -> Scope {
        Scope {
            left: jobs,
            bytes_left: MAX_BYTES,
            later: BTreeMap::new(),
            bytes: 0,
            left_out: None,
        }
    }

    /// The smallest depth of a job.
    pub fn first_depth(&self) -> Option<usize> {
        Some(self.later.first_key_value()?.0.0)
    }

    /// Whether a job is left out because an earlier one was.
    pub fn leaves_out(&self, key: &(usize, Url)) -> bool {
        self.left_out.as_ref().is_some_and(|first| first <= key)
    }

    /// Inserts a job, and returns the URLs that there's no room for any more.
    pub fn insert(&mut self, key: (usize, Url), hops: usize) -> Vec<Url> {
        self.bytes += key.1.as_str().len();
        self.later.insert(key, hops);
        let mut left_out = Vec::new();
        while self.later.len() > self.left || self.bytes > self.bytes_left {
            let Some((key, _)) = self.later.pop_last() else { break };
            self.bytes -= key.1.as_str().len();
            left_out.push(key.1.clone());
            self.left_out = Some(key);
        }
        left_out
    }

    /// Removes a job that was found with a smaller depth.
    pub fn remove(&mut self, key: &(usize, Url)) {
        if self.later.remove(key).is_some() {
            self.bytes -= key.1.as_str().len();
        }
    }

    /// Takes the first job, if its depth is this one.
    pub fn start(&mut self, depth: usize) -> Option<(Url, usize)> {
        let first = self.later.first_entry()?;
        if first.key().0 != depth {
            return None;
        }
        let ((_, url), hops) = first.remove_entry();
        let bytes = url.as_str().len();
        self.left -= 1;
        self.bytes -= bytes;
        self.bytes_left -= bytes;
        Some((url, hops))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use fastrand::Rng;

    use super::*;

    impl Scope {
        pub fn limit_bytes(&mut self, bytes: usize) {
            self.bytes_left = bytes;
        }

        pub fn is_empty(&self) -> bool {
            self.later.is_empty() && self.bytes == 0
        }
    }

    #[test]
    fn the_bytes_of_all_urls_are_limited_whatever_their_order() {
        let names = ["a", "bbbbbbbb", "cccccccccccc", "d", "e"];
        let urls = names.map(|name| format!("http://x/{name}"));
        let urls = urls.map(|url| Url::parse(&url).expect("it is a URL"));
        let bytes = |url: &Url| url.as_str().len();
        let mut orders = HashSet::new();
        for seed in 0..200 {
            let mut random = Rng::with_seed(seed);
            let mut order = [0, 1, 2, 3, 4];
            random.shuffle(&mut order);
            let mut scope = Scope::new(100);
            scope.bytes_left = urls[..3].iter().map(bytes).sum::<usize>() - 1;
            for url in order.map(|index| urls[index].clone()) {
                // Some are found further away first.
                for depth in random.usize(0..2)..2 {
                    scope.remove(&(3 - depth, url.clone()));
                    let key = (2 - depth, url.clone());
                    if !scope.leaves_out(&key) {
                        scope.insert(key, 0);
                    }
                }
            }
            let started = std::iter::from_fn(|| scope.start(1));
            let started: Vec<_> = started.map(|(url, _)| url).collect();
            // There would be room for the short ones at the end, but not in
            // every order.
            assert_eq!(started, urls[..2], "{order:?}");
            assert!(scope.is_empty(), "{order:?}");
            // And still further away there's nothing more.
            let further = (2, urls[0].clone());
            assert!(scope.leaves_out(&further));
            orders.insert(order);
        }
        assert!(orders.len() > 50);
    }
}
