//! A download is cancelled. What is in the file?
//!
//! ```sh
//! cargo run -p lesson07 --example half_file
//! ```
//!
//! A site sends its page in thirty pieces over three seconds; after one second
//! the program gives up, and the future that writes the file is dropped. Look
//! at what is left behind, and at where the server saw the client leave. The
//! third run has the time that it takes.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use lesson_kit::{Site, println};
use reqwest::Response;
use tempfile::NamedTempFile;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use tokio::runtime::Runtime;
use tokio::time::timeout;

/// Not enough for the page.
const SHORT: Duration = Duration::from_secs(1);
/// Enough for it.
const LONG: Duration = Duration::from_secs(5);

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson07 --example half_file",
        "a download that is cancelled",
        &["dribbling-site.example"],
    );
    let [site, ..] = lesson.sites() else {
        anyhow::bail!("it takes a site");
    };
    let client = reqwest::Client::new();
    let runtime = Runtime::new()?;

    println!("--- wrong: into the file itself ---");
    // It is removed, with all that is in it, at the end of `main`.
    let folder = tempfile::tempdir()?;
    let page = folder.path().join("page.html");
    runtime.block_on(limited(SHORT, download(&client, site, &page)));
    tell(folder.path())?;
    lesson.blocking_timeline("into the file itself");

    println!("\n--- right: into a temporary file ---");
    let folder = tempfile::tempdir()?;
    let page = folder.path().join("page.html");
    runtime.block_on(limited(SHORT, download_whole(&client, site, &page)));
    tell(folder.path())?;
    lesson.blocking_timeline("into a temporary file");

    println!("\n--- right, with the time that it takes ---");
    runtime.block_on(limited(LONG, download_whole(&client, site, &page)));
    tell(folder.path())?;
    lesson.blocking_timeline("with the time that it takes");
    Ok(())
}

async fn limited(
    limit: Duration,
    download: impl Future<Output = anyhow::Result<()>>,
) {
    match timeout(limit, download).await {
        Ok(Ok(())) => println!("done"),
        Ok(Err(error)) => println!("failed: {error}"),
        Err(_elapsed) => println!("gave up"),
    }
}

/// Prints what is in a folder.
fn tell(folder: &Path) -> io::Result<()> {
    let mut is_empty = true;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (name, bytes) = (entry.file_name(), entry.metadata()?.len());
        println!("in the folder: {}, {bytes} bytes", name.display());
        is_empty = false;
    }
    if is_empty {
        println!("in the folder: nothing");
    }
    Ok(())
}

// ANCHOR: save
/// Writes what comes, as it comes.
async fn save(mut response: Response, mut file: File) -> anyhow::Result<()> {
    while let Some(chunk) = response.chunk().await? {
        file.write_all(&chunk).await?;
    }
    // A write of Tokio's goes on in a thread; this waits for it.
    file.flush().await?;
    Ok(())
}
// ANCHOR_END: save

// ANCHOR: wrong
/// Wrong: until the last byte is there, the file is half of a page.
pub async fn download(
    client: &reqwest::Client,
    site: &Site,
    page: &Path,
) -> anyhow::Result<()> {
    let response = client.get(&site.url).send().await?.error_for_status()?;
    save(response, File::create(page).await?).await
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Right: the file gets its name when it is whole. Dropped before that, it is
/// removed: that takes no `.await`.
pub async fn download_whole(
    client: &reqwest::Client,
    site: &Site,
    page: &Path,
) -> anyhow::Result<()> {
    let response = client.get(&site.url).send().await?.error_for_status()?;
    // In the same folder, so that it can be renamed.
    let folder = page.parent().unwrap_or(Path::new("."));
    let temporary = NamedTempFile::new_in(folder)?;
    save(response, File::from_std(temporary.reopen()?)).await?;
    temporary.persist(page)?;
    Ok(())
}
// ANCHOR_END: right
