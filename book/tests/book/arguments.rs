//! Each program in the book has a help text and refuses arguments it doesn't know.

use std::env::{self, consts::EXE_SUFFIX};
use std::path::PathBuf;
use std::process::Command;
use std::sync::Once;

use book::pages::read;
use book::root;
use book::runs::Run;

use crate::all_runs;

/// The runs of the lessons' programs and examples, without those that need a feature: it may want a C compiler.
fn programs() -> Vec<Run> {
    let mut runs = all_runs();
    runs.retain(|run| run.special.command.is_none() && !run.command.contains(" --features "));
    runs
}

/// Runs a program, or an example, with arguments: its status, and what it prints on its two outputs.
pub fn run(name: &str, is_example: bool, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut program = Command::new(executable(name, is_example));
    // Where a proxy is set, a program says what it does about it, on a line of its own.
    let output = program.args(arguments).env("NO_PROXY", "*").output().expect("the program starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// The file that cargo would run. Asking cargo each time would take most of this test's time.
fn executable(name: &str, is_example: bool) -> PathBuf {
    static BUILT: Once = Once::new();
    BUILT.call_once(|| {
        let build = ["build", "--quiet", "--workspace", "--bins", "--examples"];
        let status = Command::new("cargo").args(build).current_dir(root()).status();
        assert!(status.expect("cargo starts").success(), "the programs build");
    });
    // This test is in `deps`, beside which the programs are.
    let test = env::current_exe().expect("it is running");
    let folder = test.ancestors().nth(2).expect("it is in a folder");
    let folder = if is_example { folder.join("examples") } else { folder.to_owned() };
    folder.join(format!("{name}{EXE_SUFFIX}"))
}

fn run_with(program: &Run, arguments: &[&str]) -> (Option<i32>, String, String) {
    run(&program.name, program.command.contains(" --example "), arguments)
}

#[test]
fn every_program_has_a_help_that_begins_with_its_name() {
    for program in programs() {
        let command = &program.command;
        let (status, help, _) = run_with(&program, &["--help"]);
        let name = command.trim_start_matches("cargo run -p ");
        assert_eq!(status, Some(0), "{command}");
        assert!(help.starts_with(&format!("{name}: ")), "{command}: {help}");
        assert!(help.contains(&format!("\nUsage: {command}")), "{command}: {help}");
    }
}

#[test]
fn the_fault_in_a_help_is_for_a_site_that_the_program_has() {
    for program in programs() {
        let (_, help, _) = run_with(&program, &["--help"]);
        let Some(fault) = help.split_whitespace().find(|word| word.ends_with("=hang")) else { continue };
        let site = fault.trim_end_matches("=hang");
        if site == "SITE" {
            continue; // `--fault` can't name any of its sites.
        }
        let (status, _, errors) = run_with(&program, &["--fault", "nowhere.example=hang"]);
        let (_, sites) = errors.split_once("there are: ").unwrap_or_default();
        let is_there = sites.trim().split(", ").any(|name| name == site);
        assert!(status == Some(2) && is_there, "{}: {site} isn't among: {errors}", program.command);
    }
}

#[test]
fn every_program_refuses_a_wrong_argument_in_one_line_with_status_2() {
    for program in programs() {
        let (command, short) = (&program.command, &program.name);
        let (status, printed, errors) = run_with(&program, &["--flaut"]);
        // The capstone's command line is clap's.
        let said = match command.as_str() {
            "cargo run -p lesson10" => "unexpected argument '--flaut' found",
            _ => "invalid option '--flaut'",
        };
        let refusal = format!("{short}: {said}; see --help\n");
        assert_eq!((status, errors), (Some(2), refusal), "{command}");
        assert_eq!(printed, "", "{command}");
    }
}

/// The file of a lesson's program, or of an example, which the command names.
fn source(command: &str) -> Option<String> {
    let program = command.strip_prefix("cargo run -p lesson")?;
    let (package, file) = match program.split_once(" --example ") {
        Some((package, example)) => (package, format!("examples/{example}.rs")),
        None if program.contains(' ') => return None,
        None => (program, "src/main.rs".to_owned()),
    };
    let lessons = root().join("lessons").read_dir().expect("there are lessons");
    let folders = lessons.map(|entry| entry.expect("it can be read"));
    let mut folders = folders.filter(|entry| entry.file_name().to_string_lossy().starts_with(package));
    let folder = folders.next().expect("the package has a folder").path();
    Some(read(&folder.join(file)).expect("the program has a file"))
}

fn is_made_for_the_mock_web(source: &str) -> bool {
    source.contains("lesson_kit::start_on_own(") || source.contains("lesson_kit::start_on_mock_web(")
}

#[test]
fn a_program_that_is_made_for_the_mock_web_takes_no_urls_and_lists_none() {
    let is_made_for_it = |run: &Run| source(&run.command).is_some_and(|it| is_made_for_the_mock_web(&it));
    let programs: Vec<_> = programs().into_iter().filter(is_made_for_it).collect();
    assert!(programs.len() > 10, "{programs:?}");
    for program in programs {
        let (command, short) = (&program.command, &program.name);
        let (_, help, _) = run_with(&program, &["--help"]);
        assert!(!help.contains("URL") && !help.contains("--live"), "{command}: {help}");
        for argument in ["http://a.example", "--live"] {
            let refusal =
                format!("{short}: this program takes no URLs, because it's made for the mock web\n");
            assert_eq!(run_with(&program, &[argument]), (Some(2), String::new(), refusal), "{command}");
        }
    }
}

#[test]
fn a_wrong_number_of_sites_is_refused_in_one_line_with_status_2() {
    let mut programs = programs();
    programs.retain(|run| {
        source(&run.command).is_some_and(|it| it.contains(".exact_sites()") && !is_made_for_the_mock_web(&it))
    });
    assert!(programs.len() > 3, "{programs:?}");
    for program in programs {
        let (command, short) = (&program.command, &program.name);
        let (status, printed, errors) = run_with(&program, &["http://a.example"; 5]);
        assert_eq!(status, Some(2), "{command}");
        assert_eq!(printed, "", "{command}");
        let refusal = format!("{short}: this program fetches ");
        assert!(
            errors.starts_with(&refusal) && errors.ends_with(", or none, instead of 5\n"),
            "{command}: {errors}"
        );
        assert_eq!(errors.lines().count(), 1, "{command}");
    }
}
