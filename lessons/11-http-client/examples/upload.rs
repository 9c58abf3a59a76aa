//! You upload a large file. How much memory does it take?
//!
//! ```sh
//! cargo run -p lesson11 --example upload
//! ```
//!
//! The wrong run reads the whole file into memory first. The right run sends a
//! stream, which reads a piece of the file when there's room on the connection.
//! A stream doesn't know its length, so the body travels in chunks, unless you
//! say the length yourself. A multipart form does that for its files. Look at
//! the memory, and at what the server says about the body.
//!
//! A stream can be sent only once. So the client can't send it again after a
//! redirect that keeps the body (307 or 308): you get the redirect instead, and
//! it isn't an error. A retry needs a new stream, so open the file again.

// ANCHOR: use
use std::path::Path;
use std::time::Duration;

use lesson_kit::println;
use memory_stats::memory_stats;
use mock_server::Site;
use reqwest::header::CONTENT_LENGTH;
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Client, RequestBuilder};
use serde::Deserialize;
use tokio::fs::{self, File};
use tokio::time::interval;
use tokio_util::io::ReaderStream;
// ANCHOR_END: use

/// The size of the file, in bytes.
const SIZE: u64 = 50_000_000;
/// How much of the file is read at a time. `Body::from(file)` and `Form::file`
/// read 4,096 bytes at a time, which is slower.
const PIECE: usize = 64 * 1024;
/// How often the memory is measured.
const INTERVAL: Duration = Duration::from_millis(2);

/// A site that takes uploads.
pub fn sites() -> Vec<Site> {
    vec![Site::new("shop.example").endpoints()]
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on_own(
        "lesson11 --example upload",
        "what an upload takes, and how it travels",
        sites,
    );
    let [site] = lesson.exact_sites();
    let (client, url) = (Client::new(), format!("{}upload", site.url));
    // It's removed at the end.
    let file = tempfile::NamedTempFile::new()?;
    file.as_file().set_len(SIZE)?;
    let file = file.path();

    println!("--- right: a stream ---");
    measured(async || send(streamed(client.post(&url), file).await?).await)
        .await?;

    println!("\n--- right: a stream and its length ---");
    let request = async || with_length(client.post(&url), file).await;
    measured(async || send(request().await?).await).await?;

    println!("\n--- right: a form with a file ---");
    measured(async || send(form(client.post(&url), file).await?).await).await?;

    // It comes last, because the program keeps some of the memory.
    println!("\n--- wrong: the whole file ---");
    measured(async || send(whole(client.post(&url), file).await?).await)
        .await?;

    println!("\n--- a redirect that keeps the body ---");
    let moved = format!("{}redirect-to?url=/upload&code=307", site.url);
    let response = whole(client.post(&moved), file).await?.send().await?;
    println!("the whole file: {}", response.status());
    let response = streamed(client.post(&moved), file).await?.send().await?;
    println!("a stream: {}", response.status());
    Ok(())
}

// ANCHOR: wrong
/// Version A.
pub async fn whole(
    request: RequestBuilder,
    path: &Path,
) -> anyhow::Result<RequestBuilder> {
    Ok(request.body(fs::read(path).await?))
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Version B.
pub async fn streamed(
    request: RequestBuilder,
    path: &Path,
) -> anyhow::Result<RequestBuilder> {
    Ok(request.body(stream(File::open(path).await?)))
}

/// A body that reads the file while it's sent.
fn stream(file: File) -> Body {
    Body::wrap_stream(ReaderStream::with_capacity(file, PIECE))
}
// ANCHOR_END: right

// ANCHOR: with_length
/// Version B, and the server knows in advance how long the body is.
pub async fn with_length(
    request: RequestBuilder,
    path: &Path,
) -> anyhow::Result<RequestBuilder> {
    let length = fs::metadata(path).await?.len();
    Ok(streamed(request, path).await?.header(CONTENT_LENGTH, length))
}
// ANCHOR_END: with_length

// ANCHOR: form
/// A form with a field and a file. (`Form::file` does it in one step.)
pub async fn form(
    request: RequestBuilder,
    path: &Path,
) -> anyhow::Result<RequestBuilder> {
    let file = File::open(path).await?;
    let length = file.metadata().await?.len();
    let picture = Part::stream_with_length(stream(file), length)
        .file_name("teapot.jpg")
        .mime_str("image/jpeg")?;
    let form = Form::new().text("title", "A teapot").part("picture", picture);
    Ok(request.multipart(form))
}
// ANCHOR_END: form

/// What the server says about the body.
#[derive(Debug, Deserialize)]
pub struct Received {
    /// Its length in bytes.
    pub bytes: u64,
    /// Whether it came in chunks.
    pub chunked: bool,
    /// The parts of a form.
    pub parts: Vec<Field>,
}

/// A part of a form.
#[derive(Debug, Deserialize)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its length in bytes.
    pub bytes: u64,
}

/// Sends an upload, and returns what the server says about it.
pub async fn send(request: RequestBuilder) -> anyhow::Result<Received> {
    let response = request.send().await?;
    Ok(response.error_for_status()?.json().await?)
}

/// Sends an upload, and prints what it took.
async fn measured(
    upload: impl AsyncFn() -> anyhow::Result<Received>,
) -> anyhow::Result<()> {
    let before = memory();
    let mut most = before;
    let mut ticks = interval(INTERVAL);
    let mut upload = std::pin::pin!(upload());
    let received = loop {
        tokio::select! {
            received = &mut upload => break received?,
            _ = ticks.tick() => most = most.max(memory()),
        }
    };
    let Received { bytes, chunked, parts } = received;
    let how = if chunked { "in chunks" } else { "with a Content-Length" };
    println!("the server got {bytes} bytes {how}");
    for Field { name, bytes } in parts {
        println!("  {name}: {bytes} bytes");
    }
    println!("memory grew by {} KB", most.saturating_sub(before) / 1_000);
    Ok(())
}

/// The program's memory in bytes, or 0 on a system that doesn't report it.
fn memory() -> usize {
    memory_stats().map_or(0, |memory| memory.physical_mem)
}
