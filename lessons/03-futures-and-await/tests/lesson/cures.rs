//! The book's fix for each program in `compile_fail`.

use std::pin::pin;

use futures::FutureExt;
use futures::future::BoxFuture;
use lesson_kit::Site;
use lesson03::count_words;
use testkit::{quick_tutorial, start};

/// A trait with an async method that can be called through `dyn`.
trait Shop {
    fn price<'a>(&'a self, item: &'a str) -> BoxFuture<'a, u32>;
}

struct Lamps;

impl Shop for Lamps {
    fn price<'a>(&'a self, item: &'a str) -> BoxFuture<'a, u32> {
        async move { if item == "lamp" { 19 } else { 0 } }.boxed()
    }
}

#[tokio::test]
async fn the_cures_of_the_programs_that_do_not_compile_compile() {
    let (_web, sites, _watchdog) = start(quick_tutorial());
    let client = reqwest::Client::new();

    let total = async {
        let a = count_words(&client, &sites[0]).await?;
        let b = count_words(&client, &sites[1]).await?;
        Ok::<_, reqwest::Error>(a + b)
    };
    assert_eq!(total.await.ok(), Some(8_000));

    let twice_the_words = async {
        let words = count_words(&client, &sites[0]).await?;
        Ok::<_, anyhow::Error>(words + words)
    };
    assert_eq!(twice_the_words.await.ok(), Some(4_000));

    let words_or_zero = async |site: Option<&Site>| {
        let one_block = async {
            match site {
                Some(site) => count_words(&client, site).await,
                None => Ok(0),
            }
        };
        let boxed = match site {
            Some(site) => async { count_words(&client, site).await }.boxed(),
            None => async { Ok(0) }.boxed(),
        };
        (one_block.await.ok(), boxed.await.ok())
    };
    assert_eq!(
        words_or_zero(Some(&sites[0])).await,
        (Some(2_000), Some(2_000))
    );
    assert_eq!(words_or_zero(None).await, (Some(0), Some(0)));

    fn is_unpin(_: &impl Unpin) {}
    let mut boxed = Box::pin(count_words(&client, &sites[0]));
    is_unpin(&boxed);
    assert_eq!((&mut boxed).await.ok(), Some(2_000));
    let mut words = pin!(count_words(&client, &sites[0]));
    assert_eq!((&mut words).await.ok(), Some(2_000));

    let lamps: &dyn Shop = &Lamps;
    assert_eq!(lamps.price("lamp").await, 19);

    let mut calls = 0;
    let mut call = async || calls += 1;
    call().await;
    call().await;
    assert_eq!(calls, 2);
}
