// A spelling checker spawns a task for each page, so that `start` can return
// right away and you can keep writing. The compiler refuses it, because the
// tasks use what `start` has only borrowed.
//
// Change `start` so that each task owns what it uses. The dictionary is large,
// so don't copy it: all tasks should share one. The tests look at the requests
// that are in flight, and count the shares in the dictionary.

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

// The task is an `async move` block, which owns three values and lends them to
// `errors`. Two of the clones are cheap: a clone of a `Client` uses the same
// connections, and a clone of an `Arc` only counts one more owner. Only the URL
// is copied.
//
// A common wrong answer is to put `async move` around the call and to do
// nothing else. `move` moves the variables of these names, and those are
// references.
//
// Another one does what the error seems to ask for, and writes `&'static` in
// front of everything. Then the caller has to keep all of it forever. A value
// that owns everything it uses is `'static` as well.
//
// Joined futures could borrow, but only a function that waits for them can join
// them, and this one shouldn't wait.
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
        println!("you keep writing");
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
            all.extend(ended.expect("no task panics"));
        }
        all.sort();
        all
    }

    #[test]
    fn the_tasks_run_without_being_awaited() {
        let web = pages()
            .fault("one.example", Fault::Hang)
            .fault("two.example", Fault::Hang)
            .fault("none.example", Fault::Hang);
        check(web, async |web, client| {
            let dictionary = dictionary();
            let tasks = start(client, &urls(web), &dictionary);
            let arrived = sees(web, |record| record.in_flight() == 3).await;
            assert!(arrived, "three requests are in flight");
            let shares = Arc::strong_count(&dictionary);
            assert!(shares > 1, "no task shares the dictionary");
            drop(tasks);
        });
    }

    // The test keeps neither the URLs nor the dictionary.
    #[test]
    fn the_pages_are_checked_after_the_caller_has_dropped_everything() {
        check(pages(), async |web, client| {
            let tasks = start(&client.clone(), &urls(web), &dictionary());
            assert_eq!(ended(tasks).await, [0, 1, 2]);
        });
    }

    #[test]
    fn no_share_is_left_when_all_tasks_have_ended() {
        check(pages(), async |web, client| {
            let dictionary = dictionary();
            ended(start(client, &urls(web), &dictionary)).await;
            let shares = Arc::strong_count(&dictionary);
            assert_eq!(shares, 1, "shares when all tasks have ended");
        });
    }

    #[test]
    fn a_page_that_fails_does_not_affect_the_others() {
        let web = pages().fault("one.example", Fault::Refused);
        check(web, async |web, client| {
            let tasks = start(client, &urls(web), &dictionary());
            assert_eq!(ended(tasks).await, [0, 2]);
        });
    }
}
