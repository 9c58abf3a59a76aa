//! A task that borrows a variable of the function that spawns it. The compiler
//! refuses it:
//!
//! ```sh
//! cargo run -p lesson04 --features does-not-compile --example async_block_borrows
//! ```
//!
//! The cure is `async move`, which moves `site` into the task.

// ANCHOR: use
use lesson_kit::Site;
// ANCHOR_END: use

// ANCHOR: code
fn check_soon(site: Site) {
    tokio::spawn(async {
        println!("checking {}", site.name);
    });
}
// ANCHOR_END: code

fn main() {}
