//! Lists the pages of the book for lib.rs, which compiles and runs the Rust on them.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let summary = source.join("SUMMARY.md");
    println!("cargo::rerun-if-changed={}", summary.display());
    let summary = fs::read_to_string(summary)?;
    let links = summary.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    let mut prose = String::new();
    for (number, (page, _)) in links.enumerate() {
        let file = source.join(page);
        prose += &format!("#[doc = include_str!({file:?})]\npub struct Page{number};\n");
    }
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    fs::write(Path::new(&out).join("prose.rs"), prose)
}
