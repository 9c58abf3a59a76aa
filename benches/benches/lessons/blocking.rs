//! Lesson 8: eight pages parsed by a runtime of one thread, each on that thread or on one of the pool for what blocks. For
//! pages of 1 KB it is the way there that is measured, for pages of 1 MB that the pool has more than one thread.

use std::sync::Arc;

use criterion::{BenchmarkId, Criterion};
use futures::future::join_all;
use lesson08::{Page, title};
use peers::pages;
use tokio::task::spawn_blocking;

use crate::one_thread;

const PAGES: usize = 8;

pub fn bench(criterion: &mut Criterion) {
    let runtime = one_thread();
    let titles: Vec<_> = (0..PAGES).map(|number| Some(pages::title(number))).collect();
    let mut group = criterion.benchmark_group("lesson08 blocking");
    for (size, bytes) in [("1 KB", 1_000), ("1 MB", 1_000_000)] {
        let page = |number| Arc::new(pages::fetched(pages::page(number, bytes).into_bytes()));
        let pages: Vec<_> = (0..PAGES).map(page).collect();
        group.bench_function(BenchmarkId::new("inline", size), |bencher| {
            bencher.iter(|| assert_eq!(runtime.block_on(inline(&pages)), titles));
        });
        group.bench_function(BenchmarkId::new("spawn_blocking", size), |bencher| {
            bencher.iter(|| assert_eq!(runtime.block_on(elsewhere(&pages)), titles));
        });
    }
    group.finish();
}

async fn inline(pages: &[Arc<Page>]) -> Vec<Option<String>> {
    join_all(pages.iter().map(async |page| title(page))).await
}

async fn elsewhere(pages: &[Arc<Page>]) -> Vec<Option<String>> {
    let parse = |page: &Arc<Page>| {
        let page = Arc::clone(page);
        spawn_blocking(move || title(&page))
    };
    let titles = join_all(pages.iter().map(parse)).await;
    titles.into_iter().map(|title| title.expect("the parser does not panic")).collect()
}
