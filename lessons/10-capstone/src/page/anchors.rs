//! The places of a page that a fragment can lead to.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem::size_of_val;

use percent_encoding::percent_decode_str;

/// The hash of an anchor's name.
///
/// It takes eight bytes, however long the name is. A check keeps the anchors
/// of all pages until the end, and a page of documentation has thousands of
/// them. Two names can have the same hash, and then a missing anchor counts as
/// found. On a page with a million anchors, the chance of that is one in
/// 18 million million.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AnchorName(u64);

impl AnchorName {
    /// The hash of this name.
    pub fn new(name: &str) -> AnchorName {
        // This hasher is the same in every thread.
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        AnchorName(hasher.finish())
    }
}

/// The anchors of a page, sorted.
#[derive(Debug, Default)]
pub struct Anchors(Box<[AnchorName]>);

impl Anchors {
    /// Whether a browser finds an anchor for this fragment, the part after `#`
    /// (HTML Standard, "select the indicated part").
    pub fn has(&self, fragment: &str) -> bool {
        // After `:~:` there's a text to search for.
        let name = fragment.split(":~:").next().unwrap_or_default();
        if name.is_empty() || self.contains(name) {
            return true;
        }
        let decoded = percent_decode_str(name).decode_utf8_lossy();
        self.contains(&decoded) || decoded.eq_ignore_ascii_case("top")
    }

    fn contains(&self, name: &str) -> bool {
        self.0.binary_search(&AnchorName::new(name)).is_ok()
    }

    /// How many bytes of memory they take.
    pub fn bytes(&self) -> usize {
        size_of_val(self) + size_of_val(&*self.0)
    }
}

impl From<Vec<AnchorName>> for Anchors {
    fn from(mut names: Vec<AnchorName>) -> Anchors {
        names.sort_unstable();
        names.dedup();
        Anchors(names.into_boxed_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anchors(names: &[&str]) -> Anchors {
        let names = names.iter().map(|name| AnchorName::new(name));
        Anchors::from(names.collect::<Vec<_>>())
    }

    #[test]
    fn a_fragment_is_looked_up_as_it_is_and_then_without_percent_signs() {
        let anchors = anchors(&["old", "caf\u{e9}", "a%62", "old"]);
        for there in [
            "",
            "top",
            "Top",
            "t%6Fp",
            "old",
            "%6fld",
            "caf%C3%A9",
            "a%62",
            ":~:text=any",
            "old:~:text=any",
        ] {
            assert!(anchors.has(there), "{there}");
        }
        for not_there in ["no", "Old", "ab", "old%20", "old:~", "no:~:text=x"] {
            assert!(!anchors.has(not_there), "{not_there}");
        }
    }

    #[test]
    fn each_name_takes_eight_bytes_once() {
        let long = "x".repeat(1_000);
        let bytes = anchors(&[&long, "y", &long]).bytes();
        assert_eq!(bytes - Anchors::default().bytes(), 16);
    }
}
