//! A small forward proxy, for the examples about proxies and their tests. It
//! keeps the head of each request that it can read.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use reqwest::Url;
use tokio::io::{
    AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, copy_bidirectional,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The longest head, in bytes.
const LONGEST_HEAD: u64 = 65_536;

/// A forward proxy that runs until it's dropped.
pub struct ForwardProxy {
    address: SocketAddr,
    heads: Heads,
    task: JoinHandle<()>,
}

type Heads = Arc<Mutex<Vec<String>>>;

impl ForwardProxy {
    /// Starts a proxy on a free port of this machine.
    ///
    /// # Errors
    ///
    /// If there's no free port.
    pub async fn start() -> io::Result<ForwardProxy> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let heads = Heads::default();
        let task = tokio::spawn(accept(listener, Arc::clone(&heads)));
        Ok(ForwardProxy { address, heads, task })
    }

    /// Its address, as a client takes it.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The head of each request so far: the request line and the headers.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("no code with this lock panics").clone()
    }
}

impl Drop for ForwardProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, heads: Heads) {
    // If it can't accept any more, its clients see that.
    while let Ok((client, _)) = listener.accept().await {
        let heads = Arc::clone(&heads);
        tokio::spawn(async move {
            // As above: the client sees that its connection closes.
            let _ = forward(client, &heads).await;
        });
    }
}

/// Forwards one request, or everything on the connection after a `CONNECT`.
async fn forward(client: TcpStream, heads: &Heads) -> io::Result<()> {
    let mut client = BufReader::new(client);
    let mut head = String::new();
    let mut reader = (&mut client).take(LONGEST_HEAD);
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    heads.lock().expect("no code with this lock panics").push(head.clone());

    let (request, headers) = head.split_once("\r\n").unwrap_or_default();
    let mut words = request.split(' ');
    let (method, target) =
        (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut site = if method == "CONNECT" {
        let site = TcpStream::connect(target).await?;
        client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
        site
    } else {
        let url: Url = target.parse().map_err(io::Error::other)?;
        let addresses = url.socket_addrs(|| None)?;
        let mut site = TcpStream::connect(&*addresses).await?;
        // One request for each connection, so that each one is read here.
        let path = url.path();
        let request = format!("{method} {path} HTTP/1.1\r\nconnection: close");
        let head = format!("{request}\r\n{headers}");
        site.write_all(head.as_bytes()).await?;
        site
    };
    copy_bidirectional(&mut client, &mut site).await?;
    Ok(())
}
