//! Titles with scraper, which builds a tree of each page.

use peers::program::measure_titles;
use peers::titles::scraped;

fn main() -> anyhow::Result<()> {
    measure_titles(|page| Ok(scraped(page)))
}
