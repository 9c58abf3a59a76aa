//! The same hostile pages, read by the Python beside this lesson. Does it see
//! the same titles?
//!
//! ```sh
//! cargo run -p lesson08 --example beautiful_soup
//! ```
//!
//! It needs Python with the packages of lessons/requirements.txt; set `PYTHON`
//! to the interpreter that has them. Python prints a title as it is. Here it's
//! written out, because a terminal would obey it. Look at the pages that fail,
//! and at `None`.

use std::path::Path;

use lesson_kit::println;
use lesson08::shortened;
use testkit::Python;

#[path = "hostile.rs"]
#[expect(dead_code, reason = "its `main` is not called")]
mod hostile;

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson08 --example beautiful_soup",
        "hostile pages and BeautifulSoup",
        &hostile::SITES,
    );
    let python = Python::with(&["aiohttp", "bs4"])?;
    let urls: Vec<_> =
        lesson.sites().iter().map(|site| site.url.as_str()).collect();
    let twin = Path::new(env!("CARGO_MANIFEST_DIR")).join("lesson08.py");
    let printed = python.run(&twin, &urls)?;
    for (index, site) in lesson.sites().iter().enumerate() {
        let title = title_of(&printed, &urls, index);
        println!("{:<22}{}", site.name, shortened(format!("{title:?}")));
    }
    Ok(())
}

/// What Python printed about a site: everything between its URL and the next
/// one, because a title may have several lines.
fn title_of<'a>(printed: &'a str, urls: &[&str], index: usize) -> &'a str {
    let title = format!("\n{}: ", urls[index]);
    let failed = format!("Failed to fetch {}: ", urls[index]);
    let rest = [title, failed]
        .iter()
        .find_map(|start| Some(printed.split_once(start.as_str())?.1))
        .unwrap_or_default();
    let end = urls.get(index + 1).and_then(|next| rest.find(next));
    let report = &rest[..end.unwrap_or(rest.len())];
    report.trim_end_matches("Failed to fetch ").trim_end()
}
