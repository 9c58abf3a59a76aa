//! Printing for programs whose reader may leave.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write, stdout};
use std::process;

/// As `std::println!`, for output that may be piped: where the reader has left, as `head -1` does after its line, the
/// program ends quietly with status 0, and where nothing can be written it ends with a line on why and status 1.
/// `std::println!` panics in both cases.
#[macro_export]
macro_rules! println {
    ($($words:tt)*) => { $crate::print_line(format_args!($($words)*)) };
}

/// What [`println!`] calls.
#[doc(hidden)]
pub fn print_line(line: Arguments<'_>) {
    print(format_args!("{line}\n"));
}

pub(crate) fn print(words: Arguments<'_>) {
    let mut stdout = stdout().lock();
    match stdout.write_fmt(words).and_then(|()| stdout.flush()) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => process::exit(0),
        Err(error) => {
            eprintln!("cannot print: {error}");
            process::exit(1);
        }
    }
}
