//! What `parse_blocks` does, done by Python. Does a thread free the event loop?
//!
//! ```sh
//! cargo run -p lesson08 --example gil
//! ```
//!
//! It starts the mock web and runs gil.py on it three times: `html.parser` on the
//! loop's thread, `html.parser` in `asyncio.to_thread`, and lxml in
//! `asyncio.to_thread`. It needs Python with the packages of
//! lessons/requirements.txt; set `PYTHON` to the interpreter that has them. Look
//! at the longest wait, and at when the second requests arrive.

use std::path::Path;

use lesson_kit::{Lesson, Site, println};
use testkit::Python;

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson08 --example gil",
        "parsing in Python's threads",
        &["large.example"],
    );
    let [site] = lesson.exact_sites();
    let python = Python::with(&["aiohttp", "lxml"])?;
    println!("--- html.parser on the loop's thread ---");
    run(&python, &lesson, site, "on the loop's thread", "here")?;

    println!("\n--- html.parser in to_thread ---");
    run(&python, &lesson, site, "html.parser in to_thread", "html.parser")?;

    println!("\n--- lxml in to_thread ---");
    run(&python, &lesson, site, "lxml in to_thread", "lxml")
}

fn run(
    python: &Python,
    lesson: &Lesson,
    site: &Site,
    title: &str,
    way: &str,
) -> anyhow::Result<()> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("gil.py");
    let printed = python.run(&program, &[&site.url, way])?;
    println!("{}", printed.trim_end());
    lesson.blocking_timeline(title);
    Ok(())
}
