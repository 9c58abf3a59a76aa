//! What arrives of headers, redirects, cookies, queries and forms.

use std::path::Path;

use lesson_kit::Site;
use mock_server::{MockWeb, Watchdog};
use reqwest::header::{ACCEPT, AUTHORIZATION};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use testkit::{run_python, start};

use crate::examples::query_and_form::{
    TERM, formatted, posted, product_url, queried,
};
use crate::examples::redirects::{
    arrived, echo, follows_all, follows_within, one_hop, redirect, two_hops,
};
use crate::examples::{cookies, headers, redirects};

fn web_of<const N: usize>(
    sites: Vec<mock_server::Site>,
) -> (MockWeb, [Site; N], Watchdog) {
    let (web, sites, watchdog) = start(MockWeb::builder().sites(sites));
    (web, sites.try_into().expect("so many sites"), watchdog)
}

#[tokio::test]
async fn bearer_auth_adds_a_header_and_headers_replaces_it() {
    let (_web, [site], _watchdog) = web_of(headers::sites());
    let client = headers::client().expect("a client");
    let request = || client.get(format!("{}echo", site.url)).bearer_auth("old");
    let tokens = async |request| {
        let arrived = headers::arrived(request).await.expect("an echo");
        let tokens = arrived
            .into_iter()
            .filter(|(name, _)| *name == AUTHORIZATION.as_str());
        tokens.map(|(_, value)| value).collect::<Vec<_>>()
    };

    let both = tokens(headers::added(request(), "new")).await;
    assert_eq!(both, ["Bearer old", "Bearer new"]);

    let new = headers::replaced(request(), "new").expect("a header");
    let built = new.try_clone().expect("it has no body").build();
    let debug = format!("{:?}", built.expect("a request"));
    assert!(debug.contains("Sensitive") && !debug.contains("new"), "{debug}");
    assert_eq!(tokens(new).await, ["Bearer new"]);

    let old = format!("{:?}", request().build().expect("a request"));
    assert!(old.contains("Sensitive") && !old.contains("old"), "{old}");
}

#[tokio::test]
async fn a_header_of_the_request_takes_the_place_of_the_client_s() {
    let (_web, [site], _watchdog) = web_of(headers::sites());
    let client = headers::client().expect("a client");
    let request = || client.get(format!("{}echo", site.url));
    for (request, accept) in [
        (request(), "application/json"),
        (request().header(ACCEPT, "text/csv"), "text/csv"),
    ] {
        let arrived = headers::arrived(request).await.expect("an echo");
        let accepts: Vec<_> =
            arrived.iter().filter(|(name, _)| name == "accept").collect();
        assert_eq!(accepts, [&("accept".to_owned(), accept.to_owned())]);
    }
    let basic = request().basic_auth("ada", Some("secret"));
    let arrived = headers::arrived(basic).await.expect("an echo");
    let basic =
        ("authorization".to_owned(), "Basic YWRhOnNlY3JldA==".to_owned());
    assert!(arrived.contains(&basic), "{arrived:?}");
}

#[tokio::test]
async fn a_token_with_a_newline_is_an_error_before_anything_is_sent() {
    let (web, [site], _watchdog) = web_of(headers::sites());
    let client = headers::client().expect("a client");
    let request = client.get(format!("{}echo", site.url));
    let error = headers::arrived(request.bearer_auth("secret\n")).await;
    let error = error.expect_err("it's two lines");
    assert!(error.is_builder(), "{error:?}");
    let words = lesson_kit::with_causes(&error);
    assert!(words.contains("failed to parse header value"), "{words}");
    assert_eq!(web.record().exchanges().len(), 0);
}

/// If this fails with a newer reqwest, the header of `redirects.rs` is wrong, too.
#[tokio::test]
async fn a_different_origin_gets_the_key_the_cookie_and_later_the_token() {
    let (web, sites, _watchdog) = web_of(redirects::sites());
    let client = follows_all().expect("a client");
    for (url, names) in [
        (one_hop(&sites), ["x-api-key", "cookie"].as_slice()),
        (two_hops(&sites), &["authorization", "x-api-key", "cookie"]),
    ] {
        let url = url.expect("a URL");
        let arrived = arrived(&client, &sites[0].url, url).await;
        assert_eq!(arrived.expect("an echo"), names);
    }
    assert_eq!(web.record().requests("elsewhere.example"), 3);
}

#[tokio::test]
async fn a_different_host_gets_the_token_later_and_never_the_stored_cookie() {
    let (_web, sites, _watchdog) = web_of::<2>(redirects::sites());
    let client = follows_all().expect("a client");
    let elsewhere = sites[1].url.replace("127.0.0.1", "localhost");
    let [api, there] = [&sites[0].url, &format!("{elsewhere}echo")];
    let again = redirect(&elsewhere, 302, there).expect("a URL");
    for (to, names) in [
        (there.as_str(), ["x-api-key"].as_slice()),
        (again.as_str(), &["authorization", "x-api-key"]),
    ] {
        let url = redirect(api, 302, to).expect("a URL");
        let arrived = arrived(&client, api, url).await;
        assert_eq!(arrived.expect("an echo"), names);
    }
}

#[tokio::test]
async fn a_redirect_to_a_different_port_removes_a_cookie_of_the_request() {
    let (_web, sites, _watchdog) = web_of::<2>(redirects::sites());
    let client = Client::new();
    let names = async |url: anyhow::Result<reqwest::Url>| {
        let request = client.get(url.expect("a URL"));
        let request = request.header("cookie", "session=secret");
        headers::arrived(request).await.expect("an echo")
    };
    let has_cookie = |names: Vec<(String, String)>| {
        names.iter().any(|(name, _)| name == "cookie")
    };
    let within = redirect(&sites[0].url, 302, "/echo");
    assert!(has_cookie(names(within).await));
    assert!(!has_cookie(names(one_hop(&sites)).await));
    assert!(has_cookie(names(two_hops(&sites)).await));
}

#[test]
fn in_aiohttp_a_token_that_a_redirect_has_removed_stays_removed() {
    let (_web, sites, _watchdog) = web_of::<2>(redirects::sites());
    let urls = [one_hop(&sites), two_hops(&sites)];
    let urls = urls.map(|url| url.expect("a URL").to_string());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let facts = folder.join("tests/aiohttp_redirects.py");
    let urls = urls.each_ref().map(String::as_str);
    if let Some(printed) = run_python(&facts, &["aiohttp"], &urls) {
        assert_eq!(printed, "all true\n");
    }
}

#[tokio::test]
async fn nothing_arrives_at_a_different_origin_if_the_policy_stays_within() {
    let (web, sites, _watchdog) = web_of(redirects::sites());
    let client = follows_within().expect("a client");
    for url in [one_hop(&sites), two_hops(&sites)] {
        let url = url.expect("a URL");
        let error = arrived(&client, &sites[0].url, url).await;
        let error = error.expect_err("stopped");
        assert!(error.is_redirect(), "{error:?}");
    }
    assert_eq!(web.record().requests("elsewhere.example"), 0);

    let within = redirect(&sites[0].url, 302, "/echo").expect("a URL");
    let names = arrived(&client, &sites[0].url, within).await;
    assert_eq!(names.expect("an echo").len(), 3);
    // The default policy's limit is still there.
    let mut far = "/echo".to_owned();
    for _ in 0..11 {
        let url = redirect(&sites[0].url, 302, &far).expect("a URL");
        far = format!("/redirect-to?{}", url.query().unwrap_or_default());
    }
    let far = format!("{}{}", sites[0].url.trim_end_matches('/'), far);
    let error = client.get(far).send().await.expect_err("eleven redirects");
    let words = lesson_kit::with_causes(&error);
    assert!(words.ends_with("too many redirects"), "{words}");
}

#[tokio::test]
async fn a_redirected_post_becomes_a_get_unless_the_status_keeps_it() {
    let (_web, sites, _watchdog) = web_of::<2>(redirects::sites());
    let client = Client::new();
    for (code, method, bytes) in [
        (301, Method::GET, 0),
        (302, Method::GET, 0),
        (303, Method::GET, 0),
        (307, Method::POST, 3),
        (308, Method::POST, 3),
    ] {
        let url = redirect(&sites[0].url, code, "/echo").expect("a URL");
        let echo = echo(client.post(url).body("tea")).await.expect("an echo");
        assert_eq!(echo.method, method.as_str(), "{code}");
        assert_eq!(echo.body.bytes, bytes, "{code}");
    }
}

#[tokio::test]
async fn only_a_client_with_a_store_sends_the_cookie_and_its_clones_share_it() {
    let (web, [site], _watchdog) = web_of(cookies::sites());
    let client = Client::new();
    let user = cookies::log_in(&client, &site.url, "ada").await;
    let status = user.expect_err("no cookie").status();
    assert_eq!(status, Some(StatusCode::UNAUTHORIZED));

    let ada = cookies::with_store().expect("a client");
    let user = cookies::log_in(&ada, &site.url, "ada").await;
    assert_eq!(user.expect("a page"), "ada");
    let user = cookies::ada_and_grace(&site.url).await;
    assert_eq!(user.expect("a page"), "grace");

    let grace = cookies::with_store().expect("a client");
    let page = grace.get(format!("{}cookies/required?user", site.url));
    let status = page.send().await.expect("a response").status();
    assert_eq!(status, StatusCode::UNAUTHORIZED, "it has no cookies");
    let refused = web.record();
    let refused = refused
        .exchanges()
        .filter(|it| it.status == Some(StatusCode::UNAUTHORIZED));
    assert_eq!(refused.count(), 2);
}

#[tokio::test]
async fn format_breaks_a_term_apart_and_query_and_form_keep_it() {
    let (web, [site], _watchdog) =
        web_of(crate::examples::query_and_form::sites());
    let client = Client::new();

    let echo = formatted(&client, &site.url, TERM).await.expect("an echo");
    let echo: Value = echo.json().await.expect("JSON");
    let broken = json!([
        { "name": "search", "value": "tea " },
        { "name": " biscuits, 1 1 für 50% ", "value": "" },
    ]);
    assert_eq!(echo["query"], broken);

    let right = json!([
        { "name": "search", "value": TERM },
        { "name": "page", "value": "2" },
    ]);
    let echo = queried(&client, &site.url, TERM).await.expect("an echo");
    let echo: Value = echo.json().await.expect("JSON");
    assert_eq!(echo["query"], right);
    let form = posted(&client, &site.url, TERM).await.expect("an echo");
    let form: Value = form.json().await.expect("JSON");
    assert_eq!(form["fields"], right);

    let record = web.record();
    let paths: Vec<_> = record.exchanges().map(|it| it.path.as_str()).collect();
    let [formatted, queried, "/form"] = paths[..] else { panic!("{paths:?}") };
    assert!(!formatted.contains("page=2"), "{formatted}");
    assert!(queried.ends_with("&page=2"), "{queried}");

    let url = product_url(&site.url, "tea/pots?").expect("a URL");
    assert_eq!(url.path(), "/products/tea%2Fpots%3F");
    assert_eq!(url.query(), None);
}

#[tokio::test]
async fn a_cookie_belongs_to_a_host_and_localhost_is_another_one() {
    let (_web, sites, _watchdog) =
        start(MockWeb::builder().sites(cookies::sites()));
    let (here, localhost) =
        (&sites[0].url, sites[0].url.replace("127.0.0.1", "localhost"));
    let client = cookies::with_store().expect("a client");
    let login = client.get(format!("{here}cookies/set?user=ada")).send().await;
    login.expect("the login works");

    let mut statuses = Vec::new();
    for site in [here, &localhost] {
        let page = client.get(format!("{site}cookies/required?user"));
        statuses.push(page.send().await.expect("a response").status());
    }

    assert_eq!(statuses, [StatusCode::OK, StatusCode::UNAUTHORIZED]);
}
