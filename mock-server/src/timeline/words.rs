//! Names and numbers as a drawing writes them.

use crate::printable::printable;

/// The longest label drawn whole, in characters.
pub(super) const LABEL: usize = 26;

/// Text of unknown origin as one line without anything that a terminal would obey.
pub(super) fn one_line(text: &str) -> String {
    printable(text).replace('\n', "\u{fffd}")
}

/// A label that fits its column.
pub(super) fn shortened(label: &str) -> String {
    if label.chars().count() <= LABEL {
        return label.to_owned();
    }
    label.chars().take(LABEL - 1).chain(['…']).collect()
}

/// A number and its noun: `1 request`, `2 requests`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(count))
}

/// A number with a comma between each group of three digits.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_a_comma_between_groups_of_three_digits() {
        let grouped: Vec<_> = [0, 999, 1_000, 50_321, 1_234_567, u64::MAX].into_iter().map(grouped).collect();
        let expected = ["0", "999", "1,000", "50,321", "1,234,567", "18,446,744,073,709,551,615"];
        assert_eq!(grouped, expected);
    }

    #[test]
    fn a_label_that_is_too_long_ends_in_an_ellipsis() {
        assert_eq!(shortened(&"é".repeat(LABEL)), "é".repeat(LABEL));
        assert_eq!(shortened(&"é".repeat(LABEL + 1)), "é".repeat(LABEL - 1) + "…");
    }
}
