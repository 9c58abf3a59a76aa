//! The report for people.

use std::io::{self, Write};

use console::{StyledObject, style};

use super::entries::{Entry, entries};
use super::notes::{amount, notes, number, totals};
use super::{Broken, Occurrence, Report, Style};

/// How many places of a broken link are listed.
const MAX_PLACES: usize = 5;

struct Table<'a, W> {
    out: &'a mut W,
    style: Style,
}

impl Report {
    /// Writes the report for people: what's broken and where the links to it
    /// are, what wasn't checked, and the totals.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn write_table(
        &self,
        out: &mut impl Write,
        style: Style,
    ) -> io::Result<()> {
        let mut table = Table { out, style };
        table.section(
            "on this site",
            self.broken.iter().filter(|one| one.inside),
        )?;
        table.section(
            "on other sites",
            self.broken.iter().filter(|one| !one.inside),
        )?;
        for note in notes(self, style.every_place) {
            writeln!(table.out, "{note}")?;
        }
        let totals = table.colored(totals(self)).bold();
        writeln!(table.out, "{totals}")
    }
}

impl<W: Write> Table<'_, W> {
    fn section<'a>(
        &mut self,
        place: &str,
        broken: impl Iterator<Item = &'a Broken> + Clone,
    ) -> io::Result<()> {
        let count = broken.clone().count();
        if count == 0 {
            return Ok(());
        }
        let heading = format!("{} {place}:", amount(count, "broken URL"));
        writeln!(self.out, "{}", self.colored(heading).bold())?;
        for entry in entries(broken) {
            self.entry(&entry)?;
        }
        writeln!(self.out)
    }

    fn entry(&mut self, entry: &Entry<'_>) -> io::Result<()> {
        let error = self.colored(entry.error()).red();
        write!(self.out, "{}: {error}", entry.title())?;
        let links = entry.links();
        if links > 1 {
            write!(self.out, " ({})", amount(links, "link"))?;
        }
        writeln!(self.out)?;
        for broken in &entry.broken {
            self.places(entry, broken)?;
        }
        Ok(())
    }

    /// One line for each place, up to a limit.
    fn places(&mut self, entry: &Entry<'_>, broken: &Broken) -> io::Result<()> {
        let before = entry.before_places(broken);
        let after = entry.after_places(broken);
        let places = &broken.occurrences;
        let listed =
            if self.style.every_place { places.len() } else { MAX_PLACES };
        for Occurrence { page, text } in places.iter().take(listed) {
            write!(self.out, "    {before}")?;
            match page {
                Some(page) => {
                    writeln!(self.out, "on {page} \"{text}\"{after}")?
                }
                None => writeln!(self.out, "{text}{after}")?,
            }
        }
        let more = places.len().saturating_sub(listed);
        if more > 0 {
            writeln!(self.out, "    {before}and {} more", number(more))?;
        }
        Ok(())
    }

    fn colored<T>(&self, text: T) -> StyledObject<T> {
        style(text).force_styling(self.style.colored)
    }
}
