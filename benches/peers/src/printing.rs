//! Printing that goes on if the reader has closed the pipe: the results are in files, too.

use std::io::{Write, stderr, stdout};

/// Prints a line on standard output.
pub fn print(line: &str) {
    let _ = writeln!(stdout(), "{line}");
}

/// Prints a line on standard error: an error, or how far the run is.
pub fn print_error(line: &str) {
    let _ = writeln!(stderr(), "{line}");
}
