//! What the server owes to HTTP, to a client that's still there, and to its own memory.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::num::NonZeroU64;
use std::time::Duration;

use futures::executor::block_on;
use mock_server::{Fault, Interim, MockWeb, Outcome, Site, StartError, catalogue};

use crate::support::{BYTES, GET, SITE, Serving, connect, large, send, small, start};

/// A response as it came: its status, its headers in lower case, and its body.
struct Response {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Response {
    /// Reads to the end of the connection.
    fn read(mut socket: TcpStream) -> Response {
        let mut bytes = Vec::new();
        // A reset is an end, too.
        let _ = socket.read_to_end(&mut bytes);
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or(bytes.len());
        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
        let status = head.get(9..12).and_then(|status| status.parse().ok()).unwrap_or_default();
        Response { status, head, body: bytes.get(end + 4..).unwrap_or_default().to_vec() }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

fn request(method: &str, target: &str) -> String {
    format!("{method} {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
}

#[test]
fn the_response_to_head_has_the_length_that_get_would_have_whatever_the_fault() {
    let serving = Serving::start();
    let ask = |method: &str, target: &str| {
        let mut socket = serving.connect();
        socket.write_all(request(method, target).as_bytes()).expect("the server reads");
        Response::read(socket)
    };
    // These never end, fail in a way that depends on which request it is, or have another head first.
    let skipped = [
        "hang",
        "stall",
        "endless",
        "unstable",
        "fail-first",
        "in-turn",
        "at-most",
        "refused",
        "connect-hang",
        "interim",
    ];
    let examples = catalogue().filter(|kind| !skipped.contains(&kind.name)).map(|kind| kind.example);
    let more = [
        "title?as=huge",
        "title?as=empty",
        "charset",
        "status?code=204",
        "status?code=205",
        "gzip-bomb?size=2",
        "encoding?as=twice",
        "length?as=with-chunked",
    ];
    for fault in examples.chain(more) {
        let target = format!("/fault/{fault}");
        let (head, get) = (ask("HEAD", &target), ask("GET", &target));
        assert_eq!(head.status, get.status, "{fault}");
        // A fault that cuts the body off or sends chunks has promised a length or none, the same for both.
        assert_eq!(head.header("content-length"), get.header("content-length"), "{fault}");
        if head.status > 0 {
            assert_eq!(head.body, b"", "{fault}");
        }
    }
    // What never ends has no length.
    assert_eq!(ask("HEAD", "/fault/endless").header("content-length"), None);
}

#[test]
fn a_status_comes_with_the_headers_that_rfc_9110_demands() {
    let serving = Serving::start();
    let ask = |code: u16| {
        let mut socket = serving.connect();
        let target = format!("/fault/status?code={code}");
        socket.write_all(request("GET", &target).as_bytes()).expect("the server reads");
        Response::read(socket)
    };
    let demanded = [
        (206, "content-range", "bytes 0-26/27"),
        (401, "www-authenticate", "basic realm=\"mock\""),
        (405, "allow", ""),
        (407, "proxy-authenticate", "basic realm=\"mock\""),
        (426, "upgrade", "websocket"),
    ];
    for (code, name, value) in demanded {
        let response = ask(code);
        assert_eq!((response.status, response.header(name).map(str::trim)), (code, Some(value)));
        assert_eq!(response.header("content-length"), Some(response.body.len().to_string().as_str()));
    }
    for code in [204, 205, 304] {
        let response = ask(code);
        assert_eq!((response.status, response.body), (code, Vec::new()));
    }
    let mut socket = serving.connect();
    socket.write_all(request("GET", "/reset-record").as_bytes()).expect("the server reads");
    let refused = Response::read(socket);
    assert_eq!((refused.status, refused.header("allow")), (405, Some("post")));
}

#[test]
fn a_request_without_a_host_with_two_or_with_one_that_is_none_gets_a_400() {
    let (web, _watchdog) = start(small(None));
    let hosts = [
        "",
        "host: a\r\nhost: b\r\n",
        "host: a b\r\n",
        "host: user@a\r\n",
        "host: a/b\r\n",
        "host: \u{e9}\r\n",
    ];
    for host in hosts {
        let request = format!("GET / HTTP/1.1\r\n{host}connection: close\r\n\r\n");
        let response = Response::read(send(&web, request.as_bytes()));
        assert_eq!(response.status, 400, "{host:?}");
    }
    assert_eq!(web.record().exchanges().len(), 0);
    for host in ["host:\r\n", "host: [::1]:80\r\n", "host: a.example:1\r\n"] {
        let request = format!("GET / HTTP/1.1\r\n{host}connection: close\r\n\r\n");
        assert_eq!(Response::read(send(&web, request.as_bytes())).status, 200, "{host:?}");
    }
}

#[test]
fn a_client_that_has_closed_its_sending_half_gets_its_answer() {
    let faults =
        [None, Some("delay?ms=50"), Some("dribble?chunk=4000&pause=20"), Some("stall?after=9&for=50")];
    for fault in faults {
        let (web, _watchdog) = start(large(fault).gate(2, Duration::from_secs(60)));
        let half_closed = send(&web, request("GET", "/").as_bytes());
        half_closed.shutdown(Shutdown::Write).expect("it's open");
        block_on(web.wait_until(|record| record.in_flight() == 1));
        // The gate holds the first until the second is there, so the server sees the end of its input before it answers.
        let other = send(&web, request("GET", "/").as_bytes());
        let response = Response::read(half_closed);
        assert_eq!((response.status, response.body.len()), (200, BYTES), "{fault:?}");
        assert!(response.head.starts_with("http/1.1 200 ok\r\n"), "{fault:?}: {}", response.head);
        drop(other);
        block_on(web.wait_until(|record| record.in_flight() == 0));
        assert_eq!(web.record().exchanges().next().map(|exchange| exchange.outcome), Some(Outcome::Complete));
    }
}

#[test]
fn a_client_that_leaves_before_its_answer_is_seen_to_leave_although_its_half_could_be_open() {
    let (web, _watchdog) = start(small(None).gate(2, Duration::from_secs(60)));
    for count in 1..=3 {
        let socket = send(&web, GET);
        block_on(web.wait_until(|record| record.in_flight() == 1));
        drop(socket);
        block_on(web.wait_until(|record| record.client_gone() == count));
    }
    block_on(web.wait_until(|record| record.open_connections() == 0));
}

// Windows doesn't report an end behind unread bytes.
#[cfg(not(windows))]
#[test]
fn a_client_that_sends_much_ahead_and_leaves_is_seen_to_leave() {
    let (web, _watchdog) = start(large(Some("stall?after=1")));
    let mut socket = send(&web, GET);
    block_on(web.wait_until(|record| record.exchanges().any(|exchange| exchange.bytes == 1)));
    socket.write_all(&GET.repeat(3_000)).expect("the server reads");
    drop(socket);
    block_on(web.wait_until(|record| record.in_flight() == 0 && record.open_connections() == 0));
    assert_eq!(web.record().client_gone(), 1);
}

#[test]
fn all_requests_sent_ahead_are_answered() {
    // More than the server reads ahead.
    const REQUESTS: usize = 3_000;
    let (web, _watchdog) = start(small(None));
    let mut socket = connect(&web);
    let mut reader = socket.try_clone().expect("it's open");
    let writing = std::thread::spawn(move || {
        socket.write_all(&GET.repeat(REQUESTS)).expect("the site reads");
        socket.shutdown(Shutdown::Write).expect("it's open");
    });
    reader.read_to_end(&mut Vec::new()).expect("an orderly end");
    writing.join().expect("it doesn't panic");
    block_on(web.wait_until(|record| record.open_connections() == 0));
    assert_eq!(web.record().count(Outcome::Complete), REQUESTS);
}

#[test]
fn words_for_a_client_come_after_its_body_so_that_no_reset_overtakes_them() {
    let serving = Serving::start();
    for (target, status) in
        [("/fault/stal", 400), ("/nope", 404), ("/", 200), ("/fault/status?code=503", 503)]
    {
        let mut socket = serving.connect();
        let head = format!(
            "POST {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 8000000\r\n\r\n"
        );
        socket.write_all(head.as_bytes()).expect("the server reads");
        socket.write_all(&vec![b'x'; 8_000_000]).expect("the server reads all of the body");
        let mut bytes = Vec::new();
        socket.read_to_end(&mut bytes).expect("an orderly end");
        assert!(bytes.starts_with(format!("HTTP/1.1 {status} ").as_bytes()), "{target}");
    }
}

#[test]
fn a_body_larger_than_wiremock_gets_is_a_413_and_a_web_that_forgets_requests_takes_any() {
    for (builder, status) in [(small(None), 413), (small(None).forget_requests(), 200)] {
        let (web, _watchdog) = start(builder);
        let mut socket = send(
            &web,
            b"POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 10000001\r\n\r\n",
        );
        socket.write_all(&vec![b'x'; 10_000_001]).expect("the server reads");
        assert_eq!(Response::read(socket).status, status);
    }
}

#[test]
fn requests_are_counted_for_each_address_by_itself() {
    let serving = Serving::start();
    let first = "/fault/fail-first?n=1&with=503";
    assert_eq!((serving.get(first).0, serving.get(first).0), (503, 200));
    for other in [
        "/fault/fail-first?n=1&with=429",
        "/fault/fail-first?n=1&with=429&key=a",
        "/fault/fail-first?n=2&with=429",
        "/fault/fail-first?n=1&with=429&site=python.org",
    ] {
        assert_eq!(serving.get(other).0, 429, "{other} has a count of its own");
    }
    // The order of the parameters and their spelling make no other address.
    assert_eq!(serving.get("/fault/fail-first?with=503&n=%31").0, 200);

    let fault = || "fail-first?n=1".parse::<Fault>().expect("it is one");
    let site = Site::new(SITE).fault(fault()).also_failing("/other", "a page", fault());
    let (web, _watchdog) = start(MockWeb::builder().sites([site]));
    let get = |path: &str| Response::read(send(&web, request("GET", path).as_bytes())).status;
    assert_eq!([get("/"), get("/other"), get("/"), get("/other")], [503, 503, 200, 200]);
}

#[test]
fn a_connection_that_goes_on_to_other_requests_is_not_closed_for_having_been_idle() {
    let serving = Serving::start();
    let mut socket = serving.connect();
    socket
        .write_all(b"GET /fault/idle-close?after=200&site=python.org HTTP/1.1\r\nhost: x\r\n\r\n")
        .expect("it reads");
    let mut bytes = Vec::new();
    let mut buffer = [0; 65_536];
    while !bytes.ends_with(b"</html>\n") {
        let count = socket.read(&mut buffer).expect("the page comes");
        assert!(count > 0, "closed before its time");
        bytes.extend_from_slice(&buffer[..count]);
    }
    // This takes longer than the idle time, and ends with the connection open.
    socket
        .write_all(b"GET /delay/1 HTTP/1.1\r\nhost: x\r\n\r\nGET /delay/600 HTTP/1.1\r\nhost: x\r\n\r\n")
        .expect("it reads");
    socket.write_all(request("GET", "/delay/2").as_bytes()).expect("it reads");
    bytes.clear();
    socket.read_to_end(&mut bytes).expect("an orderly end");
    let words = String::from_utf8_lossy(&bytes).into_owned();
    assert!(words.ends_with("after 2 ms\n"), "{words}");
}

#[test]
fn an_address_may_be_percent_encoded_and_a_parameter_given_once() {
    let serving = Serving::start();
    for target in ["/%66ault/status?code=418", "/fault/%73tatus?code=418", "/fault/status?%63ode=4%318"] {
        assert_eq!(serving.get(target).0, 418, "{target}");
    }
    assert_eq!(serving.get("/%64elay/%31"), (200, "after 1 ms\n".to_owned()));
    assert_eq!(serving.get("/site/python%2Eorg").1.len(), 50_321);
    assert_eq!(serving.get("/timeline%2Ejson").0, 200);
    for (target, name) in [
        ("/fault/hang?site=python.org&site=python.org", "site"),
        ("/fault/redirect?hop=1&hop=2", "hop"),
        ("/gate/1?wait=1&wa%69t=2", "wait"),
        ("/fault/delay?ms=1&%6ds=2", "ms"),
    ] {
        let (status, words) = serving.get(target);
        assert_eq!(status, 400, "{target}");
        assert!(
            words.contains(&format!("`{name}`")) && words.contains("is given twice"),
            "{target}: {words}"
        );
    }
}

#[test]
fn an_error_that_repeats_what_a_client_sent_is_one_line_that_a_terminal_only_prints() {
    let serving = Serving::start();
    let odd = "%1b[31m%07%0d%0aForged:%20line%e2%80%ae";
    for target in [
        format!("/fault/delay?site={odd}"),
        format!("/fault/delay?ms={odd}"),
        format!("/fault/delay?{odd}=1"),
        format!("/fault/{odd}"),
        format!("/gate/2?{odd}=1"),
        format!("/gate/2?wait={odd}"),
        format!("/gate/{odd}"),
        format!("/delay/{odd}"),
        format!("/site/{odd}"),
        format!("/{odd}"),
    ] {
        let (status, words) = serving.get(&target);
        assert!(matches!(status, 400 | 404), "{target}: {status}");
        let words = words.strip_suffix('\n').expect("one line");
        assert!(!words.contains(|letter: char| letter.is_control() || letter == '\u{202e}'), "{words:?}");
    }
}

#[test]
fn localhost_is_one_web_by_both_of_its_addresses() {
    let serving = Serving::start();
    let port = serving.url.rsplit(':').next().expect("the URL has a port").to_owned();
    let Ok(mut socket) = TcpStream::connect(format!("[::1]:{port}")) else {
        assert!(
            std::net::TcpListener::bind("[::1]:0").is_err(),
            "this machine has IPv6, and the web isn't there"
        );
        return;
    };
    socket.write_all(request("GET", "/delay/1").as_bytes()).expect("the server reads");
    assert_eq!(Response::read(socket).body, b"after 1 ms\n");
    assert!(serving.get("/timeline").1.contains("1 request on 1 connection"));
}

#[test]
fn whatever_is_asked_of_it_the_program_stays_small() {
    let serving = Serving::start();
    // More counters, gates and long paths than are kept; `/proc` is on Linux only.
    let memory = || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", serving.child.id())).ok()?;
        let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        kilobytes.trim().strip_suffix(" kB")?.parse::<u64>().ok()
    };
    let mut socket = serving.connect();
    let mut ask = |targets: &[String]| {
        let requests: String =
            targets.iter().map(|target| format!("GET {target} HTTP/1.1\r\nhost: x\r\n\r\n")).collect();
        socket.write_all(requests.as_bytes()).expect("the server reads");
        let mut ends = 0;
        let mut buffer = [0; 65_536];
        while ends < targets.len() {
            let count = socket.read(&mut buffer).expect("the server answers");
            assert!(count > 0, "the server has closed the connection");
            // Each of these responses is one short line, or nothing.
            ends += buffer[..count].windows(4).filter(|window| window == b"\r\n\r\n").count();
        }
    };
    let long = "a".repeat(50_000);
    let targets = |from: usize, to: usize| -> Vec<String> {
        (from..to)
            .flat_map(|index| {
                [
                    format!("/fault/status?code=204&hop={long}"),
                    format!("/fault/fail-first?n=1&with=204&key={index}"),
                    format!("/gate/1?wait={}", index + 1),
                ]
            })
            .collect()
    };
    for index in 0..20 {
        ask(&targets(index, index + 1));
    }
    let before = memory();
    for index in 20..1_500 {
        ask(&targets(index, index + 1));
    }
    if let (Some(before), Some(after)) = (before, memory()) {
        assert!(after.saturating_sub(before) < 30_000, "from {before} kB to {after} kB");
    }
}

#[test]
fn a_fault_of_the_port_in_a_place_where_it_cannot_act_keeps_the_web_from_starting() {
    for fault in [Fault::Refused, Fault::ConnectHang] {
        let nested = Fault::FailFirst { count: 1, with: Box::new(fault.clone()), key: String::new() };
        let deeper = Fault::Unstable { rate: 0.5, with: Box::new(nested.clone()), seed: None };
        let sites = [
            Site::new(SITE).also_failing("/other", "a page", fault),
            Site::new(SITE).also_failing("/other", "a page", nested.clone()),
            Site::new(SITE).fault(nested),
            Site::new(SITE).fault(deeper),
        ];
        for site in sites {
            let error = MockWeb::builder().sites([site]).start().expect_err("it can't act there");
            assert!(matches!(error, StartError::PortFault { .. }), "{error}");
        }
    }
}

#[test]
fn faults_at_the_limits_of_their_types_are_served_and_hold_nobody_up() {
    let most = NonZeroU64::MAX;
    let status = |code| Fault::Status {
        code: mock_server::StatusCode::from_u16(code).expect("it has three digits"),
        retry_after: None,
    };
    // A fault, and the status that a client sees at once; 0 for none.
    let extremes = [
        (Fault::Dribble { chunk: NonZeroU64::MIN, pause: Duration::ZERO }, 200),
        (Fault::Dribble { chunk: most, pause: Duration::MAX }, 200),
        (Fault::DribbleOver { chunks: most, over: Duration::ZERO }, 200),
        (Fault::DribbleOver { chunks: NonZeroU64::MIN, over: Duration::MAX }, 200),
        (Fault::Truncate { after: u64::MAX }, 200),
        (Fault::Redirect { hops: u64::MAX }, 302),
        (status(100), 100),
        (status(101), 101),
        (status(199), 199),
        (status(999), 999),
        (Fault::GzipBomb { megabytes: 0 }, 200),
    ];
    let never = [
        Fault::Endless { chunk: NonZeroU64::MIN, pause: Duration::ZERO },
        Fault::Garbage { bytes: u64::MAX, seed: None },
        Fault::Interim { of: Interim::EarlyHints, count: u64::MAX },
        Fault::Delay { time: Duration::MAX },
        Fault::Stall { after: u64::MAX - 1, pause: Some(Duration::MAX) },
        Fault::SlowClose { delay: Duration::MAX },
        Fault::SlowHead { pause: Duration::MAX },
        Fault::IdleClose { after: Duration::MAX },
    ];
    let name = |index: usize| format!("site{index}.example");
    let faults = extremes.iter().map(|(fault, _)| fault).chain(&never);
    let sites = faults.enumerate().map(|(index, fault)| Site::new(&name(index)).fault(fault.clone()));
    let well = Site::new(SITE);
    let (web, _watchdog) = start(MockWeb::builder().sites(sites.chain([well])));
    let ask = |site: &str| {
        let mut socket = TcpStream::connect(crate::support::address(&web, site)).expect("the site listens");
        socket.write_all(request("GET", "/").as_bytes()).expect("the site reads");
        socket
    };
    // They run while the others are asked.
    let running: Vec<_> = (0..never.len()).map(|index| ask(&name(extremes.len() + index))).collect();
    for (index, (fault, status)) in extremes.iter().enumerate() {
        assert_eq!(Response::read(ask(&name(index))).status, *status, "{fault:?}");
    }
    assert_eq!(Response::read(ask(SITE)).status, 200);
    drop(running);
    block_on(web.wait_until(|record| record.in_flight() == 0));
}

#[test]
fn many_pieces_take_the_time_asked_for() {
    let (web, _watchdog) = start(large(Some("dribble?chunks=3000&over=1000")));
    let response = Response::read(send(&web, request("GET", "/").as_bytes()));
    assert_eq!(response.body.len(), BYTES);
    let record = web.record();
    let exchange = record.exchanges().next().expect("there's one");
    let took = exchange.last_byte.zip(exchange.first_byte).map(|(last, first)| last - first);
    // A lower bound only: no machine is too fast.
    assert!(took >= Some(Duration::from_millis(990)), "{took:?}");
}

#[test]
fn an_unread_connection_to_a_closing_site_does_not_keep_it() {
    let (web, _watchdog) = start(small(Some("slow-close?delay=600000")));
    let mut socket = connect(&web);
    socket.write_all(GET).expect("the site reads");
    block_on(web.wait_until(|record| record.count(Outcome::Complete) == 1));
    drop(socket);
    block_on(web.wait_until(|record| record.open_connections() == 0));
}

#[test]
fn a_half_closed_client_meets_faults_that_are_no_http_as_any_other_does() {
    for (fault, outcome, bytes) in [
        ("garbage?bytes=64", Outcome::Cut, 64),
        ("empty", Outcome::Cut, 0),
        ("reset", Outcome::Reset, 0),
        ("bad-chunk", Outcome::Cut, 1_022),
        ("slow-close?delay=1", Outcome::Complete, BYTES as u64),
    ] {
        let (web, _watchdog) = start(large(Some(fault)));
        for round in 1..=5 {
            let mut socket = send(&web, GET);
            // A reset may be there already: then there's nothing to shut down, and it's an end, too.
            let _ = socket.shutdown(Shutdown::Write);
            let _ = socket.read_to_end(&mut Vec::new());
            block_on(web.wait_until(|record| record.exchanges().len() == round && record.in_flight() == 0));
        }
        let record = web.record();
        let seen: Vec<_> = record.exchanges().map(|exchange| (exchange.outcome, exchange.bytes)).collect();
        assert_eq!(seen, [(outcome, bytes); 5], "{fault}");
    }
}

#[test]
fn a_half_closed_client_that_leaves_is_seen_to_leave() {
    let (web, _watchdog) = start(small(None).gate(9, Duration::from_secs(600)));
    // One that has read nothing resets the connection, because the early first byte is unread.
    let socket = send(&web, GET);
    socket.shutdown(Shutdown::Write).expect("it's open");
    block_on(web.wait_until(|record| record.in_flight() == 1));
    drop(socket);
    block_on(web.wait_until(|record| record.client_gone() == 1));
    // One that has read the first byte closes in order. The next early byte finds out.
    let mut socket = send(&web, GET);
    socket.shutdown(Shutdown::Write).expect("it's open");
    let mut first = [0];
    socket.read_exact(&mut first).expect("the first byte comes early");
    assert_eq!(&first, b"H");
    drop(socket);
    block_on(web.wait_until(|record| record.client_gone() == 2));
}

#[test]
fn a_half_closed_client_that_leaves_during_a_pause_is_seen_to_leave() {
    for fault in ["stall?after=10&for=600000", "slow-head?pause=60000"] {
        let (web, _watchdog) = start(large(Some(fault)));
        let socket = send(&web, GET);
        socket.shutdown(Shutdown::Write).expect("it's open");
        block_on(web.wait_until(|record| record.exchanges().any(|exchange| exchange.first_byte.is_some())));
        drop(socket);
        block_on(web.wait_until(|record| record.client_gone() == 1));
    }
}

#[test]
fn much_sent_ahead_of_a_response_that_is_no_http_does_not_end_it() {
    let (web, _watchdog) = start(large(Some("slow-head?pause=1")));
    let mut socket = connect(&web);
    let request = [request("GET", "/").as_bytes(), &[b'a'; 100_000]].concat();
    socket.write_all(&request).expect("the site reads");
    assert_eq!(Response::read(socket).body.len(), BYTES);
    assert_eq!(web.record().count(Outcome::Complete), 1);
}

#[test]
fn a_body_that_cannot_be_read_gets_a_400() {
    let serving = Serving::start();
    for target in ["/delay/1", "/nope", "/fault/hang"] {
        let mut socket = serving.connect();
        let head = format!("POST {target} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n");
        socket.write_all(head.as_bytes()).expect("the server reads");
        socket.write_all(b"5\r\nhello\r\nZZ\r\n").expect("the server reads");
        assert_eq!(Response::read(socket).status, 400, "{target}");
    }
}

#[test]
fn a_client_that_sends_its_body_without_waiting_to_be_told_gets_its_words() {
    let serving = Serving::start();
    let mut socket = serving.connect();
    let head = "POST /nope HTTP/1.0\r\nexpect: 100-continue\r\ncontent-length: 8000000\r\n\r\n";
    socket.write_all(head.as_bytes()).expect("the server reads");
    socket.write_all(&vec![b'x'; 8_000_000]).expect("the server reads all of the body");
    let mut bytes = Vec::new();
    socket.read_to_end(&mut bytes).expect("an orderly end");
    assert!(bytes.starts_with(b"HTTP/1.0 404 "), "{}", String::from_utf8_lossy(&bytes));
}

#[test]
fn a_number_is_digits_alone_and_an_encoded_question_mark_belongs_to_the_name() {
    let serving = Serving::start();
    for target in
        ["/delay/+5", "/gate/+1", "/gate/1?wait=%2B5", "/fault/delay?ms=%2B5", "/fault/delay%3Fms=5"]
    {
        assert_eq!(serving.get(target).0, 400, "{target}");
    }
}

#[test]
fn a_redirect_leads_to_an_address_in_ascii() {
    let serving = Serving::start();
    let mut socket = serving.connect();
    socket.write_all(request("GET", "/fault/redirect-loop?hop=\u{9b}\u{202e}").as_bytes()).expect("it reads");
    let response = Response::read(socket);
    assert_eq!(response.header("location"), Some("/fault/redirect-loop?hop=%c2%9b%e2%80%ae"));
}

#[test]
fn timelines_that_nobody_reads_are_bounded_in_number() {
    let serving = Serving::start();
    // A long record, so that a timeline is larger than the buffers between the two.
    let path = format!("/fault/status?code=204&hop={}", "a".repeat(900));
    let mut socket = serving.connect();
    for _ in 0..50 {
        let requests = format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").repeat(200);
        socket.write_all(requests.as_bytes()).expect("the server reads");
        let mut answers = 0;
        let mut buffer = [0; 65_536];
        while answers < 200 {
            let count = socket.read(&mut buffer).expect("the server answers");
            assert!(count > 0, "the server has closed the connection");
            answers += buffer[..count].iter().filter(|byte| **byte == b'H').count();
        }
    }
    let mut unread = Vec::new();
    loop {
        let mut socket = serving.connect();
        socket.write_all(request("GET", "/timeline.json").as_bytes()).expect("the server reads");
        let mut start = [0; 12];
        socket.read_exact(&mut start).expect("an answer begins");
        if &start == b"HTTP/1.1 503" {
            break;
        }
        assert_eq!(&start, b"HTTP/1.1 200");
        unread.push(socket);
        assert!(unread.len() < 100, "there's no bound");
    }
    drop(unread);
    // Once their clients are gone, there's room again.
    while serving.get("/timeline.json").0 == 503 {
        std::thread::yield_now();
    }
}
