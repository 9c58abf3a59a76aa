//! The links that were found and the outcomes of their URLs, in as little
//! memory as possible: most links of a site lead to the same few URLs, with the
//! same texts.

use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};
use url::{ParseError, Url};

use crate::anchors::Anchors;
use crate::error::LinkError;
use crate::message::{NotUrl, Outcome, SkipReason};

/// The number of a URL or a text.
pub type Id = u32;

/// What a URL or a text takes besides its letters, in bytes: about
/// as much as was measured.
const ENTRY: usize = 100;

/// All links and all outcomes.
#[derive(Debug)]
pub struct Web {
    /// Without fragments, because all links to one page share its outcome.
    pub urls: IndexMap<Arc<str>, Entry>,
    /// The `href`s that aren't URLs. Such a text may look like a URL, so the
    /// two are kept apart.
    pub not_urls: IndexMap<Arc<str>, (ParseError, Vec<Place>)>,
    /// The texts of links, and fragments.
    texts: IndexSet<Arc<str>>,
    /// How many more bytes of links may be remembered.
    room: usize,
    anchor_room: usize,
    forgotten: usize,
    forgot_anchors: bool,
}

/// What's known about a URL.
#[derive(Debug, Default)]
pub struct Entry {
    pub state: State,
    /// Where the links to it are.
    pub places: Vec<Place>,
}

/// A place where a link occurs. Its order isn't the report's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The part of the link after `#`, or an empty text.
    pub fragment: Id,
    /// The page; `None` for the command line.
    pub page: Option<Id>,
    pub text: Id,
}

/// The outcome of a URL.
#[derive(Debug, Default)]
pub enum State {
    #[default]
    NotVisited,
    /// It works, and it has no anchors to check.
    Fine,
    /// It works and is a page.
    Page(Anchors),
    /// It works and is a page, and perhaps not all of its anchors are known.
    PartOfPage,
    Redirect {
        to: Id,
        /// The redirect's own, or an empty text.
        fragment: Id,
    },
    Skipped(SkipReason),
    Broken(Box<LinkError>),
}

impl Web {
    /// An empty web for so many bytes of links and of anchors.
    pub fn new(link_bytes: usize, anchor_bytes: usize) -> Web {
        Web {
            urls: IndexMap::new(),
            not_urls: IndexMap::new(),
            texts: IndexSet::new(),
            room: link_bytes,
            anchor_room: anchor_bytes,
            forgotten: 0,
            forgot_anchors: false,
        }
    }

    /// How many links there was no room for.
    pub fn forgotten(&self) -> usize {
        self.forgotten
    }

    /// Whether there was no room for the anchors of a page.
    pub fn forgot_anchors(&self) -> bool {
        self.forgot_anchors
    }

    /// Remembers a link, while there's room.
    pub fn add_link(&mut self, page: Option<Id>, to: &Url, text: &str) {
        if self.is_full() {
            return;
        }
        let to_page = self.url(before_fragment(to));
        let fragment = self.text(to.fragment().unwrap_or_default());
        let place = Place { fragment, page, text: self.text(text) };
        self.room = self.room.saturating_sub(size_of::<Place>());
        self.urls[to_page as usize].places.push(place);
    }

    /// Remembers a link that's no URL, while there's room.
    pub fn add_not_url(&mut self, page: Id, to: NotUrl, text: &str) {
        if self.is_full() {
            return;
        }
        let fragment = self.text("");
        let place = Place { fragment, page: Some(page), text: self.text(text) };
        self.room = self.room.saturating_sub(size_of::<Place>());
        let NotUrl { href, error } = to;
        if let Some((_, places)) = self.not_urls.get_mut(href.as_str()) {
            places.push(place);
            return;
        }
        self.take_room(&href);
        self.not_urls.insert(href.into(), (error, vec![place]));
    }

    /// Remembers an outcome.
    pub fn set_outcome(
        &mut self,
        url: Id,
        outcome: Outcome,
        anchors: Option<Anchors>,
        is_incomplete: bool,
    ) {
        let state = match outcome {
            Outcome::Fine => self.page(anchors, is_incomplete),
            Outcome::Redirect(to) => State::Redirect {
                to: self.url(before_fragment(&to)),
                fragment: self.text(to.fragment().unwrap_or_default()),
            },
            Outcome::Skipped(reason) => State::Skipped(reason),
            Outcome::Broken(error) => State::Broken(Box::new(error)),
        };
        self.urls[url as usize].state = state;
    }

    fn page(&mut self, anchors: Option<Anchors>, is_incomplete: bool) -> State {
        let Some(anchors) = anchors else {
            return if is_incomplete { State::PartOfPage } else { State::Fine };
        };
        match self.anchor_room.checked_sub(anchors.bytes()) {
            Some(room) => {
                self.anchor_room = room;
                State::Page(anchors)
            }
            None => {
                self.forgot_anchors = true;
                State::PartOfPage
            }
        }
    }

    /// The number of a URL, which is new or known.
    pub fn url(&mut self, url: &str) -> Id {
        if let Some(index) = self.urls.get_index_of(url) {
            return id(index);
        }
        self.take_room(url);
        id(self.urls.insert_full(url.into(), Entry::default()).0)
    }

    fn text(&mut self, text: &str) -> Id {
        if let Some(index) = self.texts.get_index_of(text) {
            return id(index);
        }
        self.take_room(text);
        id(self.texts.insert_full(text.into()).0)
    }

    /// The URL with this number.
    pub fn url_of(&self, id: Id) -> &Arc<str> {
        &self.urls.get_index(id as usize).expect("only `url` gives numbers").0
    }

    /// The text with this number.
    pub fn text_of(&self, id: Id) -> &Arc<str> {
        &self.texts[id as usize]
    }

    /// Counts a link that there's no room for.
    fn is_full(&mut self) -> bool {
        let is_full = self.room == 0;
        self.forgotten += usize::from(is_full);
        is_full
    }

    fn take_room(&mut self, name: &str) {
        self.room = self.room.saturating_sub(name.len() + ENTRY);
    }
}

fn id(index: usize) -> Id {
    Id::try_from(index).expect("the memory is full long before")
}

/// A URL as it's sent.
fn before_fragment(url: &Url) -> &str {
    // A `#` elsewhere in a URL is always escaped.
    url.as_str().split('#').next().unwrap_or_default()
}
