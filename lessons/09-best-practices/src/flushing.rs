//! Rule 5: close what you open.
//!
//! A `BufWriter` collects small writes. When Tokio's is dropped, it loses what it
//! hasn't written yet: writing means awaiting, and `Drop` can't await. It reports
//! nothing. [`kept`] calls `shutdown`, which writes the rest and can fail.

// ANCHOR: use
use std::io;
use std::path::Path;

use tokio::fs::File;
use tokio::io::{AsyncWriteExt, BufWriter};
// ANCHOR_END: use

// ANCHOR: broken
/// Rule 5, broken.
pub async fn broken(file: &Path, lines: &[String]) -> io::Result<()> {
    let file = File::create(file).await?;
    let mut report = BufWriter::new(file);
    for line in lines {
        report.write_all(line.as_bytes()).await?;
    }
    Ok(())
}
// ANCHOR_END: broken

/// Rule 5, kept.
pub async fn kept(file: &Path, lines: &[String]) -> io::Result<()> {
    // ANCHOR: kept
    // Rule 5, kept.
    let file = File::create(file).await?;
    let mut report = BufWriter::new(file);
    for line in lines {
        report.write_all(line.as_bytes()).await?;
    }
    report.shutdown().await
    // ANCHOR_END: kept
}
