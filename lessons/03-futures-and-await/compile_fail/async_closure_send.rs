//! An async closure in a task, and it borrows what it has captured. The compiler
//! cannot prove that its future is `Send`, and refuses it. With `async move` and
//! the type of the parameter, it can: `async move |url: &String| …`.
//!
//! ```sh
//! cargo run -p lesson03 --features does-not-compile --example async_closure_send
//! ```

// ANCHOR: code
async fn visit(urls: &[String], each: impl AsyncFn(&String)) {
    for url in urls {
        each(url).await;
    }
}

async fn save(folder: &str, url: &str) {
    tokio::task::yield_now().await;
    println!("{folder}/{url}");
}

fn save_soon(folder: String, urls: Vec<String>) {
    tokio::spawn(async move {
        visit(&urls, async |url| save(&folder, url).await).await;
    });
}
// ANCHOR_END: code

fn main() {}
