//! How much memory uploads and downloads take. It's measured for the whole
//! process, the server included, so this file has a process of its own, and its
//! tests run one at a time.

#[path = "lesson/examples.rs"]
mod examples;

use std::time::Duration;

use examples::download::{read_then_save, save};
use examples::upload::{form, send, streamed, whole};
use memory_stats::memory_stats;
use mock_server::{MockWeb, Watchdog};
use reqwest::Client;
use tempfile::NamedTempFile;
use testkit::start;
use tokio::io::sink;
use tokio::time::interval;

const MB: usize = 1_000_000;

/// How much the memory grew at most while this ran, in bytes.
async fn growth<T>(work: impl Future<Output = anyhow::Result<T>>) -> usize {
    let memory = || memory_stats().expect("the system says").physical_mem;
    let before = memory();
    let mut most = before;
    let mut ticks = interval(Duration::from_millis(2));
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => {
                done.expect("it works");
                break;
            }
            _ = ticks.tick() => most = most.max(memory()),
        }
    }
    most.saturating_sub(before)
}

/// Uploads a file of this size, and downloads one, as streams and then at once.
struct Transfers {
    client: Client,
    file: NamedTempFile,
    upload: String,
    download: String,
    _web: (MockWeb, Watchdog),
}

impl Transfers {
    fn of(size: u64) -> Transfers {
        let sites = examples::upload::sites();
        let (web, sites, watchdog) = start(MockWeb::builder().sites(sites));
        let file = NamedTempFile::new().expect("a file");
        file.as_file().set_len(size).expect("there's room");
        Transfers {
            client: Client::new(),
            file,
            upload: format!("{}upload", sites[0].url),
            download: format!("{}bytes/{size}", sites[0].url),
            _web: (web, watchdog),
        }
    }

    async fn streamed(&self) -> [usize; 3] {
        let post = || self.client.post(&self.upload);
        let file = self.file.path();
        let mut sink = sink();
        let save = save(&self.client, &self.download, &mut sink, |_, _| {});
        [
            growth(async { send(streamed(post(), file).await?).await }).await,
            growth(async { send(form(post(), file).await?).await }).await,
            growth(save).await,
        ]
    }

    async fn whole(&self) -> [usize; 2] {
        let post = || self.client.post(&self.upload);
        let file = self.file.path();
        let mut sink = sink();
        let save = read_then_save(&self.client, &self.download, &mut sink);
        [
            growth(async { send(whole(post(), file).await?).await }).await,
            growth(save).await,
        ]
    }
}

#[tokio::test]
async fn a_stream_takes_a_little_memory_and_a_whole_body_takes_all_of_it() {
    let transfers = Transfers::of(50 * MB as u64);
    // The allocator may keep memory that was freed, so this comes first.
    for little in transfers.streamed().await {
        assert!(little < 20 * MB, "{little}");
    }
    for all in Transfers::of(30 * MB as u64).whole().await {
        assert!(all > 24 * MB, "{all}");
    }
}

/// `cargo test -p lesson11 --test memory -- --ignored --nocapture`
#[tokio::test]
#[ignore = "a gigabyte takes a while"]
async fn a_gigabyte_takes_no_more_memory_than_a_twentieth_of_it() {
    for size in [50, 1_000] {
        let transfers = Transfers::of((size * MB) as u64);
        let grown = transfers.streamed().await;
        println!("{size} MB: it grew by {:?} KB", grown.map(|it| it / 1_000));
        assert!(grown.iter().all(|bytes| *bytes < 10 * MB));
    }
}
