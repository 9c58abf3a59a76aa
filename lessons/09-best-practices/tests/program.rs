//! What the program says at the end, where every page fails at once.

use std::process::Command;
use std::time::Duration;

use mock_server::Watchdog;

/// Bounds a failure only.
const WATCHDOG: Duration = Duration::from_secs(100);

#[test]
fn the_score_tells_what_each_rule_costs() {
    let _watchdog = Watchdog::start(WATCHDOG, Vec::new);
    let output = Command::new(env!("CARGO_BIN_EXE_lesson09"))
        .args(["--fault", "codeswithpankaj.com=refused"])
        .args(["--fault", "python.org=refused"])
        .args(["--fault", "w3schools.com=refused"])
        .output()
        .expect("it starts");
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8(output.stdout).expect("it is UTF-8");
    for line in [
        "broken: 1 pages, 21 bytes",
        "kept: 0 pages, 0 bytes",
        "python.org: cannot connect to host",
        "missing-site.example: the site answered 404 Not Found",
        "broken: the report has 0 bytes",
        "kept: the report has 87 bytes",
        "3 handle errors           failures told           0        5",
        "4 use async libraries     heart's turns        none     some",
        "5 close what you open     bytes written           0       87",
    ] {
        assert!(printed.lines().any(|printed| printed == line), "{printed}");
    }
    let way = |way: &str| printed.lines().find(|line| line.starts_with(way));
    for (name, turns) in [
        ("std::fs", "none"),
        ("tokio::fs ", "some"),
        ("BufWriter", "some"),
        ("spawn_blocking", "some"),
    ] {
        let line = way(name).unwrap_or_default();
        assert!(line.ends_with(&format!("the heart: {turns}")), "{printed}");
    }
}
