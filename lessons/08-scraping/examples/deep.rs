//! Two small pages of the same size, with the same elements. Does it take the
//! same time to parse them?
//!
//! ```sh
//! cargo run -p lesson08 --example deep
//! ```
//!
//! In one page the elements stand beside each other, in the other they stand
//! within each other. No site is asked. Look at the two times, and then at how
//! long it takes to get the title without a tree.

use std::time::Instant;

use lesson_kit::println;
use lesson08::{harmless, selector, shortened};
use lol_html::{HtmlRewriter, Settings, text};
use scraper::Html;

/// So many, of 11 bytes each.
pub const ELEMENTS: usize = 8_000;

fn main() -> anyhow::Result<()> {
    let name = "lesson08 --example deep";
    let _lesson = lesson_kit::start_on(name, "a page that takes long", &[]);

    println!("--- beside each other ---");
    let beside = timed(|| tell(&flat()));

    println!("\n--- within each other ---");
    let within = timed(|| tell(&nested()));
    println!("{:.1}x as long", within / beside);

    println!("\n--- as it comes, and no tree ---");
    timed(|| match streamed(&nested()) {
        Ok(title) => println!("{}", shortened(harmless(&title))),
        Err(error) => println!("failed: {}", harmless(&format!("{error:#}"))),
    });
    Ok(())
}

// ANCHOR: pages
/// A page with elements beside each other.
pub fn flat() -> String {
    let elements = "<div></div>".repeat(ELEMENTS);
    format!("<title>Flat</title>{elements}")
}

/// A page with as many elements, each within the one before.
pub fn nested() -> String {
    let begin = "<div>".repeat(ELEMENTS);
    let end = "</div>".repeat(ELEMENTS);
    format!("<title>Deep</title>{begin}{end}")
}
// ANCHOR_END: pages

/// How many elements the tree of a page has.
pub fn elements(page: &str) -> usize {
    Html::parse_document(page).select(&selector("div")).count()
}

fn tell(page: &str) {
    println!("{} bytes, {} elements", page.len(), elements(page));
}

// ANCHOR: streamed
/// The title of a page, of which no tree is made.
pub fn streamed(page: &str) -> anyhow::Result<String> {
    let mut title = String::new();
    let handler = text!("title", |text| {
        title += text.as_str();
        Ok(())
    });
    let settings = Settings::new().append_element_content_handler(handler);
    let mut parser = HtmlRewriter::new(settings, |_: &[u8]| {});
    parser.write(page.as_bytes())?;
    parser.end()?;
    Ok(title)
}
// ANCHOR_END: streamed

/// Does it and tells how long it took, in seconds.
fn timed(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    let seconds = start.elapsed().as_secs_f64();
    println!("Total time: {seconds:.3} seconds");
    seconds
}
