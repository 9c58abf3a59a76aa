//! A buffered stream in a task. The compiler refuses it:
//!
//! ```sh
//! cargo run -p lesson05 --features does-not-compile --example not_general_enough
//! ```

// ANCHOR: code
use futures::stream::{self, StreamExt};
use lesson_kit::Site;
use lesson05::fetch_page;

fn check_soon(client: reqwest::Client, sites: Vec<Site>) {
    tokio::spawn(async move {
        let mut pages = stream::iter(&sites)
            .map(|site| fetch_page(&client, site))
            .buffered(4);
        while let Some(page) = pages.next().await {
            println!("{page:?}");
        }
    });
}
// ANCHOR_END: code

fn main() {}
