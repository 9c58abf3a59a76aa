//! Lesson 10: how long the link checker takes for a documentation site, and for one large page without a network.
//!
//! ```sh
//! cargo bench --bench links
//! ```
//!
//! hyper alone serves the site, in a thread of its own, so nearly all of the time is the checker's. Each report is
//! checked, and a wrong one ends the bench. `benches/link_checkers.py` compares the whole program with others.

mod site;

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Duration;

use benches::serve;
use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use encoding_rs::UTF_8;
use hyper::body::Bytes;
use lesson10::frontier::InMemory;
use lesson10::page::collector::Collector;
use lesson10::page::html::parse;
use lesson10::progress::Progress;
use lesson10::{Options, check};
use site::{BROKEN, PAGES, SECTIONS};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use url::Url;

/// How many URLs the checker may request. The site has far fewer.
const MAX_URLS: usize = 10_000;

fn links(criterion: &mut Criterion) {
    let mut pages: HashMap<String, Bytes> = (0..PAGES)
        .map(|number| (format!("/page{number}.html"), site::page(number, SECTIONS).into()))
        .collect();
    pages.insert("/".to_owned(), site::index().into());
    let bytes: usize = pages.values().map(Bytes::len).sum();
    let address = serve(move |path| pages.get(path).cloned()).expect("hyper starts");
    let start = Url::parse(&format!("http://{address}")).expect("it is a URL");
    let runtime = Runtime::new().expect("the runtime starts");

    let mut group = criterion.benchmark_group("lesson10 links");
    group.throughput(Throughput::Bytes(bytes as u64));
    group.sampling_mode(SamplingMode::Flat);
    for at_once in [1, 16] {
        let options = Options { at_once, ..Options::new(start.clone(), Duration::from_secs(10)) };
        group.bench_function(BenchmarkId::new("in flight", at_once), |bencher| {
            bencher.iter(|| runtime.block_on(check_site(&options)));
        });
    }
    group.finish();
}

/// Checks the site, whose one host may get all the requests in flight.
async fn check_site(options: &Options) {
    let frontier = InMemory::new(MAX_URLS, options.at_once);
    let checked = check(options, frontier, &Progress::hidden(), &CancellationToken::new()).await;
    let report = checked.expect("the check is finished");
    assert_eq!((report.pages, report.broken.len()), (PAGES + 1, BROKEN), "{:?}", report.broken);
    assert!(!report.is_partial(), "{:?}", report.limits);
}

fn page(criterion: &mut Criterion) {
    let url = Url::parse("http://docs.example/page0.html").expect("it is a URL");
    let html = site::page(0, 10 * SECTIONS);
    let number = html.matches("href=").count();
    let mut group = criterion.benchmark_group("lesson10 page");
    group.throughput(Throughput::Bytes(html.len() as u64));
    group.bench_function(
        BenchmarkId::new("links and anchors", format!("{} KB", html.len() / 1_000)),
        |bencher| {
            bencher.iter(|| {
                let collector = Collector::new(&url, UTF_8, html.len());
                let page = parse(black_box(&html), collector, || false);
                assert_eq!(page.links.len(), number);
                page
            });
        },
    );
    group.finish();
}

criterion_group! {
    name = links_benches;
    config = Criterion::default().sample_size(10).warm_up_time(Duration::from_secs(1));
    targets = links, page
}
criterion_main!(links_benches);
