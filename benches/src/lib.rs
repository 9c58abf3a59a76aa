//! What the benches share: a client and a server that cost next to nothing.

mod load;
mod server;

pub use load::Load;
pub use server::serve;
