//! How curl and aiohttp react to each fault. Tried with curl 7.88 and aiohttp 3.14.5 on Linux.

use std::path::Path;
use std::thread;

use mock_server::{MockWeb, Site, Watchdog};

use crate::support::{WATCHDOG, check_table, run_python, run_tool};

/// The file for what nobody reads.
pub const NOWHERE: &str = if cfg!(windows) { "NUL" } else { "/dev/null" };

/// A fault, curl's exit status (with `-L`, for an encoding with `--compressed`, and with a time limit where it never ends), and what
/// aiohttp makes of it.
#[rustfmt::skip]
const TABLE: &[(&str, i32, &str)] = &[
    ("delay?ms=1", 0, "15000 bytes"),
    ("random-delay?low=1&high=9", 0, "15000 bytes"),
    ("status?code=503", 0, "ClientResponseError"),
    ("fail-first?n=1&with=truncate", 18, "ClientPayloadError"),
    ("unstable?rate=1&with=empty", 52, "ServerDisconnectedError"),
    ("redirect?hops=2", 0, "15000 bytes"),
    ("fail-first?n=9&with=redirect&key=redirects", 0, "15000 bytes"),
    ("redirect-loop", 47, "TooManyRedirects"),
    ("slow-head?pause=1", 0, "15000 bytes"),
    ("refused", 7, "ClientConnectorError"),
    ("connect-hang", 28, "TimeoutError"),
    ("empty", 52, "ServerDisconnectedError"),
    ("hang", 28, "TimeoutError"),
    ("reset", 56, "ClientOSError"),
    ("reset?after=1000", 56, "ClientPayloadError"),
    ("truncate", 18, "ClientPayloadError"),
    ("dribble?chunk=4000&pause=5", 0, "15000 bytes"),
    ("stall", 28, "TimeoutError"),
    ("stall?after=1000&for=5", 0, "15000 bytes"),
    ("bad-chunk", 56, "ClientResponseError"),
    ("garbage", 1, "ClientResponseError"),
    ("slow-close?delay=5", 0, "15000 bytes"),
    ("idle-close", 0, "15000 bytes"),
    ("close-on-reuse", 0, "15000 bytes"),
    ("gzip-bomb?size=2", 0, "2000000 bytes"),
    ("charset", 0, "14980 bytes"),
    ("type", 0, "15 bytes"),
    ("title?as=empty", 0, "14965 bytes"),
    ("endless", 28, "TimeoutError"),
    ("in-turn?of=ok,reset&again=yes", 0, "15000 bytes"),
    ("in-turn?of=truncate,ok", 18, "ClientPayloadError"),
    ("at-most?n=1&per=60000", 0, "15000 bytes"),
    // Neither of them notices that the file is cut off, or that there is another inside.
    ("encoding?as=gzip-truncated", 0, "598 bytes"),
    ("encoding?as=gzip-corrupt", 61, "ClientPayloadError"),
    ("encoding?as=mislabelled", 61, "ClientPayloadError"),
    ("encoding?as=twice", 0, "575 bytes"),
    ("encoding?as=unknown", 61, "15000 bytes"),
    ("length?as=short", 0, "ClientResponseError"),
    ("length?as=long", 28, "TimeoutError"),
    ("length?as=twice", 0, "ClientResponseError"),
    ("length?as=none", 0, "15000 bytes"),
    ("length?as=with-chunked", 0, "ClientResponseError"),
    ("length?as=negative", 8, "ClientResponseError"),
    ("head?as=huge", 27, "ClientResponseError"),
    ("head?as=many", 0, "ClientResponseError"),
    ("head?as=folded", 0, "15000 bytes"),
    ("head?as=bad-name", 0, "ClientResponseError"),
    ("head?as=no-status-line", 1, "ClientResponseError"),
    ("interim?of=103&n=2", 0, "15000 bytes"),
    ("interim?of=100", 0, "15000 bytes"),
    ("interim?of=102", 0, "15000 bytes"),
    ("trailers", 0, "15000 bytes"),
];

/// All faults at once: one web with a port for each of them that needs one, and one port for the others.
struct Webs {
    one_port: MockWeb,
    own_ports: MockWeb,
    _watchdog: Watchdog,
}

impl Webs {
    fn start() -> Webs {
        let one_port = MockWeb::builder().on_one_port(0).start().expect("the web starts");
        let sites = ["refused", "connect-hang"]
            .map(|fault| Site::new(fault).fault(fault.parse().expect("it is one")));
        let own_ports = MockWeb::builder().sites(sites).start().expect("the web starts");
        let watchdog = one_port.watchdog(WATCHDOG);
        Webs { one_port, own_ports, _watchdog: watchdog }
    }

    fn url(&self, fault: &str) -> String {
        match fault {
            "refused" | "connect-hang" => self.own_ports.url(fault).to_owned(),
            fault => format!("http://{}/fault/{fault}", self.one_port.one_port().expect("it is on one port")),
        }
    }
}

#[test]
fn curl_exits_with_the_status_that_each_fault_has_in_its_manual() {
    if run_tool("curl", &["--version"]).is_none() {
        return;
    }
    let webs = Webs::start();
    thread::scope(|scope| {
        for (fault, expected, _) in TABLE {
            let url = webs.url(fault);
            scope.spawn(move || {
                // 28 is a time limit that is reached. A busy machine must not reach the other.
                let limit = if *expected == 28 { "3" } else { "100" };
                let mut arguments = vec!["-sL", "-m", limit, "-o", NOWHERE, &url];
                // Without it, curl unpacks nothing, and then there's no difference.
                arguments.extend(fault.starts_with("encoding").then_some("--compressed"));
                let Some(output) = run_tool("curl", &arguments) else { return };
                let status = output.status.code();
                // Windows may refuse a connection for which the queue has no room.
                let refused = cfg!(windows) && *fault == "connect-hang" && status == Some(7);
                assert!(
                    status == Some(*expected) || refused,
                    "{fault}: curl's exit status is {status:?}, and `TABLE` has {expected}"
                );
            });
        }
    });
}

#[test]
fn curl_unpacks_a_gzip_bomb_only_when_it_is_asked_to() {
    let webs = Webs::start();
    let url = webs.url("gzip-bomb?size=2");
    let size = |arguments: &[&str]| {
        let output = run_tool("curl", &[&["-s", "-m", "30"], arguments, &[&url]].concat())?;
        assert!(output.status.success(), "{:?}", output.status);
        Some(output.stdout.len())
    };
    if let (Some(packed), Some(unpacked)) = (size(&[]), size(&["--compressed"])) {
        assert!(packed < 10_000, "{packed}");
        assert_eq!(unpacked, 2_000_000);
    }
}

#[test]
fn aiohttp_raises_the_exception_that_each_fault_is() {
    let webs = Webs::start();
    let urls: Vec<_> = TABLE.iter().map(|(fault, ..)| webs.url(fault)).collect();
    let urls: Vec<_> = urls.iter().map(String::as_str).collect();
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients.py");
    // Some faults last until the time limit. A busy machine must not reach it with the others.
    let arguments = [&["1", "20"], &urls[..]].concat();
    let Some(printed) = run_python(&program, &["aiohttp"], &arguments) else { return };
    // The exception's name, without its message.
    let results: Vec<_> = printed.lines().map(|line| line.split(": ").next().unwrap_or(line)).collect();
    assert_eq!(results.len(), TABLE.len(), "{printed}");
    for ((fault, _, expected), result) in TABLE.iter().zip(results) {
        assert_eq!(result, *expected, "{fault}: left: aiohttp; right: `TABLE` in {}", file!());
    }
}

#[test]
fn the_table_has_every_fault_of_the_catalogue() {
    check_table(file!(), TABLE.iter().map(|(fault, ..)| *fault));
}
