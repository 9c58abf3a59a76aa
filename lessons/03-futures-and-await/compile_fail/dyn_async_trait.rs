//! A trait object whose method is async. The compiler refuses it, because each
//! implementation returns a future of a type and a size of its own. A method
//! that returns a `BoxFuture` can be called through `dyn`.
//!
//! ```sh
//! cargo run -p lesson03 --features does-not-compile --example dyn_async_trait
//! ```

// ANCHOR: code
trait Shop {
    async fn price(&self, item: &str) -> u32;
}

async fn print_price(shop: &dyn Shop) {
    println!("{}", shop.price("lamp").await);
}
// ANCHOR_END: code

fn main() {}
