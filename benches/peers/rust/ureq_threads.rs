//! ureq, a blocking client, in threads. Each thread takes the next page that's left.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context, anyhow};
use peers::program::{Input, in_order, measure};
use ureq::Agent;

fn main() -> anyhow::Result<()> {
    measure(fetch_all)
}

fn fetch_all(input: Input) -> anyhow::Result<Vec<usize>> {
    // By default the agent keeps three idle connections for each host.
    let mut config = Agent::config_builder()
        .max_idle_connections(input.number)
        .max_idle_connections_per_host(input.number);
    if let Some(bytes) = input.buffers {
        config = config.input_buffer_size(bytes).output_buffer_size(bytes);
    }
    let agent: Agent = config.build().into();
    let next = AtomicUsize::new(0);
    let work = || -> anyhow::Result<Vec<(usize, usize)>> {
        let mut pages = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(url) = input.lines.get(number) else { return Ok(pages) };
            let page = agent.get(url).call()?.body_mut().read_to_vec()?;
            pages.push((number, page.len()));
        }
    };
    let pages = thread::scope(|scope| {
        let mut threads = Vec::new();
        for number in 0..input.number {
            let thread = thread::Builder::new().spawn_scoped(scope, work);
            threads.push(thread.with_context(|| format!("thread {number} doesn't start"))?);
        }
        let mut pages = Vec::new();
        for thread in threads {
            pages.extend(thread.join().map_err(|_| anyhow!("a thread panicked"))??);
        }
        anyhow::Ok(pages)
    })?;
    Ok(in_order(pages))
}
