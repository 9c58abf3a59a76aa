//! The crawl loop on a web that is a table. The test decides which request gets
//! its response first, and the result is always the same.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use fastrand::Rng;
use lesson10::frontier::InMemory;
use lesson10::parser::{Link, Page, Visit};
use lesson10::progress::Progress;
use lesson10::reporter::{Report, Reporter};
use lesson10::{Job, LinkError, Options, Outcome, SkipReason, crawl};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::timeout;
use url::Url;

/// What the web has at a URL. Other URLs are 404.
#[derive(Clone, Debug)]
enum Is {
    Page(Vec<String>),
    Moved(String),
    Broken(LinkError),
}

#[derive(Clone, Debug, Default)]
struct Web(BTreeMap<Url, Is>);

fn url(path: &str) -> Url {
    let start = Url::parse("http://home.example").expect("it is a URL");
    start.join(path).expect("it is one of the site, or of another")
}

impl Web {
    fn page(mut self, path: &str, links: &[&str]) -> Web {
        let links = links.iter().map(|link| link.to_string()).collect();
        self.0.insert(url(path), Is::Page(links));
        self
    }

    fn moved(mut self, path: &str, to: &str) -> Web {
        self.0.insert(url(path), Is::Moved(to.to_owned()));
        self
    }

    fn broken(mut self, path: &str, error: LinkError) -> Web {
        self.0.insert(url(path), Is::Broken(error));
        self
    }

    fn visit(&self, job: Job) -> Visit {
        let mut page = Page::default();
        let outcome = match self.0.get(&job.url) {
            Some(Is::Page(links)) => {
                let link =
                    |to: &String| Link { text: to.clone(), to: Ok(url(to)) };
                page.links = links.iter().map(link).collect();
                Outcome::Fine(None)
            }
            Some(Is::Moved(to)) => Outcome::Redirect(url(to)),
            Some(Is::Broken(error)) => Outcome::Broken(error.clone()),
            None => {
                let not_found = reqwest::StatusCode::NOT_FOUND;
                Outcome::Broken(LinkError::Status(not_found, None))
            }
        };
        Visit { job, outcome, page }
    }
}

/// What a crawl did.
struct Crawled {
    /// In the order of the requests.
    requests: Vec<Job>,
    /// How many were in flight, at most.
    most: usize,
    report: Report,
}

impl Crawled {
    fn paths(&self) -> Vec<&str> {
        let url = self.requests.iter().map(|job| job.url.as_str());
        url.map(|url| url.trim_start_matches("http://home.example")).collect()
    }

    /// URL, depth and hops.
    fn jobs(&self) -> BTreeSet<(&str, usize, usize)> {
        let jobs = self.requests.iter();
        jobs.map(|job| (job.url.as_str(), job.depth, job.hops)).collect()
    }

    fn json(&self) -> String {
        let mut json = Vec::new();
        self.report.write_json(&mut json).expect("it can be written");
        String::from_utf8(json).expect("it is text")
    }
}

/// Which of this many requests gets its response next.
type Pick<'a> = &'a mut dyn FnMut(usize) -> usize;

/// Receives every job there is, then responds to one of them. The clock is
/// paused, so the timeout expires when nothing else can happen.
async fn respond(
    web: &Web,
    mut jobs: Receiver<Job>,
    visits: Sender<Visit>,
    pick: Pick<'_>,
) -> (Vec<Job>, usize) {
    let mut requests = Vec::new();
    let mut held = Vec::new();
    let mut most = 0;
    loop {
        match timeout(Duration::from_millis(1), jobs.recv()).await {
            Ok(Some(job)) => {
                requests.push(job.clone());
                held.push(job);
                most = most.max(held.len());
            }
            Ok(None) => return (requests, most),
            Err(_) => {
                assert!(!held.is_empty(), "it deadlocked");
                let job = held.remove(pick(held.len()));
                let sent = visits.send(web.visit(job)).await;
                sent.expect("the crawl waits for its visits");
            }
        }
    }
}

async fn crawl_in_order(
    web: &Web,
    options: &Options,
    (pages, per_host): (usize, usize),
    pick: Pick<'_>,
) -> Crawled {
    let (jobs_in, jobs) = channel(1);
    let (visits_in, visits) = channel(1);
    let (results_in, results) = channel(1);
    let progress = Progress::hidden();
    let frontier = InMemory::new(pages, per_host);
    let crawl =
        crawl::run(options, frontier, jobs_in, visits, results_in, &progress);
    let (crawled, (requests, most), report) = tokio::join!(
        crawl,
        respond(web, jobs, visits_in, pick),
        Reporter::new(options).run(results, &progress),
    );
    crawled.expect("the frontier does not fail");
    Crawled { requests, most, report }
}

fn options(depth: usize) -> Options {
    let options = Options::new(url("/"), Duration::from_secs(1));
    Options { depth, occurrences: usize::MAX, ..options }
}

/// Crawls in many orders, and all must give the same result.
async fn crawl_in_all_orders(
    web: &Web,
    options: &Options,
    limits: (usize, usize),
) -> Crawled {
    let first = crawl_in_order(web, options, limits, &mut |_| 0).await;
    let jobs = first.jobs();
    assert_eq!(jobs.len(), first.requests.len(), "each URL once");
    for seed in 0..20 {
        let mut random = Rng::with_seed(seed);
        // The last request first, to begin with.
        let pick: Pick<'_> = if seed == 0 {
            &mut |held| held - 1
        } else {
            &mut |held| random.usize(..held)
        };
        let other = crawl_in_order(web, options, limits, pick).await;
        assert_eq!(other.jobs(), jobs, "{web:?}");
        assert_eq!(other.json(), first.json(), "{web:?}");
    }
    first
}

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
async fn ten_redirects_are_followed_and_an_eleventh_is_not() {
    for (redirects, is_broken) in [(10, false), (11, true), (12, true)] {
        let web = Web::default().page("/", &["/0"]);
        let web = chain(web, redirects).page(&format!("/{redirects}"), &[]);
        let crawled = crawl_in_all_orders(&web, &options(20), (100, 100)).await;
        let broken = !crawled.report.broken.is_empty();
        assert_eq!(broken, is_broken, "{}", crawled.json());
        // The start, and what ten redirects lead to.
        assert_eq!(crawled.requests.len(), 1 + 1 + 10);
        assert!(crawled.report.skipped.is_empty());
    }
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
            format!("{host}/{number}/{}", random.usize(..15))
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
                    for link in 0..14 {
                        let to = format!("{path}/{}", link + 1);
                        web = web.moved(&format!("{path}/{link}"), &to);
                    }
                    web = web.moved(&format!("{path}/14"), &any(random));
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

#[tokio::test(start_paused = true)]
async fn a_host_that_cannot_be_reached_gets_no_request_for_its_other_links() {
    let mut web = Web::default();
    let mut links = Vec::new();
    for number in 10..30 {
        for (host, error) in [
            ("dead", LinkError::Unreachable),
            ("flaky", LinkError::Unreachable),
            ("slow", LinkError::TimedOut),
            ("unknown", LinkError::NameLookup),
            ("untrusted", LinkError::Tls("bad certificate".to_owned())),
        ] {
            let link = format!("http://{host}.example/{number}");
            web = web.broken(&link, error);
            links.push(link);
        }
    }
    // A different port may work.
    for number in 0..5 {
        let link = format!("http://dead.example:81/{number}");
        web = web.page(&link, &[]);
        links.push(link);
    }
    // One response is enough, whatever it says.
    links.push("http://flaky.example/1".to_owned());
    let links: Vec<_> = links.iter().map(String::as_str).collect();
    let web = web.page("/", &links);
    let mut first = |_| 0;
    let limits = (100, 4);
    let crawled = crawl_in_order(&web, &options(20), limits, &mut first).await;
    let requests = |host: &str| {
        let start = format!("http://{host}.example");
        let of_host = |job: &&Job| {
            let rest = job.url.as_str().strip_prefix(start.as_str());
            rest.is_some_and(|rest| rest.starts_with('/'))
        };
        crawled.requests.iter().filter(of_host).count()
    };
    let hosts = ["dead", "flaky", "slow", "unknown", "untrusted"];
    assert_eq!(hosts.map(requests), [4, 21, 20, 4, 4]);
    let other_port = |job: &&Job| job.url.port() == Some(81);
    assert_eq!(crawled.requests.iter().filter(other_port).count(), 5);
    // The links without a request of their own are broken all the same.
    assert_eq!(crawled.report.broken.len(), 5 * 20 + 1);
    assert_eq!(crawled.report.fine, 1 + 5);
    for broken in &crawled.report.broken {
        let is_dead = broken.link.starts_with("http://dead.example/");
        let unreachable = matches!(broken.error, LinkError::Unreachable);
        assert!(unreachable || !is_dead, "{}", broken.link);
    }
}
