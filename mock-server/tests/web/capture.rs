//! The record agrees with the wire, as a packet capture sees it.
//!
//! All clients here have room for the whole response. Otherwise the kernel would keep the rest, and the record, which
//! counts what the kernel took, would be ahead of the wire.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, thread};

use futures::executor::block_on;
use mock_server::{Exchange, MockWeb, Outcome, Site, page};
use serde::Deserialize;

use crate::support::{BYTES, address, run_python, start};

/// What a client does.
#[derive(Clone, Copy)]
enum Client {
    /// It asks for a connection that's closed after the response, and reads to the end.
    Stays,
    /// The same, but it closes its sending half before it reads.
    HalfCloses,
    /// It reads nothing, and leaves once the record has this many bytes of the body.
    LeavesAfter(u64),
}
use Client::{HalfCloses, LeavesAfter, Stays};

/// Faults, what their clients do, and how the exchanges must end: the outcome and the bytes of the body.
#[rustfmt::skip]
const TABLE: &[(Option<&str>, Client, Outcome, u64)] = &[
    (None,                                 Stays,               Outcome::Complete,   15_000),
    (None,                                 LeavesAfter(15_000), Outcome::Complete,   15_000),
    (Some("slow-head?pause=1"),            Stays,               Outcome::Complete,   15_000),
    (Some("slow-close?delay=300"),         Stays,               Outcome::Complete,   15_000),
    (Some("dribble?chunk=3000&pause=300"), Stays,               Outcome::Complete,   15_000),
    (Some("stall?after=1000&for=300"),     Stays,               Outcome::Complete,   15_000),
    (Some("delay?ms=300"),                 HalfCloses,          Outcome::Complete,   15_000),
    (Some("status?code=503"),              Stays,               Outcome::Complete,   31),
    (Some("stall?after=1000"),             LeavesAfter(1_000),  Outcome::ClientGone, 1_000),
    (Some("hang"),                         LeavesAfter(0),      Outcome::ClientGone, 0),
    (Some("truncate?after=1000"),          Stays,               Outcome::Cut,        1_000),
    // A chunk of 1,000 bytes and the invalid one, with what's around them.
    (Some("bad-chunk"),                    Stays,               Outcome::Cut,        1_022),
    (Some("garbage?bytes=512"),            Stays,               Outcome::Cut,        512),
    (Some("empty"),                        Stays,               Outcome::Cut,        0),
    (Some("reset?after=1000"),             Stays,               Outcome::Reset,      1_000),
    (Some("reset"),                        Stays,               Outcome::Reset,      0),
];

/// Pauses from this length on are compared: half of what the faults in [`TABLE`] ask for. A busy machine makes
/// short ones, too, and one of these may be just long enough for the record and just too short for the capture.
const LONG: Duration = Duration::from_millis(150);

/// A connection in the capture. Only differences between its times mean anything.
#[derive(Debug, Deserialize)]
struct Captured {
    port: u16,
    opened: i64,
    requested: i64,
    /// Bytes from the server, each counted once.
    payload: u64,
    head: u64,
    status: Option<u16>,
    first: Option<i64>,
    last: Option<i64>,
    /// The times between two bytes from the server, if they are long.
    gaps: Vec<(i64, i64)>,
    ends: Vec<End>,
}

/// A segment with FIN or RST.
#[derive(Debug, Deserialize)]
struct End {
    side: String,
    how: String,
    at: i64,
}

/// How far the capture's clock is ahead of the record's, in nanoseconds: limits, and what each comes from.
///
/// Record and capture note the same events, and on a busy machine any time may pass between the two notes. So there's
/// no tolerance that would always be enough. But the order is certain: the server notes the time before it writes or
/// closes, and it notes that something has arrived after that was sent. So each pair limits the difference between the
/// clocks, and if the record is truthful, some difference is within all limits.
#[derive(Default)]
struct Difference {
    least: Vec<(i64, String)>,
    most: Vec<(i64, String)>,
}

impl Difference {
    /// The packet was on the wire before the server noted the time.
    fn packet_first(&mut self, packet: i64, noted: Duration, what: String) {
        self.least.push((packet - nanoseconds(noted), what));
    }

    /// The server noted the time before the packet was on the wire.
    fn note_first(&mut self, noted: Duration, packet: i64, what: String) {
        self.most.push((packet - nanoseconds(noted), what));
    }

    fn check(&self) {
        let limits = self.least.iter().max().zip(self.most.iter().min());
        let ((least, packet_first), (most, note_first)) = limits.expect("there are limits");
        let missing = least - most;
        assert!(missing <= 0, "the clocks disagree by {missing} ns: {packet_first}, and {note_first}");
    }
}

fn nanoseconds(time: Duration) -> i64 {
    time.as_nanos().try_into().expect("the test takes less than 292 years")
}

/// What was on the wire of this web while `work` ran. `None` without Python, or if capturing isn't permitted.
fn capture(web: &MockWeb, work: impl FnOnce()) -> Option<Vec<Captured>> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/capture.py");
    let answer = run_python(&program, &["socket"], &["check"])?;
    if answer.trim() != "permitted" {
        // This ignores `REQUIRE_TOOLS`: a machine can have all the tools and not give this permission.
        let name = program.display();
        let _ = writeln!(io::stderr(), "\nSKIPPED: {name} wasn't run: {}\n", answer.trim());
        return None;
    }
    let python = env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut command = Command::new(python);
    command.arg(program).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("it has just run");
    let mut input = child.stdin.take().expect("it's a pipe");
    let mut output = BufReader::new(child.stdout.take().expect("it's a pipe"));
    let ports: Vec<_> = web.sites().map(|(site, _)| port(web, site).to_string()).collect();
    writeln!(input, "{}", ports.join(" ")).expect("it reads the ports");
    let mut line = String::new();
    output.read_line(&mut line).expect("it prints a line");
    assert_eq!(line, "capturing\n");

    work();

    drop(input);
    let mut report = String::new();
    output.read_to_string(&mut report).expect("it prints its report");
    assert!(child.wait().expect("it's a child").success(), "the capture failed");
    Some(report.lines().map(|line| serde_json::from_str(line).expect("it's a connection")).collect())
}

fn port(web: &MockWeb, site: &str) -> u16 {
    let (_, port) = address(web, site).rsplit_once(':').expect("a site has a port");
    port.parse().expect("a port is a number")
}

fn fetch(web: &MockWeb, site: &str, client: Client) {
    let mut socket = TcpStream::connect(address(web, site)).expect("the site listens");
    let connection = if matches!(client, LeavesAfter(_)) { "keep-alive" } else { "close" };
    let request = format!("GET / HTTP/1.1\r\nhost: x\r\nconnection: {connection}\r\n\r\n");
    socket.write_all(request.as_bytes()).expect("the site reads");
    if matches!(client, HalfCloses) {
        socket.shutdown(Shutdown::Write).expect("it's open");
    }
    match client {
        // A reset is an end, too.
        Stays | HalfCloses => drop(socket.read_to_end(&mut Vec::new())),
        LeavesAfter(bytes) => block_on(web.wait_until(|record| {
            record.exchanges().any(|exchange| exchange.site == site && exchange.bytes == bytes)
        })),
    }
}

/// Compares an exchange with its connection in the capture.
fn compare(exchange: &Exchange, wire: &Captured, difference: &mut Difference) {
    let Exchange { site, outcome, .. } = exchange;
    assert_eq!(exchange.bytes, wire.payload - wire.head, "{site}: bytes in the record and on the wire");
    let status = exchange.status.map(|status| status.as_u16());
    assert_eq!(status, wire.status, "{site}: the status in the record and on the wire");

    let end = wire.ends.first().expect("all connections are closed");
    let agrees = match (outcome, end.side.as_str(), end.how.as_str()) {
        (Outcome::Complete, "server", how) => how == "FIN",
        // A client may leave after a complete response, or close its sending half before one.
        (Outcome::Complete | Outcome::ClientGone, side, _) => side == "client",
        (Outcome::Cut, side, how) => (side, how) == ("server", "FIN"),
        (Outcome::Reset, side, how) => (side, how) == ("server", "RST"),
        (Outcome::InFlight, ..) => false,
    };
    assert!(agrees, "{site}: {outcome:?} in the record, and first on the wire: {end:?}");

    difference.packet_first(wire.opened, exchange.accepted, format!("{site} accepts"));
    difference.packet_first(wire.requested, exchange.request_head, format!("{site} has the request"));
    let bytes = [(exchange.first_byte, wire.first, "first"), (exchange.last_byte, wire.last, "last")];
    for (noted, packet, which) in bytes {
        assert_eq!(noted.is_some(), packet.is_some(), "{site}: is there a {which} byte?");
        if let Some((noted, packet)) = noted.zip(packet) {
            difference.note_first(noted, packet, format!("{site} sends its {which} byte"));
        }
    }
    assert!(exchange.first_byte <= exchange.last_byte, "{site}: its first byte comes after its last");

    let ended = exchange.ended.expect("all exchanges have ended");
    match outcome {
        Outcome::ClientGone => difference.packet_first(end.at, ended, format!("{site} loses its client")),
        _ => {
            // A client that closed its sending half did so before. One that resets the connection is the only one to end it.
            let close = wire.ends.iter().find(|end| end.side == "server").unwrap_or(end);
            difference.note_first(ended, close.at, format!("{site} closes, or its client does"));
        }
    }
    // A complete exchange ends with its last byte, so it has no order to check here.
    if let (Some(last), false) = (wire.last, *outcome == Outcome::Complete) {
        difference.packet_first(last, ended, format!("{site} ends after its last byte"));
    }

    let pauses: Vec<_> = exchange.pauses.iter().filter(|(from, to)| *to - *from >= LONG).collect();
    let gaps: Vec<_> = wire.gaps.iter().filter(|(from, to)| to - from >= nanoseconds(LONG)).collect();
    assert_eq!(pauses.len(), gaps.len(), "{site}: {pauses:?} in the record, {gaps:?} on the wire");
    for ((from, to), (before, after)) in pauses.into_iter().zip(gaps) {
        difference.note_first(*from, *before, format!("{site} begins a pause"));
        difference.packet_first(*before, *to, format!("{site} is still in a pause"));
        difference.note_first(*to, *after, format!("{site} ends a pause"));
    }
}

#[test]
fn the_record_agrees_with_a_packet_capture() {
    let names: Vec<_> = (0..TABLE.len()).map(|row| format!("site{row}.example")).collect();
    let sites = names.iter().zip(TABLE).map(|(name, (fault, ..))| {
        let site = Site::new(name).page(page("A page", BYTES, 2_000));
        match fault {
            Some(fault) => site.fault(fault.parse().expect("it's a fault")),
            None => site,
        }
    });
    let (web, _watchdog) = start(MockWeb::builder().sites(sites));
    let captured = capture(&web, || {
        thread::scope(|scope| {
            for (name, (_, client, ..)) in names.iter().zip(TABLE) {
                let web = &web;
                scope.spawn(move || fetch(web, name, *client));
            }
        });
        block_on(web.wait_until(|record| record.in_flight() == 0 && record.open_connections() == 0));
    });
    let Some(captured) = captured else { return };

    let record = web.record();
    assert_eq!((record.exchanges().len(), captured.len()), (TABLE.len(), TABLE.len()));
    assert!(captured.iter().any(|wire| !wire.gaps.is_empty()), "the faults with pauses made none");
    let mut difference = Difference::default();
    for (name, (fault, _, outcome, bytes)) in names.iter().zip(TABLE) {
        let exchange = record.exchanges().find(|exchange| exchange.site == *name).expect("it's recorded");
        assert_eq!((exchange.outcome, exchange.bytes), (*outcome, *bytes), "{fault:?}");
        let port = port(&web, name);
        let wire = captured.iter().find(|wire| wire.port == port).expect("it's captured");
        compare(exchange, wire, &mut difference);
    }
    difference.check();
}
