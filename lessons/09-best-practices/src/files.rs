//! Rule 4: use async libraries. What is that for files?

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use tokio::io::{AsyncWriteExt, BufWriter};
use tokio::runtime::Builder;
use tokio::task::spawn_blocking;

use crate::blocking::old_driver;

/// How many lines each of them writes, one by one.
pub const LINES: usize = 30_000;
const LINE: &[u8] = b"a line of forty-eight bytes, and the end of it.\n";

// ANCHOR: broken
/// Rule 4, broken: the thread is in the file system, however long that takes.
pub async fn broken(file: &Path) -> io::Result<()> {
    write_lines(file)
}

/// Writes each line by itself. It blocks.
fn write_lines(file: &Path) -> io::Result<()> {
    let mut file = fs::File::create(file)?;
    for _ in 0..LINES {
        file.write_all(LINE)?;
    }
    Ok(())
}
// ANCHOR_END: broken

// ANCHOR: kept
/// Rule 4, kept to the letter: each line goes to another thread.
pub async fn kept(file: &Path) -> io::Result<()> {
    let mut file = tokio::fs::File::create(file).await?;
    for _ in 0..LINES {
        file.write_all(LINE).await?;
    }
    file.flush().await
}
// ANCHOR_END: kept

// ANCHOR: buffered
/// Kept with sense: 8 KB of lines go to another thread together.
pub async fn buffered(file: &Path) -> io::Result<()> {
    let file = tokio::fs::File::create(file).await?;
    let mut file = BufWriter::new(file);
    for _ in 0..LINES {
        file.write_all(LINE).await?;
    }
    file.shutdown().await
}
// ANCHOR_END: buffered

// ANCHOR: at_once
/// Kept with sense: all lines go to another thread together.
pub async fn at_once(file: &Path) -> io::Result<()> {
    let file = file.to_owned();
    spawn_blocking(move || write_lines(&file)).await?
}
// ANCHOR_END: at_once

// ANCHOR: pool
/// The truth about `tokio::fs`: it is the pool. This one has a single thread,
/// and while the old driver has that, nobody can look at a file.
pub fn behind_the_driver(file: &Path) -> io::Result<Duration> {
    let runtime =
        Builder::new_current_thread().max_blocking_threads(1).build()?;
    runtime.block_on(async {
        let start = Instant::now();
        spawn_blocking(|| old_driver("a line".to_owned()));
        tokio::fs::metadata(file).await?;
        Ok(start.elapsed())
    })
}
// ANCHOR_END: pool
