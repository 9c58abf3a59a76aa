//! Threads and ureq, a client without async inside: so many threads, each with the next page that nobody has taken.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use anyhow::{Context, anyhow};
use peers::program::{Given, report};
use ureq::Agent;

fn main() -> anyhow::Result<()> {
    let given = Given::read()?;
    let start = Instant::now();
    // It keeps three connections for a site unless told otherwise.
    let mut config = Agent::config_builder()
        .max_idle_connections(given.number)
        .max_idle_connections_per_host(given.number);
    if let Some(bytes) = given.buffers {
        config = config.input_buffer_size(bytes).output_buffer_size(bytes);
    }
    let agent: Agent = config.build().into();
    let next = AtomicUsize::new(0);
    let work = || -> anyhow::Result<Vec<(usize, usize)>> {
        let mut pages = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(url) = given.lines.get(number) else { return Ok(pages) };
            let page = agent.get(url).call()?.body_mut().read_to_vec()?;
            pages.push((number, page.len()));
        }
    };
    let mut pages = thread::scope(|scope| {
        let mut threads = Vec::new();
        for number in 0..given.number {
            let thread = thread::Builder::new().spawn_scoped(scope, work);
            threads.push(thread.with_context(|| format!("no thread more after {number}"))?);
        }
        let mut pages = Vec::new();
        for thread in threads {
            pages.extend(thread.join().map_err(|_| anyhow!("a thread panicked"))??);
        }
        anyhow::Ok(pages)
    })?;
    pages.sort_unstable();
    let pages: Vec<_> = pages.into_iter().map(|(_, bytes)| bytes).collect();
    report(start.elapsed(), &pages)
}
