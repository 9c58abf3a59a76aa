//! The page is dropped before the task waits. The compiler still rejects it:
//!
//! ```sh
//! cargo run -p lesson08 --features does-not-compile --example html_dropped
//! ```

// ANCHOR: code
use lesson08::{Page, title_in};
use scraper::Html;

fn save_title(page: Page) {
    tokio::spawn(async move {
        let html = Html::parse_document(&page.text());
        let title = title_in(&html);
        drop(html);
        save(title).await;
    });
}
// ANCHOR_END: code

async fn save(_title: Option<String>) {}

fn main() {}
