//! A future that is polled through a reference, and may still move. The compiler
//! refuses it. `let mut future = pin!(three());` pins it.
//!
//! ```sh
//! cargo run -p lesson03 --features does-not-compile --example poll_unpinned
//! ```

// ANCHOR: code
async fn three() -> usize {
    3
}

async fn await_by_reference() -> usize {
    let mut future = three();
    (&mut future).await
}
// ANCHOR_END: code

fn main() {}
