//! One client for the whole program.

use testkit::{quick_tutorial, start};

use crate::examples::clients;

#[tokio::test]
async fn fifty_pages_take_fifty_connections_or_about_as_many_as_are_in_flight()
{
    let (web, sites, _watchdog) = start(quick_tutorial());
    let pages = clients::client_for_each(&sites[1]).await;
    assert_eq!(pages.expect("the pages"), 50);
    assert_eq!(web.record().connections(), 50);

    web.reset_record();
    let pages = clients::one_client(&sites[1]).await;
    assert_eq!(pages.expect("the pages"), 50);
    // A request that finds no free connection yet opens another.
    let connections = web.record().connections();
    assert!((1..=20).contains(&connections), "{connections}");
}
