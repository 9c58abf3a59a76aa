//! What the measured programs share: their input, the clock, and fetching a page.
//!
//! # Input
//!
//! `peer-… [--one-thread] [--buffers BYTES] NUMBER`: the number is how many requests may be in flight, or how often the
//! program goes through its pages. Standard input has a line for each page: a URL, or a file.
//!
//! # The clock
//!
//! `seconds` means the same for every program that fetches, in Rust and in Python:
//!
//! - The clock starts when the program has read its input, before it makes a runtime or an event loop.
//! - It stops when everything is finished and closed: the last response is read, the client or session is closed, so
//!   are all connections, and the runtime or the event loop has shut down.
//!
//! So making and closing the client, the runtime and every connection counts. Starting the process, importing modules
//! and reading the input don't. On Linux each program checks that it has no connection open when the clock has stopped,
//! and fails if it has.
//!
//! For titles the clock starts when the pages are in memory and stops at the last title; `seconds` is the time of one
//! pass.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, ensure};
use lexopt::prelude::*;
use tokio::runtime::{Builder, Runtime};
use url::Url;

use crate::report::{print_pages, print_titles};

/// The input of a program.
#[derive(Clone, Debug)]
pub struct Input {
    /// How many requests may be in flight, or how many passes to make.
    pub number: usize,
    /// The size of the client's buffers in bytes; `None` for the library's default.
    pub buffers: Option<usize>,
    /// Whether the runtime has one thread instead of one for each core.
    pub one_thread: bool,
    /// URLs or files.
    pub lines: Vec<String>,
}

impl Input {
    /// Reads the command line and standard input.
    ///
    /// # Errors
    ///
    /// Wrong arguments, or a line that isn't UTF-8.
    pub fn read() -> anyhow::Result<Input> {
        let (mut number, mut buffers, mut one_thread) = (None, None, false);
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("one-thread") => one_thread = true,
                Long("buffers") => buffers = Some(parser.value()?.parse()?),
                Value(value) => number = Some(value.parse()?),
                _ => return Err(argument.unexpected().into()),
            }
        }
        let number = number.context("the last argument must be a number")?;
        let lines = io::stdin().lines().collect::<Result<_, _>>()?;
        Ok(Input { number, buffers, one_thread, lines })
    }

    /// The contents of the files.
    ///
    /// # Errors
    ///
    /// A file that can't be read.
    pub fn files(&self) -> anyhow::Result<Vec<Vec<u8>>> {
        self.lines.iter().map(|file| fs::read(file).with_context(|| file.clone())).collect()
    }

    fn runtime(&self) -> io::Result<Runtime> {
        let mut builder =
            if self.one_thread { Builder::new_current_thread() } else { Builder::new_multi_thread() };
        builder.enable_all().build()
    }
}

/// Runs a program that fetches without a runtime: reads the input, takes the time of `fetch_all`, and prints the
/// report. `fetch_all` returns the length of each page in bytes, in the order of the input.
///
/// # Errors
///
/// Wrong input, a page that can't be fetched, a connection that is still open at the end.
pub fn measure(fetch_all: impl FnOnce(Input) -> anyhow::Result<Vec<usize>>) -> anyhow::Result<()> {
    let input = Input::read()?;
    let start = Instant::now();
    let pages = fetch_all(input)?;
    let time = start.elapsed();
    let open = open_sockets();
    ensure!(open == 0, "{open} connections are open after the clock has stopped");
    print_pages(time, &pages)
}

/// The same for an async program. The clock includes making the runtime and shutting it down.
///
/// # Errors
///
/// As [`measure`], or no runtime.
pub fn measure_async<F>(fetch_all: impl FnOnce(Input) -> F) -> anyhow::Result<()>
where
    F: Future<Output = anyhow::Result<Vec<usize>>>,
{
    measure(|input| {
        let runtime = input.runtime()?;
        let pages = runtime.block_on(fetch_all(input));
        // Connections belong to tasks that the client has spawned. A runtime that shuts down drops all of its tasks.
        drop(runtime);
        pages
    })
}

/// Runs a program that finds titles: `title_of` is called for each page, pass after pass.
///
/// # Errors
///
/// Wrong input, or a page without a title that can be found.
pub fn measure_titles(title_of: impl Fn(&[u8]) -> anyhow::Result<Option<String>>) -> anyhow::Result<()> {
    let input = Input::read()?;
    let pages = input.files()?;
    let start = Instant::now();
    let mut titles = Vec::new();
    for _ in 0..input.number {
        titles = pages.iter().map(|page| title_of(page)).collect::<Result<_, _>>()?;
    }
    print_titles(start.elapsed(), input.number, &titles)
}

/// How many connections this process has open. Where the system has no `/proc` the answer is 0.
fn open_sockets() -> usize {
    // Tokio keeps a pair of Unix sockets for signals, which is not a connection. The kernel's table of TCP sockets
    // would be the direct way, but after 10,000 connections it's long, and reading it would show in the CPU time.
    let unix = fs::read_to_string("/proc/self/net/unix").unwrap_or_default();
    let inodes: Vec<_> = unix.lines().filter_map(|line| line.split_whitespace().nth(6)).collect();
    let Ok(files) = fs::read_dir("/proc/self/fd") else { return 0 };
    let targets = files.filter_map(|file| fs::read_link(file.ok()?.path()).ok());
    targets.filter(|target| inode_of_socket(target).is_some_and(|inode| !inodes.contains(&inode))).count()
}

fn inode_of_socket(target: &Path) -> Option<&str> {
    target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')
}

/// Fetches a page and returns its length in bytes.
///
/// # Errors
///
/// A request that fails, or a status that isn't a success.
pub async fn fetch_page(client: &reqwest::Client, url: &str) -> reqwest::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

/// Sorts pages that finished in any order by their number, and drops the number.
pub fn in_order(mut pages: Vec<(usize, usize)>) -> Vec<usize> {
    pages.sort_unstable();
    pages.into_iter().map(|(_, bytes)| bytes).collect()
}

/// The host and port to connect to, as `127.0.0.1:8080`.
///
/// # Errors
///
/// A URL without a host or a port.
pub fn address(url: &Url) -> anyhow::Result<String> {
    let host = url.host_str().context("the URL has no host")?;
    let port = url.port_or_known_default().context("the URL has no port")?;
    Ok(format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn an_open_connection_is_counted_and_a_closed_one_is_not() {
        use std::net::{TcpListener, TcpStream};

        // Other tests of this process open none.
        assert_eq!(open_sockets(), 0);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let connection = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        assert_eq!(open_sockets(), 2);
        drop((listener, connection));
        assert_eq!(open_sockets(), 0);
    }

    #[test]
    fn pages_come_in_the_order_of_their_numbers() {
        assert_eq!(in_order(vec![(2, 30), (0, 10), (1, 20)]), [10, 20, 30]);
    }
}
