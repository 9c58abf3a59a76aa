//! The fault catalogue of the appendix: the mock web's own list, and what three clients say of each fault.

use std::thread;
use std::time::Duration;

use anyhow::{Context, anyhow, ensure};
use futures::future::join_all;
use mock_server::{Kind, MockWeb, Site, page};
use testkit::{run_python, run_tool, shown_by_get};

use crate::compare::comparable;
use crate::root;

/// How long each client waits for a page: longer than what is slow in the catalogue's examples takes.
const TIME_LIMIT: Duration = Duration::from_secs(10);
/// Each client asks so often, on one connection where it keeps one: some faults are not in the first answer.
const TIMES: usize = 2;
/// Small, so that a dribbled page ends within the time limit.
const BYTES: usize = 3_000;

/// What is longer, in characters, is cut short.
const LONGEST: usize = 250;

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
    let kinds = shown_by_get().count();
    ensure!([reqwest.len(), curl.len(), aiohttp.len()] == [kinds; 3], "a client did not ask for every fault");
    let mut markdown = String::new();
    for (((kind, reqwest), curl), aiohttp) in shown_by_get().zip(reqwest).zip(curl).zip(aiohttp) {
        markdown += &section(kind, [("reqwest", reqwest), ("curl", curl), ("aiohttp", aiohttp)]);
    }
    Ok(markdown)
}

fn section(kind: &Kind, said: [(&str, Vec<String>); 3]) -> String {
    let mut section = format!("## `{}`\n\n{}\n\n", kind.name, kind.behaviour);
    if !kind.parameters.is_empty() {
        let parameters = kind.parameters.iter().map(|parameter| format!("- {}\n", code_first(parameter)));
        section += &parameters.collect::<String>();
        section.push('\n');
    }
    section += &format!("Asked for `{}`:\n\n| client | what it says |\n|---|---|\n", kind.example);
    for (client, answers) in said {
        section += &format!("| {client} | {} |\n", in_a_cell(&answers));
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
fn in_a_cell(answers: &[String]) -> String {
    let code = |words: &String| format!("`{}`", shortened(words).replace('`', "'").replace('|', "\\|"));
    match answers {
        [first, rest @ ..] if rest.iter().all(|other| comparable(other, None) == comparable(first, None)) => {
            code(first)
        }
        _ => answers
            .iter()
            .zip(["first: ", "then: "])
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
    let sites = shown_by_get().map(site).collect::<anyhow::Result<Vec<_>>>()?;
    Ok(MockWeb::builder().sites(sites).start()?)
}

/// Without the port, which is another at each run.
fn portless(words: &str, url: &str) -> String {
    let port = url.trim_end_matches('/').rsplit(':').next().unwrap_or(url);
    words.replace(port, "PORT")
}

async fn reqwest_says() -> anyhow::Result<Vec<Vec<String>>> {
    let web = web()?;
    let client = reqwest::Client::builder().timeout(TIME_LIMIT).build()?;
    let ask = async |kind: &'static Kind| {
        let mut answers = Vec::new();
        for _ in 0..TIMES {
            answers.push(match fetch(&client, web.url(kind.name)).await {
                Ok(bytes) => format!("{bytes} bytes"),
                Err(error) => format!("{:#}", anyhow::Error::from(error.without_url())),
            });
        }
        answers
    };
    Ok(join_all(shown_by_get().map(ask)).await)
}

async fn fetch(client: &reqwest::Client, url: &str) -> reqwest::Result<usize> {
    Ok(client.get(url).send().await?.error_for_status()?.bytes().await?.len())
}

fn curl_says() -> anyhow::Result<Vec<Vec<String>>> {
    let web = web()?;
    thread::scope(|scope| {
        let asked: Vec<_> = shown_by_get()
            .map(|kind| {
                let url = web.url(kind.name);
                scope.spawn(move || curl(url))
            })
            .collect();
        asked.into_iter().map(|asked| asked.join().ok().flatten().context("curl is missing")).collect()
    })
}

fn curl(url: &str) -> Option<Vec<String>> {
    let limit = TIME_LIMIT.as_secs().to_string();
    // For each transfer a line; -f takes a failing status for an error, as the other two are told to.
    let line = "%{exitcode} %{size_download} %{errormsg}\n";
    let mut arguments = vec!["-sfL", "-m", &limit, "-w", line];
    for _ in 0..TIMES {
        arguments.extend(["-o", "/dev/null", url]);
    }
    let output = run_tool("curl", &arguments)?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let answer = |line: &str| {
        let mut words = line.splitn(3, ' ');
        match (words.next(), words.next(), words.next()) {
            (Some("0"), Some(bytes), _) => format!("{bytes} bytes"),
            (Some(status), _, Some(message)) => {
                format!("exit status {status}: {}", portless(message, url))
            }
            _ => line.to_owned(),
        }
    };
    Some(printed.lines().map(answer).collect())
}

fn aiohttp_says() -> anyhow::Result<Vec<Vec<String>>> {
    let web = web()?;
    let urls: Vec<&str> = shown_by_get().map(|kind| web.url(kind.name)).collect();
    let program = root().join("mock-server/tests/clients.py");
    let (times, seconds) = (TIMES.to_string(), TIME_LIMIT.as_secs().to_string());
    let printed = run_python(&program, &["aiohttp"], &[&[times.as_str(), &seconds], &urls[..]].concat())
        .context("there is no Python with aiohttp; PYTHON names the one that has it")?;
    let lines: Vec<&str> = printed.lines().collect();
    let answers = lines.chunks(TIMES).zip(urls);
    Ok(answers
        .map(|(lines, url)| lines.iter().map(|line| portless(without_empty_words(line), url)).collect())
        .collect())
}

/// An exception that says nothing is its name alone.
fn without_empty_words(line: &str) -> &str {
    line.trim_end_matches(": ").trim_end()
}
