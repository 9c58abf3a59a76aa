//! Titles with lol_html, which streams each page to its end.

use peers::program::measure_titles;
use peers::titles::streamed;

fn main() -> anyhow::Result<()> {
    measure_titles(|page| Ok(streamed(page)?))
}
