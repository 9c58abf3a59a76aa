//! Each fault of the catalogue becomes the right kind of error. Two examples
//! list some of the faults.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::join_all;
use lesson_kit::Site;
use lesson06::{ErrorKind, Stage, fetch_all, fetch_page, with_causes};
use mock_server::{Fault, MockWeb, Watchdog};
use testkit::{PATIENT, check_fault_table, quick_tutorial, start};

use crate::examples::{causes, three_kinds};
use crate::support::{client, client_with_timeouts};

/// A fault, and which result it is.
type Row = (&'static str, fn(&Result<usize, ErrorKind>) -> bool);

#[rustfmt::skip]
const TABLE: [Row; 43] = [
    ("delay?ms=10", |page| matches!(page, Ok(50_321))),
    ("random-delay?low=1&high=9", |page| matches!(page, Ok(50_321))),
    ("status?code=503", |page| matches!(page, Err(ErrorKind::Status(status, _)) if *status == 503)),
    ("status?code=429", |page| matches!(page, Err(ErrorKind::Status(status, _)) if *status == 429)),
    ("status?code=500", |page| matches!(page, Err(ErrorKind::Status(status, _)) if *status == 500)),
    ("status?code=502", |page| matches!(page, Err(ErrorKind::Status(status, _)) if *status == 502)),
    ("status?code=504", |page| matches!(page, Err(ErrorKind::Status(status, _)) if *status == 504)),
    ("status?code=404", |page| matches!(page, Err(ErrorKind::Status(status, _)) if *status == 404)),
    ("fail-first?n=1&with=truncate", |page| matches!(page, Err(ErrorKind::BrokenBody(0..=1000, _)))),
    ("unstable?rate=1&with=reset", |page| matches!(page, Err(ErrorKind::Lost(_)))),
    ("redirect?hops=2", |page| matches!(page, Ok(50_321))),
    ("redirect-loop", |page| matches!(page, Err(ErrorKind::Redirects(_)))),
    ("slow-head?pause=1", |page| matches!(page, Ok(50_321))),
    ("refused", |page| matches!(page, Err(ErrorKind::Refused(_)))),
    ("connect-hang", |page| matches!(page, Err(ErrorKind::Timeout(Stage::Connecting, _)))),
    ("empty", |page| matches!(page, Err(ErrorKind::Lost(_)))),
    ("hang", |page| matches!(page, Err(ErrorKind::Timeout(Stage::Waiting, _)))),
    ("reset", |page| matches!(page, Err(ErrorKind::Lost(_)))),
    ("reset?after=1000", |page| matches!(page, Err(ErrorKind::BrokenBody(0..=1000, _)))),
    ("truncate", |page| matches!(page, Err(ErrorKind::BrokenBody(0..=1000, _)))),
    ("dribble?chunk=20000&pause=5", |page| matches!(page, Ok(50_321))),
    ("stall", |page| matches!(page, Err(ErrorKind::Timeout(Stage::Reading, _)))),
    ("bad-chunk", |page| matches!(page, Err(ErrorKind::BrokenBody(..)))),
    ("garbage", |page| matches!(page, Err(ErrorKind::Malformed(_)))),
    ("slow-close?delay=5", |page| matches!(page, Ok(50_321))),
    ("idle-close", |page| matches!(page, Ok(50_321))),
    ("close-on-reuse", |page| matches!(page, Ok(50_321))),
    ("gzip-bomb?size=2", |page| matches!(page, Ok(1_998))),
    ("charset", |page| page.is_ok()),
    ("type?as=none", |page| matches!(page, Ok(50_321))),
    ("title?as=huge", |page| matches!(page, Err(ErrorKind::TooLarge(1_000_000)))),
    ("endless?chunk=100000&pause=0", |page| matches!(page, Err(ErrorKind::TooLarge(1_000_000)))),
    ("endless", |page| matches!(page, Err(ErrorKind::Timeout(Stage::Reading, _)))),
    ("length?as=none", |page| matches!(page, Ok(50_321))),
    ("length?as=long", |page| matches!(page, Err(ErrorKind::Timeout(Stage::Reading, _)))),
    ("length?as=twice", |page| matches!(page, Err(ErrorKind::Malformed(_)))),
    ("head?as=huge", |page| matches!(page, Err(ErrorKind::Malformed(_)))),
    ("head?as=bad-name", |page| matches!(page, Err(ErrorKind::Malformed(_)))),
    ("interim?of=103&n=2", |page| matches!(page, Ok(50_321))),
    ("trailers", |page| matches!(page, Ok(50_321))),
    ("in-turn?of=status?code=429,ok", |page| matches!(page, Err(ErrorKind::Status(status, _)) if *status == 429)),
    ("at-most?n=1&per=60000", |page| matches!(page, Ok(50_321))),
    ("encoding?as=mislabelled", |page| matches!(page, Ok(50_321))),
];

/// The faults of the table that would fail again the next time.
const PERMANENT: [&str; 8] = [
    "status?code=404",
    "status?code=500",
    "redirect-loop",
    "garbage",
    "title",
    "endless?chunk=100000",
    "length?as=twice",
    "head",
];

/// A row, and a web of its own whose python.org has the row's fault.
type Case = (&'static Row, MockWeb, Vec<Site>, Watchdog);

#[tokio::test]
async fn every_fault_is_the_right_variant_and_leaves_the_other_sites_alone() {
    // All webs are running before the first request. Starting one blocks this
    // thread, and the timeouts of requests sent earlier keep counting.
    let cases: Vec<_> = TABLE.iter().map(case).collect();
    let (slow, quick): (Vec<_>, Vec<_>) =
        cases.iter().partition(|(row, ..)| timeout_of(row).is_some());
    join_all(quick.into_iter().map(check)).await;
    // These wait for their timeout. On a busy machine the pages above would
    // use up part of it.
    join_all(slow.into_iter().map(check)).await;
}

fn case(row: &'static Row) -> Case {
    let fault: Fault = row.0.parse().expect("it is a fault");
    let (web, sites, watchdog) =
        start(quick_tutorial().fault("python.org", fault));
    (row, web, sites, watchdog)
}

/// How far the fetch of a row has come when it times out, if it does.
fn timeout_of((_, is_right): &Row) -> Option<Stage> {
    let mut stages =
        [Stage::Connecting, Stage::Waiting, Stage::Reading].into_iter();
    stages.find(|stage| {
        is_right(&Err(ErrorKind::Timeout(*stage, "a timeout".into())))
    })
}

/// A client with one timeout, because on a busy machine a second one might
/// expire as well before the client looks.
fn client_for(row: &Row) -> reqwest::Client {
    // Another package's feature may have turned gzip on.
    let client = reqwest::Client::builder().no_gzip();
    let client = match timeout_of(row) {
        Some(Stage::Connecting) => {
            client.connect_timeout(Duration::from_secs(2))
        }
        Some(Stage::Waiting | Stage::Reading) => {
            client.timeout(Duration::from_secs(5))
        }
        None => client.timeout(PATIENT),
    };
    client.build().expect("a client")
}

async fn check((row, _, sites, _): &Case) {
    let (fault, is_right) = row;
    let [first, second, third] = &sites[..] else { panic!("three sites") };
    let (patient, client) = (client(), client_for(row));

    let (first, second, third) = tokio::join!(
        fetch_page(&patient, first),
        fetch_page(&client, second),
        fetch_page(&patient, third)
    );

    assert!(matches!(first, Ok(15_000)), "{fault}: {first:?}");
    assert!(matches!(third, Ok(45_000)), "{fault}: {third:?}");
    if let Err(error) = &second {
        let words = with_causes(error);
        assert!(words.starts_with("cannot fetch python.org: "), "{words}");
        assert!(!words.contains("127.0.0.1"), "{words}");
    }
    let second = second.map_err(|error| error.kind);
    assert!(is_right(&second), "{fault}: {second:?}");
    if let Err(kind) = &second {
        let is_permanent = PERMANENT.iter().any(|name| fault.starts_with(name));
        assert_eq!(
            kind.is_temporary(),
            !is_permanent,
            "{fault}: left: whether it is temporary; right: whether `PERMANENT` in {} lacks it",
            file!()
        );
    }
}

fn name_of(row: &Row) -> &'static str {
    name_in(row.0)
}

fn name_in(fault: &'static str) -> &'static str {
    fault.split('?').next().unwrap_or_default()
}

#[test]
fn the_table_has_every_fault_of_the_catalogue() {
    check_fault_table("TABLE", file!(), TABLE.iter().map(|row| row.0));
}

#[tokio::test]
async fn the_example_on_causes_has_every_fault_that_makes_an_error() {
    let web = MockWeb::builder().sites(causes::FAULTS.map(|fault| {
        let parsed: Fault = fault.parse().expect("it is a fault");
        let page = mock_server::page("A page", 15_000, 2_000);
        mock_server::Site::new(fault).page(page).fault(parsed)
    }));
    let (_web, sites, _watchdog) = start(web);
    let pages = fetch_all(&client_with_timeouts(), &sites).await;
    for (site, page) in sites.iter().zip(&pages) {
        assert!(page.is_err(), "{}: {page:?}", site.name);
    }

    // Those that fail now and then do so as the others do.
    let chance = ["fail-first", "in-turn", "unstable"];
    let fails = |row: &&Row| !row.1(&Ok(50_321)) && !row.0.contains("bomb");
    let failing = TABLE.iter().filter(fails).map(name_of);
    let failing: BTreeSet<_> =
        failing.filter(|name| !chance.contains(name)).collect();
    let listed = causes::FAULTS.iter().map(|fault| name_in(fault));
    let mut listed: BTreeSet<_> = listed.collect();
    // It makes an error here because this table wants a page of 1 MB.
    listed.insert("title");
    assert_eq!(
        failing,
        listed,
        "left: the faults that fail in `TABLE` in {}; right: `FAULTS` in lessons/06-errors/examples/causes.rs",
        file!()
    );

    let words = |name: &str| {
        let at = sites.iter().position(|site| site.name == name);
        let error = pages[at.expect("it is listed")].as_ref();
        causes::first_and_last(error.expect_err("all fail"))
    };
    let (refused, hang) = (words("refused"), words("hang"));
    assert_eq!(refused.0, hang.0, "reqwest says the same about both");
    assert_ne!(refused.1, hang.1, "and the last cause doesn't");
}

#[tokio::test]
async fn an_error_alone_hides_what_its_causes_tell_apart() {
    let web = MockWeb::builder().sites(three_kinds::FAULTS.map(|fault| {
        let parsed: Fault = fault.parse().expect("it is a fault");
        mock_server::Site::new(fault).fault(parsed)
    }));
    let (_web, sites, _watchdog) = start(web);
    let client = client_with_timeouts();
    let sizes = join_all(
        sites.iter().map(|site| three_kinds::page_size(&client, &site.url)),
    );
    let errors: Vec<_> =
        sizes.await.into_iter().filter_map(Result::err).collect();
    let [refused, garbage, hang, missing] = &errors[..] else {
        panic!("{errors:?}");
    };
    assert_eq!(refused.to_string(), garbage.to_string());
    assert_ne!(with_causes(refused), with_causes(garbage));
    assert!(matches!(hang, three_kinds::ErrorKind::Timeout(_)), "{hang:?}");
    let is_404 = matches!(missing, three_kinds::ErrorKind::Status(status) if *status == 404);
    assert!(is_404, "{missing:?}");
}
