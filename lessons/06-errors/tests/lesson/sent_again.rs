//! Which requests the client sends again by itself: only those that it hasn't
//! begun to send.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc;
use std::thread;

use hyper::Request;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use lesson06::{ErrorKind, send_error};
use mock_server::Watchdog;
use testkit::watchdog;
use tokio::task::yield_now;

/// A server that answers the first request of a connection and keeps the connection until it's asked to close it.
struct Server {
    address: SocketAddr,
    close: mpsc::Sender<()>,
    closed: mpsc::Receiver<()>,
    requests: mpsc::Receiver<String>,
    _watchdog: Watchdog,
}

impl Server {
    fn start() -> Server {
        let listener =
            TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("it is bound");
        let (close, close_now) = mpsc::channel();
        let (has_closed, closed) = mpsc::channel();
        let (request, requests) = mpsc::channel();
        // It ends when the test has dropped its half of a channel.
        thread::spawn(move || {
            for connection in listener.incoming() {
                let mut connection = connection.expect("a client connects");
                let mut head =
                    BufReader::new(&connection).lines().map_while(Result::ok);
                let Some(first) = head.next() else { continue };
                head.take_while(|line| !line.is_empty()).for_each(drop);
                // Before the response, because the test counts once it has that.
                if request.send(first).is_err() {
                    return;
                }
                let response = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
                connection.write_all(response).expect("the client reads");
                if close_now.recv().is_err() {
                    return;
                }
                drop(connection);
                if has_closed.send(()).is_err() {
                    return;
                }
            }
        });
        let _watchdog = watchdog();
        Server { address, close, closed, requests, _watchdog }
    }

    fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Closes the connection while no task of the runtime can run, because this blocks its only thread.
    fn close_unseen(&self) {
        self.close.send(()).expect("the server runs");
        self.closed.recv().expect("the server runs");
    }
}

/// Lets the connection's task put its connection back into the pool.
async fn becomes_idle() {
    for _ in 0..100 {
        yield_now().await;
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

#[tokio::test]
async fn a_post_that_was_not_begun_on_a_closed_connection_is_sent_on_another_one()
 {
    let server = Server::start();
    let client = client();
    client.post(server.url()).send().await.expect("a response");
    becomes_idle().await;
    server.close_unseen();
    // Now the runtime learns that the connection is closed, and wakes its task.
    // The task hasn't run yet when the request arrives.
    yield_now().await;

    client.post(server.url()).send().await.expect("it is sent again");

    let requests: Vec<_> = server.requests.try_iter().collect();
    assert_eq!(requests, ["POST / HTTP/1.1"; 2], "one for each `send`");
}

#[tokio::test]
async fn a_post_that_was_begun_is_not_sent_again_even_if_it_reached_no_server()
{
    let server = Server::start();
    let client = client();
    client.post(server.url()).send().await.expect("a response");
    becomes_idle().await;
    server.close_unseen();

    // The runtime doesn't know yet, so the client writes the request.
    let second = client.post(server.url()).send().await;

    let kind = send_error(second.expect_err("nothing reads the request"));
    assert!(matches!(kind, ErrorKind::Lost(_)), "{kind:?}");
    assert_eq!(server.requests.try_iter().count(), 1);
}

#[tokio::test]
async fn it_is_hyper_util_that_sends_again() {
    for sends_again in [true, false] {
        let server = Server::start();
        let client: Client<_, reqwest::Body> =
            Client::builder(TokioExecutor::new())
                .retry_canceled_requests(sends_again)
                .build_http();
        let post = async || {
            let post = Request::post(server.url());
            let post = post.body(reqwest::Body::default()).expect("a request");
            client.request(post).await
        };
        post().await.expect("a response");
        becomes_idle().await;
        server.close_unseen();
        yield_now().await;

        let second = post().await;

        assert_eq!(second.is_ok(), sends_again, "{second:?}");
        let requests = server.requests.try_iter().count();
        assert_eq!(requests, if sends_again { 2 } else { 1 });
    }
}
