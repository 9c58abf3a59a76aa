//! How a fault is read from text.

use std::num::NonZeroU64;
use std::time::Duration;

use mock_server::{Fault, FaultError, RetryAfter, Spread, StatusCode, catalogue};

#[test]
fn every_example_of_the_catalogue_is_a_fault() {
    for kind in catalogue() {
        kind.example.parse::<Fault>().unwrap_or_else(|error| panic!("{}: {error}", kind.example));
        kind.name.parse::<Fault>().unwrap_or_else(|error| panic!("{}: {error}", kind.name));
    }
}

#[test]
fn what_is_no_fault_is_told_with_what_would_be_right() {
    let told = |text: &str| text.parse::<Fault>().map_err(|error: FaultError| error.to_string()).unwrap_err();
    let names: Vec<_> = catalogue().map(|kind| kind.name).collect();
    assert_eq!(told("stal"), format!("no fault is called `stal`; there are: {}", names.join(", ")));
    assert_eq!(
        told("reset?aftr=1"),
        "`reset` has no parameter `aftr`; it takes after, for example `reset?after=1000`"
    );
    assert_eq!(told("hang?after=1"), "`hang` has no parameter `after`; it takes none, for example `hang`");
    assert_eq!(
        told("dribble?chunk=0"),
        "`chunk` of `dribble` is a whole number from 1 to 1000000 (bytes), not `0`, \
         for example `dribble?chunk=100&pause=20`"
    );
    assert_eq!(
        told("status?code=600"),
        "`code` of `status` is a whole number from 200 to 599, not `600`, for example `status?code=503&retry-after=2`"
    );
    assert_eq!(
        told("stall?after=1&after=2"),
        "`after` of `stall` is given twice; give it once, for example `stall?after=1000&for=2000`"
    );
    assert_eq!(
        told("title?as=big"),
        "`as` of `title` is one of none, empty, nested, comment, script, entities, huge, control, escape, not `big`, \
         for example `title?as=escape`"
    );
    assert_eq!(
        told("unstable?rate=2"),
        "`rate` of `unstable` is a number from 0 to 1, not `2`, for example `unstable?rate=0.5&with=reset`"
    );
    for with in ["nonsense", "600", "refused", "fail-first", "unstable?rate=1", "in-turn", "at-most"] {
        let expected = format!(
            "`with` of `fail-first` is a status code, or a fault that needs no port of its own and does not itself \
             choose when to fail, not `{with}`, for example `fail-first?n=2&with=503`"
        );
        assert_eq!(told(&format!("fail-first?with={with}")), expected);
    }
    let turns = "up to 32 of these, with commas between them: `ok`, a status code, or a fault that needs no port of its own \
                 and does not itself choose when to fail";
    let many = ["ok"; 33].join(",");
    for of in ["", "ok,", "503,nonsense", "refused", "in-turn,ok", "OK", "503, ok", &many] {
        let expected =
            format!("`of` of `in-turn` is {turns}, not `{of}`, for example `in-turn?of=503,reset,ok`");
        assert_eq!(told(&format!("in-turn?of={}", of.replace(' ', "+"))), expected);
    }
    assert_eq!(
        told("in-turn?again=true"),
        "`again` of `in-turn` is yes or no, not `true`, for example `in-turn?of=503,reset,ok`"
    );
    for without_place in ["with=reset&retry-after=1", "with=status?retry-after=2&retry-after=1"] {
        assert_eq!(
            told(&format!("at-most?{without_place}")),
            "`at-most`: retry-after goes with a status that has none of its own, for example `at-most?n=1&per=60000`"
        );
    }
    assert!(told("status?retry-after=date-in-86401").contains("`date-in-` and seconds, not `date-in-86401`"));
    assert_eq!(
        told("status?retry-after=soon"),
        "`retry-after` of `status` is seconds up to 86400, a date as HTTP writes it, or `date-in-` and seconds, not `soon`, \
         for example `status?code=503&retry-after=2`"
    );
    assert_eq!(
        told("random-delay?low=9&high=1"),
        "`random-delay`: low must not be above high, for example `random-delay?low=100&high=1000`"
    );
    assert_eq!(
        told("random-delay?low=9&sigma=1"),
        "`random-delay`: low and sigma don't go together, for example `random-delay?low=100&high=1000`"
    );
    assert_eq!(
        told("dribble?chunk=9&chunks=1"),
        "`dribble`: chunk and chunks don't go together, for example `dribble?chunk=100&pause=20`"
    );
}

#[test]
fn parameters_that_are_not_given_have_their_defaults() {
    let read = |text: &str| text.parse::<Fault>().unwrap_or_else(|error| panic!("{error}"));
    let some = |number| NonZeroU64::new(number).expect("it isn't 0");
    assert_eq!(read("stall"), Fault::Stall { after: 1000, pause: None });
    assert_eq!(read("reset"), Fault::Reset { after: None });

    let (dribble, pause) = (some(100), Duration::from_millis(20));
    assert_eq!(read("dribble"), Fault::Dribble { chunk: dribble, pause });
    assert_eq!(read("dribble?pause=0"), Fault::Dribble { chunk: dribble, pause: Duration::ZERO });
    assert_eq!(read("dribble?chunk=7"), Fault::Dribble { chunk: some(7), pause });
    let over = Duration::from_secs(1);
    assert_eq!(read("dribble?chunks=7"), Fault::DribbleOver { chunks: some(7), over });
    assert_eq!(read("dribble?over=1000"), Fault::DribbleOver { chunks: some(10), over });

    let with = Box::new(Fault::Status { code: StatusCode::SERVICE_UNAVAILABLE, retry_after: None });
    assert_eq!(read("fail-first"), Fault::FailFirst { count: 2, with, key: String::new() });
    let retry_after = Some(RetryAfter::Seconds(1));
    let with = Box::new(Fault::Status { code: StatusCode::TOO_MANY_REQUESTS, retry_after });
    let nested = "unstable?seed=7&with=status?code%3D429%26retry-after%3D1";
    assert_eq!(read(nested), Fault::Unstable { rate: 0.5, with, seed: Some(7) });

    let uniform =
        |low, high| Spread::Uniform { low: Duration::from_millis(low), high: Duration::from_millis(high) };
    let delay = |spread| Fault::RandomDelay { spread, seed: None };
    assert_eq!(read("random-delay"), delay(uniform(100, 1000)));
    assert_eq!(read("random-delay?low=5"), delay(uniform(5, 1000)));
    let log_normal = |median, sigma| Spread::LogNormal { median: Duration::from_millis(median), sigma };
    assert_eq!(read("random-delay?median=50"), delay(log_normal(50, 0.5)));
    assert_eq!(read("random-delay?sigma=1"), delay(log_normal(300, 1.0)));
}

#[test]
fn faults_in_turn_have_parameters_and_commas_of_their_own() {
    let read = |text: &str| text.parse::<Fault>().unwrap_or_else(|error| panic!("{error}"));
    let status = |code, retry_after| Some(Fault::Status { code, retry_after });
    let in_turn = |turns, again| Fault::InTurn { turns, again, key: String::new() };
    let default =
        vec![status(StatusCode::SERVICE_UNAVAILABLE, None), Some(Fault::Reset { after: None }), None];
    assert_eq!(read("in-turn"), in_turn(default, false));

    let after = Some(RetryAfter::Seconds(1));
    let of = "in-turn?again=yes&of=ok,status?code=429%26retry-after=1,reset?after=9,ok";
    let expected =
        vec![None, status(StatusCode::TOO_MANY_REQUESTS, after), Some(Fault::Reset { after: Some(9) }), None];
    assert_eq!(read(of), in_turn(expected, true));

    // The commas between the turns may be percent-encoded. One inside a fault is, twice.
    let date = "Sun, 06 Nov 1994 08:49:37 GMT";
    let inside = date.replace(", ", "%252C%2B").replace(' ', "%2B");
    let expected = vec![
        status(StatusCode::SERVICE_UNAVAILABLE, date.parse().ok().map(RetryAfter::Date)),
        status(StatusCode::BAD_GATEWAY, None),
    ];
    assert_eq!(read(&format!("in-turn?of=status?retry-after={inside}%2C502")), in_turn(expected, false));
}

#[test]
fn at_most_so_many_are_in_flight_or_in_a_time() {
    let read = |text: &str| text.parse::<Fault>().unwrap_or_else(|error| panic!("{error}"));
    let refused = |code, retry_after| Box::new(Fault::Status { code, retry_after });
    let with = refused(StatusCode::TOO_MANY_REQUESTS, None);
    let key = String::new();
    let expected = Fault::AtMost { count: 4, per: None, with, delay: None, key };
    assert_eq!(read("at-most"), expected);

    let expected = Fault::AtMost {
        count: 9,
        per: Some(Duration::from_secs(1)),
        with: refused(StatusCode::SERVICE_UNAVAILABLE, Some(RetryAfter::DateIn(2))),
        delay: Some(Duration::from_millis(5)),
        key: "a".to_owned(),
    };
    assert_eq!(read("at-most?n=9&per=1000&with=503&retry-after=date-in-2&delay=5&key=a"), expected);
    let nested = read("at-most?n=9&per=1000&with=status?retry-after%3Ddate-in-2&delay=5&key=a");
    assert_eq!(nested, expected);
}

#[test]
fn the_readme_has_a_row_for_every_fault_with_its_defaults() {
    let readme = include_str!("../../README.md");
    let (_, catalogued) = readme.split_once("\n## Catalogue\n").expect("it has a catalogue");
    let lines = catalogued.lines().take_while(|line| !line.starts_with("## "));
    let rows = lines.filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let rows: Vec<_> = rows.map(|(name, rest)| (name, rest.trim_end_matches("` |"))).collect();
    let mut names: Vec<_> = rows.iter().map(|(name, _)| *name).collect();
    let mut expected: Vec<_> = catalogue().map(|kind| kind.name).collect();
    names.sort_unstable();
    expected.sort_unstable();
    assert_eq!(names, expected);
    for (name, rest) in rows {
        let (_, with_defaults) = rest.rsplit_once('`').expect("the last cell is code");
        let fault = |text: &str| text.parse::<Fault>().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(fault(name), fault(with_defaults), "{name}");
    }
}
