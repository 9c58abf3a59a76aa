// An editor looks for typing errors in your pages while you go on writing: it
// starts a task for each page, and looks at what they have found when there is
// something. The compiler refuses the program: what these tasks use is lent to
// `start`, and `start` returns at once.
//
// Give each task what it needs, to keep. The dictionary is large, and there is
// to be one of it.

use std::collections::HashSet;
use std::sync::Arc;

use exercises::show;
use mock_server::{Builder, MockWeb, Site};
use reqwest::Client;
use tokio::task::JoinSet;

struct Dictionary {
    words: HashSet<&'static str>,
}

async fn errors(
    client: &Client,
    url: &str,
    dictionary: &Dictionary,
) -> reqwest::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    let page = response.text().await?;
    let is_error = |word: &&str| !dictionary.words.contains(*word);
    Ok(page.split_whitespace().filter(is_error).count())
}

// The task is an `async` block that owns three values, and lends them to
// `errors` for as long as that takes: `move` takes them into it. The client and
// the dictionary are shares: a clone of a `Client` is the same client, and a
// clone of an `Arc` counts one more who holds it. Only the URL is copied.
//
// The common wrong answer is to put `async move` around the call, and nothing
// else. `move` moves what has these names, and these are references: the task
// has them now, and they are as short-lived as before.
//
// The other one does what the error seems to ask for, and writes `&'static` in
// front of everything. Then the caller has to have it for ever, and gets it by
// leaking memory. To own is `'static`, too.
//
// Joined futures could borrow all of it. But they live only inside of a
// function that waits for them, and this one is not to wait.
fn start(
    client: &Client,
    urls: &[&str],
    dictionary: &Arc<Dictionary>,
) -> JoinSet<reqwest::Result<usize>> {
    let mut tasks = JoinSet::new();
    for url in urls {
        let (client, url) = (client.clone(), url.to_string());
        let dictionary = Arc::clone(dictionary);
        tasks.spawn(async move { errors(&client, &url, &dictionary).await });
    }
    tasks
}

fn dictionary() -> Arc<Dictionary> {
    let words = HashSet::from(["a", "cat", "dog", "sat"]);
    Arc::new(Dictionary { words })
}

// Three pages: with one error, with two, with none.
fn pages() -> Builder {
    MockWeb::builder().sites([
        Site::new("one.example").page("a cat sta"),
        Site::new("two.example").page("a dgo sta"),
        Site::new("none.example").page("a dog sat"),
    ])
}

fn main() {
    show(pages(), async |web, client| {
        let urls = exercises::urls(web);
        let mut tasks = start(client, &urls, &dictionary());
        println!("you write on");
        while let Some(ended) = tasks.join_next().await {
            match ended {
                Ok(Ok(errors)) => println!("{errors} errors"),
                Ok(Err(error)) => println!("{error}"),
                Err(error) => println!("{error}"),
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{check, sees, urls};
    use mock_server::Fault;

    type Errors = reqwest::Result<usize>;

    async fn ended(mut tasks: JoinSet<Errors>) -> Vec<usize> {
        let mut all = Vec::new();
        while let Some(ended) = tasks.join_next().await {
            all.extend(ended.expect("it does not panic"));
        }
        all.sort();
        all
    }

    #[test]
    fn the_tasks_run_while_nobody_waits_for_them() {
        let web = pages()
            .fault("one.example", Fault::Hang)
            .fault("two.example", Fault::Hang)
            .fault("none.example", Fault::Hang);
        check(web, async |web, client| {
            let dictionary = dictionary();
            let tasks = start(client, &urls(web), &dictionary);
            let asked = sees(web, |record| record.in_flight() == 3).await;
            assert!(asked, "three pages are asked for");
            let shares = Arc::strong_count(&dictionary);
            assert!(shares > 1, "nobody shares the dictionary");
            drop(tasks);
        });
    }

    // Of `urls` and of the dictionary the test keeps nothing.
    #[test]
    fn the_pages_are_looked_at_when_the_lender_is_gone() {
        check(pages(), async |web, client| {
            let tasks = start(&client.clone(), &urls(web), &dictionary());
            assert_eq!(ended(tasks).await, [0, 1, 2]);
        });
    }

    #[test]
    fn what_was_shared_is_given_back() {
        check(pages(), async |web, client| {
            let dictionary = dictionary();
            ended(start(client, &urls(web), &dictionary)).await;
            let shares = Arc::strong_count(&dictionary);
            assert_eq!(shares, 1, "shares when all tasks have ended");
        });
    }

    #[test]
    fn a_page_that_does_not_come_takes_nothing_from_the_others() {
        let web = pages().fault("one.example", Fault::Refused);
        check(web, async |web, client| {
            let tasks = start(client, &urls(web), &dictionary());
            assert_eq!(ended(tasks).await, [0, 2]);
        });
    }
}
