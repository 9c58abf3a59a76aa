//! An ordinary closure that returns a future, and the future borrows the
//! closure's parameter. The compiler refuses it. In an async closure,
//! `async |name: &str| …`, the future may borrow from both.
//!
//! ```sh
//! cargo run -p lesson03 --features does-not-compile --example closure_lifetime
//! ```

// ANCHOR: code
async fn greet() {
    let print = |name: &str| async move { println!("Hello, {name}") };
    print("Ada").await;
    print("Grace").await;
}
// ANCHOR_END: code

fn main() {}
