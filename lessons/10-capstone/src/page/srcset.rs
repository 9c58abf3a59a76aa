//! Reads `srcset`: image files, each with the screens it's meant for.

/// The URLs of a `srcset` (HTML Standard, "parse a srcset attribute"). Those
/// with a wrong descriptor are left out, because a browser doesn't load them.
pub fn candidates(srcset: &str) -> impl Iterator<Item = &str> {
    let mut rest = srcset;
    std::iter::from_fn(move || {
        loop {
            rest = rest.trim_start_matches(|it| is_space(it) || it == ',');
            if rest.is_empty() {
                return None;
            }
            let end = rest.find(is_space).unwrap_or(rest.len());
            let (url, after) = rest.split_at(end);
            // A comma at the end of the URL ends the candidate, and one in it
            // is a part of it.
            let is_alone = url.ends_with(',');
            let descriptors = if is_alone { "" } else { descriptors(after) };
            rest = &after[descriptors.len()..];
            if are_valid(descriptors) {
                return Some(url.trim_end_matches(','));
            }
        }
    })
}

/// ASCII whitespace, as the HTML Standard has it.
fn is_space(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\x0c' | '\r' | ' ')
}

/// What's up to the next comma that isn't in parentheses.
fn descriptors(text: &str) -> &str {
    let mut in_parentheses = false;
    let end = text.find(|character| {
        match character {
            '(' => in_parentheses = true,
            ')' => in_parentheses = false,
            _ => {}
        }
        character == ',' && !in_parentheses
    });
    &text[..end.unwrap_or(text.len())]
}

/// Whether they are one width (`640w`) and perhaps a height (`480h`), or one
/// density (`2x`).
fn are_valid(descriptors: &str) -> bool {
    let (mut width, mut density, mut height) = (0, 0, 0);
    for descriptor in descriptors.split(is_space).filter(|it| !it.is_empty()) {
        let Some((last, unit)) = descriptor.char_indices().next_back() else {
            return false;
        };
        let number = &descriptor[..last];
        let is_size = number.bytes().all(|byte| byte.is_ascii_digit())
            && number.bytes().any(|byte| byte != b'0');
        match unit {
            'w' if is_size => width += 1,
            'h' if is_size => height += 1,
            'x' if is_density(number) => density += 1,
            _ => return false,
        }
    }
    // A height alone says nothing.
    matches!((width, density, height), (0, 0 | 1, 0) | (1, 0, 0 | 1))
}

/// A number like `2`, `1.5`, `.5` or `1e3`, and not less than 0.
fn is_density(number: &str) -> bool {
    // Rust knows numbers that HTML doesn't: `+1`, `inf` and `1.`.
    let is_plain = number
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte))
        && !number.starts_with('+')
        && !number.ends_with('.')
        && !number.contains(".e")
        && !number.contains(".E");
    is_plain && number.parse::<f64>().is_ok_and(|number| number >= 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_are_split_as_in_a_browser() {
        for (srcset, expected) in [
            ("", vec![]),
            (" , ,", vec![]),
            ("/a.png", vec!["/a.png"]),
            ("/a.png 1x, /b.png 2x", vec!["/a.png", "/b.png"]),
            (
                "/a.png,\n/b.png 2x,/c.png 3x",
                vec!["/a.png", "/b.png", "/c.png"],
            ),
            // Commas in a URL.
            ("/a,b.png 1x,/c,d 2x", vec!["/a,b.png", "/c,d"]),
            ("/a,/b", vec!["/a,/b"]),
            ("/a,,,, /b", vec!["/a", "/b"]),
            (
                "data:image/png;base64,AA== 1x",
                vec!["data:image/png;base64,AA=="],
            ),
            // Descriptors.
            (
                "/a 640w, /b 640w 480h, /c 1.5x, /d .5x",
                vec!["/a", "/b", "/c", "/d"],
            ),
            (
                "/a 1q, /b 1x 2x, /c 1w 1x, /d 0w, /e 2h, /f -1x, /g 1w",
                vec!["/g"],
            ),
            ("/a +1w, /b 1.x, /c infx, /d 1.w, /e x, /f 1e1x", vec!["/f"]),
            // What a later standard may put in parentheses.
            ("/a future(1, 2), /b 1x", vec!["/b"]),
            ("/a \u{e9}, /b", vec!["/b"]),
        ] {
            assert_eq!(
                candidates(srcset).collect::<Vec<_>>(),
                expected,
                "{srcset}"
            );
        }
    }
}
