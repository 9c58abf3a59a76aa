//! The fault catalogue of the appendix: the mock web's own list, and what three clients say of each fault.

use std::time::Duration;
use std::{fs, thread};

use anyhow::{Context, anyhow, ensure};
use futures::future::join_all;
use mock_server::{Kind, MockWeb, Site, catalogue, page};
use testkit::{run_python, run_tool};

use crate::compare::comparable;
use crate::root;

/// How long each client waits for a page: longer than what is slow in the catalogue's examples takes.
const TIME_LIMIT: Duration = Duration::from_secs(10);
/// Each client asks so often, on one connection where it keeps one: some faults are not in the first answer.
const TIMES: usize = 2;
/// Small, so that a dribbled page ends within the time limit.
const BYTES: usize = 3_000;

/// The size of an upload, for the faults that concern the request's body: what is read slowly ends within the time limit.
const UPLOAD: usize = 500_000;
/// curl and aiohttp upload without and with this header. reqwest does not wait for what it asks for.
const EXPECT: [&str; 2] = ["Expect:", "Expect: 100-continue"];

/// What is longer, in characters, is cut short.
const LONGEST: usize = 250;

/// What a client says of a fault: once, or in two ways that it was asked.
type Answers = Vec<String>;

/// The catalogue as Markdown. It takes about as long as two requests that time out.
///
/// # Errors
///
/// When a client is missing (curl, or a Python with aiohttp; `PYTHON` names it), or the web does not start.
pub async fn markdown() -> anyhow::Result<String> {
    ensure!(run_tool("curl", &["--version"]).is_some(), "curl is missing");
    // Each of these waits in a thread of its own until its programs end.
    let (curl, aiohttp) = (thread::spawn(curl_says), thread::spawn(aiohttp_says));
    let reqwest = reqwest_says().await?;
    let failed = |_| anyhow!("a client failed; it said why above");
    let (curl, aiohttp) = (curl.join().map_err(failed)??, aiohttp.join().map_err(failed)??);
    let kinds = catalogue().count();
    ensure!([reqwest.len(), curl.len(), aiohttp.len()] == [kinds; 3], "a client did not ask for every fault");
    let mut markdown = String::new();
    for (((kind, reqwest), curl), aiohttp) in catalogue().zip(reqwest).zip(curl).zip(aiohttp) {
        markdown += &section(kind, [("reqwest", reqwest), ("curl", curl), ("aiohttp", aiohttp)]);
    }
    Ok(markdown)
}

fn section(kind: &Kind, said: [(&str, Answers); 3]) -> String {
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
        section += &format!("| {client} | {} |\n", in_a_cell(&answers, labels));
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
fn in_a_cell(answers: &[String], labels: [&str; 2]) -> String {
    let code = |words: &String| format!("`{}`", shortened(words).replace('`', "'").replace('|', "\\|"));
    match answers {
        [first, rest @ ..] if rest.iter().all(|other| comparable(other, None) == comparable(first, None)) => {
            code(first)
        }
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
    let urls = |are_uploads| {
        let kinds = catalogue().filter(move |kind| kind.concerns_request_body() == are_uploads);
        kinds.map(|kind| web.url(kind.name)).collect::<Vec<_>>()
    };
    let (times, seconds, size) = (TIMES.to_string(), TIME_LIMIT.as_secs().to_string(), UPLOAD.to_string());
    let fetched = run_aiohttp("clients.py", [&times, &seconds], &urls(false))?;
    let uploaded = run_aiohttp("uploads.py", [&size, &seconds], &urls(true))?;
    let (mut fetched, mut uploaded) = (fetched.into_iter(), uploaded.into_iter());
    let answers =
        catalogue().map(|kind| if kind.concerns_request_body() { uploaded.next() } else { fetched.next() });
    answers.map(|answers| answers.context("aiohttp answers too little")).collect()
}

/// Two lines for each URL.
fn run_aiohttp(program: &str, arguments: [&str; 2], urls: &[&str]) -> anyhow::Result<Vec<Answers>> {
    let program = root().join("mock-server/tests").join(program);
    let printed = run_python(&program, &["aiohttp"], &[&arguments, urls].concat())
        .context("there is no Python with aiohttp; PYTHON names the one that has it")?;
    let lines: Vec<&str> = printed.lines().collect();
    let answer = |line, url| {
        let words = portless(without_empty_words(line), url);
        // A status is all that's said of an upload.
        if words.parse::<u16>().is_ok() { format!("status {words}") } else { words }
    };
    let answers = lines.chunks(2).zip(urls);
    Ok(answers.map(|(lines, url)| lines.iter().map(|line| answer(line, url)).collect()).collect())
}

/// An exception that says nothing is its name alone.
fn without_empty_words(line: &str) -> &str {
    line.trim_end_matches(": ").trim_end()
}
