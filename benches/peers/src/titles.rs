//! Three ways to the title of a page. All of them do what the Python programs do: the page is taken as UTF-8, the
//! title's character references are decoded, and the white space at its ends is cut off.

use std::cell::{Cell, RefCell};
use std::sync::LazyLock;

use lol_html::errors::RewritingError;
use lol_html::{HtmlRewriter, Settings, element, text};
use scraper::{Html, Selector};

/// How many bytes a streaming parser gets at a time: about what a socket delivers.
const CHUNK: usize = 16_384;
static TITLE: LazyLock<Selector> = LazyLock::new(|| Selector::parse("title").expect("`title` is a selector"));

/// From a tree of the whole page, with html5ever and scraper.
pub fn scraped(page: &[u8]) -> Option<String> {
    let tree = Html::parse_document(&String::from_utf8_lossy(page));
    let title = tree.select(&TITLE).next()?.text().collect::<String>();
    Some(title.trim().to_owned())
}

/// From the whole page as it streams by, with lol_html.
///
/// # Errors
///
/// A page that lol_html can't parse.
pub fn streamed(page: &[u8]) -> Result<Option<String>, RewritingError> {
    stream(page, Until::End)
}

/// As [`streamed`], but it stops at the end of the title, or at `<body>` if there is no title before it.
///
/// # Errors
///
/// A page that lol_html can't parse.
pub fn up_to_the_title(page: &[u8]) -> Result<Option<String>, RewritingError> {
    stream(page, Until::Title)
}

/// How far to read a page.
#[derive(PartialEq)]
enum Until {
    End,
    Title,
}

fn stream(page: &[u8], until: Until) -> Result<Option<String>, RewritingError> {
    let (raw, has_ended) = (RefCell::new(None::<String>), Cell::new(false));
    let title = text!("title", |text| {
        if !has_ended.get() {
            raw.borrow_mut().get_or_insert_default().push_str(text.as_str());
            has_ended.set(text.last_in_text_node());
        }
        Ok(())
    });
    let body = element!("body", |_| {
        has_ended.set(true);
        Ok(())
    });
    let settings = Settings::new()
        .with_strict(false)
        .append_element_content_handler(title)
        .append_element_content_handler(body);
    // lol_html is made for changing pages. We don't need the changed page.
    let mut parser = HtmlRewriter::new(settings, |_: &[u8]| {});
    for chunk in page.chunks(CHUNK) {
        parser.write(chunk)?;
        if until == Until::Title && has_ended.get() {
            break;
        }
    }
    drop(parser);
    // lol_html leaves `&amp;` as it is. A tree has it decoded.
    Ok(raw.take().map(|title| htmlize::unescape(title).trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages;

    #[test]
    fn all_three_find_the_same_title_decoded() {
        let html = pages::page(7, 50_000).into_bytes();
        let title = Some("Page 7 & its title".to_owned());
        assert_eq!(scraped(&html), title);
        assert_eq!(streamed(&html).unwrap(), title);
        assert_eq!(up_to_the_title(&html).unwrap(), title);
    }

    #[test]
    fn only_the_first_title_counts() {
        let html = b"<title> One </title><body><svg><title>Two</title></svg>";
        assert_eq!(scraped(html).as_deref(), Some("One"));
        assert_eq!(streamed(html).unwrap().as_deref(), Some("One"));
        assert_eq!(up_to_the_title(html).unwrap().as_deref(), Some("One"));
    }

    #[test]
    fn a_page_without_a_title_has_none() {
        let html = b"<p>A page";
        assert_eq!(scraped(html), None);
        assert_eq!(streamed(html).unwrap(), None);
        assert_eq!(up_to_the_title(html).unwrap(), None);
    }
}
