//! The program's last table, when every page fails immediately.

use std::process::Command;

use testkit::watchdog;

#[test]
fn the_table_shows_what_each_broken_rule_costs() {
    let _watchdog = watchdog();
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
        "missing-site.example: failed: HTTP status client error (404 Not Found)",
        "broken: the report has 0 bytes",
        "kept: the report has 87 bytes",
        "3 handle errors           failures reported         0        5",
        "4 use async libraries     turns                  none     some",
        "5 close what you open     bytes written             0       87",
    ] {
        assert!(printed.lines().any(|printed| printed == line), "{printed}");
    }
    let starting =
        |with: &str| printed.lines().find(|line| line.starts_with(with));
    let refused =
        "python.org: failed: error sending request: client error (Connect)";
    assert!(starting(refused).is_some(), "{printed}");
    for (name, turns) in [
        ("std::fs", "none"),
        ("tokio::fs ", "some"),
        ("BufWriter", "some"),
        ("spawn_blocking", "some"),
    ] {
        let line = starting(name).unwrap_or_default();
        let end = format!("turns of other tasks: {turns}");
        assert!(line.ends_with(&end), "{printed}");
    }
}

#[test]
fn one_rule_can_be_run_alone_and_a_sixth_is_refused() {
    let _watchdog = watchdog();
    let program = env!("CARGO_BIN_EXE_lesson09");
    let run = |rule| Command::new(program).args(["--rule", rule]).output();

    let printed = run("5").expect("it starts").stdout;
    let printed = String::from_utf8(printed).expect("it is UTF-8");
    let rules = printed.lines().filter(|line| line.starts_with("--- "));
    assert!(rules.eq(["--- rule 5: close what you open ---"]), "{printed}");

    let refused = run("6").expect("it starts");
    assert_eq!(refused.status.code(), Some(2));
    let error = String::from_utf8(refused.stderr).expect("it is UTF-8");
    let told = "lesson09: --rule takes a number from 1 to 5, not `6`\n";
    assert_eq!(error, told);
}
