//! Text in XML and HTML.

/// Text that is safe between tags and inside a double-quoted attribute, of XML (an SVG picture) and of HTML. Control
/// characters, which XML can't hold, become U+FFFD. HTML libraries don't do for XML: they write `&nbsp;`, which XML
/// doesn't know.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            control if control.is_control() => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}
