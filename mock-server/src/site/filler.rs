//! Pages with an exact number of bytes and words, and a title.

/// Words of three to fourteen letters, in the order of their length.
const WORDS: [&[&str]; 12] = [
    &["one", "two", "for", "web"],
    &["task", "page", "site", "wait", "poll"],
    &["await", "sleep", "spawn", "yield"],
    &["future", "socket", "answer", "thread", "server"],
    &["request", "runtime", "network", "promise"],
    &["executor", "response", "schedule", "deadline"],
    &["coroutine", "operating", "cancelled", "completed"],
    &["concurrent", "connection", "throughput", "event-loop"],
    &["multiplexed", "synchronous", "interleaved", "cooperative"],
    &["asynchronous", "multitasking", "continuation", "cancellation"],
    &["non-blocking,", "documentation", "collaborative", "orchestration"],
    &["responsiveness", "implementation", "infrastructure", "simultaneously"],
];
const SHORTEST: usize = 3;
const LONGEST: usize = SHORTEST + WORDS.len() - 1;

/// An HTML page of exactly `bytes` bytes that consists of exactly `words` words, separated by white space. Markup counts, too: this is
/// what `len(text)` and `len(text.split())` are in Python. If the title is ASCII, so is the page. The same arguments make the same
/// page.
///
/// # Panics
///
/// If there's no such page. The markup takes about 130 bytes and twice the title, and the words between need an average
/// length of 4 to 12 letters.
pub fn page(title: &str, bytes: usize, words: usize) -> String {
    let start = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
         </head>\n<body>\n<h1>{title}</h1>\n<p>\n"
    );
    let end = "\n</p>\n</body>\n</html>\n";
    let frame_words = start.split_whitespace().count() + end.split_whitespace().count();
    let text = words
        .checked_sub(frame_words)
        .zip(bytes.checked_sub(start.len() + end.len()))
        .and_then(|(words, bytes)| text(words, bytes))
        .unwrap_or_else(|| panic!("no page has {words} words in {bytes} bytes"));
    format!("{start}{text}{end}")
}

/// So many words with one white space between them. Each is near the average length still needed, which makes
/// the last one come out right.
fn text(words: usize, bytes: usize) -> Option<String> {
    let mut letters = bytes.checked_sub(words.checked_sub(1)?)?;
    let mut text = String::with_capacity(bytes);
    for index in 0..words {
        let left = words - index;
        // Longer and shorter in turn, for a text that looks like one; near the end there is no room for it.
        let average = letters / left;
        let length = match left {
            1..=8 => average,
            _ => (average + [1, 0, 3, 2][index % 4]).saturating_sub(1).clamp(SHORTEST, LONGEST),
        };
        let choices = WORDS.get(length.checked_sub(SHORTEST)?)?;
        text.push_str(choices[index / 4 % choices.len()]);
        letters = letters.checked_sub(length)?;
        if left > 1 {
            text.push(if index % 12 == 11 { '\n' } else { ' ' });
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_the_bytes_and_the_words_asked_for() {
        for (bytes, words) in [(15_000, 2_000), (50_321, 6_000), (45_000, 5_000), (1_000, 100)] {
            let page = page("A title", bytes, words);
            assert_eq!(page.len(), bytes);
            assert_eq!(page.split_whitespace().count(), words);
            assert!(page.is_ascii());
        }
    }

    #[test]
    fn every_word_has_the_length_it_stands_under() {
        for (index, words) in WORDS.iter().enumerate() {
            assert!(words.iter().all(|word| word.len() == index + SHORTEST), "{words:?}");
        }
    }
}
