//! An `async fn` that awaits itself. The compiler refuses it:
//!
//! ```sh
//! cargo run -p lesson03 --features does-not-compile --example unboxed_recursion
//! ```

// ANCHOR: code
async fn depth(levels: usize) -> usize {
    if levels == 0 { 0 } else { 1 + depth(levels - 1).await }
}
// ANCHOR_END: code

fn main() {}
