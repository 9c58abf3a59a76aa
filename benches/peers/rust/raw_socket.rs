//! Tokio's sockets and as little HTTP as will do: what the server can do at most, as far as a client on the same machine can
//! find out, and what a request in flight costs without a client library. So many tasks, each with a connection of its own
//! and the next page that nobody has taken.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context, ensure};
use peers::program::{Given, address, report};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use url::{Position, Url};

/// Room for the head of an answer.
const HEAD: usize = 512;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let given = Given::read()?;
    let urls: Vec<Url> = given.lines.iter().map(|url| url.parse()).collect::<Result<_, _>>()?;
    let start = Instant::now();
    let (urls, next) = (Arc::new(urls), Arc::new(AtomicUsize::new(0)));
    let mut tasks: JoinSet<_> =
        (0..given.number).map(|_| work(Arc::clone(&urls), Arc::clone(&next))).collect();
    let mut pages = Vec::new();
    while let Some(some) = tasks.join_next().await {
        pages.extend(some??);
    }
    pages.sort_unstable();
    let pages: Vec<_> = pages.into_iter().map(|(_, bytes)| bytes).collect();
    report(start.elapsed(), &pages)
}

async fn work(urls: Arc<Vec<Url>>, next: Arc<AtomicUsize>) -> anyhow::Result<Vec<(usize, usize)>> {
    let mut connection = None;
    let mut pages = Vec::new();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let Some(url) = urls.get(number) else { return Ok(pages) };
        let mut stream = match connection.take() {
            Some(stream) => stream,
            None => TcpStream::connect(address(url)?).await?,
        };
        pages.push((number, fetch(&mut stream, url).await?));
        connection = Some(stream);
    }
}

async fn fetch(stream: &mut TcpStream, url: &Url) -> anyhow::Result<usize> {
    let request = format!("GET {} HTTP/1.1\r\nhost: {}\r\n\r\n", &url[Position::BeforePath..], address(url)?);
    stream.write_all(request.as_bytes()).await?;
    let mut answer = vec![0; HEAD];
    let mut filled = 0;
    let end = loop {
        ensure!(filled < answer.len(), "the head of the answer is longer than {HEAD} bytes");
        let read = stream.read(&mut answer[filled..]).await?;
        ensure!(read > 0, "the server closed the connection");
        filled += read;
        if let Some(end) = answer[..filled].windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let length = content_length(&answer[..end])?;
    answer.resize(end + length, 0);
    stream.read_exact(&mut answer[filled..]).await?;
    Ok(length)
}

fn content_length(head: &[u8]) -> anyhow::Result<usize> {
    let head = str::from_utf8(head)?;
    ensure!(head.starts_with("HTTP/1.1 200 "), "the server answered {head}");
    let mut fields = head.lines().filter_map(|line| line.split_once(": "));
    let length = fields.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    Ok(length.context("the answer does not tell its length")?.1.parse()?)
}
