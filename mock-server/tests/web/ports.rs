//! What concerns a port: refusing for a while or for good, and never answering.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use futures::executor::block_on;
use mock_server::{MockWeb, Outcome, Site};
use reqwest::blocking::Client;
use reqwest::redirect::Policy;

#[cfg(target_os = "linux")]
use crate::support::program;
use crate::support::{GET, SITE, Serving, address, connect, small, start};

const HOUR: Duration = Duration::from_secs(3_600);

/// Whether a new connection is refused. It could be neither refused nor taken.
fn is_refused(address: &str) -> bool {
    match TcpStream::connect(address) {
        Ok(_) => false,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::ConnectionRefused, "{error}");
            true
        }
    }
}

/// Reads one response on a connection that stays open.
fn get(socket: &mut TcpStream) {
    socket.write_all(GET).expect("the site reads");
    let mut response = Vec::new();
    while !response.ends_with(b"</html>\n") {
        let mut piece = [0; 4096];
        let count = socket.read(&mut piece).expect("the connection is open");
        assert_ne!(count, 0, "the connection is open");
        response.extend_from_slice(&piece[..count]);
    }
}

#[test]
fn a_site_that_is_down_refuses_keeps_its_port_and_comes_back() {
    let (web, _watchdog) = start(small(None));
    let address = address(&web, SITE);
    for round in 0..20 {
        // With connections, which the server closes first, so they fade out on its side, and without. They're closed when the
        // site is down.
        let mut sockets: Vec<_> = (0..round % 2 * 50).map(|_| connect(&web)).collect();
        sockets.iter_mut().for_each(get);
        block_on(web.take_down(SITE));
        assert_eq!(web.record().open_connections(), 0);
        assert!(is_refused(address));
        let error = TcpListener::bind(address).expect_err("it's reserved");
        assert!(matches!(error.kind(), ErrorKind::AddrInUse | ErrorKind::PermissionDenied), "{error}");
        // Again, while it's down already.
        block_on(web.take_down(SITE));
        assert!(is_refused(address));
        block_on(web.bring_up(SITE));
        // It's up already.
        block_on(web.bring_up(SITE));
        get(&mut connect(&web));
    }
}

#[test]
fn a_site_that_goes_down_closes_its_connections_idle_or_not() {
    for (fault, outcome) in [
        (None, Outcome::Complete),
        (Some("hang"), Outcome::Cut),
        (Some("stall?after=10"), Outcome::Cut),
        // The front writes it by itself.
        (Some("slow-head?pause=60000"), Outcome::Cut),
    ] {
        let (web, _watchdog) = start(small(fault));
        let mut socket = connect(&web);
        match fault {
            None => get(&mut socket),
            Some(_) => socket.write_all(GET).expect("the site reads"),
        }
        block_on(web.wait_until(|record| record.exchanges().len() == 1));
        if fault.is_some_and(|fault| fault != "hang") {
            // It has begun to respond.
            socket.read_exact(&mut [0]).expect("a response");
        }
        block_on(web.take_down(SITE));
        let record = web.record();
        assert_eq!((record.open_connections(), record.count(outcome)), (0, 1), "{fault:?}");
        // An orderly close.
        socket.read_to_end(&mut Vec::new()).expect("it ends without a reset");
    }
}

#[test]
fn a_site_comes_back_when_its_time_is_over_or_earlier_and_others_stay() {
    let (web, _watchdog) = start(MockWeb::builder().sites([Site::new(SITE), Site::new("other.example")]));
    block_on(web.take_down_for(SITE, HOUR));
    assert!(is_refused(address(&web, SITE)));
    assert!(!is_refused(address(&web, "other.example")));
    // The last one counts.
    block_on(web.take_down_for(SITE, Duration::from_millis(1)));
    while is_refused(address(&web, SITE)) {}
    block_on(web.take_down_for(SITE, HOUR));
    block_on(web.bring_up(SITE));
    get(&mut connect(&web));
}

#[test]
fn a_site_can_go_down_and_come_back_whatever_clients_do_in_the_meantime() {
    let (web, _watchdog) = start(small(None));
    let address = address(&web, SITE);
    std::thread::scope(|scope| {
        let (done, is_done) = std::sync::mpsc::channel::<()>();
        let knock = move || {
            while let Err(std::sync::mpsc::TryRecvError::Empty) = is_done.try_recv() {
                if let Ok(mut socket) = TcpStream::connect(address) {
                    // It may be closed at any time.
                    let _ = socket.write_all(GET).and_then(|()| socket.read(&mut [0; 100]));
                }
            }
        };
        scope.spawn(knock);
        for _ in 0..200 {
            block_on(web.take_down(SITE));
            assert_eq!(web.record().open_connections(), 0);
            block_on(web.bring_up(SITE));
        }
        drop(done);
    });
    get(&mut connect(&web));
}

/// Elsewhere, a program that's being started may keep a port open for a moment.
#[cfg(target_os = "linux")]
#[test]
fn a_site_that_is_down_refuses_while_this_process_starts_programs() {
    let (web, _watchdog) = start(small(None));
    std::thread::scope(|scope| {
        let (done, is_done) = std::sync::mpsc::channel::<()>();
        scope.spawn(move || {
            while let Err(std::sync::mpsc::TryRecvError::Empty) = is_done.try_recv() {
                program(&["--version"]).output().expect("it starts");
            }
        });
        for _ in 0..300 {
            block_on(web.take_down(SITE));
            assert!(is_refused(address(&web, SITE)));
            block_on(web.bring_up(SITE));
        }
        drop(done);
    });
}

#[test]
fn only_a_site_with_an_open_port_of_its_own_can_be_taken_down() {
    let refused = Site::new("refused.example").fault("refused".parse().expect("it's one"));
    let (web, _watchdog) = start(MockWeb::builder().sites([refused]));
    let (one_port, _watchdog) = start(small(None).on_one_port(0));
    for (web, site) in [(&web, "refused.example"), (&web, "nope.example"), (&one_port, SITE)] {
        let take_down = std::panic::AssertUnwindSafe(|| block_on(web.take_down(site)));
        assert!(std::panic::catch_unwind(take_down).is_err(), "{site}");
    }
}

/// Where the program's address for this fault redirects to.
fn port_of(serving: &Serving, fault: &str) -> String {
    let client = Client::builder().redirect(Policy::none()).build().expect("it's a client");
    let answer = client.get(format!("{}/fault/{fault}", serving.url)).send().expect("it answers");
    assert_eq!(answer.status(), 307);
    let url = answer.headers()["location"].to_str().expect("it's ASCII").to_owned();
    assert_eq!(answer.text().expect("it's complete"), format!("`{fault}` has a port of its own: {url}\n"));
    url
}

#[test]
fn the_program_has_ports_that_refuse_and_that_never_answer_and_names_them() {
    let serving = Serving::start();
    let (_, index) = serving.get("/");
    let refused = port_of(&serving, "refused");
    let connect_hang = port_of(&serving, "connect-hang");
    for url in [&refused, &connect_hang] {
        assert!(index.contains(&format!("<a href=\"{url}\">{url}</a>")), "{index}");
        assert!(index.contains(&format!("<pre>curl -i '{url}'</pre>")), "{index}");
    }
    assert!(is_refused(refused.trim_start_matches("http://").trim_end_matches('/')));
    let client =
        Client::builder().connect_timeout(Duration::from_millis(200)).build().expect("it's a client");
    let error = client.get(&connect_hang).send().expect_err("it never answers");
    // Windows may refuse a connection for which the queue has no room.
    assert!(error.is_connect() && (error.is_timeout() || cfg!(windows)), "{error:?}");
    // A client that follows redirects meets the fault itself.
    let error = Client::new().get(format!("{}/fault/refused", serving.url)).send().expect_err("it's refused");
    assert!(error.is_connect() && !error.is_timeout(), "{error:?}");
}

#[test]
fn the_program_takes_a_site_down_for_a_while() {
    let serving = Serving::start();
    let (_, index) = serving.get("/");
    let down = index.split("<a href=\"http://").nth(3).and_then(|rest| rest.split("/\"").next());
    let down = down.expect("it's the third port");
    let client = Client::new();
    let post = |query: &str| client.post(format!("{}/down{query}", serving.url));
    let get = || client.get(format!("http://{down}/echo")).send();
    assert_eq!(get().expect("it's up").status(), 200);
    let taken = post("?for=600000").send().expect("it answers");
    assert_eq!(taken.status(), 200);
    assert_eq!(
        taken.text().expect("it's complete"),
        format!("http://{down}/ refuses connections for 600000 ms\n")
    );
    assert!(get().expect_err("it's down").is_connect());
    assert_eq!(post("?for=1").send().expect("it answers").status(), 200);
    while get().is_err() {}

    assert_eq!(post("").header("origin", "http://other.example").send().expect("it answers").status(), 403);
    let words =
        format!("this takes a site down, so it needs POST: curl -X POST '{}/down?for=1000'\n", serving.url);
    assert_eq!(serving.get("/down"), (405, words));
    let wrong = post("?for=0").send().expect("it answers");
    assert_eq!(wrong.status(), 400);
    let words = "`for` is a whole number from 1 to 600000 (ms), not `0`, for example /down?for=1000\n";
    assert_eq!(wrong.text().expect("it's complete"), words);
    assert_eq!(get().expect("it's up").status(), 200);
    // In the record it's a site like any other.
    assert!(serving.get("/timeline").1.contains("\ndown.example/echo "));
}
