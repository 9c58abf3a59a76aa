//! The faults that were chosen on a live page, instead of those with which the web was started.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};

use crate::fault::{Fault, FaultError};
use crate::record::PATH_KEPT;
use crate::site::Site;

/// The most places that can have a choice of their own.
const MOST: usize = 1_000;

/// The choices of one web. A request asks here which fault it meets.
#[derive(Debug, Default)]
pub(crate) struct Choices {
    /// Whether there's any choice. Without a page, that's all a request looks at.
    is_any: AtomicBool,
    chosen: Mutex<HashMap<Place, Chosen>>,
}

/// A site or, if there's a path, only that path of it, without its query.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub site: String,
    pub path: Option<String>,
}

/// What a place does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Choice {
    AsStarted,
    NoFault,
    Fault { fault: Fault, text: String },
}

#[derive(Clone, Debug)]
struct Chosen {
    choice: Choice,
    /// Each choice has a different number, so faults that count requests begin again.
    number: u64,
}

/// Why something can't be chosen.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChoiceError {
    #[error(transparent)]
    Fault(#[from] FaultError),
    #[error(
        "`{0}` concerns the site's port, which is open already; only a web that hasn't started can have this fault"
    )]
    Port(String),
    #[error("a path begins with a slash, has no query, and at most {PATH_KEPT} bytes")]
    Path,
    #[error("no site is called `{0}`")]
    Site(String),
    #[error("`{0}` can't be changed: its port was closed to clients when the web started")]
    OutOfReach(String),
    #[error("{MOST} places have a choice already; set one of them to `started`")]
    TooMany,
}

impl Choice {
    /// Reads `started`, `none`, or a fault.
    pub fn read(text: &str) -> Result<Choice, ChoiceError> {
        let text = text.trim();
        match text {
            "started" => return Ok(Choice::AsStarted),
            "none" => return Ok(Choice::NoFault),
            _ => {}
        }
        let fault: Fault = text.parse()?;
        if fault.needs_own_port() {
            return Err(ChoiceError::Port(text.to_owned()));
        }
        Ok(Choice::Fault { fault, text: text.to_owned() })
    }

    /// What [`read`](Choice::read) reads.
    pub fn text(&self) -> &str {
        match self {
            Choice::AsStarted => "started",
            Choice::NoFault => "none",
            Choice::Fault { text, .. } => text,
        }
    }
}

impl Choices {
    /// Chooses what a place does, from the next request on.
    pub fn choose(&self, place: Place, choice: Choice) -> Result<(), ChoiceError> {
        if let Some(path) = &place.path
            && (!path.starts_with('/') || path.contains('?') || path.len() > PATH_KEPT)
        {
            return Err(ChoiceError::Path);
        }
        let mut chosen = self.chosen();
        let number = chosen.values().map(|chosen| chosen.number).max().unwrap_or_default() + 1;
        if chosen.len() >= MOST && !chosen.contains_key(&place) {
            // These are there only for their numbers.
            chosen.retain(|_, chosen| chosen.choice != Choice::AsStarted);
            if chosen.len() >= MOST {
                return Err(ChoiceError::TooMany);
            }
        }
        chosen.insert(place, Chosen { choice, number });
        self.is_any.store(true, Ordering::Release);
        Ok(())
    }

    /// The places that don't do what they were started with.
    pub fn all(&self) -> Vec<(Place, Choice)> {
        let chosen = self.chosen();
        let chosen = chosen.iter().filter(|(_, chosen)| chosen.choice != Choice::AsStarted);
        chosen.map(|(place, chosen)| (place.clone(), chosen.choice.clone())).collect()
    }

    /// The fault that a request to this path meets, and the address for which it's counted. A path comes before its site, and in
    /// each of them a choice before the fault of the start.
    pub fn fault(&self, site: &Site, path: &str) -> (Option<Fault>, String) {
        let other = site.others.iter().find(|other| other.path == path);
        let of_path = other.and_then(|other| other.fault.clone());
        match (self.choice(&site.name, Some(path)), of_path) {
            ((Choice::Fault { fault, .. }, number), _) => (Some(fault), address(site, path, number)),
            ((Choice::NoFault, number), _) => (None, address(site, path, number)),
            ((Choice::AsStarted, number), Some(fault)) => (Some(fault), address(site, path, number)),
            // The path has none, so it has that of the site.
            ((Choice::AsStarted, _), None) => match self.choice(&site.name, None) {
                (Choice::Fault { fault, .. }, number) => (Some(fault), address(site, "", number)),
                (Choice::NoFault, number) => (None, address(site, "", number)),
                (Choice::AsStarted, number) => (site.fault.clone(), address(site, "", number)),
            },
        }
    }

    /// The choice for a place, and its number.
    fn choice(&self, site: &str, path: Option<&str>) -> (Choice, u64) {
        if !self.is_any.load(Ordering::Acquire) {
            return (Choice::AsStarted, 0);
        }
        let place = Place { site: site.to_owned(), path: path.map(str::to_owned) };
        self.chosen()
            .get(&place)
            .map_or((Choice::AsStarted, 0), |chosen| (chosen.choice.clone(), chosen.number))
    }

    fn chosen(&self) -> MutexGuard<'_, HashMap<Place, Chosen>> {
        self.chosen.lock().expect("no code that holds this lock panics")
    }
}

/// What a fault that counts requests takes for one address: a different one after each choice.
fn address(site: &Site, path: &str, number: u64) -> String {
    let site = &site.name;
    if number == 0 { format!("{site}{path}") } else { format!("{site}{path} {number}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(choices: &Choices, path: Option<&str>, choice: &str) {
        let place = Place { site: "a.example".to_owned(), path: path.map(str::to_owned) };
        let choice = Choice::read(choice).expect("it can be chosen");
        choices.choose(place, choice).expect("there's room");
    }

    #[test]
    fn a_path_comes_before_its_site_and_a_choice_before_the_start() {
        let broken = Fault::Empty;
        let site = Site::new("a.example").fault(Fault::Hang).also_failing("/own", "", broken.clone());
        let choices = Choices::default();
        let faults = || ["/", "/own"].map(|path| choices.fault(&site, path).0);
        assert_eq!(faults(), [Some(Fault::Hang), Some(broken.clone())]);
        choose(&choices, None, "none");
        assert_eq!(faults(), [None, Some(broken)]);
        choose(&choices, Some("/own"), "bad-chunk");
        assert_eq!(faults(), [None, Some(Fault::BadChunk)]);
        choose(&choices, Some("/own"), "none");
        choose(&choices, None, "started");
        assert_eq!(faults(), [Some(Fault::Hang), None]);
        assert_eq!(choices.all().len(), 1);
    }

    #[test]
    fn places_without_a_choice_of_their_own_make_room_for_others() {
        let choices = Choices::default();
        let choose = |number: usize, choice: &str| {
            let place = Place { site: "a.example".to_owned(), path: Some(format!("/{number}")) };
            choices.choose(place, Choice::read(choice).expect("it can be chosen"))
        };
        assert!((0..MOST).all(|number| choose(number, "none").is_ok()));
        assert!(matches!(choose(MOST, "none"), Err(ChoiceError::TooMany)));
        choose(7, "started").expect("it has a place");
        choose(MOST, "none").expect("there's room");
    }

    #[test]
    fn a_path_that_no_request_can_have_is_refused() {
        for path in ["", "page", "/page?query", &format!("/{}", "x".repeat(PATH_KEPT))] {
            let place = Place { site: "a.example".to_owned(), path: Some(path.to_owned()) };
            let error = Choices::default().choose(place, Choice::NoFault);
            assert!(matches!(error, Err(ChoiceError::Path)), "{path}");
        }
    }

    #[test]
    fn each_choice_counts_requests_from_the_beginning() {
        let site = Site::new("a.example");
        let choices = Choices::default();
        let address = || choices.fault(&site, "/").1;
        let started = address();
        choose(&choices, None, "fail-first");
        let first = address();
        assert_eq!(address(), first);
        choose(&choices, None, "fail-first");
        let second = address();
        choose(&choices, None, "started");
        let all = [started, first, second, address()];
        assert!(all.iter().enumerate().all(|(index, one)| !all[..index].contains(one)), "{all:?}");
    }

    #[test]
    fn a_fault_of_the_port_cannot_be_chosen_and_neither_can_one_that_does_not_exist() {
        let error = Choice::read("refused").expect_err("the port is open").to_string();
        assert!(error.contains("port, which is open already"), "{error}");
        let error = Choice::read("nope").expect_err("there's no such fault").to_string();
        assert!(error.starts_with("no fault is called `nope`; there are: "), "{error}");
    }
}
