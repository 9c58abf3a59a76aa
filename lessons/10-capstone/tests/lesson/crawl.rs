//! The crawl loop on a web that is only a table in the test. The test decides
//! which request gets its response first; the result must not depend on it.

mod table;

use fastrand::Rng;
use lesson10::{Job, SkipReason};

use table::{Web, crawl_in_all_orders, options, url};

#[tokio::test(start_paused = true)]
async fn a_page_has_the_depth_of_its_shortest_way_whichever_way_was_faster() {
    let web = Web::default()
        .page("/", &["/a", "/to-b"])
        .moved("/to-b", "/b")
        .page("/a", &["/c"])
        .page("/b", &["/page"])
        .page("/c", &["/page", "/d"])
        .page("/d", &["/page"])
        .page("/page", &["/last"])
        .page("/last", &["/beyond"]);
    let crawled = crawl_in_all_orders(&web, &options(2), (100, 100)).await;
    let page = crawled.requests.iter().find(|job| job.url == url("/page"));
    assert_eq!(page.map(|job| job.depth), Some(2), "by way of /to-b and /b");
    let paths = crawled.paths();
    assert!(paths.contains(&"/last"), "the page is near enough: {paths:?}");
    assert!(!paths.contains(&"/beyond"), "{paths:?}");
}

/// `/0`, redirected to `/1`, and so on.
fn chain(mut web: Web, redirects: usize) -> Web {
    for number in 0..redirects {
        web = web.moved(&format!("/{number}"), &format!("/{}", number + 1));
    }
    web
}

#[tokio::test(start_paused = true)]
async fn twenty_redirects_are_followed_and_the_next_is_not() {
    for (redirects, is_broken) in [(20, false), (21, true), (22, true)] {
        let web = Web::default().page("/", &["/0"]);
        let web = chain(web, redirects).page(&format!("/{redirects}"), &[]);
        let crawled = crawl_in_all_orders(&web, &options(20), (100, 100)).await;
        let broken = !crawled.report.broken.is_empty();
        assert_eq!(broken, is_broken, "{}", crawled.json());
        assert!(crawled.report.skipped.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_into_the_middle_of_a_chain_that_is_too_long_is_checked() {
    let web = Web::default().page("/", &["/0", "/to-10"]);
    let web = web.page("/to-10", &["/10"]);
    let crawled =
        crawl_in_all_orders(&chain(web, 25), &options(20), (100, 100)).await;
    // Its fifteen redirects are fine, but nothing is at their end.
    let json = crawled.json();
    let middle = crawled.report.broken.iter();
    let middle: Vec<_> =
        middle.filter(|broken| broken.link == url("/10").as_str()).collect();
    assert_eq!(middle[0].redirected_to, Some(url("/25")), "{json}");
    assert!(crawled.report.skipped.is_empty(), "{json}");
}

#[tokio::test(start_paused = true)]
async fn redirects_without_an_end_are_followed_twice_as_far() {
    let web = chain(Web::default().page("/", &["/0"]), 100);
    let crawled = crawl_in_all_orders(&web, &options(20), (100, 100)).await;
    assert_eq!(crawled.requests.len(), 1 + 1 + 40);
    assert_eq!(crawled.report.broken.len(), 1, "{}", crawled.json());
}

#[tokio::test(start_paused = true)]
async fn the_same_urls_are_over_the_limit_whichever_page_was_faster() {
    let outside: Vec<_> =
        (10..90).map(|n| format!("http://other.example/{n}")).collect();
    let outside: Vec<_> = outside.iter().map(String::as_str).collect();
    let web = Web::default()
        .page("/", &["/3", "/1", "/2", "/moved"])
        .page("/1", &["/c", "/b", "/z"])
        .page("/2", &["/y", "/a"])
        .moved("/moved", "/near")
        .page("/3", &outside);
    let crawled = crawl_in_all_orders(&web, &options(20), (8, 100)).await;
    let paths = crawled.paths().into_iter();
    let (inside, outside): (Vec<&str>, Vec<&str>) =
        paths.partition(|path| path.starts_with('/'));
    // The nearest ones, and of equally near ones the first in the alphabet.
    let nearest = ["/", "/1", "/2", "/3", "/moved", "/near", "/a", "/b"];
    assert_eq!(inside, nearest);
    assert_eq!(outside.len(), 80);
    let skipped = crawled.report.skipped.get(&SkipReason::NotReached);
    assert_eq!(skipped, Some(&3), "/c, /y and /z");
}

#[tokio::test(start_paused = true)]
async fn in_random_webs_the_result_does_not_depend_on_the_order() {
    for seed in 0..25 {
        let mut random = Rng::with_seed(seed);
        let web = random_web(&mut random);
        let options = options(random.usize(..6));
        let limits = (random.usize(1..60), random.usize(1..20));
        crawl_in_all_orders(&web, &options, limits).await;
    }
}

fn random_web(random: &mut Rng) -> Web {
    let count = random.usize(2..30);
    let any = |random: &mut Rng| {
        let host = random.choice(["", "", "", "http://other.example"]);
        let host = host.expect("there are four");
        let number = random.usize(..count);
        if random.usize(..4) == 0 {
            format!("{host}/{number}/{}", random.usize(..20))
        } else {
            format!("{host}/{number}")
        }
    };
    let mut web = Web::default();
    for number in 0..count {
        for host in ["", "http://other.example"] {
            let path = format!("{host}/{number}");
            match random.usize(..6) {
                0 => web = web.moved(&path, &any(random)),
                // Into a long chain.
                1 => {
                    web = web.moved(&path, &format!("{path}/0"));
                    for link in 0..44 {
                        let to = format!("{path}/{}", link + 1);
                        web = web.moved(&format!("{path}/{link}"), &to);
                    }
                    web = web.moved(&format!("{path}/44"), &any(random));
                }
                2 => {}
                _ => web = random_page(web, &path, random, any),
            }
        }
    }
    random_page(web, "/", random, any)
}

fn random_page(
    web: Web,
    path: &str,
    random: &mut Rng,
    any: impl Fn(&mut Rng) -> String,
) -> Web {
    let links: Vec<_> = (0..random.usize(..6)).map(|_| any(random)).collect();
    let links: Vec<_> = links.iter().map(String::as_str).collect();
    web.page(path, &links)
}

#[tokio::test(start_paused = true)]
async fn pages_equally_far_away_are_requested_together_and_the_nearest_first() {
    let links: Vec<_> = (100..150).map(|n| format!("/{n}")).collect();
    let links: Vec<_> = links.iter().rev().map(String::as_str).collect();
    let web = Web::default()
        .page("/", &links)
        .page("/149", &["/a"])
        .page("/100", &["/z", "/100", "/"]);
    let crawled = crawl_in_all_orders(&web, &options(20), (1_000, 1_000)).await;
    assert_eq!(crawled.most, 50);
    let mut expected = links.clone();
    expected.sort();
    let expected = [&["/"], expected.as_slice(), &["/a", "/z"]].concat();
    assert_eq!(crawled.paths(), expected);
    let depths = crawled.requests.iter().map(|job| job.depth);
    assert!(depths.is_sorted());
}

#[tokio::test(start_paused = true)]
async fn a_different_scheme_host_or_port_is_not_part_of_the_site() {
    let others = [
        "https://home.example/",
        "http://home.example:81/",
        "http://www.home.example/",
    ];
    let mut web = Web::default()
        .page("/", &[&others[..], &["http://HOME.example:80/a"]].concat())
        .page("/a", &[]);
    for other in others {
        web = web.page(other, &[]);
    }
    let crawled = crawl_in_all_orders(&web, &options(20), (100, 100)).await;
    for Job { url, inside, .. } in &crawled.requests {
        assert_eq!(*inside, !others.contains(&url.as_str()), "{url}");
    }
    assert_eq!(crawled.requests.len(), 5);
}
