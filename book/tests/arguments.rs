//! Each program that the book shows tells what it is, and refuses what it does not know.

use std::process::Command;

use book::root;
use book::runs::RUNS;

/// The programs that want a certain number of sites.
const WANT_SITES: &[(&str, &str)] = &[
    ("one_task", "three"),
    ("question_mark", "two"),
    ("in_turn", "two"),
    ("first_completed", "three"),
    ("fail_fast", "two"),
];

/// The programs of the book, each by the command that runs it.
fn programs() -> impl Iterator<Item = &'static str> {
    let runs = RUNS.iter().filter(|run| run.edit.is_none() && !run.refused);
    runs.map(|run| run.command).filter(|command| !command.contains(" -- "))
}

/// Runs a program with an argument: its status, and what it prints on its two outputs.
fn run(command: &str, argument: &str) -> (Option<i32>, String, String) {
    let words = command.split_whitespace().skip(1).chain(["--quiet", "--", argument]);
    let mut cargo = Command::new("cargo");
    // Where a proxy is set, a program says what it does about it, on a line of its own.
    cargo.args(words).current_dir(root()).env("NO_PROXY", "*");
    let output = cargo.output().expect("cargo starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn every_program_has_a_help_that_begins_with_its_name() {
    for command in programs() {
        let (status, help, _) = run(command, "--help");
        let name = command.trim_start_matches("cargo run -p ");
        assert_eq!(status, Some(0), "{command}");
        assert!(help.starts_with(&format!("{name}: ")), "{command}: {help}");
        assert!(help.contains(&format!("\nUsage: {command}")), "{command}: {help}");
    }
}

#[test]
fn every_program_refuses_a_wrong_argument_in_one_line_with_status_2() {
    for command in programs() {
        let (status, printed, errors) = run(command, "--flaut");
        let short = command.rsplit(' ').next().expect("a command has words");
        let refusal = format!("{short}: invalid option '--flaut'; --help tells what there is\n");
        assert_eq!((status, errors), (Some(2), refusal), "{command}");
        assert_eq!(printed, "", "{command}");
    }
}

#[test]
fn too_few_sites_are_refused_in_one_line_with_status_2() {
    for (example, sites) in WANT_SITES {
        let run_of_it = RUNS.iter().find(|run| run.name == *example).expect("it is a run of the book");
        let (status, printed, errors) = run(run_of_it.command, "http://a.example");
        let refusal = format!("{example}: it takes {sites} sites; give it {sites} URLs, or none\n");
        assert_eq!((status, errors), (Some(2), refusal));
        assert_eq!(printed, "", "{example}");
    }
}
