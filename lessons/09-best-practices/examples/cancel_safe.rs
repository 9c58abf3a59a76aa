//! `select!` drops what has not won. Which operations of Tokio's can be begun
//! again after that, as if nothing had happened?
//!
//! ```sh
//! cargo run -p lesson09 --example cancel_safe
//! ```
//!
//! Each operation is interrupted by `select!` when it has half of what it
//! wants, then the other half arrives and it is called again. Look at the last
//! two columns: what was sent, and what arrived.

use std::io;

use futures::stream::{FuturesUnordered, StreamExt};
use lesson_kit::println;
use tokio::io::{
    AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, duplex,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinSet, yield_now};

fn main() -> anyhow::Result<()> {
    lesson_kit::without_web(
        "lesson09 --example cancel_safe",
        "what select! loses",
    );
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let rows = runtime.block_on(rows())?;
    println!("{:<26}{:<13}{:<13}{:<13}", "", "", "sent", "arrived");
    for row in rows {
        let Row { operation, sent, arrived } = &row;
        let verdict = row.verdict();
        println!("{operation:<26}{verdict:<13}{sent:<13}{arrived:<13}");
    }
    Ok(())
}

/// What became of an operation that was dropped and begun again.
#[derive(Debug)]
pub struct Row {
    /// What it is called.
    pub operation: &'static str,
    /// What one side sent.
    pub sent: String,
    /// What the other side has.
    pub arrived: String,
}

impl Row {
    /// Whether it arrived as it was sent.
    pub fn verdict(&self) -> &'static str {
        if self.arrived == self.sent {
            "safe"
        } else if self.arrived.len() < self.sent.len() {
            "loses data"
        } else {
            "sends twice"
        }
    }
}

fn row(operation: &'static str, sent: &str, arrived: impl Into<String>) -> Row {
    Row { operation, sent: sent.to_owned(), arrived: arrived.into() }
}

/// All of them.
pub async fn rows() -> anyhow::Result<Vec<Row>> {
    Ok(vec![
        read().await?,
        next_line().await?,
        read_until().await?,
        read_to_end().await?,
        recv().await?,
        reserve().await?,
        accept().await?,
        oneshot_by_reference().await?,
        join_next().await?,
        futures_unordered().await?,
        read_line().await?,
        read_exact().await?,
        send().await?,
        write_all().await?,
    ])
}

// ANCHOR: interrupted
/// Begins an operation, and drops it if it does not come to its end at once.
async fn interrupted<T>(operation: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        value = operation => Some(value),
        () = yield_now() => None,
    }
}
// ANCHOR_END: interrupted

async fn read() -> io::Result<Row> {
    let (mut peer, mut socket) = duplex(64);
    let (mut arrived, mut buffer) = (Vec::new(), [0; 64]);
    interrupted(socket.read(&mut buffer)).await;
    for piece in ["hel", "lo"] {
        peer.write_all(piece.as_bytes()).await?;
        if let Some(bytes) = interrupted(socket.read(&mut buffer)).await {
            arrived.extend_from_slice(&buffer[..bytes?]);
        }
    }
    Ok(row("read", "hello", String::from_utf8_lossy(&arrived)))
}

// ANCHOR: next_line
async fn next_line() -> io::Result<Row> {
    let (mut peer, socket) = duplex(64);
    let mut lines = BufReader::new(socket).lines();
    let mut arrived = String::new();
    for piece in ["hel", "lo\n"] {
        peer.write_all(piece.as_bytes()).await?;
        if let Some(line) = interrupted(lines.next_line()).await {
            arrived += &line?.unwrap_or_default();
        }
    }
    Ok(row("Lines::next_line", "hello", arrived))
}
// ANCHOR_END: next_line

// ANCHOR: read_line
async fn read_line() -> io::Result<Row> {
    let (mut peer, socket) = duplex(64);
    let mut socket = BufReader::new(socket);
    let mut arrived = String::new();
    for piece in ["hel", "lo\n"] {
        peer.write_all(piece.as_bytes()).await?;
        interrupted(socket.read_line(&mut arrived)).await;
    }
    Ok(row("read_line", "hello", arrived.trim_end()))
}
// ANCHOR_END: read_line

async fn read_until() -> io::Result<Row> {
    let (mut peer, socket) = duplex(64);
    let mut socket = BufReader::new(socket);
    let mut arrived = Vec::new();
    for piece in ["hel", "lo\n"] {
        peer.write_all(piece.as_bytes()).await?;
        interrupted(socket.read_until(b'\n', &mut arrived)).await;
    }
    let arrived = String::from_utf8_lossy(&arrived);
    Ok(row("read_until", "hello", arrived.trim_end()))
}

async fn read_to_end() -> io::Result<Row> {
    let (mut peer, mut socket) = duplex(64);
    let mut arrived = Vec::new();
    peer.write_all(b"hel").await?;
    interrupted(socket.read_to_end(&mut arrived)).await;
    peer.write_all(b"lo").await?;
    drop(peer);
    interrupted(socket.read_to_end(&mut arrived)).await;
    Ok(row("read_to_end, same Vec", "hello", String::from_utf8_lossy(&arrived)))
}

async fn read_exact() -> io::Result<Row> {
    let (mut peer, mut socket) = duplex(64);
    let (mut arrived, mut buffer) = (String::new(), [0; 3]);
    // Three bytes at a time are wanted, and they come in other pieces.
    for piece in ["a", "bc", "def"] {
        peer.write_all(piece.as_bytes()).await?;
        if let Some(bytes) = interrupted(socket.read_exact(&mut buffer)).await {
            bytes?;
            arrived += &String::from_utf8_lossy(&buffer);
        }
    }
    Ok(row("read_exact", "abcdef", arrived))
}

async fn write_all() -> io::Result<Row> {
    // Room for three bytes on the way.
    let (mut peer, mut socket) = duplex(3);
    let mut arrived = [0; 64];
    interrupted(socket.write_all(b"hello")).await;
    let mut length = peer.read(&mut arrived).await?;
    let again = async {
        socket.write_all(b"hello").await?;
        socket.shutdown().await
    };
    let rest = async {
        while let bytes @ 1.. = peer.read(&mut arrived[length..]).await? {
            length += bytes;
        }
        Ok(())
    };
    tokio::try_join!(again, rest)?;
    Ok(row("write_all", "hello", String::from_utf8_lossy(&arrived[..length])))
}

async fn recv() -> anyhow::Result<Row> {
    let (sender, mut receiver) = mpsc::channel(8);
    let mut arrived = String::new();
    for piece in ["a", "b", "c"] {
        interrupted(receiver.recv()).await;
        sender.send(piece).await?;
        if let Some(Some(piece)) = interrupted(receiver.recv()).await {
            arrived += piece;
        }
    }
    Ok(row("mpsc recv", "abc", arrived))
}

// ANCHOR: send
async fn send() -> anyhow::Result<Row> {
    let (sender, mut receiver) = mpsc::channel(1);
    let mut arrived = String::new();
    sender.send("a").await?;
    // There is no room. What was to be sent is dropped with the operation.
    interrupted(sender.send("b")).await;
    arrived += receiver.recv().await.unwrap_or_default();
    sender.send("c").await?;
    arrived += receiver.recv().await.unwrap_or_default();
    Ok(row("mpsc send", "abc", arrived))
}
// ANCHOR_END: send

// ANCHOR: reserve
async fn reserve() -> anyhow::Result<Row> {
    let (sender, mut receiver) = mpsc::channel(1);
    let mut arrived = String::new();
    sender.send("a").await?;
    let next = "b";
    // There is no room. What is to be sent is still here.
    interrupted(sender.reserve()).await;
    arrived += receiver.recv().await.unwrap_or_default();
    sender.reserve().await?.send(next);
    arrived += receiver.recv().await.unwrap_or_default();
    sender.send("c").await?;
    arrived += receiver.recv().await.unwrap_or_default();
    Ok(row("mpsc reserve, then send", "abc", arrived))
}
// ANCHOR_END: reserve

async fn accept() -> io::Result<Row> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let mut arrived = String::new();
    for _ in 0..2 {
        interrupted(listener.accept()).await;
        let peer = TcpStream::connect(listener.local_addr()?).await?;
        // Until the runtime has heard of it.
        let (_socket, address) = loop {
            if let Some(accepted) = interrupted(listener.accept()).await {
                break accepted?;
            }
        };
        if address == peer.local_addr()? {
            arrived += "1";
        }
    }
    Ok(row("accept", "11", arrived))
}

async fn oneshot_by_reference() -> anyhow::Result<Row> {
    let (sender, mut receiver) = oneshot::channel();
    interrupted(&mut receiver).await;
    let _ = sender.send("a");
    let arrived = interrupted(&mut receiver).await;
    Ok(row("&mut oneshot receiver", "a", arrived.transpose()?.unwrap_or("")))
}

async fn join_next() -> anyhow::Result<Row> {
    let mut tasks = JoinSet::new();
    let mut arrived = String::new();
    for piece in ["a", "b"] {
        let (go, has_gone) = oneshot::channel();
        tasks.spawn(async move { has_gone.await.map(|()| piece) });
        interrupted(tasks.join_next()).await;
        let _ = go.send(());
        // Until the task has had its turn.
        arrived += loop {
            if let Some(Some(ended)) = interrupted(tasks.join_next()).await {
                break ended??;
            }
        };
    }
    Ok(row("JoinSet::join_next", "ab", arrived))
}

async fn futures_unordered() -> anyhow::Result<Row> {
    let mut receivers = FuturesUnordered::new();
    let mut arrived = String::new();
    for piece in ["a", "b"] {
        let (sender, receiver) = oneshot::channel();
        receivers.push(receiver);
        interrupted(receivers.next()).await;
        let _ = sender.send(piece);
        if let Some(Some(piece)) = interrupted(receivers.next()).await {
            arrived += piece?;
        }
    }
    Ok(row("FuturesUnordered::next", "ab", arrived))
}
