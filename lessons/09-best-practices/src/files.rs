//! Rule 4: use async libraries. What does that mean for files?
//!
//! [`broken`] writes on the runtime's thread, so no other task gets a turn until
//! the file is written. [`kept`] uses `tokio::fs` as it is: every line is a trip
//! to a thread of the blocking pool and back, which takes many times as long.
//! [`buffered`] sends 8 KB on each trip, and [`in_the_pool`] does all the work in
//! one.

// ANCHOR: use
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use tokio::io::{AsyncWriteExt, BufWriter};
use tokio::runtime::Builder;
use tokio::task::spawn_blocking;

use crate::blocking::old_driver;
// ANCHOR_END: use

/// How many lines each of them writes, one by one.
pub const LINES: usize = 30_000;
const LINE: &[u8] = b"a line of forty-eight bytes, and the end of it.\n";

// ANCHOR: broken
/// Rule 4, broken.
pub async fn broken(file: &Path) -> io::Result<()> {
    write_lines(file)
}

/// Writes one line per call.
fn write_lines(file: &Path) -> io::Result<()> {
    let mut file = fs::File::create(file)?;
    for _ in 0..LINES {
        file.write_all(LINE)?;
    }
    Ok(())
}
// ANCHOR_END: broken

// ANCHOR: kept
/// Rule 4, kept.
pub async fn kept(file: &Path) -> io::Result<()> {
    let mut file = tokio::fs::File::create(file).await?;
    for _ in 0..LINES {
        file.write_all(LINE).await?;
    }
    file.flush().await
}
// ANCHOR_END: kept

// ANCHOR: buffered
/// Rule 4, kept, with a buffer.
pub async fn buffered(file: &Path) -> io::Result<()> {
    let file = tokio::fs::File::create(file).await?;
    let mut file = BufWriter::new(file);
    for _ in 0..LINES {
        file.write_all(LINE).await?;
    }
    file.shutdown().await
}
// ANCHOR_END: buffered

// ANCHOR: in_the_pool
/// Rule 4, kept, in one closure.
pub async fn in_the_pool(file: &Path) -> io::Result<()> {
    let file = file.to_owned();
    spawn_blocking(move || write_lines(&file)).await?
}
// ANCHOR_END: in_the_pool

// ANCHOR: pool
/// How long `tokio::fs` takes when the old driver has the only
/// thread of the pool.
pub fn behind_the_driver(file: &Path) -> io::Result<Duration> {
    let runtime =
        Builder::new_current_thread().max_blocking_threads(1).build()?;
    runtime.block_on(async {
        let start = Instant::now();
        let driver = spawn_blocking(|| old_driver("a line".to_owned()));
        tokio::fs::metadata(file).await?;
        let waited = start.elapsed();
        driver.await?;
        Ok(waited)
    })
}
// ANCHOR_END: pool
