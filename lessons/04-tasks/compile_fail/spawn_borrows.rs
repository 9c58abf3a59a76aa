//! A task that borrows. The compiler refuses it:
//!
//! ```sh
//! cargo run -p lesson04 --features does-not-compile --example spawn_borrows
//! ```

use lesson_kit::Site;

// ANCHOR: code
async fn is_up(client: reqwest::Client, site: &Site) -> bool {
    client.get(&site.url).send().await.is_ok()
}

fn check_soon(client: &reqwest::Client, site: &Site) {
    tokio::spawn(is_up(client.clone(), site));
}
// ANCHOR_END: code

fn main() {}
