//! The fault catalogue of the appendix: the mock web's own list, and what five clients say of each fault.

use std::time::Duration;
use std::{fs, thread};

use anyhow::{Context, anyhow, bail, ensure};
use futures::future::join_all;
use mock_server::{Kind, MockWeb, Site, catalogue, page};
use testkit::{run_python, run_tool};
use ureq::Agent;

use crate::compare::comparable;
use crate::pages::{read, source};
use crate::root;

/// How long each client waits for a page: longer than what is slow in the catalogue's examples takes, and less than the ten
/// seconds that Node has for connecting, so that it's never a race which of the two ends first.
const TIME_LIMIT: Duration = Duration::from_secs(9);
/// Each client asks so often, on one connection where it keeps one: some faults are not in the first answer.
const TIMES: usize = 2;
/// Small, so that a dribbled page ends within the time limit.
const BYTES: usize = 3_000;

/// The size of an upload, for the faults that concern the request's body: what is read slowly ends within the time limit.
const UPLOAD: usize = 500_000;
/// curl, aiohttp and ureq upload without and with this header. reqwest does not wait for what it asks for, and fetch
/// refuses to send it.
const EXPECT: [&str; 2] = ["Expect:", "Expect: 100-continue"];

/// What is longer, in characters, is cut short.
const LONGEST: usize = 250;

/// In the order of the rows. `fetch` is Node's.
pub(crate) const CLIENTS: [&str; 5] = ["reqwest", "curl", "aiohttp", "fetch", "ureq"];

/// What a client says of a fault: once, or in two ways that it was asked.
type Answers = Vec<String>;

/// The catalogue as Markdown. It takes about as long as two requests that time out.
///
/// # Errors
///
/// When a client is missing (curl, Node, or a Python with aiohttp; `PYTHON` names it), or the web does not start.
pub async fn markdown() -> anyhow::Result<String> {
    for tool in ["curl", "node"] {
        ensure!(run_tool(tool, &["--version"]).is_some(), "{tool} is missing");
    }
    // Each of these waits in a thread of its own until its programs or its requests end.
    let threads = [curl_says, aiohttp_says, fetch_says, ureq_says].map(thread::spawn);
    let mut said = vec![reqwest_says().await?];
    for thread in threads {
        said.push(thread.join().map_err(|_| anyhow!("a client failed; it said why above"))??);
    }
    let kinds = catalogue().count();
    ensure!(said.iter().all(|answers| answers.len() == kinds), "a client did not ask for every fault");
    let mut markdown = String::new();
    for (index, kind) in catalogue().enumerate() {
        markdown += &section(kind, CLIENTS.into_iter().zip(said.iter().map(|answers| &answers[index])));
    }
    Ok(markdown)
}

/// Checks that the page names the versions of the two tools that nothing in this repository pins.
///
/// # Errors
///
/// When it names another version, or a tool is missing.
pub fn check_versions() -> anyhow::Result<()> {
    let page = read(&source().join("faults.md"))?;
    for (tool, printed_before, name) in [("curl", "curl ", "curl"), ("node", "v", "Node")] {
        let output = run_tool(tool, &["--version"]).with_context(|| format!("{tool} is missing"))?;
        let printed = String::from_utf8(output.stdout)?;
        let mut numbers = printed.trim_start_matches(printed_before).split('.');
        let (Some(major), Some(minor)) = (numbers.next(), numbers.next()) else {
            bail!("{tool} prints this as its version: {printed}");
        };
        let said = format!("{name} {major}.{minor}");
        ensure!(page.contains(&said), "nothing is recorded: book/src/faults.md doesn't name {said}");
    }
    Ok(())
}

fn section<'a>(kind: &Kind, said: impl Iterator<Item = (&'a str, &'a Answers)>) -> String {
    let mut section = format!("## `{}`\n\n{}\n\n", kind.name, kind.behaviour);
    if !kind.parameters.is_empty() {
        let parameters = kind.parameters.iter().map(|parameter| format!("- {}\n", code_first(parameter)));
        section += &parameters.collect::<String>();
        section.push('\n');
    }
    let (asked, labels) = if kind.concerns_request_body() {
        ("Uploaded to", ["without `Expect`: ", "with `Expect`: "])
    } else {
        ("Asked for", ["first: ", "then: "])
    };
    section += &format!("{asked} `{}`:\n\n| client | what it says |\n|---|---|\n", kind.example);
    for (client, answers) in said {
        section += &format!("| {client} | {} |\n", in_a_cell(client, answers, labels));
    }
    section.push('\n');
    section
}

/// `after: a whole number` with its name as code.
fn code_first(parameter: &mock_server::Parameter) -> String {
    let words = parameter.to_string();
    let (name, rest) = words.split_once(':').unwrap_or((&words, ""));
    format!("`{name}`:{rest}")
}

/// One answer where both are the same.
fn in_a_cell(client: &str, answers: &[String], labels: [&str; 2]) -> String {
    let code = |words: &String| format!("`{}`", shortened(words).replace('`', "'").replace('|', "\\|"));
    let comparable = |words| comparable(&format!("| {client} | {} |", code(words)), None);
    match answers {
        [first, rest @ ..] if rest.iter().all(|other| comparable(other) == comparable(first)) => code(first),
        _ => answers
            .iter()
            .zip(labels)
            .map(|(words, when)| when.to_owned() + &code(words))
            .collect::<Vec<_>>()
            .join("<br>"),
    }
}

/// Some clients quote what they did not understand.
fn shortened(words: &str) -> String {
    match words.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words.to_owned(),
    }
}

/// A web for one client, so that what a fault counts, it counts for that client.
fn web() -> anyhow::Result<MockWeb> {
    let site = |kind: &Kind| {
        Ok(Site::new(kind.name).page(page("A page", BYTES, 400)).fault(kind.example.parse()?).by_front())
    };
    let sites = catalogue().map(site).collect::<anyhow::Result<Vec<_>>>()?;
    Ok(MockWeb::builder().sites(sites).start()?)
}

/// Without the port, which is another at each run.
fn portless(words: &str, url: &str) -> String {
    let port = url.trim_end_matches('/').rsplit(':').next().unwrap_or(url);
    words.replace(port, "PORT")
}

async fn reqwest_says() -> anyhow::Result<Vec<Answers>> {
    let web = web()?;
    let client = reqwest::Client::builder().timeout(TIME_LIMIT).build()?;
    let in_words = |error: reqwest::Error| format!("{:#}", anyhow::Error::from(error.without_url()));
    let ask = async |kind: &'static Kind| {
        let url = web.url(kind.name);
        if kind.concerns_request_body() {
            return vec![upload(&client, url).await.unwrap_or_else(in_words)];
        }
        let mut answers = Vec::new();
        for _ in 0..TIMES {
            answers.push(match fetch(&client, url).await {
                Ok(bytes) => format!("{bytes} bytes"),
                Err(error) => in_words(error),
            });
        }
        answers
    };
    Ok(join_all(catalogue().map(ask)).await)
}

async fn fetch(client: &reqwest::Client, url: &str) -> reqwest::Result<usize> {
    Ok(client.get(url).send().await?.error_for_status()?.bytes().await?.len())
}

async fn upload(client: &reqwest::Client, url: &str) -> reqwest::Result<String> {
    let response = client.put(url).body(vec![0; UPLOAD]).send().await?;
    let status = response.status().as_u16();
    response.bytes().await?;
    Ok(format!("status {status}"))
}

fn curl_says() -> anyhow::Result<Vec<Answers>> {
    let web = web()?;
    let file = root().join("target/upload");
    fs::write(&file, vec![0; UPLOAD])?;
    let file = file.to_str().context("the path of the repository is not UTF-8")?;
    thread::scope(|scope| {
        let asked: Vec<_> = catalogue()
            .map(|kind| {
                let url = web.url(kind.name);
                scope.spawn(move || {
                    if kind.concerns_request_body() {
                        EXPECT.into_iter().map(|header| curl_uploads(url, file, header)).collect()
                    } else {
                        curl(url)
                    }
                })
            })
            .collect();
        asked.into_iter().map(|asked| asked.join().ok().flatten().context("curl is missing")).collect()
    })
}

fn curl(url: &str) -> Option<Answers> {
    // -f takes a failing status for an error, as the other two are told to.
    let mut arguments = vec!["-fL"];
    for _ in 0..TIMES {
        arguments.extend(["-o", "/dev/null", url]);
    }
    let printed = run_curl("%{size_download} bytes", &arguments)?;
    Some(printed.lines().map(|line| portless(line, url)).collect())
}

fn curl_uploads(url: &str, file: &str, header: &str) -> Option<String> {
    let arguments = ["-o", "/dev/null", "-H", header, "-T", file, url];
    let printed = run_curl("status %{response_code}", &arguments)?;
    Some(portless(printed.trim_end(), url))
}

/// A line for each transfer: these words, or how it failed.
fn run_curl(words: &str, arguments: &[&str]) -> Option<String> {
    let limit = TIME_LIMIT.as_secs().to_string();
    let line = format!("%{{exitcode}} {words} %{{errormsg}}\n");
    let output = run_tool("curl", &[&["-s", "-m", &limit, "-w", &line], arguments].concat())?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let answer = |line: &str| {
        let mut parts = line.splitn(4, ' ');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some("0"), Some(one), Some(two), _) => format!("{one} {two}\n"),
            (Some(status), _, _, Some(message)) => format!("exit status {status}: {message}\n"),
            _ => format!("{line}\n"),
        }
    };
    Some(printed.lines().map(answer).collect())
}

fn aiohttp_says() -> anyhow::Result<Vec<Answers>> {
    let web = web()?;
    let (times, seconds, size) = (TIMES.to_string(), TIME_LIMIT.as_secs().to_string(), UPLOAD.to_string());
    let run = |program: &str, arguments: [&str; 2], urls: &[&str]| {
        let program = root().join("mock-server/tests").join(program);
        run_python(&program, &["aiohttp"], &[&arguments, urls].concat())
            .context("there is no Python with aiohttp; PYTHON names the one that has it")
    };
    let (pages, uploads) = (urls(&web, false), urls(&web, true));
    let fetched = run("clients.py", [&times, &seconds], &pages)?;
    let uploaded = run("uploads.py", [&size, &seconds], &uploads)?;
    let words = |line: &str| {
        // A status is all that's said of an upload.
        if line.parse::<u16>().is_ok() {
            format!("status {line}")
        } else {
            without_empty_words(line).to_owned()
        }
    };
    let fetched = answers(&fetched, TIMES, &pages, words);
    in_order(fetched, answers(&uploaded, EXPECT.len(), &uploads, words))
}

fn fetch_says() -> anyhow::Result<Vec<Answers>> {
    let web = web()?;
    let (times, seconds, size) = (TIMES.to_string(), TIME_LIMIT.as_secs().to_string(), UPLOAD.to_string());
    let program = root().join("mock-server/tests/clients.mjs");
    let program = program.to_str().context("the path of the repository is not UTF-8")?;
    let run = |arguments: &[&str], urls: &[&str]| {
        let output = run_tool("node", &[&[program], arguments, urls].concat()).context("node is missing")?;
        let failed = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{program} failed: {failed}");
        Ok(String::from_utf8(output.stdout)?)
    };
    let (pages, uploads) = (urls(&web, false), urls(&web, true));
    let fetched = run(&[&times, &seconds], &pages)?;
    let uploaded = run(&["--upload", &size, "1", &seconds], &uploads)?;
    let fetched = answers(&fetched, TIMES, &pages, str::to_owned);
    in_order(fetched, answers(&uploaded, 1, &uploads, str::to_owned))
}

/// The addresses of the faults that concern a request's body, or of the others.
fn urls(web: &MockWeb, are_uploads: bool) -> Vec<&str> {
    let kinds = catalogue().filter(|kind| kind.concerns_request_body() == are_uploads);
    kinds.map(|kind| web.url(kind.name)).collect()
}

/// What a program printed: so many lines for each URL.
fn answers(printed: &str, lines_each: usize, urls: &[&str], words: impl Fn(&str) -> String) -> Vec<Answers> {
    let lines: Vec<&str> = printed.lines().collect();
    let answers = lines.chunks(lines_each).zip(urls);
    answers.map(|(lines, url)| lines.iter().map(|line| portless(&words(line), url)).collect()).collect()
}

/// Those of both kinds of faults, in the order of the catalogue.
fn in_order(fetched: Vec<Answers>, uploaded: Vec<Answers>) -> anyhow::Result<Vec<Answers>> {
    let (mut fetched, mut uploaded) = (fetched.into_iter(), uploaded.into_iter());
    let answers =
        catalogue().map(|kind| if kind.concerns_request_body() { uploaded.next() } else { fetched.next() });
    answers.map(|answers| answers.context("a client answers too little")).collect()
}

/// An exception that says nothing is its name alone.
fn without_empty_words(line: &str) -> &str {
    line.trim_end_matches(": ").trim_end()
}

fn ureq_says() -> anyhow::Result<Vec<Answers>> {
    let web = web()?;
    let config = Agent::config_builder().timeout_global(Some(TIME_LIMIT));
    let agent: &Agent = &config.build().into();
    thread::scope(|scope| {
        let asked: Vec<_> = catalogue()
            .map(|kind| {
                let url = web.url(kind.name);
                scope.spawn(move || {
                    let ask = |answer: Result<String, ureq::Error>| {
                        answer.unwrap_or_else(|error| portless(&error.to_string(), url))
                    };
                    if kind.concerns_request_body() {
                        [false, true].map(|expects| ask(ureq_uploads(agent, url, expects))).to_vec()
                    } else {
                        (0..TIMES).map(|_| ask(ureq_fetches(agent, url))).collect()
                    }
                })
            })
            .collect();
        asked.into_iter().map(|asked| asked.join().map_err(|_| anyhow!("ureq panicked"))).collect()
    })
}

fn ureq_fetches(agent: &Agent, url: &str) -> Result<String, ureq::Error> {
    let body = agent.get(url).call()?.body_mut().read_to_vec()?;
    Ok(format!("{} bytes", body.len()))
}

fn ureq_uploads(agent: &Agent, url: &str, expects: bool) -> Result<String, ureq::Error> {
    let request = agent.put(url).config().http_status_as_error(false).build();
    let request = if expects { request.header("expect", "100-continue") } else { request };
    let mut response = request.send(&[0; UPLOAD][..])?;
    response.body_mut().read_to_vec()?;
    Ok(format!("status {}", response.status().as_u16()))
}
