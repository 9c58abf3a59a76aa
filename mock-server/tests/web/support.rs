//! Webs with a watchdog, clients that are only a socket, and programs that aren't Rust.

use std::collections::BTreeSet;
use std::env;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::Duration;

use mock_server::{Builder, Fault, Kind, MockWeb, Site, Watchdog, catalogue, page};
use reqwest::blocking::Client;

/// How long a test may take before it counts as hung. No test depends on how long anything takes within it.
pub const WATCHDOG: Duration = Duration::from_secs(120);
/// The name of the site, where a test has only one.
pub const SITE: &str = "site.example";
/// The size of the page of [`large`].
pub const BYTES: usize = 15_000;
/// The shortest request that a site understands.
pub const GET: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";

/// Starts a web, and a watchdog that ends the process when the test hangs. Keep both until the test ends.
pub fn start(builder: Builder) -> (MockWeb, Watchdog) {
    let web = builder.start().expect("the web starts");
    let watchdog = web.watchdog(WATCHDOG);
    (web, watchdog)
}

/// One site with a page of 1,000 bytes.
pub fn small(fault: Option<&str>) -> Builder {
    let mut site = Site::new(SITE);
    site.fault = fault.map(parse);
    MockWeb::builder().sites([site])
}

/// One site with a page of [`BYTES`].
pub fn large(fault: Option<&str>) -> Builder {
    let mut site = Site::new(SITE).page(page("A page", BYTES, 2_000));
    site.fault = fault.map(parse);
    MockWeb::builder().sites([site])
}

fn parse(fault: &str) -> Fault {
    fault.parse().expect("the test's fault is in the catalogue")
}

/// Checks that `TABLE` in this file names each fault of the catalogue that a GET request shows, and nothing else.
pub fn check_table<'a>(file: &str, faults: impl Iterator<Item = &'a str>) {
    check_table_of(file, faults, |kind| !kind.concerns_request_body());
}

/// Checks that `TABLE` in this file names each of these faults of the catalogue, and nothing else.
pub fn check_table_of<'a>(
    file: &str,
    faults: impl Iterator<Item = &'a str>,
    is_meant: impl Fn(&Kind) -> bool,
) {
    let tried: BTreeSet<_> = faults.map(|fault| fault.split('?').next().unwrap_or_default()).collect();
    let all: BTreeSet<_> = catalogue().filter(|kind| is_meant(kind)).map(|kind| kind.name).collect();
    let differ: Vec<_> = tried.symmetric_difference(&all).collect();
    assert!(differ.is_empty(), "`TABLE` in {file} and the catalogue differ: {differ:?}");
}

/// The address of a site.
pub fn address<'web>(web: &'web MockWeb, site: &str) -> &'web str {
    web.url(site).trim_start_matches("http://").trim_end_matches('/')
}

/// A connection to the one site.
pub fn connect(web: &MockWeb) -> TcpStream {
    TcpStream::connect(address(web, SITE)).expect("the site listens")
}

/// A connection on which this has been sent.
pub fn send(web: &MockWeb, request: &[u8]) -> TcpStream {
    let mut socket = connect(web);
    socket.write_all(request).expect("the site reads");
    socket
}

/// All that comes until the end, and how it ends: `None` for an orderly close.
pub fn read_to_end(socket: &mut TcpStream) -> (Vec<u8>, Option<ErrorKind>) {
    let mut bytes = Vec::new();
    let end = socket.read_to_end(&mut bytes).err().map(|error| error.kind());
    (bytes, end)
}

/// What comes after the first head of a response.
pub fn body_of(answer: &[u8]) -> &[u8] {
    let head = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("there is a head");
    &answer[head + 4..]
}

/// The status in the first line of a response.
pub fn status_of(answer: &[u8]) -> Option<u16> {
    let line = String::from_utf8_lossy(answer.split(|byte| *byte == b'\r').next()?).into_owned();
    line.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.parse().ok()
}

/// The program `mock-server` with these arguments.
pub fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mock-server"));
    command.args(arguments);
    command
}

/// The program, serving on a free port; it ends when this is dropped.
pub struct Serving {
    pub child: Child,
    stdout: Option<BufReader<ChildStdout>>,
    /// Its address with `http://` and no slash at the end.
    pub url: String,
    /// The address of its live page.
    pub watch: String,
    _watchdog: Watchdog,
}

impl Serving {
    pub fn start() -> Serving {
        Serving::start_with(&[])
    }

    pub fn start_with(arguments: &[&str]) -> Serving {
        Serving::spawn(program(&["--port", "0"]).args(arguments))
    }

    /// Spawns the program, or a shell that becomes the program.
    pub fn spawn(command: &mut Command) -> Serving {
        let watchdog = Watchdog::start(WATCHDOG, || vec!["the program mock-server".to_owned()]);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
        let stdout = child.stdout.take().map(BufReader::new);
        let mut serving =
            Serving { child, stdout, url: String::new(), watch: String::new(), _watchdog: watchdog };
        serving.url = serving.line().split("/ ").next().expect("its first line begins with a URL").to_owned();
        serving.watch = serving.line().split(' ').next().expect("so does its second line").to_owned();
        serving
    }

    /// The next line of its output.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        let stdout = self.stdout.as_mut().expect("it is a pipe that is still read");
        stdout.read_line(&mut line).expect("it prints");
        line
    }

    /// Closes the pipe that it prints to.
    #[cfg(unix)]
    pub fn stop_reading(&mut self) {
        self.stdout = None;
    }

    /// A connection to it.
    pub fn connect(&self) -> TcpStream {
        TcpStream::connect(self.url.trim_start_matches("http://")).expect("it listens")
    }

    /// Status and text, as far as it comes.
    pub fn get(&self, path: &str) -> (u16, String) {
        let response = Client::new().get(format!("{}{path}", self.url)).send().expect("it answers");
        (response.status().as_u16(), response.text().unwrap_or_default())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a Python program with these arguments and returns what it printed. `PYTHON` names the interpreter that has the
/// packages; the default is `python3`, or `python` on Windows. Proxy variables don't reach it.
///
/// `None` where Python or one of `packages` is missing. Standard error says so, past the test harness; with
/// `REQUIRE_TOOLS` set the test fails.
pub fn run_python(program: &Path, packages: &[&str], arguments: &[&str]) -> Option<String> {
    let default = if cfg!(windows) { "python" } else { "python3" };
    let python = env::var("PYTHON").unwrap_or_else(|_| default.to_owned());
    let imports: Vec<_> = packages.iter().map(|package| format!("import {package}")).collect();
    if !answers(Command::new(&python).args(["-c", &imports.join("\n")])) {
        let missing = format!("{python} with {}", packages.join(", "));
        return skipped(&program.display().to_string(), &missing);
    }
    let output = run(Command::new(&python).arg(program).args(arguments));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{} failed: {}\n{errors}", program.display(), output.status);
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a program that answers to `--version`, such as curl, and returns what it printed and its status, whatever that
/// is. Proxy variables don't reach it.
///
/// `None` where there's no such program, as in [`run_python`].
pub fn run_tool(program: &str, arguments: &[&str]) -> Option<Output> {
    if !answers(Command::new(program).arg("--version")) {
        return skipped(&format!("{program} {}", arguments.join(" ")), program);
    }
    Some(run(Command::new(program).args(arguments)))
}

fn answers(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

fn run(command: &mut Command) -> Output {
    // Many clients obey proxy variables even for this machine. Windows prints UTF-8 only when it's told to.
    command.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1").env("PYTHONUTF8", "1");
    command.output().unwrap_or_else(|error| panic!("{command:?} doesn't start: {error}"))
}

fn skipped<T>(what: &str, missing: &str) -> Option<T> {
    assert!(env::var_os("REQUIRE_TOOLS").is_none(), "{what} wasn't run: {missing} is missing");
    // Not `eprintln!`, because the test harness would swallow it. If standard error is closed, there's nowhere to say it.
    let _ = writeln!(io::stderr(), "\nSKIPPED: {what} wasn't run: {missing} is missing\n");
    None
}
