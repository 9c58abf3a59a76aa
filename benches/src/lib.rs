//! The load that the benches put on a server: a client that costs next to nothing.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

/// Connections that are kept alive, each with one request at a time in flight.
pub struct Load {
    runtime: Runtime,
    connections: Vec<TcpStream>,
    answer: usize,
}

impl Load {
    /// Connects so many times to a server whose answers all have the same length, which one request finds out.
    ///
    /// # Errors
    ///
    /// No runtime, no connection, or an answer that is no `200 OK`.
    pub fn start(server: SocketAddr, connections: usize) -> io::Result<Load> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let (answer, connections) = runtime.block_on(async {
            let mut open = Vec::new();
            for _ in 0..connections {
                let stream = TcpStream::connect(server).await?;
                stream.set_nodelay(true)?;
                open.push(stream);
            }
            let answer = length(&mut TcpStream::connect(server).await?).await?;
            io::Result::Ok((answer, open))
        })?;
        Ok(Load { runtime, connections, answer })
    }

    /// So many requests on each connection, and all their answers.
    ///
    /// # Errors
    ///
    /// A connection that breaks.
    pub fn run(&mut self, requests: usize) -> io::Result<()> {
        let answer = self.answer;
        let connections = std::mem::take(&mut self.connections);
        self.connections = self.runtime.block_on(async {
            let mut tasks = JoinSet::new();
            for mut stream in connections {
                tasks.spawn(async move {
                    let mut buffer = vec![0; answer];
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

/// The length of an answer, head and all.
async fn length(stream: &mut TcpStream) -> io::Result<usize> {
    let request = [&REQUEST[..REQUEST.len() - 2], b"connection: close\r\n\r\n"].concat();
    stream.write_all(&request).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let closing = b"connection: close\r\n";
    let has_closing = answer.windows(closing.len()).any(|window| window == closing);
    if !answer.starts_with(b"HTTP/1.1 200 OK\r\n") || !has_closing {
        return Err(io::Error::other("the server does not answer as the load expects"));
    }
    Ok(answer.len() - closing.len())
}
