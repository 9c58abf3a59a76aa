//! A task holds a parsed page while it waits. The compiler rejects it:
//!
//! ```sh
//! cargo run -p lesson08 --features does-not-compile --example html_held
//! ```

// ANCHOR: code
use lesson08::{Page, title_in};
use scraper::Html;

fn save_title(page: Page) {
    tokio::spawn(async move {
        let html = Html::parse_document(&page.text());
        save(title_in(&html)).await;
    });
}
// ANCHOR_END: code

async fn save(_title: Option<String>) {}

fn main() {}
