//! A download is cancelled. What's in the file?
//!
//! ```sh
//! cargo run -p lesson07 --example half_file
//! ```
//!
//! A site sends its page in thirty pieces over three seconds. After one second
//! the program gives up, and the future that writes the file is dropped. Look
//! at what it leaves behind, and at where the server saw the client leave. The
//! third run gives the download enough time.
//!
//! `download` writes into the file itself, so what it leaves is half a page
//! under the name of a whole one. `save_whole` writes into a temporary
//! file, and gives it the page's name once it's whole. In Python that's a
//! temporary file and `os.replace`.

// ANCHOR: use
use std::io;
use std::path::Path;
use std::time::Duration;

use lesson_kit::{Site, println, with_causes};
use reqwest::{Client, Response};
use tempfile::NamedTempFile;
use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt;
use tokio::task::spawn_blocking;
use tokio::time::{error::Elapsed, timeout};
// ANCHOR_END: use

/// Too short for the page.
const SHORT: Duration = Duration::from_secs(1);
/// Long enough for the page.
const LONG: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson07 --example half_file",
        "a download that is cancelled",
        &["dribbling-site.example"],
    );
    let [site] = lesson.exact_sites();
    let client = Client::new();

    println!("--- wrong: into the file itself ---");
    // The folder is removed, with everything in it, at the end of `main`.
    let folder = spawn_blocking(tempfile::tempdir).await??;
    let page = folder.path().join("page.html");
    let work = async { download(get(&client, site).await?, &page).await };
    print_outcome(timeout(SHORT, work).await);
    print_files(folder.path()).await?;
    lesson.timeline("into the file itself").await;

    println!("\n--- right: into a temporary file ---");
    let folder = spawn_blocking(tempfile::tempdir).await??;
    let page = folder.path().join("page.html");
    let work = async { save_whole(get(&client, site).await?, &page).await };
    print_outcome(timeout(SHORT, work).await);
    print_files(folder.path()).await?;
    lesson.timeline("into a temporary file").await;

    println!("\n--- right, with enough time ---");
    let work = async { save_whole(get(&client, site).await?, &page).await };
    print_outcome(timeout(LONG, work).await);
    print_files(folder.path()).await?;
    lesson.timeline("with enough time").await;
    Ok(())
}

fn print_outcome(download: Result<anyhow::Result<()>, Elapsed>) {
    match download {
        Ok(Ok(())) => println!("done"),
        Ok(Err(error)) => println!("failed: {}", with_causes(error.as_ref())),
        Err(_elapsed) => println!("gave up"),
    }
}

async fn print_files(folder: &Path) -> io::Result<()> {
    let mut entries = fs::read_dir(folder).await?;
    let mut is_empty = true;
    while let Some(entry) = entries.next_entry().await? {
        // Not `entry.metadata()`: a listing of Windows may have an old size.
        let bytes = fs::metadata(entry.path()).await?.len();
        let name = entry.file_name();
        println!("in the folder: {}, {bytes} bytes", name.display());
        is_empty = false;
    }
    if is_empty {
        println!("in the folder: nothing");
    }
    Ok(())
}

/// Sends a request and waits for the beginning of its response.
pub async fn get(client: &Client, site: &Site) -> reqwest::Result<Response> {
    client.get(&site.url).send().await?.error_for_status()
}

// ANCHOR: wrong
/// Writes each chunk to the file as it arrives.
async fn save(mut response: Response, file: &mut File) -> anyhow::Result<()> {
    while let Some(chunk) = response.chunk().await? {
        file.write_all(&chunk).await?;
    }
    // Tokio writes on a different thread. This waits until that's done.
    file.flush().await?;
    Ok(())
}

/// Wrong.
pub async fn download(response: Response, page: &Path) -> anyhow::Result<()> {
    let mut file = File::create(page).await?;
    save(response, &mut file).await
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Right.
pub async fn save_whole(response: Response, page: &Path) -> anyhow::Result<()> {
    // In the page's own folder, because a rename can't leave a file system.
    let folder = page.parent().unwrap_or(Path::new(".")).to_owned();
    let temporary = spawn_blocking(|| NamedTempFile::new_in(folder)).await??;
    let (file, temporary) = temporary.into_parts();
    let mut file = File::from_std(file);
    save(response, &mut file).await?;
    file.sync_all().await?;
    let page = page.to_owned();
    spawn_blocking(move || temporary.persist(page)).await??;
    Ok(())
}
// ANCHOR_END: right
