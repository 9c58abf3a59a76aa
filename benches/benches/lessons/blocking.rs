//! Lesson 8: a runtime with one thread parses eight pages, on that thread or with `spawn_blocking`. For pages of 1 KB
//! the bench measures the handover to the other thread. For pages of 1 MB it measures that the pool has more than one
//! thread.

use std::sync::Arc;

use criterion::{BenchmarkId, Criterion};
use futures::future::join_all;
use lesson08::{Page, title};
use peers::pages;
use tokio::task::spawn_blocking;
use url::Url;

use crate::one_thread;

const PAGES: usize = 8;

pub fn bench(criterion: &mut Criterion) {
    let runtime = one_thread();
    let titles: Vec<_> = (0..PAGES).map(|number| Some(pages::title(number))).collect();
    let mut group = criterion.benchmark_group("lesson08 blocking");
    for (size, bytes) in [("1 KB", 1_000), ("1 MB", 1_000_000)] {
        let page = |number| Arc::new(fetched(pages::page(number, bytes)));
        let pages: Vec<_> = (0..PAGES).map(page).collect();
        group.bench_function(BenchmarkId::new("inline", size), |bencher| {
            bencher.iter(|| assert_eq!(runtime.block_on(inline(&pages)), titles));
        });
        group.bench_function(BenchmarkId::new("spawn_blocking", size), |bencher| {
            bencher.iter(|| assert_eq!(runtime.block_on(on_blocking_threads(&pages)), titles));
        });
    }
    group.finish();
}

/// A page as the lesson fetches it.
fn fetched(html: String) -> Page {
    let url = Url::parse("http://pages.example/").expect("it is a URL");
    Page { url, content_type: "text/html; charset=utf-8".to_owned(), bytes: html.into_bytes() }
}

async fn inline(pages: &[Arc<Page>]) -> Vec<Option<String>> {
    join_all(pages.iter().map(async |page| title(page))).await
}

async fn on_blocking_threads(pages: &[Arc<Page>]) -> Vec<Option<String>> {
    let parse = |page: &Arc<Page>| {
        let page = Arc::clone(page);
        spawn_blocking(move || title(&page))
    };
    let titles = join_all(pages.iter().map(parse)).await;
    titles.into_iter().map(|title| title.expect("the parser does not panic")).collect()
}
