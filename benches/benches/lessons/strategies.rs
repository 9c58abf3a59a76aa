//! Lesson 1: ten sites that respond after 20 ms, fetched in five ways.
//!
//! The functions do what lesson 1 and lesson 5's example `bounded` do, without printing. The clients are made once and
//! keep their connections, so only the fetching is measured.

use std::thread;
use std::time::Duration;

use criterion::Criterion;
use futures::future;
use futures::stream::{self, StreamExt};
use mock_server::{MockWeb, Site, page};
use tokio::task::JoinSet;

use crate::runtime;

const SITES: usize = 10;
const LATENCY: Duration = Duration::from_millis(20);
const BOUND: usize = 8;
/// The length of each page.
pub const BYTES: usize = 15_000;

pub fn bench(criterion: &mut Criterion) {
    let sites = (0..SITES).map(|number| site(&format!("site{number}.example"), LATENCY));
    let web = MockWeb::builder().sites(sites).forget_requests().start().expect("the web starts");
    let urls: Vec<_> = web.sites().map(|(_, url)| url.to_owned()).collect();
    let blocking = reqwest::blocking::Client::new();
    let (runtime, client) = (runtime(), reqwest::Client::new());

    let mut group = criterion.benchmark_group("lesson01 strategies");
    group.sample_size(10);
    group.bench_function("one after another", |bencher| {
        bencher.iter(|| check(&one_after_another(&blocking, &urls), SITES));
    });
    group.bench_function("threads", |bencher| {
        bencher.iter(|| check(&threads(&blocking, &urls), SITES));
    });
    group.bench_function("join_all", |bencher| {
        bencher.iter(|| check(&runtime.block_on(join_all(&client, &urls)), SITES));
    });
    group.bench_function("JoinSet", |bencher| {
        bencher.iter(|| check(&runtime.block_on(join_set(&client, &urls)), SITES));
    });
    group.bench_function(format!("buffer_unordered({BOUND})"), |bencher| {
        bencher.iter(|| check(&runtime.block_on(bounded(&client, &urls)), SITES));
    });
    group.finish();
}

/// A site that doesn't use wiremock.
pub fn site(name: &str, latency: Duration) -> Site {
    Site::new(name).page(page(name, BYTES, 2_000)).delay(latency).by_front()
}

/// Checks that there are this many pages, and that all are complete.
pub fn check(pages: &[usize], number: usize) {
    assert_eq!(pages.len(), number);
    assert!(pages.iter().all(|bytes| *bytes == BYTES), "{pages:?}");
}

fn fetch_blocking(client: &reqwest::blocking::Client, url: &str) -> usize {
    let response = client.get(url).send().and_then(|response| response.error_for_status());
    response.and_then(|response| response.bytes()).expect("the page comes").len()
}

fn one_after_another(client: &reqwest::blocking::Client, urls: &[String]) -> Vec<usize> {
    urls.iter().map(|url| fetch_blocking(client, url)).collect()
}

fn threads(client: &reqwest::blocking::Client, urls: &[String]) -> Vec<usize> {
    thread::scope(|scope| {
        let threads: Vec<_> =
            urls.iter().map(|url| scope.spawn(move || fetch_blocking(client, url))).collect();
        threads.into_iter().map(|thread| thread.join().expect("the thread does not panic")).collect()
    })
}

async fn fetch(client: reqwest::Client, url: String) -> usize {
    let page = async { client.get(url).send().await?.error_for_status()?.bytes().await };
    page.await.expect("the page comes").len()
}

pub async fn join_all(client: &reqwest::Client, urls: &[String]) -> Vec<usize> {
    future::join_all(urls.iter().map(|url| fetch(client.clone(), url.clone()))).await
}

pub async fn join_set(client: &reqwest::Client, urls: &[String]) -> Vec<usize> {
    let tasks: JoinSet<_> = urls.iter().map(|url| fetch(client.clone(), url.clone())).collect();
    tasks.join_all().await
}

async fn bounded(client: &reqwest::Client, urls: &[String]) -> Vec<usize> {
    let pages = stream::iter(urls).map(|url| fetch(client.clone(), url.clone()));
    pages.buffer_unordered(BOUND).collect().await
}
