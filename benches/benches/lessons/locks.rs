//! Lesson 9: four tasks count to a thousand each. They share a count behind the standard library's `Mutex` or behind
//! Tokio's, or each has a count of its own and the counts are added at the end. Nothing is awaited while a lock is
//! held.

use std::hint::black_box;
use std::sync::{Arc, Mutex};

use criterion::{Criterion, Throughput};
use tokio::task::JoinSet;

use crate::runtime;

const TASKS: u64 = 4;
const COUNTS: u64 = 1_000;

pub fn bench(criterion: &mut Criterion) {
    let runtime = runtime();
    let mut group = criterion.benchmark_group("lesson09 locks");
    group.throughput(Throughput::Elements(TASKS * COUNTS));
    group.bench_function("std", |bencher| {
        bencher.iter(|| assert_eq!(runtime.block_on(with_std()), TASKS * COUNTS));
    });
    group.bench_function("Tokio", |bencher| {
        bencher.iter(|| assert_eq!(runtime.block_on(with_tokio()), TASKS * COUNTS));
    });
    group.bench_function("none", |bencher| {
        bencher.iter(|| assert_eq!(runtime.block_on(without()), TASKS * COUNTS));
    });
    group.finish();
}

async fn with_std() -> u64 {
    let count = Arc::new(Mutex::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let count = Arc::clone(&count);
        tasks.spawn(async move {
            for _ in 0..COUNTS {
                *count.lock().expect("no task panics while it holds the lock") += black_box(1);
            }
        });
    }
    tasks.join_all().await;
    *count.lock().expect("no task panics while it holds the lock")
}

async fn with_tokio() -> u64 {
    let count = Arc::new(tokio::sync::Mutex::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let count = Arc::clone(&count);
        tasks.spawn(async move {
            for _ in 0..COUNTS {
                *count.lock().await += black_box(1);
            }
        });
    }
    tasks.join_all().await;
    *count.lock().await
}

async fn without() -> u64 {
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        tasks.spawn(async move {
            let mut own = 0;
            for _ in 0..COUNTS {
                own += black_box(1);
            }
            own
        });
    }
    tasks.join_all().await.into_iter().sum()
}
