//! The links that were found and the outcomes of their URLs, in as little
//! memory as possible: most links of a site lead to the same few URLs, with the
//! same texts.

use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};
use url::{ParseError, Url};

use crate::error::LinkError;
use crate::message::{NotUrl, Outcome, SkipReason};
use crate::page::anchors::Anchors;

/// The number of a URL or a text.
pub type Id = u32;

/// How many bytes a URL or a text takes in addition to its letters: about
/// as much as was measured.
const ENTRY: usize = 100;

/// What a place takes, in bytes. A list has up to twice the capacity it needs.
const PLACE: usize = 2 * size_of::<Place>();

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

/// A place where a link occurs.
#[derive(Clone, Copy, Debug)]
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
    /// It redirects to a URL that there was no room for.
    Forgotten,
    Broken(Box<LinkError>),
}

impl Web {
    /// An empty web for this many bytes of links and of anchors.
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

    /// Counts links that aren't remembered.
    pub fn forget(&mut self, links: usize) {
        self.forgotten += links;
    }

    /// Remembers a link, while there's room.
    pub fn add_link(&mut self, page: Option<Id>, to: &Url, text: &str) {
        match self.url(before_fragment(to)) {
            Some(url) if self.room > 0 => {
                let fragment = to.fragment().unwrap_or_default();
                let place = self.place(page, fragment, text);
                self.urls[url as usize].places.push(place);
            }
            _ => self.forget(1),
        }
    }

    /// Remembers a link that's no URL, while there's room.
    pub fn add_not_url(&mut self, page: Id, to: NotUrl, text: &str) {
        if self.room == 0 {
            self.forget(1);
            return;
        }
        let place = self.place(Some(page), "", text);
        let NotUrl { href, error } = to;
        if let Some((_, places)) = self.not_urls.get_mut(href.as_str()) {
            places.push(place);
        } else {
            self.take_room(href.len() + ENTRY);
            self.not_urls.insert(href.into(), (error, vec![place]));
        }
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
            Outcome::Redirect(to) => self.redirect(&to),
            Outcome::Skipped(reason) => State::Skipped(reason),
            Outcome::Broken(error) => State::Broken(Box::new(error)),
        };
        self.urls[url as usize].state = state;
    }

    fn redirect(&mut self, to: &Url) -> State {
        match self.url(before_fragment(to)) {
            Some(url) => {
                let fragment = self.text(to.fragment().unwrap_or_default());
                State::Redirect { to: url, fragment }
            }
            None => State::Forgotten,
        }
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

    /// The number of a URL, if it's known or there's room for it.
    pub fn url(&mut self, url: &str) -> Option<Id> {
        if let Some(index) = self.urls.get_index_of(url) {
            return Some(id(index));
        }
        if self.room == 0 {
            return None;
        }
        self.take_room(url.len() + ENTRY);
        Some(id(self.urls.insert_full(url.into(), Entry::default()).0))
    }

    fn place(&mut self, page: Option<Id>, fragment: &str, text: &str) -> Place {
        self.take_room(PLACE);
        let fragment = self.text(fragment);
        Place { fragment, page, text: self.text(text) }
    }

    fn text(&mut self, text: &str) -> Id {
        if let Some(index) = self.texts.get_index_of(text) {
            return id(index);
        }
        self.take_room(text.len() + ENTRY);
        id(self.texts.insert_full(text.into()).0)
    }

    /// The URL with this number.
    pub fn url_of(&self, id: Id) -> &Arc<str> {
        self.urls.get_index(id as usize).expect("only `url` gives numbers").0
    }

    /// The text with this number.
    pub fn text_of(&self, id: Id) -> &Arc<str> {
        &self.texts[id as usize]
    }

    fn take_room(&mut self, bytes: usize) {
        self.room = self.room.saturating_sub(bytes);
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
