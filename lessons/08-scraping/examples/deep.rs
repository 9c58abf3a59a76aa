//! Two small pages of the same size, with the same elements. Does it take the
//! same time to parse them?
//!
//! ```sh
//! cargo run -p lesson08 --example deep
//! ```
//!
//! In one page the elements are next to each other, in the other each is inside
//! the one before. Nothing is fetched. Look at the two times, and then at how
//! long it takes to get the title without a tree.

// ANCHOR: use
use std::sync::LazyLock;
use std::time::Instant;

use lesson_kit::println;
use lesson08::{harmless, selector, shortened};
use lol_html::{HtmlRewriter, Settings, text};
use scraper::{Html, Selector};
// ANCHOR_END: use

/// How many elements a page has, of 11 bytes each.
pub const ELEMENTS: usize = 8_000;

// Nothing here is async, so it takes no runtime.
fn main() -> anyhow::Result<()> {
    lesson_kit::without_web("lesson08 --example deep", "a slow page to parse");

    println!("--- next to each other ---");
    let ((), next_to) = timed(|| print_size(&flat()));

    println!("\n--- inside each other ---");
    let ((), inside) = timed(|| print_size(&nested()));
    println!("{:.1}x as long", inside / next_to);

    println!("\n--- streamed, without a tree ---");
    let (title, _) = timed(|| streamed(&nested()));
    println!("{}", shortened(harmless(&title?)));
    Ok(())
}

// ANCHOR: pages
/// A page with its elements next to each other.
pub fn flat() -> String {
    let elements = "<div></div>".repeat(ELEMENTS);
    format!("<title>Flat</title>{elements}")
}

/// A page with as many elements, each inside the one before.
pub fn nested() -> String {
    let begin = "<div>".repeat(ELEMENTS);
    let end = "</div>".repeat(ELEMENTS);
    format!("<title>Deep</title>{begin}{end}")
}
// ANCHOR_END: pages

static DIV: LazyLock<Selector> = LazyLock::new(|| selector("div"));

/// How many elements the tree of a page has.
pub fn elements(page: &str) -> usize {
    Html::parse_document(page).select(&DIV).count()
}

fn print_size(page: &str) {
    println!("{} bytes, {} elements", page.len(), elements(page));
}

// ANCHOR: streamed
/// The text of all titles, without making a tree. It's good enough to time: it
/// includes the titles of drawings, and leaves entities as they are.
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

/// Does the work and prints how long it took. Its result, and the time in
/// seconds.
fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = Instant::now();
    let result = work();
    let seconds = start.elapsed().as_secs_f64();
    println!("Total time: {seconds:.3} seconds");
    (result, seconds)
}
