//! What's on a page: its links, and the anchors that links may lead to.
//!
//! [`html`] and [`xhtml`] read the tags, [`elements`] knows which attributes
//! hold URLs ([`srcset`] and [`refresh`] read two of them), and [`collector`]
//! keeps what was found. [`charset`] decodes the page.

pub mod anchors;
pub mod charset;
pub mod collector;
pub mod elements;
pub mod html;
pub mod refresh;
pub mod srcset;
pub mod xhtml;
