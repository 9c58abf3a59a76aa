//! Pages for parsers. A page of the mock web is one paragraph of words, which is next to no work for a parser.

use std::fmt::Write;

/// The title of the page with this number, as a reader sees it.
pub fn title(number: usize) -> String {
    format!("Page {number} & its title")
}

/// A page of about this many bytes (it ends with the first paragraph that reaches them), with markup as pages have it:
/// a head with a few elements, and paragraphs with emphasis and a link. Its title has a character reference.
pub fn page(number: usize, bytes: usize) -> String {
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <title>Page {number} &amp; its title</title>\n\
         <meta name=\"description\" content=\"A page for parsers\">\n\
         <link rel=\"stylesheet\" href=\"/style.css\">\n</head>\n<body>\n<div id=\"main\" class=\"wide\">\n"
    );
    let end = "</div>\n</body>\n</html>\n";
    let mut paragraph = 0;
    while page.len() + end.len() < bytes {
        writeln!(
            page,
            "<div class=\"item\"><h2>Item {paragraph}</h2><p class=\"line\">A page may be <b>as long as it likes</b>, \
             and most of it is <i>of no interest to anyone</i> &mdash; <a href=\"/item/{paragraph}\">more</a>.</p></div>"
        )
        .expect("writing to a String succeeds");
        paragraph += 1;
    }
    page + end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_about_as_many_bytes_as_requested() {
        for bytes in [1_000, 50_000, 1_000_000] {
            let page = page(1, bytes);
            assert!((bytes..bytes + 300).contains(&page.len()), "{}", page.len());
        }
    }
}
