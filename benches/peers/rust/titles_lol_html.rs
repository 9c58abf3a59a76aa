//! Titles by lol_html, which streams each page to its end.

use std::time::Instant;

use peers::program::{Given, report_titles};
use peers::titles::streamed;

fn main() -> anyhow::Result<()> {
    let given = Given::read()?;
    let pages = given.files()?;
    let start = Instant::now();
    let mut titles = Vec::new();
    for _ in 0..given.number {
        titles = pages.iter().map(|page| streamed(page)).collect::<Result<_, _>>()?;
    }
    report_titles(start.elapsed(), given.number, &titles)
}
