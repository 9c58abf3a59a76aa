//! Lesson 8: the title of a page of 50 KB and of one of 1 MB, in three ways. The pages are in memory, so a download
//! that stops at the title saves more than these figures show.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use peers::pages;
use peers::titles::{scraped, streamed, up_to_the_title};

pub fn bench(criterion: &mut Criterion) {
    let title = Some(pages::title(1));
    let mut group = criterion.benchmark_group("lesson08 parsing");
    for (size, bytes) in [("50 KB", 50_000), ("1 MB", 1_000_000)] {
        let html = pages::page(1, bytes).into_bytes();
        group.throughput(Throughput::Bytes(html.len() as u64));
        group.bench_function(BenchmarkId::new("scraper", size), |bencher| {
            bencher.iter(|| assert_eq!(scraped(black_box(&html)), title));
        });
        group.bench_function(BenchmarkId::new("lol_html", size), |bencher| {
            bencher.iter(|| assert_eq!(streamed(black_box(&html)).expect("lol_html parses the page"), title));
        });
        group.bench_function(BenchmarkId::new("lol_html up to the title", size), |bencher| {
            let title_of = || up_to_the_title(black_box(&html)).expect("lol_html parses the page");
            bencher.iter(|| assert_eq!(title_of(), title));
        });
    }
    group.finish();
}
