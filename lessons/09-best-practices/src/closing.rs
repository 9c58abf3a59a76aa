//! Rule 5: close what you open.

use std::io;
use std::path::Path;

use tokio::fs::File;
use tokio::io::{AsyncWriteExt, BufWriter};

// ANCHOR: broken
/// Rule 5, broken: `report` is dropped with what it has not yet written. `Drop`
/// cannot await, so it cannot write it either, and it says nothing.
pub async fn broken(file: &Path, lines: &[String]) -> io::Result<()> {
    let file = File::create(file).await?;
    let mut report = BufWriter::new(file);
    for line in lines {
        report.write_all(line.as_bytes()).await?;
    }
    Ok(())
}
// ANCHOR_END: broken

/// Rule 5, kept: the last thing is to close it.
pub async fn kept(file: &Path, lines: &[String]) -> io::Result<()> {
    // ANCHOR: kept
    // Rule 5, kept: the last thing is to close it, and
    // that can fail.
    let file = File::create(file).await?;
    let mut report = BufWriter::new(file);
    for line in lines {
        report.write_all(line.as_bytes()).await?;
    }
    report.shutdown().await
    // ANCHOR_END: kept
}
