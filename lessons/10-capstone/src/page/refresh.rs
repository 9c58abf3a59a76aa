//! Reads `<meta http-equiv=refresh>`: where a page goes by itself.

/// The URL in the `content` of a refresh, if there's one (HTML Standard, "shared
/// declarative refresh steps").
pub fn refresh_target(content: &str) -> Option<&str> {
    let content = content.trim_ascii_start();
    let after_seconds =
        content.trim_start_matches(|it: char| it.is_ascii_digit());
    if after_seconds.len() == content.len() && !content.starts_with('.') {
        return None;
    }
    let is_number = |it: char| it.is_ascii_digit() || it == '.';
    let rest = after_seconds.trim_start_matches(is_number);
    let separated =
        |it: char| matches!(it, ';' | ',') || it.is_ascii_whitespace();
    if !rest.starts_with(separated) {
        return None;
    }
    let rest = rest.trim_ascii_start();
    let rest = rest.strip_prefix([';', ',']).unwrap_or(rest);
    let target = without_quotes(without_name(rest.trim_ascii_start()));
    // Nothing there means this page.
    (!target.is_empty()).then_some(target)
}

/// Without `url=`.
fn without_name(text: &str) -> &str {
    let Some((name, rest)) = text.split_at_checked(3) else { return text };
    if !name.eq_ignore_ascii_case("url") {
        return text;
    }
    let value = rest.trim_ascii_start().strip_prefix('=');
    value.map_or(text, str::trim_ascii_start)
}

fn without_quotes(text: &str) -> &str {
    let Some(quote) = text.chars().next().filter(|it| matches!(it, '"' | '\''))
    else {
        return text;
    };
    let text = &text[1..];
    text.split_once(quote).map_or(text, |(inside, _)| inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresh_is_read_as_in_a_browser() {
        for (content, expected) in [
            ("0; url=/to", Some("/to")),
            ("5;URL='/to' x", Some("/to")),
            (" 5.5 , Url = \"/to", Some("/to")),
            (".5;/to", Some("/to")),
            ("0 /to", Some("/to")),
            ("0;/to'", Some("/to'")),
            ("0;'/to'", Some("/to")),
            ("0; urls", Some("urls")),
            ("0; url /to", Some("url /to")),
            ("0;\u{e9}\u{e9}", Some("\u{e9}\u{e9}")),
            ("180", None),
            ("180;", None),
            ("0; url=", None),
            ("0;''", None),
            ("", None),
            ("url=/to", None),
            ("-1;url=/to", None),
            ("0x;url=/to", None),
        ] {
            assert_eq!(refresh_target(content), expected, "{content}");
        }
    }
}
