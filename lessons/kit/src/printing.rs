//! Printing that survives a closed pipe, and errors with their causes.

use std::error::Error;
use std::fmt::Arguments;
use std::io::{ErrorKind, Write, stderr, stdout};
use std::process;

/// `std::println!` for output that may be piped. When the reader has left, as `head -1` does after its line, the
/// program ends quietly with status 0. When nothing can be written, it ends with a line that says why and status 1.
/// `std::println!` panics in both cases.
#[macro_export]
macro_rules! println {
    () => { $crate::print_line(format_args!("")) };
    ($($words:tt)*) => { $crate::print_line(format_args!($($words)*)) };
}

/// An error and all its causes, from the outermost to the first: `error sending request: … : Connection refused`.
///
/// Most errors print only their outermost line with `{}`. Chapter 6 builds this function; anyhow's `{:#}` prints the
/// same.
pub fn with_causes(error: &dyn Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {}", with_causes(cause)),
        None => error.to_string(),
    }
}

/// The function behind [`println!`].
#[doc(hidden)]
pub fn print_line(line: Arguments<'_>) {
    print(format_args!("{line}\n"));
}

/// Prints a line to standard error. `std::eprintln!` panics if nothing reads it
/// any more; then the exit status has to do.
pub(crate) fn print_error(line: Arguments<'_>) {
    let _ = writeln!(stderr(), "{line}");
}

pub(crate) fn print(words: Arguments<'_>) {
    let mut stdout = stdout().lock();
    match stdout.write_fmt(words).and_then(|()| stdout.flush()) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => process::exit(0),
        Err(error) => {
            print_error(format_args!("cannot print: {error}"));
            process::exit(1);
        }
    }
}
