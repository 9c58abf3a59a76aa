//! A server that costs next to nothing, for benches of a client: hyper alone, with everything in memory.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::runtime::Builder;

const HTML: &str = "text/html; charset=utf-8";

/// Serves HTML pages in a thread that ends with the process. `page` returns the page at a path, or `None` for a 404.
///
/// # Errors
///
/// No runtime, or no free port.
pub fn serve(page: impl Fn(&str) -> Option<Bytes> + Send + Sync + 'static) -> io::Result<SocketAddr> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    thread::spawn(move || runtime.block_on(accept(listener, Arc::new(page))));
    Ok(address)
}

async fn accept(
    listener: std::net::TcpListener,
    page: Arc<impl Fn(&str) -> Option<Bytes> + Send + Sync + 'static>,
) -> io::Result<Infallible> {
    let listener = TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let page = Arc::clone(&page);
        let answer = service_fn(move |request: Request<_>| {
            let page = page(request.uri().path());
            let status = if page.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
            let answer = Response::builder().status(status).header("content-type", HTML);
            let answer = answer.body(Full::new(page.unwrap_or_default()));
            async move { answer }
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
    }
}
