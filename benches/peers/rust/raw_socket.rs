//! Tokio's sockets and as little HTTP as possible: the least work we know how to do as a client of this server. Each
//! task has a connection of its own and takes the next page that's left.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, ensure};
use peers::program::{Input, address, in_order, measure_async};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use url::{Position, Url};

/// The buffer for a response's status line and headers, in bytes.
const HEAD: usize = 512;

fn main() -> anyhow::Result<()> {
    measure_async(fetch_all)
}

async fn fetch_all(input: Input) -> anyhow::Result<Vec<usize>> {
    let urls: Vec<Url> = input.lines.iter().map(|url| url.parse()).collect::<Result<_, _>>()?;
    let (urls, next) = (Arc::new(urls), Arc::new(AtomicUsize::new(0)));
    let mut tasks = JoinSet::new();
    for _ in 0..input.number {
        tasks.spawn(work(Arc::clone(&urls), Arc::clone(&next)));
    }
    let mut pages = Vec::new();
    while let Some(fetched) = tasks.join_next().await {
        pages.extend(fetched??);
    }
    Ok(in_order(pages))
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
        pages.push((number, fetch_page(&mut stream, url).await?));
        connection = Some(stream);
    }
}

async fn fetch_page(stream: &mut TcpStream, url: &Url) -> anyhow::Result<usize> {
    let request = format!("GET {} HTTP/1.1\r\nhost: {}\r\n\r\n", &url[Position::BeforePath..], address(url)?);
    stream.write_all(request.as_bytes()).await?;
    let mut response = vec![0; HEAD];
    let mut filled = 0;
    let end = loop {
        ensure!(filled < response.len(), "the response has more than {HEAD} bytes of headers");
        let read = stream.read(&mut response[filled..]).await?;
        ensure!(read > 0, "the server closed the connection");
        filled += read;
        if let Some(end) = response[..filled].windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let length = content_length(&response[..end])?;
    response.resize(end + length, 0);
    stream.read_exact(&mut response[filled..]).await?;
    Ok(length)
}

fn content_length(head: &[u8]) -> anyhow::Result<usize> {
    let head = str::from_utf8(head)?;
    ensure!(head.starts_with("HTTP/1.1 200 "), "the response begins with {head}");
    let mut fields = head.lines().filter_map(|line| line.split_once(": "));
    let length = fields.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    Ok(length.context("the response has no content-length")?.1.parse()?)
}
