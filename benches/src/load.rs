//! A client that costs next to nothing, for benches of a server.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

/// Open connections, each with one request in flight at a time.
pub struct Load {
    runtime: Runtime,
    connections: Vec<TcpStream>,
    response: usize,
}

impl Load {
    /// Opens this many connections to a server. All its responses must have the same length, which one request finds
    /// out.
    ///
    /// # Errors
    ///
    /// No runtime, no connection, or a response that isn't `200 OK`.
    pub fn start(server: SocketAddr, connections: usize) -> io::Result<Load> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let (response, connections) = runtime.block_on(async {
            let mut open = Vec::new();
            for _ in 0..connections {
                let stream = TcpStream::connect(server).await?;
                stream.set_nodelay(true)?;
                open.push(stream);
            }
            let response = length(&mut TcpStream::connect(server).await?).await?;
            io::Result::Ok((response, open))
        })?;
        Ok(Load { runtime, connections, response })
    }

    /// Sends this many requests on each connection and reads all responses.
    ///
    /// # Errors
    ///
    /// A connection that breaks.
    pub fn run(&mut self, requests: usize) -> io::Result<()> {
        let response = self.response;
        let connections = std::mem::take(&mut self.connections);
        self.connections = self.runtime.block_on(async {
            let mut tasks = JoinSet::new();
            for mut stream in connections {
                tasks.spawn(async move {
                    let mut buffer = vec![0; response];
                    for _ in 0..requests {
                        stream.write_all(REQUEST).await?;
                        stream.read_exact(&mut buffer).await?;
                    }
                    io::Result::Ok(stream)
                });
            }
            tasks.join_all().await.into_iter().collect::<io::Result<Vec<_>>>()
        })?;
        Ok(())
    }
}

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: site.example\r\n\r\n";

/// The length of a response, headers included.
async fn length(stream: &mut TcpStream) -> io::Result<usize> {
    let request = [&REQUEST[..REQUEST.len() - 2], b"connection: close\r\n\r\n"].concat();
    stream.write_all(&request).await?;
    let mut response = Vec::new();
    stream.read_to_end(&mut response).await?;
    let closing = b"connection: close\r\n";
    let has_closing = response.windows(closing.len()).any(|window| window == closing);
    if !response.starts_with(b"HTTP/1.1 200 OK\r\n") || !has_closing {
        return Err(io::Error::other("the server's response is not the one that the load expects"));
    }
    Ok(response.len() - closing.len())
}
