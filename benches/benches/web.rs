//! The speed of the mock web itself, so that no other bench mistakes the server's limit for the client's.
//!
//! ```sh
//! cargo bench --bench web
//! ```
//!
//! Pages of 15,000 bytes, 100 requests at a time on open connections, from four servers: hyper alone, the front alone,
//! wiremock alone, and wiremock behind the front. Each server has one thread.

use std::hint::black_box;
use std::net::SocketAddr;

use benches::{Load, serve};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hyper::body::Bytes;
use mock_server::{MockWeb, Site, page};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

const HTML: &str = "text/html; charset=utf-8";
const CONNECTIONS: usize = 100;
const REQUESTS: usize = 20;

fn the_page() -> Bytes {
    page("A page", 15_000, 2_000).into()
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
    let page = the_page();
    let bare_hyper = serve(move |_| Some(page.clone())).expect("hyper starts");
    let mut group = criterion.benchmark_group("web");
    group.throughput(Throughput::Elements((CONNECTIONS * REQUESTS) as u64));
    group.sample_size(20);
    for (name, server) in [
        ("bare hyper", bare_hyper),
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
