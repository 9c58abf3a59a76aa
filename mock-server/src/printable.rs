//! Text of unknown origin, made fit for a terminal and for a picture.

use std::borrow::Cow;

/// The text with a replacement character (U+FFFD) for everything that a terminal would obey, that would reorder the text around it,
/// or that isn't a character: control characters except the line feed, marks of direction, separators of lines and
/// paragraphs, characters that can't be seen, noncharacters.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().all(|character| character == '\n' || is_printable(character)) {
        return Cow::Borrowed(text);
    }
    let replaced = |character| match character {
        '\n' => '\n',
        other if is_printable(other) => other,
        _ => char::REPLACEMENT_CHARACTER,
    };
    Cow::Owned(text.chars().map(replaced).collect())
}

/// Whether a character only prints itself.
pub(crate) fn is_printable(character: char) -> bool {
    let code = u32::from(character);
    let directs = matches!(code, 0x61C | 0x200E | 0x200F | 0x202A..=0x202E | 0x2066..=0x2069);
    let separates = matches!(code, 0x2028 | 0x2029);
    // Not U+200C and U+200D, which some scripts and emoji need.
    let is_invisible = matches!(code, 0xAD | 0x200B | 0x2060..=0x2064 | 0x206A..=0x206F | 0xFEFF | 0xFFF9..=0xFFFB | 0xE0000..=0xE007F);
    let is_noncharacter = matches!(code, 0xFDD0..=0xFDEF) || code & 0xFFFE == 0xFFFE;
    !(character.is_control() || directs || separates || is_invisible || is_noncharacter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_or_xml_cannot_hold_is_replaced_and_the_rest_stays() {
        let odd = "a\u{1b}[31m\u{9b}\u{7}\u{202e}b\u{2066}\u{2028}\u{fffe}\u{ffff}\u{1ffff}\u{fdd0}\n";
        assert_eq!(
            printable(odd),
            format!("a\u{fffd}[31m{}b{}\n", "\u{fffd}".repeat(3), "\u{fffd}".repeat(6))
        );
        assert!(matches!(printable("Café ☃ 日本語 👩\u{200d}🚀\n"), Cow::Borrowed(_)));
    }
}
