//! Drawings of the record: as text for a terminal, as a picture (SVG), and as data (JSON).
//!
//! # Layout
//!
//! - `panel`: a title and a record, and how they're drawn
//! - `bar`: one exchange as a bar, and as a line of a log
//! - `axis`: the time axis, its steps, and the unit of its times
//! - `words`: names and numbers as a drawing writes them
//! - `escape`: text in XML
//! - `text`, `svg`, `json`: the three formats

mod axis;
mod bar;
mod escape;
mod json;
mod panel;
mod svg;
#[cfg(test)]
mod tests;
mod text;
mod words;

pub use bar::line;
pub use escape::escape;
pub use json::json;
pub(crate) use json::{Milliseconds, Row, harmless};
pub use panel::Panel;
pub use svg::svg;
pub use text::{WIDTH, text};
