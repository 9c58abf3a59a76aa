//! Titles with lol_html, which streams each page up to the end of its title.

use peers::program::measure_titles;
use peers::titles::up_to_the_title;

fn main() -> anyhow::Result<()> {
    measure_titles(|page| Ok(up_to_the_title(page)?))
}
