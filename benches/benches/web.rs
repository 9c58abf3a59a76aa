//! The speed of the mock web itself, so that no other bench mistakes the server's limit for the client's.
//!
//! ```sh
//! cargo bench --bench web
//! ```
//!
//! Pages of 15,000 bytes, 100 requests at a time on open connections, from four servers: hyper alone, the front alone,
//! wiremock alone, and wiremock behind the front. Each server has one thread.

use std::convert::Infallible;
use std::hint::black_box;
use std::io;
use std::net::SocketAddr;
use std::thread;

use benches::Load;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use mock_server::{MockWeb, Site, page};
use tokio::net::TcpListener;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

const HTML: &str = "text/html; charset=utf-8";
const CONNECTIONS: usize = 100;
const REQUESTS: usize = 20;

fn the_page() -> Bytes {
    page("A page", 15_000, 2_000).into()
}

/// hyper alone, in a thread that ends with the process.
fn bare_hyper() -> io::Result<SocketAddr> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    thread::spawn(move || runtime.block_on(serve(listener)));
    Ok(address)
}

async fn serve(listener: std::net::TcpListener) -> io::Result<Infallible> {
    let listener = TcpListener::from_std(listener)?;
    let page = the_page();
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let page = page.clone();
        let answer = service_fn(move |_: Request<_>| {
            let answer = Response::builder().header("content-type", HTML).body(Full::new(page.clone()));
            async move { answer }
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
    }
}

fn web(site: Site) -> MockWeb {
    MockWeb::builder().sites([site]).forget_requests().start().expect("the web starts")
}

fn address(url: &str) -> SocketAddr {
    url.trim_start_matches("http://")
        .trim_end_matches('/')
        .parse()
        .expect("a URL of the mock web is an address")
}

fn servers(criterion: &mut Criterion) {
    let site = || Site::new("site.example").page(the_page());
    let front = web(site().by_front());
    let both = web(site());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let wiremock = runtime.block_on(async {
        let server = MockServer::builder().disable_request_recording().start().await;
        let answer = ResponseTemplate::new(200).set_body_raw(the_page().to_vec(), HTML);
        Mock::given(any()).respond_with(answer).mount(&server).await;
        server
    });
    let mut group = criterion.benchmark_group("web");
    group.throughput(Throughput::Elements((CONNECTIONS * REQUESTS) as u64));
    group.sample_size(20);
    for (name, server) in [
        ("bare hyper", bare_hyper().expect("hyper starts")),
        ("front", address(front.url("site.example"))),
        ("wiremock", *wiremock.address()),
        ("front and wiremock", address(both.url("site.example"))),
    ] {
        let mut load = Load::start(server, CONNECTIONS).expect("the server answers");
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(&mut load).run(REQUESTS).expect("the server answers"));
        });
    }
    group.finish();
}

criterion_group!(web_benches, servers);
criterion_main!(web_benches);
