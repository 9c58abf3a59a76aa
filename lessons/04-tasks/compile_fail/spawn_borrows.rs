//! A task that borrows. The compiler refuses it:
//!
//! ```sh
//! cargo run -p lesson04 --features does-not-compile --example spawn_borrows
//! ```

use lesson_kit::Site;

// ANCHOR: code
async fn fetch(client: reqwest::Client, site: &Site) -> bool {
    client.get(&site.url).send().await.is_ok()
}

fn fetch_soon(site: &Site) {
    let client = reqwest::Client::new();
    tokio::spawn(fetch(client, site));
}
// ANCHOR_END: code

fn main() {}
