//! The live page in a real browser.

use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use mock_server::{MockWeb, Watch, Watchdog};
use reqwest::blocking::Client;

use crate::support::{SITE, run_python, run_tool, small};

/// The browser takes its time on a busy machine.
const LIMIT: Duration = Duration::from_secs(600);

#[test]
fn a_person_sees_what_happens_and_can_change_it() {
    const BROWSER: &str = "chromium-headless-shell";
    if run_tool(BROWSER, &["--version"]).is_none() {
        return;
    }
    let _watchdog = Watchdog::start(LIMIT, || vec!["the browser".to_owned()]);
    let watch = Watch::start().expect("the page starts");
    let _web = with_two_finished_runs(&watch);
    let (clicked, click) = mpsc::channel();
    watch.show_button("Next part", move || clicked.send(()).expect("the test waits"));

    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser.py");
    let arguments = [BROWSER, env!("CARGO_BIN_EXE_mock-server"), watch.url()];
    let packages = ["playwright", "axe_playwright_python"];
    let Some(printed) = run_python(&program, &packages, &arguments) else { return };

    assert!(printed.ends_with("all as it should be\n"), "{printed}");
    assert_eq!(click.try_recv(), Ok(()), "the button was clicked");
}

/// A web that has two finished runs and a live one. The titles and reports have markup that must stay text.
fn with_two_finished_runs(watch: &Watch) -> MockWeb {
    let web = small(None).watch(watch, "third part").start().expect("the web starts");
    let fetch = |path, status| {
        // A client of its own has a connection of its own.
        let response =
            Client::new().get(format!("{}{path}", web.url(SITE))).send().expect("the site responds");
        assert_eq!(response.status(), status);
        response.bytes().expect("a page");
    };
    fetch("", 200);
    web.report("one request", Ok(()));
    web.next_run("first part");
    fetch("", 200);
    fetch("missing", 404);
    web.report("<i>one</i> request", Err("there are <i>two</i>"));
    web.next_run("second <b>part</b>");
    watch.say("Two parts are done.");
    web
}
