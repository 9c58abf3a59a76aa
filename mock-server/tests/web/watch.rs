//! The live page as a browser and other programs see it. `watch_page` has what needs a real browser.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use futures::executor::block_on;
use mock_server::{Builder, MockWeb, Outcome, Site, Watch, Watchdog};
use reqwest::Url;
use reqwest::blocking::{Client, RequestBuilder};
use serde_json::{Value, json};
use socket2::{Domain, Socket, Type};

use crate::support::{SITE, Serving, WATCHDOG, small};

/// Starts a page and a watchdog.
fn watch() -> (Watch, Watchdog) {
    let watchdog = Watchdog::start(WATCHDOG, || vec!["the live page".to_owned()]);
    (Watch::start().expect("the page starts"), watchdog)
}

fn start(builder: Builder, watch: &Watch) -> MockWeb {
    builder.watch(watch, "a run").start().expect("the web starts")
}

/// An open page: the events that it gets.
struct Page(BufReader<TcpStream>);

impl Page {
    fn open(url: &str) -> Page {
        Page::open_with_buffer(url, 1_000_000)
    }

    /// A page whose socket holds about so many bytes that it hasn't read.
    fn open_with_buffer(url: &str, bytes: usize) -> Page {
        let (address, path) = parts(url);
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        socket.set_recv_buffer_size(bytes).expect("it can be set before it's connected");
        socket.connect(&address.parse::<SocketAddr>().expect("an address").into()).expect("it listens");
        let mut socket = TcpStream::from(socket);
        let request = format!("GET {path}/events HTTP/1.1\r\nhost: {address}\r\n\r\n");
        socket.write_all(request.as_bytes()).expect("it reads");
        let mut page = Page(BufReader::new(socket));
        assert!(page.line().starts_with("HTTP/1.1 200 "), "the page is fed");
        page
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).expect("an event or an orderly end");
        line
    }

    /// The next event; `None` at the end.
    fn next(&mut self) -> Option<Value> {
        loop {
            let line = self.line();
            if line.is_empty() {
                return None;
            }
            // Each event is one line. Everything else is HTTP's.
            if let Some(data) = line.strip_prefix("data: ") {
                return Some(serde_json::from_str(data).expect("JSON"));
            }
        }
    }

    /// The first event from here on of which this is true.
    fn until(&mut self, mut is_it: impl FnMut(&Value) -> bool) -> Value {
        loop {
            let event = self.next().expect("the page is fed until the event has come");
            if is_it(&event) {
                return event;
            }
        }
    }

    /// The first state from here on of which this is true.
    fn state(&mut self, mut is_it: impl FnMut(&Value) -> bool) -> Value {
        self.until(|event| event["type"] == "state" && is_it(event))
    }

    /// The first exchange from here on of which this is true.
    fn exchange(&mut self, mut is_it: impl FnMut(&Value) -> bool) -> Value {
        let mut found = Value::Null;
        self.until(|event| {
            let mut exchanges = event["exchanges"].as_array().into_iter().flatten();
            found = exchanges.find(|exchange| is_it(exchange)).cloned().unwrap_or_default();
            !found.is_null()
        });
        found
    }
}

/// The host with its port, and the path.
fn parts(url: &str) -> (&str, &str) {
    let rest = url.strip_prefix("http://").expect("it's an HTTP URL");
    rest.split_at(rest.find('/').expect("it has a path"))
}

/// A request that changes something on a page.
fn post(url: &str, what: &str, parameters: &[(&str, &str)]) -> RequestBuilder {
    let url = Url::parse_with_params(&format!("{url}/{what}"), parameters).expect("a URL");
    Client::new().post(url)
}

fn status(request: RequestBuilder) -> u16 {
    request.send().expect("it answers").status().as_u16()
}

fn get(url: &str) -> u16 {
    status(Client::new().get(url))
}

/// The id of the only run of this state.
fn id(run: &Value) -> String {
    run["id"].to_string()
}

#[test]
fn a_page_gets_what_there_is_and_then_what_changes() {
    let (watch, _watchdog) = watch();
    let web = start(small(Some("stall?after=100")), &watch);
    let _finished = get(&format!("{}nothing", web.url(SITE)));
    let mut page = Page::open(watch.url());
    let faults = page.until(|event| event["type"] == "faults");
    let faults: Vec<_> =
        faults["faults"].as_array().into_iter().flatten().map(|fault| &fault["example"]).collect();
    assert!(faults.contains(&&json!("hang")) && !faults.contains(&&json!("refused")), "{faults:?}");
    let state = page.state(|_| true);
    assert_eq!((&state["live"][0]["title"], &state["finished"]), (&json!("a run"), &json!([])));
    let first = page.until(|event| event["type"] == "exchanges");
    assert_eq!((&first["is_new"], &first["exchanges"][0]["path"]), (&json!(true), &json!("/nothing")));

    let response = Client::new().get(web.url(SITE)).send().expect("the response begins");
    let begun = page.exchange(|exchange| exchange["path"] == "/" && exchange["bytes"] == 100);
    assert_eq!((&begun["outcome"], &begun["ended"]), (&json!("in flight"), &Value::Null));
    drop(response);
    let ended = page.exchange(|exchange| exchange["path"] == "/" && exchange["outcome"] == "client gone");
    assert!(ended["ended"].as_f64() >= begun["last_byte"].as_f64(), "{begun} and {ended}");
    assert_eq!(web.record().exchanges().len(), 2, "the page isn't in the record");
}

#[test]
fn a_reset_empties_the_record_except_for_what_is_in_flight() {
    let (watch, _watchdog) = watch();
    let web = start(small(None).gate(3, Duration::from_secs(60)), &watch);
    let mut page = Page::open(watch.url());
    let run = id(&page.state(|_| true)["live"][0]);
    let fetch = || {
        let url = web.url(SITE).to_owned();
        thread::spawn(move || get(&url))
    };
    let held = [fetch(), fetch()];
    block_on(web.wait_until(|record| record.in_flight() == 2));

    assert_eq!(status(post(watch.url(), "reset", &[("run", &run)])), 200);

    let emptied = page.until(|event| {
        event["is_new"] == true && event["exchanges"].as_array().is_some_and(|all| all.len() == 2)
    });
    assert_eq!((&emptied["in_flight"], &emptied["max_in_flight"]), (&json!(2), &json!(2)));
    assert_eq!(fetch().join().expect("it doesn't panic"), 200);
    for held in held {
        assert_eq!(held.join().expect("it doesn't panic"), 200);
    }
    assert_eq!(status(post(watch.url(), "reset", &[("run", &run)])), 200);
    page.until(|event| event["is_new"] == true && event["exchanges"] == json!([]));
    assert_eq!(web.record().exchanges().len(), 0);
    assert_eq!(status(post(watch.url(), "reset", &[("run", "999")])), 410);
}

#[test]
fn a_fault_that_is_chosen_in_mid_run_changes_the_next_outcome_and_no_request_in_flight() {
    let (watch, _watchdog) = watch();
    let site = Site::new(SITE).fault("fail-first?n=1".parse().expect("a fault")).also(
        "/other",
        "text/plain",
        "other",
    );
    let web = start(MockWeb::builder().sites([site]).gate(2, Duration::from_secs(60)), &watch);
    let url = web.url(SITE);
    let mut page = Page::open(watch.url());
    let state = page.state(|_| true);
    let run = id(&state["live"][0]);
    assert!(
        state["live"][0]["sites"][0]["started"].as_str().is_some_and(|fault| fault.starts_with("FailFirst"))
    );
    let choose = |path: Option<&str>, fault: &str| {
        let mut parameters = vec![("run", run.as_str()), ("site", SITE), ("fault", fault)];
        parameters.extend(path.map(|path| ("path", path)));
        let response = post(watch.url(), "fault", &parameters).send().expect("it answers");
        (response.status().as_u16(), response.text().expect("words"))
    };

    // The first request is in flight at the gate when the fault changes.
    let first = thread::spawn({
        let url = url.to_owned();
        move || get(&url)
    });
    block_on(web.wait_until(|record| record.in_flight() == 1));
    assert_eq!(choose(None, "status?code=418").0, 200);
    assert_eq!((get(url), first.join().expect("it doesn't panic")), (418, 503));
    let shown = page.state(|state| state["live"][0]["choices"] != json!([]));
    let choice = json!([{ "site": SITE, "path": null, "choice": "status?code=418" }]);
    assert_eq!(shown["live"][0]["choices"], choice);

    // A fault that cuts the body off changes the outcome in the record, and only where it was chosen.
    assert_eq!(choose(Some("/other"), "truncate?after=2").0, 200);
    let cut = Client::new().get(format!("{url}other?query")).send().expect("the response begins");
    assert!(cut.bytes().is_err());
    let exchange =
        page.exchange(|exchange| exchange["path"] == "/other?query" && exchange["outcome"] == "cut");
    assert_eq!(exchange["bytes"], 2);
    assert_eq!(get(url), 418);
    assert_eq!(choose(None, "none").0, 200);
    assert_eq!(get(url), 200);

    // The fault of the start comes back, and it counts from the beginning.
    assert_eq!(choose(None, "started").0, 200);
    assert_eq!((get(url), get(url)), (503, 200));
    let outcomes: Vec<_> =
        [Outcome::Complete, Outcome::Cut].map(|outcome| web.record().count(outcome)).into();
    assert_eq!(outcomes, [6, 1]);

    // What can't be chosen.
    let (status, words) = choose(None, "refused");
    assert_eq!(status, 400);
    assert!(words.contains("concerns the site's port, which is open already"), "{words}");
    let (status, words) = choose(None, "nope");
    assert!(status == 400 && words.starts_with("no fault is called `nope`"), "{words}");
    assert_eq!(get(url), 200);
}

#[test]
fn a_site_that_clients_cannot_reach_keeps_its_fault() {
    let (watch, _watchdog) = watch();
    let web = start(small(Some("refused")), &watch);
    let run = id(&Page::open(watch.url()).state(|_| true)["live"][0]);
    let parameters = [("run", run.as_str()), ("site", SITE), ("fault", "none")];
    let response = post(watch.url(), "fault", &parameters).send().expect("it answers");
    assert_eq!(response.status(), 400);
    let words = response.text().expect("words");
    assert!(words.contains("its port was closed to clients when the web started"), "{words}");
    drop(web);
}

#[test]
fn the_program_serves_its_page_at_its_own_port_and_the_page_is_not_in_the_record() {
    let serving = Serving::start();
    let mut page = Page::open(&serving.watch);
    assert!(serving.watch.starts_with(&format!("{}/watch/", serving.url)));
    let run = id(&page.state(|_| true)["live"][0]);
    assert_eq!(serving.get("/site/python.org").0, 200);
    let exchange = page.exchange(|exchange| exchange["outcome"] == "complete");
    assert_eq!(
        (&exchange["site"], &exchange["path"], &exchange["id"]),
        (&json!("python.org"), &json!("/"), &json!(1))
    );

    let parameters = [("run", run.as_str()), ("site", "python.org"), ("fault", "status?code=418")];
    assert_eq!(status(post(&serving.watch, "fault", &parameters)), 200);
    assert_eq!(serving.get("/site/python.org/").0, 418);
    // The addresses of faults have only their own.
    assert_eq!(serving.get("/fault/status?code=503&site=python.org").0, 503);

    // A reset does here what `/reset-record` does.
    let pair = || serving.get("/gate/2?wait=60000").0;
    let counted = || serving.get("/fault/fail-first?n=1").0;
    let both = || {
        thread::scope(|scope| {
            let one = scope.spawn(pair);
            (pair(), one.join().expect("it doesn't panic"))
        })
    };
    assert_eq!((both(), pair(), counted(), counted()), ((200, 200), 200, 503, 200));
    let reset = || assert_eq!(status(post(&serving.watch, "reset", &[("run", &run)])), 200);
    reset();
    page.until(|event| event["is_new"] == true);
    assert_eq!(counted(), 503);
    thread::scope(|scope| {
        let held = scope.spawn(pair);
        page.exchange(|exchange| exchange["path"] == "/gate/2?wait=60000");
        assert_eq!(serving.get("/delay/50").0, 200);
        assert!(serving.get("/timeline").1.contains("in flight, 0 B"), "the gate is closed again");
        assert_eq!((pair(), held.join().expect("it doesn't panic")), (200, 200));
    });
    reset();
    page.until(|event| event["is_new"] == true && event["exchanges"] == json!([]));
    assert_eq!(serving.get("/timeline").1, "so far: the server saw no request\n");
}

#[test]
fn without_the_token_there_is_nothing_and_the_index_does_not_tell_it() {
    let serving = Serving::start();
    let (_, path) = parts(&serving.watch);
    let token = path.strip_prefix("/watch/").expect("it's there");
    assert_eq!(token.len(), 32);
    assert_ne!(Serving::start().watch[serving.url.len()..], serving.watch[serving.url.len()..]);
    assert!(!serving.get("/").1.contains(token));
    let unknown = serving.get("/nothing");
    for wrong in [
        "0".repeat(32),
        String::new(),
        token[..31].to_owned(),
        format!("{token}0"),
        format!("{token}/nothing"),
    ] {
        let path = format!("/watch/{wrong}");
        let expected = unknown.1.replace("/nothing`", &format!("{path}`"));
        assert_eq!(serving.get(&path), (unknown.0, expected));
    }
    let (watch, _watchdog) = watch();
    let (address, _) = parts(watch.url());
    for path in ["/", "/watch", "/watch/", "/watch/0", "/timeline"] {
        assert_eq!(get(&format!("http://{address}{path}")), 404, "{path}");
    }
}

#[test]
fn every_file_of_the_page_is_there_and_protected() {
    let (watch, _watchdog) = watch();
    let page = Client::new().get(watch.url()).send().expect("it answers").text().expect("a page");
    let (address, path) = parts(watch.url());
    let links = page.split("=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let links: Vec<_> = links.filter(|link| link.starts_with("/watch/") && *link != path).collect();
    assert!(links.len() > 4, "{page}");
    for link in [&[path], &links[..]].concat() {
        let url = format!("http://{address}{link}");
        let response = Client::new().get(&url).send().expect("it answers");
        assert_eq!(response.status(), 200, "{link}");
        let header = |name: &str| {
            response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
        };
        let policy = header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; "), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("cross-origin-resource-policy"), "same-origin");
        assert_eq!(status(Client::new().post(&url)), 405, "{link}");
    }
    assert!(!page.contains("TOKEN"));
    assert_eq!(get(&format!("{}/reset?run=1", watch.url())), 405);
}

#[test]
fn a_page_of_another_origin_can_change_nothing_and_a_program_can() {
    let serving = Serving::start();
    let origin = serving.url.as_str();
    let run = id(&Page::open(&serving.watch).state(|_| true)["live"][0]);
    assert_eq!(serving.get("/delay/1").0, 200);
    let other_port = Serving::start().url.clone();
    let foreign = [
        ("origin", "null"),
        ("origin", "http://other.example"),
        ("origin", &other_port),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ];
    let parameters = [("run", run.as_str()), ("site", "python.org"), ("fault", "hang"), ("id", "1")];
    let changes = || {
        let of_page = ["fault", "reset", "button"].map(|what| post(&serving.watch, what, &parameters));
        of_page.into_iter().chain([Client::new().post(format!("{origin}/reset-record"))])
    };
    for (name, value) in foreign {
        for request in changes() {
            let response = request.header(name, value).send().expect("it answers");
            assert_eq!(response.status(), 403, "{name}: {value}");
            let words = response.text().expect("words");
            assert_eq!(words, "a page of another origin can't change anything here\n");
        }
    }
    assert!(serving.get("/timeline").1.contains("/delay/1"), "nothing was reset");
    let reset = || Client::new().post(format!("{origin}/reset-record"));
    assert_eq!(status(reset().header("origin", origin).header("sec-fetch-site", "same-origin")), 200);
    assert_eq!(status(reset()), 200);
    assert!(changes().all(|request| !matches!(status(request.header("origin", origin)), 403 | 404)));
}

#[test]
fn a_page_that_is_asked_for_by_another_name_is_refused_with_any_token() {
    let serving = Serving::start();
    for url in [serving.watch.clone(), format!("{}/watch/0", serving.url)] {
        assert_eq!(status(Client::new().get(&url).header("host", "rebound.example")), 403);
    }
    assert_eq!(status(Client::new().get(&serving.watch).header("host", "localhost:1")), 200);
    let (watch, _watchdog) = watch();
    assert_eq!(status(Client::new().get(watch.url()).header("host", "rebound.example")), 403);
}

#[test]
fn a_sixth_page_is_refused_until_another_one_closes() {
    let serving = Serving::start();
    let (watch, _watchdog) = watch();
    for (url, last) in [(watch.url(), "state"), (serving.watch.as_str(), "exchanges")] {
        let mut pages: Vec<_> = (0..5).map(|_| Page::open(url)).collect();
        let response = Client::new().get(format!("{url}/events")).send().expect("it answers");
        assert_eq!(response.status(), 503);
        assert_eq!(response.text().expect("words"), "too many live pages are open; close one of them\n");
        // It has read everything, so that closing it is an orderly end and no reset.
        let mut closing = pages.pop().expect("there are five");
        closing.until(|event| event["type"] == last);
        drop(closing);
        // The server notices it, at the latest when it sends the next comment.
        while status_of_events(url) == 503 {
            thread::yield_now();
        }
    }
}

/// The status of one more page, which closes right away.
fn status_of_events(url: &str) -> u16 {
    let (address, path) = parts(url);
    let mut socket = TcpStream::connect(address).expect("it listens");
    write!(socket, "GET {path}/events HTTP/1.1\r\nhost: {address}\r\n\r\n").expect("it reads");
    let mut status = [0; 12];
    socket.read_exact(&mut status).expect("a status");
    String::from_utf8_lossy(&status[9..]).parse().expect("a number")
}

#[test]
fn an_open_page_holds_up_nothing() {
    let (watch, _watchdog) = watch();
    let web = start(small(None).on_one_port(0), &watch);
    let address = web.one_port().expect("it's on one port");
    let (_, path) = parts(watch.url());
    let mut pages = [Page::open(watch.url()), Page::open(&format!("http://{address}{path}"))];
    for page in &mut pages {
        page.state(|_| true);
    }
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime")
        .block_on(web.drain(WATCHDOG * 2));
    drop(web);
    // The page at the web's port ends with it. The other one sees it end, and keeps no run without requests.
    while pages[1].next().is_some() {}
    let state = pages[0].state(|state| state["live"].as_array().is_some_and(Vec::is_empty));
    assert!(state["finished"].as_array().is_some_and(Vec::is_empty), "{state}");
}

#[test]
fn a_page_that_does_not_read_holds_up_nothing_and_gets_everything_later() {
    const REQUESTS: usize = 700;
    let (watch, _watchdog) = watch();
    let web = start(MockWeb::builder().sites([Site::new(SITE).by_front()]), &watch);
    let mut page = Page::open_with_buffer(watch.url(), 4_096);
    page.state(|_| true);
    let client = Client::new();
    // A long path, so that the page is behind by more than the sockets hold.
    let url = format!("{}?{}", web.url(SITE), "x".repeat(900));
    for _ in 0..REQUESTS {
        assert_eq!(status(client.get(&url)), 200);
    }
    assert_eq!(web.record().count(Outcome::Complete), REQUESTS);
    // Each exchange comes once or twice, however long the page waited.
    let (mut seen, mut complete) = (0, 0);
    page.until(|event| {
        for exchange in event["exchanges"].as_array().into_iter().flatten() {
            seen += 1;
            complete += usize::from(exchange["outcome"] == "complete");
        }
        complete == REQUESTS
    });
    assert!(seen <= 2 * REQUESTS, "{seen}");

    // A new page gets them in more than one event, and only the first one says that there's nothing before it.
    let (mut count, mut are_new) = (0, Vec::new());
    Page::open(watch.url()).until(|event| {
        if event["type"] == "exchanges" {
            count += event["exchanges"].as_array().map_or(0, Vec::len);
            are_new.push(event["is_new"] == true);
        }
        count == REQUESTS
    });
    assert_eq!(are_new, [true, false]);
}

#[test]
fn runs_that_have_ended_stay_on_the_page_and_a_later_one_has_them_too() {
    let (watch, _watchdog) = watch();
    let web = start(small(None), &watch);
    let fetch = || assert_eq!(get(web.url(SITE)), 200);
    fetch();
    web.report("one request", Ok(()));
    web.next_run("first");
    assert_eq!(web.record().exchanges().len(), 0);
    fetch();
    fetch();
    web.report("three requests", Err("there are <b>two</b>"));
    let mut page = Page::open(watch.url());
    let state = page.state(|_| true);
    let failed = json!([{ "expected": "three requests", "failure": "there are <b>two</b>" }]);
    let passed = json!([{ "expected": "one request", "failure": null }]);
    assert_eq!((&state["live"][0]["reports"], &state["finished"][0]["reports"]), (&failed, &passed));
    drop(web);

    let mut later = Page::open(watch.url());
    for page in [&mut page, &mut later] {
        let state = page.state(|state| state["live"] == json!([]));
        let titles: Vec<_> =
            state["finished"].as_array().into_iter().flatten().map(|run| &run["title"]).collect();
        assert_eq!(titles, [&json!("first"), &json!("a run")]);
        assert_eq!(state["finished"][1]["reports"], failed);
        let id = &state["finished"][1]["id"];
        let run = page.until(|event| event["run"] == *id && event["is_new"] == true);
        assert_eq!(run["exchanges"].as_array().map(Vec::len), Some(2));
    }
    assert_eq!(status(post(watch.url(), "reset", &[("run", "1")])), 410);
}

#[test]
fn without_a_page_the_next_run_is_a_reset_and_a_report_is_nothing() {
    let web = small(None).start().expect("the web starts");
    assert_eq!(get(web.url(SITE)), 200);
    web.report("nothing", Err("nothing"));
    web.next_run("first");
    assert_eq!(web.record().exchanges().len(), 0);
}

#[test]
fn a_button_waits_for_its_click_and_can_be_taken_back() {
    let (watch, _watchdog) = watch();
    let mut page = Page::open(watch.url());
    watch.wait_for_page();
    watch.say("The next part has two requests.");
    let wait = |label: &'static str| {
        let watch = watch.clone();
        thread::spawn(move || watch.wait_for_button(label))
    };
    let click = |state: &Value| status(post(watch.url(), "button", &[("id", &id(&state["button"]))]));

    let clicked = wait("Next part");
    let state = page.state(|state| state["button"]["label"] == "Next part");
    assert_eq!(state["words"], "The next part has two requests.");
    assert_eq!(click(&state), 200);
    assert!(clicked.join().expect("it doesn't panic"));
    page.state(|state| state["button"] == Value::Null);
    assert_eq!(click(&state), 410, "it's gone");

    let hidden = wait("Hidden");
    page.state(|state| state["button"]["label"] == "Hidden");
    watch.hide_button();
    assert!(!hidden.join().expect("it doesn't panic"));

    let replaced = wait("Replaced");
    let state = page.state(|state| state["button"]["label"] == "Replaced");
    let (clicked, click_of_other) = mpsc::channel();
    watch.show_button("Other", move || clicked.send(()).expect("it waits"));
    assert!(!replaced.join().expect("it doesn't panic"));
    assert_eq!(click(&state), 410);
    let state = page.state(|state| state["button"]["label"] == "Other");
    assert_eq!(click(&state), 200);
    click_of_other.recv().expect("it was called");
}

#[test]
fn the_last_words_are_sent_before_the_page_ends() {
    let (watch, _watchdog) = watch();
    let web = start(small(None), &watch);
    let mut page = Page::open(watch.url());
    page.state(|_| true);
    assert_eq!(get(web.url(SITE)), 200);
    drop(web);
    watch.say("That was it.");
    drop(watch);
    let mut events = Vec::new();
    while let Some(event) = page.next() {
        events.push(event);
    }
    let said = events.iter().position(|event| event["words"] == "That was it.").expect("it was said");
    let run = &events[said]["finished"][0]["id"];
    assert!(
        events.iter().any(|event| event["run"] == *run && event["exchanges"][0]["outcome"] == "complete")
    );
}

#[test]
fn nothing_that_a_terminal_would_obey_is_in_an_event() {
    let (watch, _watchdog) = watch();
    let _web = start(small(None), &watch);
    watch.say("\u{1b}[31m\u{9b}\u{202e}");
    let mut page = Page::open(watch.url());
    page.line();
    let line = loop {
        let line = page.line();
        if line.contains("\"words\"") {
            break line;
        }
    };
    assert!(
        !line.trim_end().contains(|letter: char| letter.is_control() || letter == '\u{202e}'),
        "{line:?}"
    );
    assert!(line.contains("\\u001b[31m\\u009b\\u202e"), "{line:?}");
}
