//! Async functions that await each other: when they run, and what overlaps.

use futures::future::join_all;
use lesson03::{SITES, count_all, count_words, count_words_desugared};
use testkit::{IMPATIENT, PATIENT, quick_tutorial, start};

use crate::examples::{async_closure, handlers, in_turn, question_mark};

fn status<T>(result: reqwest::Result<T>) -> Option<u16> {
    Some(result.err()?.status()?.as_u16())
}

#[tokio::test]
async fn the_words_of_all_pages_are_counted_concurrently_and_returned_in_order()
{
    let (_web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));

    let counted = count_all(&reqwest::Client::new(), &sites).await;

    let words: Vec<_> = counted.into_iter().map(Result::ok).collect();
    assert_eq!(words, [Some(2_000), Some(6_000), Some(5_000)]);
    assert_eq!([&sites[0].name, &sites[1].name], SITES);
}

#[tokio::test]
async fn an_async_fn_and_its_desugared_form_do_nothing_when_called_and_the_same_when_awaited()
 {
    let (web, sites, _watchdog) = start(quick_tutorial());
    let client = reqwest::Client::new();

    drop(count_words(&client, &sites[0]));
    drop(count_words_desugared(&client, &sites[0]));
    let (written, desugared) = tokio::join!(
        count_words(&client, &sites[1]),
        count_words_desugared(&client, &sites[1])
    );

    assert_eq!((written.ok(), desugared.ok()), (Some(6_000), Some(6_000)));
    assert_eq!(web.record().requests(&sites[0].name), 0);
    assert_eq!(web.record().requests(&sites[1].name), 2);
}

#[tokio::test]
async fn boxed_async_functions_from_a_map_overlap_like_any_others() {
    let (_web, sites, _watchdog) = start(quick_tutorial().gate(2, PATIENT));
    let client = reqwest::Client::new();
    let handlers = handlers::handlers();

    let futures = ["words", "bytes"]
        .map(|name| handlers[name](client.clone(), sites[0].clone()));

    let numbers: Vec<_> =
        join_all(futures).await.into_iter().map(Result::ok).collect();
    assert_eq!(numbers, [Some(2_000), Some(15_000)]);
}

#[tokio::test]
async fn awaits_in_a_row_never_have_two_requests_in_flight_and_joined_ones_do()
{
    let client = reqwest::Client::new();
    let (web, sites, _watchdog) = start(quick_tutorial().gate(2, IMPATIENT));
    let (a, b) = (&sites[0], &sites[1]);
    let wrong = in_turn::one_after_another(&client, a, b).await;
    assert_eq!(status(wrong), Some(425), "the gate saw only one request");
    assert_eq!(web.record().max_in_flight(), 1);

    // A gate that has failed stays closed, so each version has its own.
    let (web, sites, _watchdog) = start(quick_tutorial().gate(2, IMPATIENT));
    let wrong = in_turn::stored_first(&client, &sites[0], &sites[1]).await;
    assert_eq!(status(wrong), Some(425), "the gate saw only one request");
    assert_eq!(web.record().max_in_flight(), 1);

    let (_web, sites, _watchdog) = start(quick_tutorial().gate(2, PATIENT));
    let right = in_turn::joined(&client, &sites[0], &sites[1]).await;
    assert_eq!(right.ok(), Some(8_000));
}

#[tokio::test]
async fn a_question_mark_in_a_loop_ends_it_and_a_kept_result_does_not() {
    let (web, mut sites, _watchdog) = start(quick_tutorial());
    sites[1].url += "missing";
    let client = reqwest::Client::new();

    let first = question_mark::all_of(&client, &sites).await;
    assert_eq!(status(first), Some(404));
    assert_eq!(web.record().requests("w3schools.com"), 0);

    let each = question_mark::each_of(&client, &sites).await;
    let [Ok(2_000), Err(error), Ok(5_000)] = &each[..] else {
        panic!("{each:?}");
    };
    assert_eq!(error.status().map(|status| status.as_u16()), Some(404));
    assert_eq!(web.record().requests("w3schools.com"), 1);
}

#[tokio::test]
async fn an_async_closure_is_called_for_each_site_until_it_fails() {
    let (_web, sites, _watchdog) = start(quick_tutorial());
    let client = reqwest::Client::new();
    let mut visited = Vec::new();

    let ended = async_closure::visit(&sites, async |site| {
        let url = format!("{}{}", site.url, "missing".repeat(visited.len()));
        visited.push(site.name.clone());
        client.get(url).send().await?.error_for_status()?;
        Ok(())
    })
    .await;

    assert_eq!(status(ended), Some(404));
    assert_eq!(visited, SITES);
}
