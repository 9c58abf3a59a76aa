//! Two workers that take their jobs from one channel. The compiler refuses it:
//!
//! ```sh
//! cargo run -p lesson05 --features does-not-compile --example clone_receiver
//! ```

use tokio::sync::mpsc::{self, Receiver};

// ANCHOR: code
async fn work(mut jobs: Receiver<String>) {
    while let Some(url) = jobs.recv().await {
        println!("{url}");
    }
}

fn two_workers() {
    let (_sender, receiver) = mpsc::channel(8);
    tokio::spawn(work(receiver.clone()));
    tokio::spawn(work(receiver));
}
// ANCHOR_END: code

fn main() {}
