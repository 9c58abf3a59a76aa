//! For tests, of this package and of the lessons: a web without delays, and programs beside Rust, where they are on the
//! machine.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use crate::{Builder, MockWeb, Site};

/// The tutorial's sites, without their delays.
pub fn quick_tutorial() -> Builder {
    MockWeb::builder().sites(Site::tutorial().into_iter().map(|site| site.delay(Duration::ZERO)))
}

/// Runs a lesson's Python twin on the sites of a web and returns what it printed, as [`run_python`] does. `folder` is
/// the lesson's.
///
/// # Panics
///
/// As [`run_python`].
pub fn run_twin(folder: &str, twin: &str, packages: &[&str], web: &MockWeb) -> Option<String> {
    let urls: Vec<_> = web.sites().map(|(_, url)| url).collect();
    run_python(&Path::new(folder).join(twin), packages, &urls)
}

/// Runs `tests/asyncio_facts.py` of a lesson: what its chapter says of asyncio, as assertions.
///
/// # Panics
///
/// When one of them is not so; and as [`run_python`].
pub fn check_asyncio_facts(folder: &str) {
    let Some(printed) = run_python(&Path::new(folder).join("tests/asyncio_facts.py"), &[], &[]) else {
        return;
    };
    assert!(printed.ends_with("all true\n"), "{printed}");
}

/// Checks that the compiler refuses each of a lesson's programs in `compile_fail`, with the one error that is named
/// (`E0382`, or words of it). `folder` is the lesson's, `programs` all there are, sorted.
///
/// # Panics
///
/// When one compiles or is refused for something else, or when there are other programs.
pub fn check_refused(folder: &str, package: &str, programs: &[(&str, &str)]) {
    let files = Path::new(folder).join("compile_fail").read_dir().expect("there is such a folder");
    let mut found: Vec<_> = files
        .filter_map(|file| Some(file.ok()?.path().file_stem()?.to_string_lossy().into_owned()))
        .collect();
    found.sort();
    assert_eq!(found, programs.iter().map(|(program, _)| *program).collect::<Vec<_>>());
    for (program, error) in programs {
        let arguments = ["--package", package, "--features", "does-not-compile", "--example", program];
        let cargo = env::var_os("CARGO").unwrap_or("cargo".into());
        let output = run(Command::new(cargo).args(["check", "--quiet"]).args(arguments).current_dir(folder));
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{program} compiles");
        let is_error =
            |line: &&str| line.starts_with("error") && !line.starts_with("error: could not compile");
        let errors: Vec<_> = words.lines().filter(is_error).collect();
        assert!(errors.len() == 1 && errors[0].contains(error), "{program}: {words}");
    }
}

/// Runs a Python program with these arguments and returns what it printed. Set `PYTHON` to the interpreter that has
/// the packages; without it this is `python3`. Proxy variables are kept from it.
///
/// `None` where Python or one of `packages` is missing, which is said loudly, past the test harness.
///
/// # Panics
///
/// When the program fails; and, with `REQUIRE_TOOLS` set, when something is missing.
pub fn run_python(program: &Path, packages: &[&str], arguments: &[&str]) -> Option<String> {
    let python = python();
    let check = packages.iter().map(|package| format!("import {package}")).collect::<Vec<_>>().join("\n");
    if !answers(Command::new(&python).args(["-c", &check])) {
        let missing = format!("{python} with {}", packages.join(", "));
        return skipped(&program.display().to_string(), &missing);
    }
    let output = run(Command::new(&python).arg(program).args(arguments));
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{} failed: {}\n{out}\n{err}", program.display(), output.status);
    Some(out.into_owned())
}

/// Runs a program that answers to `--version`, such as curl, and returns what it printed and its status, whatever
/// that is. Proxy variables are kept from it.
///
/// `None` where there is no such program, which is said loudly, past the test harness.
///
/// # Panics
///
/// With `REQUIRE_TOOLS` set, when there is no such program.
pub fn run_tool(program: &str, arguments: &[&str]) -> Option<Output> {
    if !answers(Command::new(program).arg("--version")) {
        return skipped(&format!("{program} {}", arguments.join(" ")), program);
    }
    Some(run(Command::new(program).args(arguments)))
}

/// A server in Python whose first line of output is its port on this machine. It ends when this is dropped.
#[derive(Debug)]
pub struct TlsServer {
    child: Child,
    /// The URL of its page.
    pub url: String,
}

impl TlsServer {
    /// Starts this program, with the Python of [`run_python`].
    ///
    /// # Panics
    ///
    /// When Python is missing or the program prints nothing.
    pub fn start(program: &Path) -> TlsServer {
        let mut child =
            Command::new(python()).arg(program).stdout(Stdio::piped()).spawn().expect("there is a Python");
        let mut port = String::new();
        let stdout = child.stdout.take().expect("it is a pipe");
        BufReader::new(stdout).read_line(&mut port).expect("it says its port");
        TlsServer { child, url: format!("https://127.0.0.1:{}/", port.trim()) }
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        // It serves until it's killed. If it's gone already, so much the better.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn python() -> String {
    env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

fn answers(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

fn run(command: &mut Command) -> Output {
    // Many a client obeys proxy variables even for this machine.
    command.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
    command.output().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"))
}

fn skipped<T>(what: &str, missing: &str) -> Option<T> {
    assert!(env::var_os("REQUIRE_TOOLS").is_none(), "{what} was not run: {missing} is missing");
    // Not `eprintln!`, which the test harness would keep to itself. With no standard error there is nobody to tell.
    let _ = writeln!(
        std::io::stderr(),
        "\nSKIPPED: {what} was not run: {missing} is missing; the README has more\n"
    );
    None
}
