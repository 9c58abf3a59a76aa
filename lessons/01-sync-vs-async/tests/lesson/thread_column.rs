//! How many threads the table at the end shows for each strategy.

use std::time::Duration;

use mock_server::{MockWeb, Site};

use crate::support::{lesson, run};

/// The threads that the closing table has for a strategy.
fn threads(printed: &str, strategy: &str) -> String {
    let row = printed
        .lines()
        .rev()
        .find(|line| line.starts_with(strategy))
        .expect("the table has it");
    let row = row.split("  (").next().unwrap_or(row);
    row.split_whitespace()
        .rev()
        .nth(1)
        .expect("threads are before the speed-up")
        .to_owned()
}

#[test]
fn the_table_counts_the_thread_that_the_blocking_client_hides_and_the_readme_shows_it()
 {
    let (_, printed, _) = run(&mut lesson(&[]));
    assert_eq!(threads(&printed, "one after another"), "2");
    assert_eq!(threads(&printed, "a thread for each site"), "5");
    assert_eq!(threads(&printed, "async, all at once"), "1");
}

#[test]
fn looking_up_a_name_takes_a_thread_and_an_address_does_not() {
    let names = ["a.example", "b.example", "c.example"];
    let slow = |name| Site::new(name).delay(Duration::from_millis(500));
    let web =
        MockWeb::builder().sites(names.map(slow)).start().expect("it starts");
    let urls = names.map(|name| web.url(name));
    let (_, printed, _) = run(&mut lesson(&urls));
    assert_eq!(threads(&printed, "async, all at once"), "1", "{printed}");
    let named = urls.map(|url| url.replace("127.0.0.1", "localhost"));
    let (_, printed, _) = run(&mut lesson(&[&named[0]]));
    assert_eq!(threads(&printed, "async, all at once"), "2", "{printed}");
    // Each lookup has a thread, unless an earlier one's has become idle.
    let (_, printed, _) = run(&mut lesson(&[&named[0], &named[1], &named[2]]));
    let most = threads(&printed, "async, all at once");
    assert!(["2", "3", "4"].contains(&most.as_str()), "{printed}");
}
