//! What a panic ends, and what learns about it.

use std::future::pending;

use crate::examples::panic;

#[tokio::test]
async fn a_panic_ends_its_task_and_is_an_error_for_the_one_that_waits_for_it() {
    assert_eq!(panic::total_size().await, 9_000);
    let page_7 = vec!["page 7 has a bug".to_owned()];
    assert_eq!(panic::total_and_panics().await, (9_000, page_7));
    let plain = tokio::spawn(async { std::panic!("plain words") });
    let plain = plain.await.expect_err("it panics");
    assert_eq!(panic::panic_message(plain), "plain words");
    let aborted = tokio::spawn(pending::<()>());
    aborted.abort();
    let aborted = aborted.await.expect_err("it is aborted");
    assert_eq!(panic::panic_message(aborted), "aborted");
    let joined = tokio::spawn(panic::join_all()).await;
    let joined = joined.expect_err("it panics, too");
    assert_eq!(panic::panic_message(joined), "page 7 has a bug");
}
