//! Whole programs in Rust and in Python on the same web.
//!
//! ```sh
//! cargo bench --bench peers                       # about 20 minutes
//! cargo bench --bench peers -- --short            # checks the answers; the figures mean nothing
//! cargo bench --bench peers -- --only pages
//! PYTHON=.venv/bin/python cargo bench --bench peers
//! ```
//!
//! The Python programs need `pip install -r benches/requirements.txt`; the bench says which packages are missing. The
//! tables and the charts go to `target/peers`.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    peers::run::run(Path::new(env!("CARGO_BIN_EXE_peer-measure")))
}
