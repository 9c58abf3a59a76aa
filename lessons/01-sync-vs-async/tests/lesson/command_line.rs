//! `--help`, the list of faults, and the messages for wrong arguments.

use std::fs;

use crate::support::{lesson, picture, run};

#[test]
fn the_faults_are_listed() {
    let (status, printed, _) = run(&mut lesson(&["--fault", "list"]));
    assert_eq!(status, Some(0));
    for kind in mock_server::catalogue() {
        assert!(
            printed.contains(&format!(
                "{}\n    {}\n",
                kind.example, kind.behaviour
            )),
            "{printed}"
        );
        assert!(
            kind.parameters.iter().all(
                |parameter| printed.contains(&format!("    {parameter}\n"))
            )
        );
    }
}

#[test]
fn a_picture_that_was_there_is_left_as_it_is_when_the_lesson_does_not_run() {
    let (file, other) =
        (picture("was-there.svg"), picture("was-not-there.svg"));
    fs::write(&file, "a picture").expect("it can be written");
    for file in [&file, &other] {
        let fault = "nowhere.example=hang";
        let (status, _, _) = run(&mut lesson(&[
            "--timeline",
            &file.to_string_lossy(),
            "--fault",
            fault,
        ]));
        assert_eq!(status, Some(2));
    }
    assert_eq!(fs::read_to_string(&file).expect("it is there"), "a picture");
    assert!(!other.exists());
}

#[test]
fn help_fits_a_screen_and_a_wrong_argument_is_one_line_and_status_2() {
    let (status, help, _) = run(&mut lesson(&["--help"]));
    assert_eq!(status, Some(0));
    assert!(
        help.starts_with("lesson01: ") && help.lines().count() <= 17,
        "{help}"
    );

    let unwritable = picture("there").join("is").join("none.svg");
    let no_folder = fs::write(&unwritable, "").expect_err("there's no folder");
    let unwritable = unwritable.to_string_lossy();
    let wrong: &[(&[&str], &str)] = &[
        (&["--flaut"], "invalid option '--flaut'; see --help"),
        (
            &["--seed", "x"],
            "cannot parse argument \"x\": invalid digit found in string; see --help",
        ),
        (
            &["example.com"],
            "`example.com` is not a URL; write the whole address, for example http://example.com",
        ),
        (
            &["ftp://example.com"],
            "`ftp://example.com` cannot be fetched; a URL starts with http:// or https://, \
             for example http://example.com",
        ),
        (
            &["--fault", "pyhton.org=stall"],
            "--fault: no site is called `pyhton.org`; there are: codeswithpankaj.com, python.org, w3schools.com",
        ),
        (
            &["--fault", "python.org"],
            "`--fault python.org` does not name a fault; write --fault SITE=FAULT, for example --fault python.org=hang",
        ),
        (
            &["--fault", "python.org=reset?after=x"],
            "--fault python.org=reset?after=x: `after` of `reset` is a whole number from 0 to 1000000000 (bytes), \
             not `x`, for example `reset?after=1000`",
        ),
        (
            &["--fault", "python.org=stall", "--fault", "python.org=hang"],
            "--fault was given twice for python.org; a site can have one fault",
        ),
        (
            &["--live", "http://example.com"],
            "--live cannot be combined with URLs, because it brings its own",
        ),
        (
            &["--fault", "python.org=stall", "http://example.com"],
            "--fault works only with the mock web; leave out the URLs or --fault",
        ),
        (
            &["--timeline", "x.svg", "http://example.com"],
            "--timeline works only with the mock web; leave out the URLs or --timeline",
        ),
        (
            &["--watch", "http://example.com"],
            "--watch works only with the mock web; leave out the URLs or --watch",
        ),
        (
            &["--open", "http://example.com"],
            "--open works only with the mock web; leave out the URLs or --open",
        ),
        (
            &["--timeline", "x.png"],
            "--timeline takes the name of an SVG file, for example timeline.svg, not `x.png`",
        ),
        (
            &["--timeline", &unwritable],
            &format!("--timeline cannot write {unwritable}: {no_folder}"),
        ),
    ];
    for (arguments, words) in wrong {
        let (status, printed, errors) = run(&mut lesson(arguments));
        assert_eq!(
            (status, errors),
            (Some(2), format!("lesson01: {words}\n")),
            "{arguments:?}"
        );
        assert_eq!(printed, "", "{arguments:?}");
    }
}

#[cfg(not(feature = "live"))]
#[test]
fn https_without_tls_is_told_with_the_command_that_has_it() {
    let (status, _, errors) =
        run(&mut lesson(&["https://example.com", "http://example.com"]));
    let words = "lesson01: `https://example.com` needs TLS, and this build has none; \
                 try cargo run -p lesson01 --features live -- https://example.com http://example.com\n";
    assert_eq!((status, errors.as_str()), (Some(2), words));
    let (status, _, errors) = run(&mut lesson(&["--live"]));
    assert_eq!(status, Some(2));
    assert!(
        errors
            .ends_with("try cargo run -p lesson01 --features live -- --live\n"),
        "{errors}"
    );
}

#[test]
fn the_exit_status_is_the_same_if_nothing_reads_standard_error() {
    let (reader, writer) = std::io::pipe().expect("there's a pipe");
    drop(reader);
    let status = lesson(&["--flaut"]).stderr(writer).status();
    assert_eq!(status.expect("the lesson starts").code(), Some(2));
}
