//! `select!` drops every future that hasn't won. Which of Tokio's operations can
//! you start again after that, as if nothing had happened?
//!
//! ```sh
//! cargo run -p lesson04 --example cancel_safe
//! ```
//!
//! Each operation is interrupted by `select!` when it has half of what it wants.
//! Then the other half arrives, and the operation is called again. Look at the last
//! two columns: what was sent, and what arrived. In the rows with `1 2`, two
//! futures wait in a queue, and the first is interrupted and starts again; the last
//! column says in which order they get their turns.

// ANCHOR: use
use std::cell::RefCell;
use std::cmp::Ordering;
use std::io;

use futures::stream::{FuturesUnordered, StreamExt};
use lesson_kit::println;
use tokio::io::{
    AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, duplex,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, Notify, RwLock, Semaphore, mpsc, oneshot};
use tokio::task::{JoinSet, yield_now};
// ANCHOR_END: use

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    lesson_kit::without_web(
        "lesson04 --example cancel_safe",
        "what select! loses",
    );
    println!("{:<26}{:<24}{:<8}arrived", "", "", "sent");
    for row in rows().await? {
        let Row { operation, sent, arrived } = &row;
        let verdict = row.verdict();
        println!("{operation:<26}{verdict:<24}{sent:<8}{arrived}");
    }
    Ok(())
}

/// The result of an operation that was dropped and started again.
#[derive(Debug)]
pub struct Row {
    /// The name of the operation.
    pub operation: &'static str,
    /// What one side sent.
    sent: &'static str,
    /// What the other side got.
    pub arrived: String,
}

impl Row {
    /// Whether everything that was sent arrived, in its order.
    pub fn verdict(&self) -> &'static str {
        if self.arrived == self.sent {
            return "safe";
        }
        match self.arrived.len().cmp(&self.sent.len()) {
            Ordering::Less => "loses data",
            Ordering::Equal => "safe, loses its place",
            Ordering::Greater => "sends twice",
        }
    }
}

fn row(
    operation: &'static str,
    sent: &'static str,
    arrived: impl Into<String>,
) -> Row {
    Row { operation, sent, arrived: arrived.into() }
}

/// All operations.
pub async fn rows() -> anyhow::Result<Vec<Row>> {
    Ok(vec![
        read().await?,
        next_line().await?,
        read_until().await?,
        recv().await?,
        reserve().await?,
        accept().await?,
        oneshot_by_reference().await?,
        join_next().await?,
        futures_unordered().await?,
        reserve_with_two_senders().await?,
        mutex_lock().await,
        rwlock_read().await,
        rwlock_write().await,
        semaphore_acquire().await,
        notified().await,
        read_line().await?,
        read_to_string().await?,
        read_exact().await?,
        send().await?,
        write_all().await?,
    ])
}

// ANCHOR: interrupted
/// Starts an operation, and drops it if it isn't done immediately.
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

// ANCHOR: two
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

async fn read_line() -> io::Result<Row> {
    let (mut peer, socket) = duplex(64);
    let mut socket = BufReader::new(socket);
    let mut arrived = String::new();
    for piece in ["hel", "lo\n"] {
        peer.write_all(piece.as_bytes()).await?;
        let read = socket.read_line(&mut arrived);
        if let Some(length) = interrupted(read).await {
            length?;
        }
    }
    Ok(row("read_line", "hello", arrived.trim_end()))
}
// ANCHOR_END: two

async fn read_until() -> io::Result<Row> {
    let (mut peer, socket) = duplex(64);
    let mut socket = BufReader::new(socket);
    let mut arrived = Vec::new();
    for piece in ["hel", "lo\n"] {
        peer.write_all(piece.as_bytes()).await?;
        let read = socket.read_until(b'\n', &mut arrived);
        interrupted(read).await.transpose()?;
    }
    let arrived = String::from_utf8_lossy(&arrived);
    Ok(row("read_until", "hello", arrived.trim_end()))
}

async fn read_to_string() -> io::Result<Row> {
    let (mut peer, mut socket) = duplex(64);
    let mut arrived = String::new();
    peer.write_all(b"hel").await?;
    interrupted(socket.read_to_string(&mut arrived)).await.transpose()?;
    peer.write_all(b"lo").await?;
    drop(peer);
    interrupted(socket.read_to_string(&mut arrived)).await.transpose()?;
    Ok(row("read_to_string", "hello", arrived))
}

async fn read_exact() -> io::Result<Row> {
    let (mut peer, mut socket) = duplex(64);
    let (mut arrived, mut buffer) = (String::new(), [0; 3]);
    // It wants three bytes at a time, and they come in other pieces.
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
    interrupted(socket.write_all(b"hello")).await.transpose()?;
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

async fn send() -> anyhow::Result<Row> {
    let (sender, mut receiver) = mpsc::channel(1);
    let mut arrived = String::new();
    sender.send("a").await?;
    // There's no room, so this is interrupted.
    interrupted(sender.send("b")).await.transpose()?;
    arrived += receiver.recv().await.unwrap_or_default();
    sender.send("c").await?;
    arrived += receiver.recv().await.unwrap_or_default();
    Ok(row("mpsc send", "abc", arrived))
}

async fn reserve() -> anyhow::Result<Row> {
    let (sender, mut receiver) = mpsc::channel(1);
    let mut arrived = String::new();
    sender.send("a").await?;
    // There's no room, so this is interrupted.
    interrupted(sender.reserve()).await.transpose()?;
    arrived += receiver.recv().await.unwrap_or_default();
    sender.reserve().await?.send("b");
    arrived += receiver.recv().await.unwrap_or_default();
    sender.send("c").await?;
    arrived += receiver.recv().await.unwrap_or_default();
    Ok(row("mpsc reserve, then send", "abc", arrived))
}

async fn accept() -> io::Result<Row> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let mut arrived = String::new();
    for _ in 0..2 {
        interrupted(listener.accept()).await.transpose()?;
        let peer = TcpStream::connect(listener.local_addr()?).await?;
        // Until the runtime has noticed the connection.
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
    interrupted(&mut receiver).await.transpose()?;
    sender.send("a").expect("the receiver still exists");
    let arrived = interrupted(&mut receiver).await.transpose()?;
    Ok(row("&mut oneshot receiver", "a", arrived.unwrap_or_default()))
}

async fn join_next() -> anyhow::Result<Row> {
    let mut tasks = JoinSet::new();
    let mut arrived = String::new();
    for piece in ["a", "b"] {
        let (go, may_go) = oneshot::channel();
        tasks.spawn(async move { may_go.await.map(|()| piece) });
        interrupted(tasks.join_next()).await;
        go.send(()).expect("the task waits for it");
        // Until the task has had its turn.
        arrived += loop {
            if let Some(Some(result)) = interrupted(tasks.join_next()).await {
                break result??;
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
        sender.send(piece).expect("the receiver still exists");
        if let Some(Some(piece)) = interrupted(receivers.next()).await {
            arrived += piece?;
        }
    }
    Ok(row("FuturesUnordered::next", "ab", arrived))
}

/// Two futures wait for their turns. The first is interrupted and starts again,
/// and `open` lets one of them in; each turn that ends lets the next one in.
async fn in_turn(
    first: impl AsyncFn(),
    second: impl AsyncFn(),
    open: impl FnOnce(),
) -> String {
    let turns = RefCell::new(Vec::new());
    interrupted(first()).await;
    let second = async {
        second().await;
        turns.borrow_mut().push("2");
    };
    let first_again = async {
        first().await;
        turns.borrow_mut().push("1");
    };
    tokio::join!(biased; second, first_again, async { open() });
    turns.into_inner().join(" ")
}

async fn mutex_lock() -> Row {
    let lock = Mutex::new(());
    let guard = lock.lock().await;
    let turn = async || drop(lock.lock().await);
    row("Mutex::lock", "1 2", in_turn(turn, turn, || drop(guard)).await)
}

async fn rwlock_write() -> Row {
    let lock = RwLock::new(());
    let guard = lock.write().await;
    let turn = async || drop(lock.write().await);
    row("RwLock::write", "1 2", in_turn(turn, turn, || drop(guard)).await)
}

async fn rwlock_read() -> Row {
    let lock = RwLock::new(());
    let guard = lock.write().await;
    let read = async || drop(lock.read().await);
    let write = async || drop(lock.write().await);
    row("RwLock::read", "1 2", in_turn(read, write, || drop(guard)).await)
}

async fn semaphore_acquire() -> Row {
    let semaphore = Semaphore::new(0);
    let turn = async || {
        let permit = semaphore.acquire().await;
        drop(permit.expect("the semaphore isn't closed"));
    };
    let open = || semaphore.add_permits(1);
    row("Semaphore::acquire", "1 2", in_turn(turn, turn, open).await)
}

async fn notified() -> Row {
    let event = Notify::new();
    let turn = async || {
        event.notified().await;
        event.notify_one();
    };
    let open = || event.notify_one();
    row("Notify::notified", "1 2", in_turn(turn, turn, open).await)
}

async fn reserve_with_two_senders() -> anyhow::Result<Row> {
    let (sender, mut receiver) = mpsc::channel(1);
    sender.send("0").await?;
    interrupted(sender.reserve()).await.transpose()?;
    let second = async { sender.reserve().await.map(|room| room.send("2")) };
    let first = async { sender.reserve().await.map(|room| room.send("1")) };
    let receive = async {
        let mut arrived = Vec::new();
        for _ in 0..3 {
            arrived.extend(receiver.recv().await);
        }
        Ok(arrived)
    };
    let ((), (), arrived) = tokio::try_join!(biased; second, first, receive)?;
    Ok(row("mpsc reserve, two senders", "1 2", arrived[1..].join(" ")))
}
