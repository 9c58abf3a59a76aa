//! The title of a page, in three ways. The first is lesson 8's own; the others are what its example `stop_at_title` does,
//! on a page that is there already.

use std::cell::{Cell, RefCell};

use lesson08::{Page, title, title_in};
use lol_html::errors::RewritingError;
use lol_html::{HtmlRewriter, Settings, element, text};
use scraper::Html;

/// What a parser that streams is given at a time: what a socket gives.
const CHUNK: usize = 16_384;

/// From a tree of the whole page, by html5ever and scraper. It finds out the encoding, too.
pub fn scraped(page: &Page) -> Option<String> {
    title(page)
}

/// From the whole page as it goes by, by lol_html.
///
/// # Errors
///
/// What the parser cannot make out.
pub fn streamed(page: &[u8]) -> Result<Option<String>, RewritingError> {
    go_through(page, false)
}

/// As [`streamed`], but it stops where the title is over, or at `<body>` where none came before it.
///
/// # Errors
///
/// What the parser cannot make out.
pub fn up_to_the_title(page: &[u8]) -> Result<Option<String>, RewritingError> {
    go_through(page, true)
}

fn go_through(page: &[u8], stop: bool) -> Result<Option<String>, RewritingError> {
    let (raw, over) = (RefCell::new(String::new()), Cell::new(false));
    let title = text!("title", |text| {
        if !over.get() {
            *raw.borrow_mut() += text.as_str();
            over.set(text.last_in_text_node());
        }
        Ok(())
    });
    let body = element!("body", |_| {
        over.set(true);
        Ok(())
    });
    let settings = Settings::new()
        .with_strict(false)
        .append_element_content_handler(title)
        .append_element_content_handler(body);
    // It could change the page, too. Here what it writes is thrown away.
    let mut parser = HtmlRewriter::new(settings, |_: &[u8]| {});
    for chunk in page.chunks(CHUNK) {
        parser.write(chunk)?;
        if stop && over.get() {
            break;
        }
    }
    drop(parser);
    // It is as the page has it, `&amp;` and all. A tree of it has it decoded.
    Ok(title_in(&Html::parse_document(&format!("<title>{}</title>", raw.borrow()))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages;

    #[test]
    fn all_three_find_the_same_title_decoded() {
        let html = pages::page(7, 50_000).into_bytes();
        let page = pages::fetched(html.clone());
        let title = Some("Page 7 & its title".to_owned());
        assert_eq!(scraped(&page), title);
        assert_eq!(streamed(&html).expect("it is a page"), title);
        assert_eq!(up_to_the_title(&html).expect("it is a page"), title);
    }

    #[test]
    fn a_second_title_does_not_count() {
        let html = b"<title>One</title><body><svg><title>Two</title></svg>";
        assert_eq!(streamed(html).expect("it is a page").as_deref(), Some("One"));
    }
}
