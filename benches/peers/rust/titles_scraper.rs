//! Titles by scraper, which makes a tree of each page.

use std::time::Instant;

use peers::pages::fetched;
use peers::program::{Given, report_titles};
use peers::titles::scraped;

fn main() -> anyhow::Result<()> {
    let given = Given::read()?;
    let pages = given.files()?.into_iter().map(fetched);
    let pages: Vec<_> = pages.collect();
    let start = Instant::now();
    let mut titles = Vec::new();
    for _ in 0..given.number {
        titles = pages.iter().map(scraped).collect();
    }
    report_titles(start.elapsed(), given.number, &titles)
}
