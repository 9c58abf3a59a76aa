//! Text in XML and HTML.

use crate::printable::is_printable;

/// Text that is safe between tags and inside a double-quoted attribute, of XML (an SVG picture) and of HTML. Characters
/// that XML can't hold or that would reorder the text around them become U+FFFD.
///
/// HTML libraries don't do for XML: they write `&nbsp;`, which XML doesn't know.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            other if is_printable(other) => escaped.push(other),
            _ => escaped.push(char::REPLACEMENT_CHARACTER),
        }
    }
    escaped
}
