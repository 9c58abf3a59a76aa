//! Which requests go through a proxy, as the proxy and the site see them.

use lesson11::proxy::ForwardProxy;
use mock_server::{MockWeb, Outcome};
use reqwest::{Client, Url};
use testkit::{start, watchdog};
use tokio::task::spawn_blocking;

use crate::examples::proxies;
use crate::support::default_client;

/// Whether this client's requests to `127.0.0.1` and to `localhost` go through
/// the proxy. All of them have to arrive at the site.
async fn ways(
    client: impl FnOnce(&str) -> reqwest::Result<Client>,
) -> (bool, bool) {
    let (web, sites, _watchdog) =
        start(MockWeb::builder().sites(proxies::sites()));
    let proxy = ForwardProxy::start().await.expect("there is a port");
    let client = client(&proxy.url()).expect("a client");
    let site: Url = sites[0].url.parse().expect("it is a URL");
    let goes = async |host: &str| {
        let goes = proxies::goes_through(&client, &site, host, &proxy).await;
        goes.expect("the page comes")
    };
    let ways = (goes("127.0.0.1").await, goes("localhost").await);
    assert_eq!(web.record().count(Outcome::Complete), 2);
    ways
}

#[tokio::test]
async fn a_list_without_an_address_exempts_only_the_name() {
    let wrong = ways(proxies::except_localhost).await;
    assert_eq!(wrong, (true, false));
    let right = ways(proxies::except_this_machine).await;
    assert_eq!(right, (false, false));
}

#[tokio::test]
async fn a_client_with_a_proxy_uses_it_even_for_this_machine() {
    assert_eq!(ways(proxies::through).await, (true, true));
    assert_eq!(ways(|_| proxies::direct()).await, (false, false));
}

#[tokio::test]
async fn a_proxy_sees_all_of_a_request_over_plain_http() {
    let (_web, sites, _watchdog) =
        start(MockWeb::builder().sites(proxies::sites()));
    let proxy = ForwardProxy::start().await.expect("there is a port");
    let client = proxies::through(&proxy.url()).expect("a client");
    let request = client.get(format!("{}path", sites[0].url));
    let response = request.bearer_auth("secret").send().await;
    assert_eq!(response.expect("a response").status(), 404);
    let heads = proxy.heads();
    let [head] = heads.as_slice() else { panic!("{heads:?}") };
    let request = format!("GET {}path HTTP/1.1\r\n", sites[0].url);
    assert!(head.starts_with(&request), "{head}");
    assert!(head.contains("\r\nauthorization: Bearer secret\r\n"), "{head}");
}

#[tokio::test]
async fn the_error_for_a_proxy_that_is_not_there_names_only_the_site() {
    let (_web, sites, _watchdog) =
        start(MockWeb::builder().sites(proxies::sites()));
    let client = proxies::through(&sites[1].url).expect("a client");
    let error = client.get(&sites[0].url).send().await;
    let error = error.expect_err("the proxy refuses the connection");
    assert!(error.is_connect());
    let words = lesson_kit::with_causes(&error);
    let port_of = |url: &str| {
        let port = url.parse::<Url>().ok().and_then(|url| url.port());
        port.expect("it has a port").to_string()
    };
    assert!(words.contains(&port_of(&sites[0].url)), "{words}");
    assert!(!words.contains(&port_of(&sites[1].url)), "{words}");
}

#[tokio::test]
async fn the_list_in_the_environment_does_not_concern_a_proxy_in_the_code() {
    let _watchdog = watchdog();
    let output = spawn_blocking(|| {
        let mut example = testkit::example("proxies");
        example.env("NO_PROXY", "127.0.0.1").output()
    });
    let output = output.await.expect("it doesn't panic");
    let printed = output.expect("the example starts").stdout;
    let printed = String::from_utf8(printed).expect("it's text");
    assert!(printed.contains("127.0.0.1: through the proxy"), "{printed}");
}

/// What a proxy in the environment sees, with this list of exceptions, when a
/// default client sends a request to this URL.
async fn seen(url: &'static str, no_proxy: &'static str) -> Vec<String> {
    let _watchdog = watchdog();
    let proxy = ForwardProxy::start().await.expect("there is a port");
    let variable = proxy.url();
    let output = spawn_blocking(move || {
        let mut client = default_client(url);
        client.env("HTTP_PROXY", variable);
        client.env_remove("no_proxy").env("NO_PROXY", no_proxy).output()
    });
    // Nothing listens at the URL, so it fails in any case.
    output.await.expect("it doesn't panic").expect("the process starts");
    proxy.heads()
}

#[tokio::test]
async fn a_client_without_a_proxy_of_its_own_takes_that_of_the_environment() {
    const URL: &str = "http://127.0.0.2:9/";
    let heads = seen(URL, "127.0.0.1").await;
    assert!(!heads.is_empty());
    for head in heads {
        assert!(head.starts_with(&format!("GET {URL}")), "{head}");
    }
    assert!(seen(URL, "127.0.0.0/8").await.is_empty());
}
