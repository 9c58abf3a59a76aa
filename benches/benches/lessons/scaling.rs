//! Lesson 5: one, ten, a hundred and a thousand requests at the same time, each with a response after 100 ms.
//! Everything above 100 ms is the work of the client and the server, which share this machine's cores.

use std::time::Duration;

use criterion::{BenchmarkId, Criterion};
use mock_server::{MockWeb, room_for};

use crate::runtime;
use crate::strategies::{check, join_all, join_set, site};

const LATENCY: Duration = Duration::from_millis(100);

pub fn bench(criterion: &mut Criterion) {
    let web = MockWeb::builder().sites([site("site.example", LATENCY)]).forget_requests().start();
    let web = web.expect("the web starts");
    let (runtime, client) = (runtime(), reqwest::Client::new());
    let mut group = criterion.benchmark_group("lesson05 scaling");
    group.sample_size(10);
    for requests in [1, 10, 100, 1_000] {
        if let Err(error) = room_for(requests) {
            eprintln!("lesson05 scaling/{requests} is left out: {error}");
            continue;
        }
        let urls = vec![web.url("site.example").to_owned(); requests];
        group.bench_function(BenchmarkId::new("join_all", requests), |bencher| {
            bencher.iter(|| check(&runtime.block_on(join_all(&client, &urls)), requests));
        });
        group.bench_function(BenchmarkId::new("JoinSet", requests), |bencher| {
            bencher.iter(|| check(&runtime.block_on(join_set(&client, &urls)), requests));
        });
    }
    group.finish();
}
