//! hyper without a pool, redirects and the rest that reqwest has: so many tasks, each with a connection of its own and the next
//! page that nobody has taken.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::ensure;
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use peers::program::{Given, address, report};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use url::{Position, Url};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let given = Given::read()?;
    let urls: Vec<Url> = given.lines.iter().map(|url| url.parse()).collect::<Result<_, _>>()?;
    let start = Instant::now();
    let (urls, next) = (Arc::new(urls), Arc::new(AtomicUsize::new(0)));
    let mut tasks: JoinSet<_> =
        (0..given.number).map(|_| work(Arc::clone(&urls), Arc::clone(&next), given.buffers)).collect();
    let mut pages = Vec::new();
    while let Some(some) = tasks.join_next().await {
        pages.extend(some??);
    }
    pages.sort_unstable();
    let pages: Vec<_> = pages.into_iter().map(|(_, bytes)| bytes).collect();
    report(start.elapsed(), &pages)
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
        let answer = sender.send_request(request).await?;
        ensure!(answer.status().is_success(), "the server answered {}", answer.status());
        pages.push((number, answer.into_body().collect().await?.to_bytes().len()));
        connection = Some(sender);
    }
}

async fn connect(url: &Url, read_buffer: Option<usize>) -> anyhow::Result<SendRequest<Empty<Bytes>>> {
    let stream = TcpStream::connect(address(url)?).await?;
    let (sender, connection) =
        http1::Builder::new().read_buf_exact_size(read_buffer).handshake(TokioIo::new(stream)).await?;
    // What goes wrong with it, the sender tells.
    tokio::spawn(connection);
    Ok(sender)
}
