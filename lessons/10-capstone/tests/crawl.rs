//! The crawl loop with a web that is a table, in which the test decides what is
//! answered first: the result is the same whatever it is.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use fastrand::Rng;
use lesson10::frontier::InMemory;
use lesson10::parser::{Link, Page, Visit};
use lesson10::progress::Progress;
use lesson10::reporter::{Report, Reporter};
use lesson10::{Job, Options, Outcome, Reason, Why, crawl};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use url::Url;

/// What the web has at a URL; 404 is what it does not have.
#[derive(Clone, Debug)]
enum Is {
    Page(Vec<String>),
    Moved(String),
    Broken(Why),
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

    fn broken(mut self, path: &str, why: Why) -> Web {
        self.0.insert(url(path), Is::Broken(why));
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
            Some(Is::Broken(why)) => Outcome::Broken(why.clone()),
            None => {
                let not_found = reqwest::StatusCode::NOT_FOUND;
                Outcome::Broken(Why::Status(not_found, None))
            }
        };
        Visit { job, outcome, page }
    }
}

/// What a crawl did.
struct Crawled {
    /// In the order in which they were asked.
    asked: Vec<Job>,
    /// How many were asked and not answered, at most.
    most: usize,
    report: Report,
}

impl Crawled {
    fn paths(&self) -> Vec<&str> {
        let url = self.asked.iter().map(|job| job.url.as_str());
        url.map(|url| url.trim_start_matches("http://home.example")).collect()
    }

    /// URL, depth and hops.
    fn jobs(&self) -> BTreeSet<(&str, usize, usize)> {
        let jobs = self.asked.iter();
        jobs.map(|job| (job.url.as_str(), job.depth, job.hops)).collect()
    }

    fn told(&self) -> String {
        let mut told = Vec::new();
        self.report.write_json(&mut told).expect("it can be written");
        String::from_utf8(told).expect("it is text")
    }
}

/// Which of so many that were asked is answered next.
type Pick<'a> = &'a mut dyn FnMut(usize) -> usize;

/// Takes all there is to ask at a time, and then answers one of it. The clock is
/// paused, so a time limit passes when there is nothing else to do.
async fn answer(
    web: &Web,
    mut jobs: Receiver<Job>,
    visits: Sender<Visit>,
    pick: Pick<'_>,
) -> (Vec<Job>, usize) {
    let (mut asked, mut held, mut most) = (Vec::new(), Vec::new(), 0);
    loop {
        match timeout(Duration::from_millis(1), jobs.recv()).await {
            Ok(Some(job)) => {
                asked.push(job.clone());
                held.push(job);
                most = most.max(held.len());
            }
            Ok(None) => return (asked, most),
            Err(_) => {
                assert!(!held.is_empty(), "it stands still");
                let job = held.remove(pick(held.len()));
                let sent = visits.send(web.visit(job)).await;
                sent.expect("it waits for what it asked for");
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
    let (news_in, news) = channel(1);
    let (progress, stop) = (Progress::hidden(), CancellationToken::new());
    let frontier = InMemory::new(pages, per_host);
    let crawl = crawl::run(
        options, frontier, jobs_in, visits, news_in, &progress, &stop,
    );
    let (crawled, (asked, most), report) = tokio::join!(
        crawl,
        answer(web, jobs, visits_in, pick),
        Reporter::new(options).run(news, &progress),
    );
    crawled.expect("the frontier does not fail");
    Crawled { asked, most, report }
}

fn options(depth: usize) -> Options {
    let options = Options::new(url("/"), Duration::from_secs(1));
    Options { depth, occurrences: usize::MAX, ..options }
}

/// Crawls in many orders, which all must come to the same.
async fn crawl_in_all_orders(
    web: &Web,
    options: &Options,
    limits: (usize, usize),
) -> Crawled {
    let first = crawl_in_order(web, options, limits, &mut |_| 0).await;
    let asked = first.jobs();
    assert_eq!(asked.len(), first.asked.len(), "each URL once");
    for seed in 0..20 {
        let mut random = Rng::with_seed(seed);
        // The one that was asked last, for a beginning.
        let pick: Pick<'_> = match seed {
            0 => &mut |held| held - 1,
            _ => &mut |held| random.usize(..held),
        };
        let other = crawl_in_order(web, options, limits, pick).await;
        assert_eq!(other.jobs(), asked, "{web:?}");
        assert_eq!(other.told(), first.told(), "{web:?}");
    }
    first
}

#[tokio::test(start_paused = true)]
async fn a_page_has_the_depth_of_the_shortest_way_whichever_way_was_quicker() {
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
    let page = crawled.asked.iter().find(|job| job.url == url("/page"));
    assert_eq!(page.map(|job| job.depth), Some(2), "by way of /to-b and /b");
    let asked = crawled.paths();
    assert!(asked.contains(&"/last"), "the page is near enough: {asked:?}");
    assert!(!asked.contains(&"/beyond"), "{asked:?}");
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
        assert_eq!(broken, is_broken, "{}", crawled.told());
        // The start, and what ten redirects lead to.
        assert_eq!(crawled.asked.len(), 1 + 1 + 10);
        assert!(crawled.report.not_checked.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_urls_are_beyond_the_limit_whichever_page_was_quicker() {
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
    let asked = crawled.paths();
    let (inside, outside): (Vec<&str>, Vec<&str>) =
        asked.into_iter().partition(|asked| asked.starts_with('/'));
    // The nearest, and of those that are as near the first in the alphabet.
    let nearest = ["/", "/1", "/2", "/3", "/moved", "/near", "/a", "/b"];
    assert_eq!(inside, nearest);
    assert_eq!(outside.len(), 80);
    let left_out = crawled.report.not_checked.get(&Reason::NoTurn);
    assert_eq!(left_out, Some(&3), "/c, /y and /z");
}

#[tokio::test(start_paused = true)]
async fn in_webs_made_at_random_the_result_does_not_depend_on_the_order() {
    for seed in 0..25 {
        let mut random = Rng::with_seed(seed);
        let web = web_made_at_random(&mut random);
        let options = options(random.usize(..6));
        let limits = (random.usize(1..60), random.usize(1..20));
        crawl_in_all_orders(&web, &options, limits).await;
    }
}

fn web_made_at_random(random: &mut Rng) -> Web {
    let count = random.usize(2..30);
    let any = |random: &mut Rng| {
        let host = random.choice(["", "", "", "http://other.example"]);
        let host = host.expect("there are four");
        let number = random.usize(..count);
        match random.usize(..4) {
            0 => format!("{host}/{number}/{}", random.usize(..15)),
            _ => format!("{host}/{number}"),
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
                        let (from, to) = (link, link + 1);
                        let to = format!("{path}/{to}");
                        web = web.moved(&format!("{path}/{from}"), &to);
                    }
                    web = web.moved(&format!("{path}/14"), &any(random));
                }
                2 => {}
                _ => web = page_made_at_random(web, &path, random, any),
            }
        }
    }
    page_made_at_random(web, "/", random, any)
}

fn page_made_at_random(
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
async fn what_is_as_far_from_the_start_is_asked_together_and_the_nearest_first()
{
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
    let depths = crawled.asked.iter().map(|job| job.depth);
    assert!(depths.is_sorted());
}

#[tokio::test(start_paused = true)]
async fn what_has_another_scheme_host_or_port_is_not_of_the_site() {
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
    for Job { url, inside, .. } in &crawled.asked {
        assert_eq!(*inside, !others.contains(&url.as_str()), "{url}");
    }
    assert_eq!(crawled.asked.len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_cannot_be_reached_is_not_asked_again_for_its_other_links()
{
    let mut web = Web::default();
    let mut links = Vec::new();
    for number in 10..30 {
        for (host, why) in [
            ("dead", Why::Unreachable),
            ("flaky", Why::Unreachable),
            ("slow", Why::TimedOut),
        ] {
            let link = format!("http://{host}.example/{number}");
            web = web.broken(&link, why);
            links.push(link);
        }
    }
    // At another port there may be somebody.
    for number in 0..5 {
        links.push(format!("http://dead.example:81/{number}"));
        web = web.page(&links[links.len() - 1], &[]);
    }
    // One answer, whatever it says, is enough.
    let lost = "http://flaky.example/1";
    links.push(lost.to_owned());
    let links: Vec<_> = links.iter().map(String::as_str).collect();
    let web = web.page("/", &links);
    let mut first = |_| 0;
    let limits = (100, 4);
    let crawled = crawl_in_order(&web, &options(20), limits, &mut first).await;
    let asked = |host: &str| {
        let asked = crawled.asked.iter();
        asked.filter(|job| job.url.as_str().starts_with(host)).count()
    };
    let hosts = [
        "dead.example/",
        "dead.example:81/",
        "flaky.example/",
        "slow.example/",
    ];
    let asked = hosts.map(|host| asked(&format!("http://{host}")));
    assert_eq!(asked, [4, 5, 21, 20]);
    // That nobody asked again is no reason to call them well.
    assert_eq!(crawled.report.broken.len(), 61);
    assert_eq!(crawled.report.fine, 1 + 5);
    for broken in &crawled.report.broken {
        let is_dead = broken.link.starts_with("http://dead.example/");
        let unreachable = matches!(broken.why, Why::Unreachable);
        assert!(unreachable || !is_dead, "{}", broken.link);
    }
}
