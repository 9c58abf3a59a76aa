//! Whole programs in Rust and in Python, beside each other on the same web.
//!
//! ```sh
//! cargo bench --bench peers                       # half an hour or so; a plain `cargo bench` leaves it out
//! cargo bench --bench peers -- --short            # are the answers right? No figures worth a look
//! cargo bench --bench peers -- --only ladder
//! PYTHON=.venv/bin/python cargo bench --bench peers
//! ```
//!
//! The Python programs want `pip install -r benches/requirements.txt`; which of them is missing is told. The tables and the
//! charts are in `target/peers`.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    peers::run::run(Path::new(env!("CARGO_BIN_EXE_peer-measure")))
}
