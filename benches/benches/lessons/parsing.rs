//! Lesson 8: the title of a page of 50 KB and of one of 1 MB, in three ways. The pages are there already; what a download
//! saves that ends at the title is not in it.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use peers::pages;
use peers::titles::{scraped, streamed, up_to_the_title};

pub fn bench(criterion: &mut Criterion) {
    let title = Some(pages::title(1));
    let mut group = criterion.benchmark_group("lesson08 parsing");
    for (size, bytes) in [("50 KB", 50_000), ("1 MB", 1_000_000)] {
        let html = pages::page(1, bytes).into_bytes();
        let page = pages::fetched(html.clone());
        group.throughput(Throughput::Bytes(html.len() as u64));
        group.bench_function(BenchmarkId::new("scraper", size), |bencher| {
            bencher.iter(|| assert_eq!(scraped(black_box(&page)), title));
        });
        group.bench_function(BenchmarkId::new("lol_html", size), |bencher| {
            bencher.iter(|| assert_eq!(streamed(black_box(&html)).expect("it is a page"), title));
        });
        group.bench_function(BenchmarkId::new("lol_html up to the title", size), |bencher| {
            bencher.iter(|| assert_eq!(up_to_the_title(black_box(&html)).expect("it is a page"), title));
        });
    }
    group.finish();
}
