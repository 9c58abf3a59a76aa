//! Pages for parsers. Those of the mock web are one paragraph of words, which costs a parser next to nothing.

use std::fmt::Write;

use lesson08::Page;
use url::Url;

/// The title of the page of this number, as a reader sees it.
pub fn title(number: usize) -> String {
    format!("Page {number} & its title")
}

/// A page of about so many bytes (it ends with the first paragraph that goes beyond), with markup as pages have it: a head
/// with a few elements, and paragraphs with emphasis and a link. Its title has an entity.
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
             and most of it is <i>neither here nor there</i> &mdash; <a href=\"/item/{paragraph}\">more</a>.</p></div>"
        )
        .expect("a String takes all that is written");
        paragraph += 1;
    }
    page + end
}

/// The same bytes as if they had been fetched.
pub fn fetched(bytes: Vec<u8>) -> Page {
    let url = Url::parse("http://pages.example/").expect("it is a URL");
    Page { url, content_type: String::new(), bytes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_about_the_bytes_asked_for() {
        for bytes in [1_000, 50_000, 1_000_000] {
            let page = page(1, bytes);
            assert!((bytes..bytes + 300).contains(&page.len()), "{}", page.len());
        }
    }
}
