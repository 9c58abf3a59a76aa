//! Text from pages and servers, made fit for a report.

/// A text is cut after this many characters.
pub const MAX_TEXT_CHARS: usize = 60;

/// Makes a text safe to print: one line, without control characters and without
/// characters that change the direction of writing.
pub fn harmless(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let words = text.split(|it: char| it.is_whitespace() || is_dangerous(it));
    for word in words.filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

fn is_dangerous(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200e}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

/// A line of at most [`MAX_TEXT_CHARS`] characters, and a mark if it was cut.
pub fn shortened(mut line: String) -> String {
    if let Some((end, _)) = line.char_indices().nth(MAX_TEXT_CHARS) {
        line.truncate(end);
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_do_not_reach_a_terminal() {
        let evil = "\x1b[31mred\u{9b}1m\r\n\u{202e}der\u{2066} \u{7f}end";
        assert_eq!(harmless(evil), "[31mred 1m der end");
    }
}
