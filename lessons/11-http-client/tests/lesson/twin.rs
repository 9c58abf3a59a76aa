//! The Python twin and the lesson print the same, each in a shop of its own.

use std::process::Command;

use testkit::{run_twin, watchdog};

use crate::support::open;

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

/// What the program prints before its timeline.
fn story() -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_lesson11")).output();
    let output = output.expect("it starts");
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8(output.stdout).expect("it is UTF-8");
    let (story, timeline) =
        printed.split_once("\nthe shop: ").expect("a timeline follows");
    assert!(timeline.contains("requests on"), "{timeline}");
    story.to_owned()
}

#[tokio::test]
async fn the_python_twin_prints_the_same_as_the_lesson() {
    let (web, server, _watchdog) = open().await;

    let Some(printed) = run_twin(FOLDER, "lesson11.py", &["aiohttp"], &web)
    else {
        return;
    };

    assert_eq!(printed, story());
    assert_eq!((server.tokens_issued(), server.orders()), (2, 1));
}

#[test]
fn the_shop_alone_refuses_an_argument() {
    let _watchdog = watchdog();
    let shop = Command::new(env!("CARGO_BIN_EXE_shop")).arg("--port").output();
    let output = shop.expect("it starts");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(error, "shop: invalid option '--port'; see --help\n");
}

#[test]
fn the_story_is_told_to_its_end() {
    let _watchdog = watchdog();
    let story = story();
    let expected = "\n104 pieces in stock\n";
    assert!(story.ends_with(expected), "{story}");
}
