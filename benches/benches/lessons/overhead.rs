//! Lesson 4: the cost of running a thousand futures concurrently that have nothing to do. Each one yields once. Divide
//! by a thousand for the cost of one.
//!
//! `block_on` runs on the main thread, which isn't a worker. A task that it spawns goes through a queue that all
//! workers share, and another thread has to wake up for it. A worker puts the tasks that it spawns into a queue of its
//! own, so `JoinSet` is measured from there, too.

use criterion::{Criterion, Throughput};
use futures::future;
use futures::stream::{FuturesUnordered, StreamExt};
use tokio::task::{JoinSet, yield_now};

use crate::runtime;

const FUTURES: u64 = 1_000;
const SUM: u64 = FUTURES * (FUTURES - 1) / 2;

async fn nothing(number: u64) -> u64 {
    yield_now().await;
    number
}

pub fn bench(criterion: &mut Criterion) {
    let runtime = runtime();
    let mut group = criterion.benchmark_group("lesson04 overhead");
    group.throughput(Throughput::Elements(FUTURES));
    group.bench_function("awaited in turn", |bencher| {
        bencher.iter(|| assert_eq!(runtime.block_on(in_turn()), SUM));
    });
    group.bench_function("spawn", |bencher| {
        bencher.iter(|| assert_eq!(runtime.block_on(spawn()), SUM));
    });
    group.bench_function("join_all", |bencher| {
        bencher.iter(|| assert_eq!(runtime.block_on(join_all()), SUM));
    });
    group.bench_function("FuturesUnordered", |bencher| {
        bencher.iter(|| assert_eq!(runtime.block_on(unordered()), SUM));
    });
    group.bench_function("JoinSet", |bencher| {
        bencher.iter(|| assert_eq!(runtime.block_on(join_set()), SUM));
    });
    group.bench_function("JoinSet, from a task", |bencher| {
        let on_a_worker = async || tokio::spawn(join_set()).await.expect("the task does not panic");
        bencher.iter(|| assert_eq!(runtime.block_on(on_a_worker()), SUM));
    });
    group.finish();
}

async fn in_turn() -> u64 {
    let mut sum = 0;
    for number in 0..FUTURES {
        sum += nothing(number).await;
    }
    sum
}

async fn spawn() -> u64 {
    let tasks: Vec<_> = (0..FUTURES).map(|number| tokio::spawn(nothing(number))).collect();
    let mut sum = 0;
    for task in tasks {
        sum += task.await.expect("the task does not panic");
    }
    sum
}

async fn join_all() -> u64 {
    future::join_all((0..FUTURES).map(nothing)).await.into_iter().sum()
}

async fn unordered() -> u64 {
    let mut running: FuturesUnordered<_> = (0..FUTURES).map(nothing).collect();
    let mut sum = 0;
    while let Some(number) = running.next().await {
        sum += number;
    }
    sum
}

async fn join_set() -> u64 {
    let mut tasks: JoinSet<_> = (0..FUTURES).map(nothing).collect();
    let mut sum = 0;
    while let Some(number) = tasks.join_next().await {
        sum += number.expect("the task does not panic");
    }
    sum
}
