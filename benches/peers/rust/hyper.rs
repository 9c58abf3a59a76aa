//! hyper, without the connection pool, the redirects and everything else that reqwest adds. Each task has a connection
//! of its own and takes the next page that's left.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::ensure;
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use peers::program::{Input, address, in_order, measure_async};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use url::{Position, Url};

fn main() -> anyhow::Result<()> {
    measure_async(fetch_all)
}

async fn fetch_all(input: Input) -> anyhow::Result<Vec<usize>> {
    let urls: Vec<Url> = input.lines.iter().map(|url| url.parse()).collect::<Result<_, _>>()?;
    let (urls, next) = (Arc::new(urls), Arc::new(AtomicUsize::new(0)));
    let mut tasks = JoinSet::new();
    for _ in 0..input.number {
        tasks.spawn(work(Arc::clone(&urls), Arc::clone(&next), input.buffers));
    }
    let mut pages = Vec::new();
    while let Some(fetched) = tasks.join_next().await {
        pages.extend(fetched??);
    }
    Ok(in_order(pages))
}

async fn work(
    urls: Arc<Vec<Url>>,
    next: Arc<AtomicUsize>,
    read_buffer: Option<usize>,
) -> anyhow::Result<Vec<(usize, usize)>> {
    let mut connection = None;
    let mut pages = Vec::new();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let Some(url) = urls.get(number) else { return Ok(pages) };
        let mut sender = match connection.take() {
            Some(sender) => sender,
            None => connect(url, read_buffer).await?,
        };
        sender.ready().await?;
        let request =
            Request::get(&url[Position::BeforePath..]).header("host", address(url)?).body(Empty::new())?;
        let response = sender.send_request(request).await?;
        ensure!(response.status().is_success(), "the status is {}", response.status());
        pages.push((number, response.into_body().collect().await?.to_bytes().len()));
        connection = Some(sender);
    }
}

async fn connect(url: &Url, read_buffer: Option<usize>) -> anyhow::Result<SendRequest<Empty<Bytes>>> {
    let stream = TcpStream::connect(address(url)?).await?;
    let (sender, connection) =
        http1::Builder::new().read_buf_exact_size(read_buffer).handshake(TokioIo::new(stream)).await?;
    // The sender reports the errors of the connection, too.
    tokio::spawn(connection);
    Ok(sender)
}
