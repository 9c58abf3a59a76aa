//! A task that borrows something its function has borrowed, too. The compiler
//! refuses it:
//!
//! ```sh
//! cargo run -p lesson04 --features does-not-compile --example spawn_borrows
//! ```
//!
//! `move` moves the reference, and the site it refers to isn't the task's. The
//! cure is a clone of the site, made before the task.

// ANCHOR: use
use lesson_kit::Site;
// ANCHOR_END: use

// ANCHOR: code
fn check_soon(site: &Site) {
    tokio::spawn(async move {
        println!("checking {}", site.name);
    });
}
// ANCHOR_END: code

fn main() {}
