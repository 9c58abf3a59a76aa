//! A download was cut off. How do you get the rest?
//!
//! ```sh
//! cargo run -p lesson11 --example resume_download
//! ```
//!
//! With the header `Range` you ask for the rest, and the server may still
//! answer with the whole file: it doesn't support ranges, or the file has
//! changed. The wrong run appends whatever comes. The right run looks at the
//! status: 206 is the rest, and 200 is the whole file, so it begins again.
//! `If-Range` says which version of the file you have a part of. Look at the
//! size of the files: each should have 100,000 bytes.
//!
//! A range counts bytes as they're sent. With gzip, a file gets other bytes than
//! those, so the client is built with `no_gzip`.

// ANCHOR: use
use lesson_kit::{println, with_causes};
use mock_server::{Fault, MockWeb, Site};
use reqwest::header::{ETAG, HeaderValue, IF_RANGE, RANGE};
use reqwest::{Client, Response, StatusCode};
use tokio::fs::File;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};
use wiremock::{Mock, ResponseTemplate, matchers};
// ANCHOR_END: use

/// The size of each file, in bytes.
pub const SIZE: usize = 100_000;
/// The site that ignores ranges.
const OLD: &str = "old.example";

/// Two sites that cut off their first response. One of them supports ranges.
/// The other needs [`mount_file`].
pub fn sites() -> Vec<Site> {
    let cut = "fail-first?n=1&with=truncate?after=40000".parse::<Fault>();
    let cut = cut.expect("the catalogue has it");
    let sites = [Site::new("shop.example").endpoints(), Site::new(OLD)];
    sites.map(|site| site.fault(cut.clone())).into()
}

/// Gives the old site its file. It comes with an `ETag`, and always whole.
pub async fn mount_file(web: &MockWeb) {
    let file = ResponseTemplate::new(200)
        .insert_header("etag", "\"2026-11\"")
        .set_body_bytes(vec![b'x'; SIZE]);
    Mock::given(matchers::header("host", OLD))
        .respond_with(file)
        .with_priority(1)
        .mount(web.wiremock())
        .await;
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on_own(
        "lesson11 --example resume_download",
        "how to get the rest of a download",
        sites,
    );
    let [shop, old] = lesson.exact_sites();
    mount_file(lesson.mock_web()).await;
    let client = Client::builder().no_gzip().build()?;
    let downloads = [
        (&shop.name, format!("{}bytes/{SIZE}", shop.url)),
        (&old.name, format!("{}file", old.url)),
    ];

    println!("--- wrong: append what comes ---");
    for (name, url) in &downloads {
        println!("{name}");
        let mut file = temporary()?;
        for _ in 0..2 {
            print(append(&client, url, &mut file).await);
        }
        println!("  the file has {} bytes", file.metadata().await?.len());
    }
    lesson.timeline("append what comes").await;

    println!("\n--- right: look at the status ---");
    for (name, url) in &downloads {
        println!("{name}");
        let mut download = Download { file: temporary()?, tag: None };
        for _ in 0..2 {
            print(download.resume(&client, url).await);
        }
        println!("  the file has {} bytes", download.size().await?);
    }
    lesson.timeline("look at the status").await;
    Ok(())
}

/// A file that's removed at the end.
pub fn temporary() -> std::io::Result<File> {
    Ok(File::from_std(tempfile::tempfile()?))
}

fn print(status: anyhow::Result<StatusCode>) {
    match status {
        Ok(status) => println!("  {status}"),
        Err(error) => println!("  failed: {}", with_causes(&*error)),
    }
}

// ANCHOR: wrong
/// Version A.
pub async fn append(
    client: &Client,
    url: &str,
    file: &mut File,
) -> anyhow::Result<StatusCode> {
    let have = file.metadata().await?.len();
    let request = client.get(url).header(RANGE, format!("bytes={have}-"));
    let response = request.send().await?.error_for_status()?;
    write(response, file).await
}
// ANCHOR_END: wrong

// ANCHOR: right
/// A file, and which version of it this is, if the server says so.
pub struct Download {
    /// The file.
    pub file: File,
    /// The version.
    pub tag: Option<HeaderValue>,
}

impl Download {
    /// Version B.
    pub async fn resume(
        &mut self,
        client: &Client,
        url: &str,
    ) -> anyhow::Result<StatusCode> {
        let mut request = client.get(url);
        if let Some(tag) = &self.tag {
            let have = self.size().await?;
            request = request.header(RANGE, format!("bytes={have}-"));
            request = request.header(IF_RANGE, tag);
        }
        let response = request.send().await?.error_for_status()?;
        if response.status() != StatusCode::PARTIAL_CONTENT {
            self.file.set_len(0).await?;
            self.file.rewind().await?;
        }
        self.tag = response.headers().get(ETAG).cloned();
        write(response, &mut self.file).await
    }

    /// The size of what has arrived, in bytes.
    pub async fn size(&self) -> std::io::Result<u64> {
        Ok(self.file.metadata().await?.len())
    }
}
// ANCHOR_END: right

// ANCHOR: write
/// Writes the body to the file, as far as it comes.
async fn write(
    mut response: Response,
    file: &mut File,
) -> anyhow::Result<StatusCode> {
    let written = async {
        while let Some(chunk) = response.chunk().await? {
            file.write_all(&chunk).await?;
        }
        anyhow::Ok(())
    };
    let written = written.await;
    // Also if the body was cut off: what has arrived will be in the file.
    file.flush().await?;
    written?;
    Ok(response.status())
}
// ANCHOR_END: write
