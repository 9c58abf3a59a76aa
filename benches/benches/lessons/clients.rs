//! Lesson 9: a client for each of fifty requests, or one for all. The functions come from the lesson's example
//! `clients`.

use criterion::{Criterion, Throughput};
use lesson_kit::sites_of;
use mock_server::MockWeb;

use crate::one_thread;
use crate::strategies::site;

#[path = "../../../lessons/09-best-practices/examples/clients.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod example;

const PAGES: usize = 50;

pub fn bench(criterion: &mut Criterion) {
    let web = MockWeb::builder().sites([site("site.example", Default::default())]).forget_requests();
    let web = web.start().expect("the web starts");
    let sites = sites_of(&web);
    let runtime = one_thread();
    let mut group = criterion.benchmark_group("lesson09 clients");
    group.throughput(Throughput::Elements(PAGES as u64));
    group.bench_function("one for each request", |bencher| {
        let fetch = || runtime.block_on(example::client_for_each(&sites[0])).expect("the pages come");
        bencher.iter(|| assert_eq!(fetch(), PAGES));
    });
    group.bench_function("one for all", |bencher| {
        let fetch = || {
            // The example's client is a global, which would keep its connections from one call to the next.
            let client = lesson09::client().expect("a client");
            let pages = example::in_rounds(async || example::fetch_page(&client, &sites[0]).await);
            runtime.block_on(pages).expect("the pages come")
        };
        bencher.iter(|| assert_eq!(fetch(), PAGES));
    });
    group.finish();
}
