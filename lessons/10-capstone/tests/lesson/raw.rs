//! A server that sends whatever bytes a test wants, for responses that no
//! library would make.

use std::sync::{Arc, Mutex};

use lesson10::Options;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use crate::support::TIMEOUT;

/// A response with this page.
pub fn ok(page: &str) -> Vec<u8> {
    let length = page.len();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";
    format!("{head}Content-Length: {length}\r\n\r\n{page}").into_bytes()
}

/// The server, until the test's runtime ends.
pub struct RawServer {
    /// Its start page.
    pub url: Url,
    requests: Arc<Mutex<Vec<String>>>,
}

impl RawServer {
    /// Starts it. It responds to a request, such as `GET /page`, with these
    /// bytes, or closes the connection. Each connection counts its requests
    /// from zero.
    pub async fn start<R>(respond: R) -> RawServer
    where
        R: Fn(&str, usize) -> Option<Vec<u8>> + Send + Sync + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("it has one");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&requests);
        let respond = Arc::new(respond);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (all, respond) = (Arc::clone(&all), Arc::clone(&respond));
                tokio::spawn(serve(stream, all, respond));
            }
        });
        let url = Url::parse(&format!("http://{address}/"));
        RawServer { url: url.expect("it is a URL"), requests }
    }

    /// The options to check it.
    pub fn options(&self) -> Options {
        let start = self.url.clone();
        let address = ([127, 0, 0, 1], self.url.port().expect("it has one"));
        // With a host that has an address, no proxy is used.
        let hosts = vec![("unused.example".to_owned(), address.into())];
        Options { hosts, ..Options::new(start, TIMEOUT) }
    }

    /// All requests so far, except for robots.txt.
    pub fn requests(&self) -> Vec<String> {
        let requests = self.requests.lock().expect("it doesn't panic").clone();
        let is_page = |request: &String| !request.ends_with("/robots.txt");
        requests.into_iter().filter(is_page).collect()
    }
}

/// Responds to the requests of a connection.
async fn serve(
    mut stream: TcpStream,
    all: Arc<Mutex<Vec<String>>>,
    respond: Arc<impl Fn(&str, usize) -> Option<Vec<u8>>>,
) {
    for count in 0.. {
        let Some(request) = read_request(&mut stream).await else { return };
        let response = if request.ends_with("/robots.txt") {
            Some(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".into())
        } else {
            respond(&request, count)
        };
        all.lock().expect("it doesn't panic").push(request);
        let Some(response) = response else { return };
        // The client may be gone.
        if stream.write_all(&response).await.is_err() {
            return;
        }
    }
}

/// The method and the target of the next request.
async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).expect("it is text");
    Some(head.split(" HTTP/").next()?.to_owned())
}
