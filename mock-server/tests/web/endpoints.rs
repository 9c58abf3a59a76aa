//! The endpoints: what arrives and what's answered, on a site's port and on the program's.

#[cfg(all(target_os = "linux", feature = "multipart"))]
use std::io::Read;
use std::io::Write;

use mock_server::{Fault, MockWeb, Outcome, Site, StatusCode};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

#[cfg(feature = "multipart")]
use crate::support::run_tool;
use crate::support::{SITE, Serving, connect, start};

fn endpoints() -> mock_server::Builder {
    MockWeb::builder().sites([Site::new(SITE).endpoints()])
}

fn url(web: &MockWeb, path: &str) -> String {
    format!("{}{path}", web.url(SITE).trim_end_matches('/'))
}

async fn send(request: RequestBuilder) -> (u16, HeaderMap, String) {
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    (status, headers, response.text().await.expect("it's complete"))
}

async fn json_of(request: RequestBuilder) -> (u16, Value) {
    let (status, headers, body) = send(request).await;
    assert_eq!(headers["content-type"], "application/json", "{body}");
    (status, serde_json::from_str(&body).expect("it's JSON"))
}

/// The checksum that Python's `zlib.crc32` has for these bytes.
fn crc32(bytes: &[u8]) -> String {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    format!("{:08x}", crc.sum())
}

#[tokio::test]
async fn a_site_has_endpoints_only_if_it_asks_for_them_and_they_are_in_the_record() {
    let sites = [Site::new(SITE).endpoints(), Site::new("plain.example")];
    let (web, _watchdog) = start(MockWeb::builder().sites(sites));
    let client = Client::new();
    let (status, document) = json_of(client.get(url(&web, "/json"))).await;
    assert_eq!((status, &document["name"]), (200, &json!("A teapot")));
    let plain = client.get(format!("{}json", web.url("plain.example"))).send().await.expect("an answer");
    assert_eq!(plain.status(), 404);
    // Everything else is as without.
    assert_eq!(send(client.get(web.url(SITE))).await.2.len(), 1_000);
    assert_eq!(send(client.post(url(&web, "/login"))).await.0, 204);
    let record = web.record();
    let seen: Vec<_> = record.exchanges().map(|exchange| (exchange.label(), exchange.outcome)).collect();
    let labels = ["site.example/json", "plain.example/json", "site.example", "site.example/login"];
    assert_eq!(seen, labels.map(|label| (label.to_owned(), Outcome::Complete)));
    assert!(web.wiremock().received_requests().await.is_some_and(|requests| requests.len() == 3));
}

#[tokio::test]
async fn json_goes_out_in_good_shape_and_in_bad_and_comes_in_as_it_was() {
    let (web, _watchdog) = start(endpoints());
    let client = Client::new();
    let get = |path: &str| client.get(url(&web, path));
    let (status, list) = json_of(get("/json?as=list")).await;
    assert_eq!((status, &list[0]["price"], &list[1]["price"]), (200, &json!(24.5), &json!("24.50")));
    let (status, error) = json_of(get("/json?error=409")).await;
    assert_eq!((status, &error["error"]["code"]), (409, &json!("conflict")));
    assert!(error["error"]["message"].is_string());
    let (status, headers, page) = send(get("/json?error=504&as=html")).await;
    assert_eq!(
        (status, &headers["content-type"]),
        (504, &"text/html; charset=utf-8".parse().expect("it's valid"))
    );
    assert!(page.contains("<h1>504 Gateway Timeout</h1>"), "{page}");

    let post = |content_type: &str, body: &'static str| {
        client.post(url(&web, "/json")).header("content-type", content_type).body(body)
    };
    let (status, _, body) = send(post("application/json; charset=utf-8", " {\"b\": 1, \"a\": 1.50} ")).await;
    assert_eq!((status, body.as_str()), (200, "{\"received\": {\"b\": 1, \"a\": 1.50}}\n"));
    for (content_type, body, expected, code) in [
        ("application/json", "{\"a\": }", 400, "invalid_json"),
        ("application/json", "", 400, "invalid_json"),
        ("application/problem+json", "[1]", 422, "no_object"),
        ("text/plain", "{}", 415, "no_json"),
    ] {
        let (status, error) = json_of(post(content_type, body)).await;
        assert_eq!((status, &error["error"]["code"]), (expected, &json!(code)), "{body}");
    }
    let (_, error) = json_of(post("application/json", "{\"a\": }")).await;
    assert_eq!(error["error"]["message"], "the body isn't JSON: expected value at line 1 column 7");
    let latin1 = client.post(url(&web, "/json")).header("content-type", "application/json");
    let (status, error) = json_of(latin1.body(b"{\"a\": \"caf\xe9\"}".as_slice())).await;
    let words = "the body isn't JSON: invalid utf-8 sequence of 1 bytes from index 10";
    assert_eq!((status, &error["error"]["message"]), (400, &json!(words)));
    let large = client.post(url(&web, "/json")).header("content-type", "application/json");
    assert_eq!(json_of(large.body(vec![b' '; 1_000_001])).await.0, 413);
    // The connection still works.
    assert_eq!(json_of(get("/json")).await.0, 200);
    assert_eq!(web.record().connections(), 1);
}

#[cfg(feature = "multipart")]
#[tokio::test]
async fn the_fields_of_a_form_come_back_in_their_order() {
    let (web, _watchdog) = start(endpoints());
    let client = Client::new();
    let form = |content_type: &str, body: String| {
        client.post(url(&web, "/form")).header("content-type", content_type).body(body)
    };
    let urlencoded = form("application/x-www-form-urlencoded", "b=1&a=caf%C3%A9+au+lait&b=".to_owned());
    let fields = json!([
        {"name": "b", "value": "1"},
        {"name": "a", "value": "café au lait"},
        {"name": "b", "value": ""},
    ]);
    assert_eq!(json_of(urlencoded).await, (200, json!({"fields": fields, "files": []})));
    let multipart = form("multipart/form-data; boundary=\"x y\"", multipart("x y"));
    let file = json!({
        "name": "picture", "filename": "cat.png", "content_type": "image/png", "bytes": 7, "crc32": crc32(b"\x00\r\n--x\n"),
    });
    let fields = json!([{"name": "title", "value": "A cat"}]);
    assert_eq!(json_of(multipart).await, (200, json!({"fields": fields, "files": [file]})));
    let many = |fields| form("application/x-www-form-urlencoded", "a&".repeat(fields));
    assert_eq!(json_of(many(1_000)).await.1["fields"].as_array().map(Vec::len), Some(1_000));
    let (status, error) = json_of(many(1_001)).await;
    assert_eq!((status, &error["error"]["code"]), (413, &json!("too_many")));
    let (status, error) = json_of(form("text/plain", String::new())).await;
    assert_eq!((status, &error["error"]["code"]), (415, &json!("no_form")));
    for content_type in ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        let start = if content_type.ends_with('x') {
            "--x\r\ncontent-disposition: form-data; name=a\r\n\r\n"
        } else {
            ""
        };
        let large = form(content_type, start.to_owned() + &"x".repeat(1_000_001));
        assert_eq!(json_of(large).await.0, 413, "{content_type}");
    }
}

/// A form with a field and a file.
#[cfg(feature = "multipart")]
fn multipart(boundary: &str) -> String {
    format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"title\"\r\n\r\nA cat\r\n\
         --{boundary}\r\ncontent-disposition: form-data; name=\"picture\"; filename=\"cat.png\"\r\n\
         content-type: image/png\r\n\r\n\x00\r\n--x\n\r\n--{boundary}--\r\n"
    )
}

#[cfg(feature = "multipart")]
#[tokio::test]
async fn an_upload_is_measured_as_it_is_and_a_form_part_by_part() {
    let (web, _watchdog) = start(endpoints());
    let client = Client::new();
    let raw = client.put(url(&web, "/upload")).header("content-type", "image/png").body("123456789");
    let expected = json!({
        // The check value of CRC-32.
        "bytes": 9, "crc32": "cbf43926", "content_type": "image/png", "chunked": false, "parts": [],
    });
    assert_eq!(json_of(raw).await, (200, expected));
    let form = multipart("xy");
    let content_type = "multipart/form-data; boundary=xy";
    let upload = client.post(url(&web, "/upload")).header("content-type", content_type).body(form.clone());
    let parts = json!([
        {"name": "title", "filename": null, "content_type": null, "bytes": 5, "crc32": crc32(b"A cat")},
        {"name": "picture", "filename": "cat.png", "content_type": "image/png", "bytes": 7, "crc32": crc32(b"\x00\r\n--x\n")},
    ]);
    let expected = json!({
        "bytes": form.len(), "crc32": crc32(form.as_bytes()), "content_type": content_type, "chunked": false, "parts": parts,
    });
    assert_eq!(json_of(upload).await, (200, expected));
    // Its boundary is announced and never comes, it ends in the middle, or it has no boundary.
    let endless = "x".repeat(1_000_000);
    for (content_type, body) in
        [(content_type, endless.as_str()), (content_type, &form[..100]), ("multipart/form-data", "")]
    {
        let upload =
            client.post(url(&web, "/upload")).header("content-type", content_type).body(body.to_owned());
        let (status, error) = json_of(upload).await;
        assert_eq!((status, &error["error"]["code"]), (400, &json!("invalid_form")), "{error}");
    }
    let upload = client.post(url(&web, "/upload")).header("content-type", content_type).body(endless.clone());
    let words = "the form can't be read: no part begins within 300000 bytes";
    assert_eq!(json_of(upload).await.1["error"]["message"], words);
    let many = "--xy\r\ncontent-disposition: form-data; name=a\r\n\r\n\r\n".repeat(1_001) + "--xy--\r\n";
    let upload = client.post(url(&web, "/upload")).header("content-type", content_type).body(many);
    assert_eq!(json_of(upload).await.0, 413);
    assert_eq!(web.record().connections(), 1);
}

#[tokio::test]
async fn a_download_has_its_length_and_each_byte_its_place() {
    let (web, _watchdog) = start(endpoints());
    let client = Client::new();
    let content: Vec<u8> = (0..200_000_u32).map(|position| (position % 251) as u8).collect();
    let get = |range: &str| client.get(url(&web, "/bytes/200000")).header("range", range);
    let whole = client.get(url(&web, "/bytes/200000")).send().await.expect("an answer");
    let tag = whole.headers()["etag"].clone();
    assert_eq!((whole.status().as_u16(), whole.content_length()), (200, Some(200_000)));
    assert_eq!(whole.bytes().await.expect("it's complete"), content);
    for (range, start, end) in
        [("bytes=0-0", 0, 1), ("bytes=100003-", 100_003, 200_000), ("bytes=-7", 199_993, 200_000)]
    {
        let part = get(range).header("if-range", &tag).send().await.expect("an answer");
        assert_eq!(part.status(), 206);
        assert_eq!(part.headers()["content-range"], format!("bytes {start}-{}/200000", end - 1));
        assert_eq!(part.bytes().await.expect("it's complete"), content[start..end], "{range}");
    }
    let changed = get("bytes=5-").header("if-range", "\"other\"").send().await.expect("an answer");
    assert_eq!((changed.status().as_u16(), changed.content_length()), (200, Some(200_000)));
    let (status, headers, _) = send(get("bytes=200000-")).await;
    assert_eq!((status, &headers["content-range"]), (416, &"bytes */200000".parse().expect("it's valid")));
    let head = client.head(url(&web, "/bytes/10000000000")).send().await.expect("an answer");
    assert_eq!(head.headers()["content-length"], "10000000000");
    let none = client.get(url(&web, "/bytes/0")).send().await.expect("an answer");
    assert_eq!((none.status().as_u16(), none.content_length()), (200, Some(0)));
    assert_eq!(web.record().count(Outcome::Complete), web.record().exchanges().len());
}

#[tokio::test]
async fn cookies_are_set_sent_required_and_removed() {
    let (web, _watchdog) = start(endpoints());
    let client =
        Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("it's a client");
    let get = |path: &str| client.get(url(&web, path));
    let (status, headers, _) = send(get("/cookies/set?a=1&b=x%3Dy")).await;
    assert_eq!((status, &headers["location"]), (302, &"../cookies".parse().expect("it's valid")));
    let set: Vec<_> = headers.get_all("set-cookie").iter().collect();
    assert_eq!(set, ["a=1; Path=/", "b=x=y; Path=/"]);
    let (_, headers, _) = send(get("/cookies/delete?a")).await;
    assert_eq!(headers["set-cookie"], "a=; Path=/; Max-Age=0");
    let (_, list) = json_of(get("/cookies").header("cookie", "a=1; b=x=y")).await;
    assert_eq!(list, json!({"cookies": [{"name": "a", "value": "1"}, {"name": "b", "value": "x=y"}]}));
    assert_eq!(json_of(get("/cookies")).await, (200, json!({"cookies": []})));
    for (path, cookie, status) in [
        ("/cookies/required?a", "b=1", 401),
        ("/cookies/required?a", "a=1", 200),
        ("/cookies/required?a=1", "a=2", 403),
        ("/cookies/required?a=1", "b=2; a=1", 200),
    ] {
        assert_eq!(json_of(get(path).header("cookie", cookie)).await.0, status, "{path} {cookie}");
    }
    // Behind a redirect, on a path of one port, it's the site's own list.
    let (web, _watchdog) = start(endpoints().on_one_port(0));
    let list = Client::new().get(url(&web, "/cookies/set?a=1")).send().await.expect("an answer");
    assert_eq!(list.url().path(), "/site/site.example/cookies");
}

#[tokio::test]
async fn a_password_or_a_token_is_wanted_and_what_is_wrong_is_told() {
    let (web, _watchdog) = start(endpoints());
    let client = Client::new();
    let get = |path: &str| client.get(url(&web, path));
    let challenge =
        |headers: &HeaderMap| headers["www-authenticate"].to_str().expect("it's ASCII").to_owned();

    let path = "/auth/basic?user=ada&password=a:b%20c";
    assert_eq!(json_of(get(path).basic_auth("ada", Some("a:b c"))).await.0, 200);
    let (status, headers, body) = send(get(path).basic_auth("ada", Some("a:b"))).await;
    assert_eq!(
        (status, challenge(&headers).as_str()),
        (401, "Basic realm=\"mock-server\", charset=\"UTF-8\"")
    );
    assert!(body.contains("\"wrong_password\""), "{body}");
    assert_eq!(send(get(path)).await.0, 401);

    assert_eq!(json_of(get("/auth/bearer").bearer_auth("secret")).await.0, 200);
    let (status, headers, _) = send(get("/auth/bearer").bearer_auth("guess")).await;
    let invalid = "Bearer realm=\"mock-server\", error=\"invalid_token\"";
    assert_eq!((status, challenge(&headers).as_str()), (401, invalid));
    let (status, headers, _) = send(get("/auth/bearer").basic_auth("secret", Some(""))).await;
    assert_eq!((status, challenge(&headers).as_str()), (401, "Bearer realm=\"mock-server\""));
}

#[tokio::test]
async fn an_issued_token_expires_and_the_next_has_another_name() {
    let (web, _watchdog) = start(endpoints());
    let client = Client::new();
    let protected = |token: &str| client.get(url(&web, "/auth/protected")).bearer_auth(token);
    let issue = |query: &str| client.post(url(&web, &format!("/auth/token{query}")));
    let (status, token) = json_of(issue("?uses=2")).await;
    assert_eq!((status, token), (200, json!({"access_token": "token-1", "token_type": "Bearer", "uses": 2})));
    let mut seen = Vec::new();
    for _ in 0..3 {
        let (status, answer) = json_of(protected("token-1")).await;
        seen.push((status, answer["error"]["code"].as_str().unwrap_or("none").to_owned()));
    }
    assert_eq!(seen, [(200, "none"), (200, "none"), (401, "token_expired")].map(|(a, b)| (a, b.to_owned())));
    assert_eq!(json_of(protected("token-2")).await.1["error"]["code"], "wrong_token");
    let (_, token) = json_of(issue("?for=3600000")).await;
    assert_eq!(token, json!({"access_token": "token-2", "token_type": "Bearer", "for": 3_600_000}));
    assert_eq!(json_of(protected("token-2")).await.0, 200);
    let (_, token) = json_of(issue("?for=1")).await;
    assert_eq!(token["access_token"], "token-3");
    // It can't take longer than this test may.
    while json_of(protected("token-3")).await.0 == 200 {}
    assert_eq!(json_of(client.get(url(&web, "/auth/token"))).await, (200, json!({"issued": 3})));
    let issued = web
        .record()
        .exchanges()
        .filter(|exchange| {
            exchange.method == "POST"
                && exchange.path.starts_with("/auth/token")
                && exchange.status == Some(StatusCode::OK)
        })
        .count();
    assert_eq!(issued, 3);
}

#[tokio::test]
async fn what_arrived_is_told_with_any_method_and_after_a_redirect() {
    let (web, _watchdog) = start(endpoints());
    let client = Client::new();
    let request =
        client.request(Method::DELETE, url(&web, "/echo?b=1&a=x%20y")).header("x-colour", "red").body("body");
    let (status, echo) = json_of(request).await;
    assert_eq!(
        (status, &echo["method"], &echo["path"], &echo["version"]),
        (200, &json!("DELETE"), &json!("/echo"), &json!("HTTP/1.1"))
    );
    assert_eq!(echo["query"], json!([{"name": "b", "value": "1"}, {"name": "a", "value": "x y"}]));
    assert_eq!(echo["body"], json!({"bytes": 4, "crc32": crc32(b"body")}));
    let headers = echo["headers"].as_array().expect("it's a list");
    assert!(headers.contains(&json!({"name": "x-colour", "value": "red"})), "{headers:?}");
    // An origin is a port, too, so this is another.
    let (other, _watchdog) = start(endpoints());
    let target = url(&other, "/echo");
    let redirect =
        client.get(url(&web, &format!("/redirect-to?code=307&url={target}"))).bearer_auth("secret");
    let (status, echo) = json_of(redirect).await;
    assert_eq!((status, other.record().exchanges().len()), (200, 1));
    assert!(!echo["headers"].to_string().contains("authorization"), "{echo}");
}

#[tokio::test]
async fn endpoints_have_the_faults_of_their_site() {
    let content: Vec<u8> = (0..5_000_u32).map(|position| (position % 251) as u8).collect();
    let sites = [
        Site::new("truncate.example").endpoints().fault(Fault::Truncate { after: 100 }),
        Site::new("status.example").endpoints().fault("status?code=503".parse().expect("it's one")),
        Site::new("dribble.example")
            .endpoints()
            .fault("dribble?chunk=1000&pause=1".parse().expect("it's one")),
        Site::new("idle.example").endpoints().fault("idle-close?after=1".parse().expect("it's one")),
    ];
    let (web, _watchdog) = start(MockWeb::builder().sites(sites));
    let client = Client::new();
    let get = |site: &str, path: &str| client.get(format!("{}{path}", web.url(site)));
    let cut = get("truncate.example", "bytes/5000").send().await.expect("an answer");
    assert_eq!(cut.content_length(), Some(5_000));
    cut.bytes().await.expect_err("the body is too short");
    assert_eq!(
        web.record().exchanges().last().map(|seen| (seen.outcome, seen.bytes)),
        Some((Outcome::Cut, 100))
    );
    assert_eq!(send(get("status.example", "bytes/10000000000")).await.0, 503);
    for site in ["dribble.example", "idle.example"] {
        let slow = get(site, "bytes/5000").send().await.expect("an answer");
        assert_eq!(slow.bytes().await.expect("it's complete"), content);
    }
    web.wait_until(|record| record.open_connections() <= 2).await;
    let (status, _, words) = send(get("dribble.example", "bytes/10000001")).await;
    assert_eq!(status, 501);
    assert!(words.starts_with("the fault changes the body"), "{words}");
}

#[test]
fn wrong_parameters_and_methods_are_refused_with_what_is_right() {
    let serving = Serving::start();
    for (path, status, words) in [
        (
            "/json?error=200",
            400,
            "`error` is a whole number from 400 to 599 (a status), not `200`, for example /json?error=409\n",
        ),
        ("/json?as=xml", 400, "`as` is one of object, list, html, not `xml`, for example /json?error=409\n"),
        (
            "/json?ass=list",
            400,
            "`/json` has no parameter `ass`; it takes error, as, for example /json?error=409\n",
        ),
        (
            "/bytes/10000000001",
            400,
            "a download is a whole number from 0 to 10000000000 (bytes), not `10000000001`, for example /bytes/100000\n",
        ),
        ("/upload", 405, "it needs a body; `/upload` takes POST, PUT, PATCH, not GET\n"),
        ("/form", 405, "it needs a body; `/form` takes POST, PUT, PATCH, not GET\n"),
        (
            "/auth/token?uses=1&for=1",
            400,
            "a token has `uses` or `for`, not both, for example /auth/token?uses=10\n",
        ),
        (
            "/auth/token?uses=0",
            400,
            "`uses` is a whole number from 1 to 1000000 (requests), not `0`, for example /auth/token?uses=10\n",
        ),
        (
            "/redirect-to",
            400,
            "`url` is a URL in ASCII without spaces, for example /redirect-to?url=/echo&code=302\n",
        ),
        (
            "/redirect-to?url=/&code=200",
            400,
            "`code` is one of 302, 301, 303, 307, 308, not `200`, for example /redirect-to?url=/echo&code=302\n",
        ),
        (
            "/events?n=1&n=2",
            400,
            "`n` is given twice; give it once, for example /events?n=10&pause=100&cut=4\n",
        ),
        (
            "/events?id=first",
            400,
            "`id` is a whole number from 0 to 1000000, not `first`, for example /events?n=10&pause=100&cut=4\n",
        ),
    ] {
        assert_eq!(serving.get(path), (status, words.to_owned()), "{path}");
    }
    for path in ["/cookies/set", "/cookies/set?a=b%20c", "/cookies/set?a%3D=b", "/cookies/required?a&b"] {
        let (status, words) = serving.get(path);
        assert!(status == 400 && words.starts_with("it takes "), "{path}: {words}");
    }
    for path in ["/cookies/eat", "/auth/nothing", "/json/x", "/bytes"] {
        assert_eq!(serving.get(path).0, 404, "{path}");
    }
    assert_eq!(serving.get("/timeline").1, "so far: the server saw no request\n");
}

#[test]
fn a_page_of_another_origin_gets_no_token() {
    let serving = Serving::start();
    let client = reqwest::blocking::Client::new();
    let post = || client.post(format!("{}/auth/token", serving.url));
    assert_eq!(post().header("origin", "http://other.example").send().expect("an answer").status(), 403);
    assert_eq!(serving.get("/auth/token").1, "{\n  \"issued\": 0\n}\n");
    assert_eq!(post().header("origin", &serving.url).send().expect("an answer").status(), 200);
    assert_eq!(post().send().expect("an answer").status(), 200);
    assert_eq!(serving.get("/auth/token").1, "{\n  \"issued\": 2\n}\n");
}

/// Writes the body of a request in pieces of a megabyte, and reads the response.
#[cfg(all(target_os = "linux", feature = "multipart"))]
fn upload(serving: &Serving, head: &str, start: &[u8], megabytes: usize, end: &[u8]) -> Value {
    let length = start.len() + megabytes * 1_000_000 + end.len();
    let head = format!(
        "POST /upload HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n{head}\r\n"
    );
    let mut socket = serving.connect();
    socket.write_all(head.as_bytes()).expect("it reads");
    socket.write_all(start).expect("it reads");
    let piece = vec![b'x'; 1_000_000];
    for _ in 0..megabytes {
        socket.write_all(&piece).expect("it reads");
    }
    socket.write_all(end).expect("it reads");
    let mut response = String::new();
    socket.read_to_string(&mut response).expect("it's text");
    let (_, body) = response.split_once("\r\n\r\n").expect("it has a head");
    serde_json::from_str(body).expect("it's JSON")
}

/// `/proc` is on Linux only.
#[cfg(all(target_os = "linux", feature = "multipart"))]
#[test]
fn uploads_and_downloads_of_any_size_take_no_memory() {
    let serving = Serving::start();
    let most = || -> u64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", serving.child.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("it's there");
        line.trim().trim_end_matches(" kB").parse().expect("it's a number")
    };
    // Whatever the first request takes.
    upload(&serving, "", b"", 1, b"");
    let before = most();
    let raw = upload(&serving, "", b"", 100, b"");
    assert_eq!(raw["bytes"], 100_000_000);
    let start = b"--x\r\ncontent-disposition: form-data; name=a; filename=b\r\n\r\n";
    let form =
        upload(&serving, "content-type: multipart/form-data; boundary=x\r\n", start, 100, b"\r\n--x--\r\n");
    assert_eq!((&form["parts"][0]["bytes"], &form["parts"][0]["crc32"]), (&raw["bytes"], &raw["crc32"]));
    let download = reqwest::blocking::Client::new().get(format!("{}/bytes/100000000", serving.url)).send();
    let received = std::io::copy(&mut download.expect("it answers"), &mut std::io::sink());
    assert_eq!(received.expect("it's complete"), 100_000_000);
    let grown = most() - before;
    assert!(grown < 5_000, "{grown} KB more");
}

#[tokio::test]
async fn an_upload_that_is_cancelled_is_in_the_record_with_what_arrived() {
    let (web, _watchdog) = start(endpoints());
    for content_type in ["image/png", "multipart/form-data; boundary=x"] {
        let head = format!(
            "PUT /upload HTTP/1.1\r\nhost: x\r\ncontent-type: {content_type}\r\ncontent-length: 1000\r\n\r\n"
        );
        let mut socket = connect(&web);
        socket.write_all(head.as_bytes()).expect("the site reads");
        socket.write_all(&[b'x'; 600]).expect("the site reads");
        web.wait_until(|record| record.exchanges().last().is_some_and(|last| last.received == 600)).await;
        drop(socket);
        web.wait_until(|record| record.in_flight() == 0).await;
        let last = web.record().exchanges().last().map(|last| (last.outcome, last.received, last.status));
        assert_eq!(last, Some((Outcome::ClientGone, 600, None)), "{content_type}");
        web.reset_record();
    }
}

#[cfg(feature = "multipart")]
#[test]
fn curl_sends_forms_and_chunked_files() {
    let serving = Serving::start();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/LICENSE-MIT");
    let content = std::fs::read(file).expect("it's there");
    let expected = |part: &Value| {
        assert_eq!((&part["bytes"], &part["crc32"]), (&json!(content.len()), &json!(crc32(&content))))
    };
    let url = |path: &str| format!("{}{path}", serving.url);
    let curl = |arguments: &[&str]| -> Option<Value> {
        let output = run_tool("curl", &[&["-s"], arguments].concat())?;
        Some(serde_json::from_slice(&output.stdout).expect("it's JSON"))
    };
    let picture = format!("picture=@{file};type=image/png");
    let Some(form) = curl(&["-F", "title=A cat", "-F", &picture, &url("/form")]) else { return };
    assert_eq!(form["fields"], json!([{"name": "title", "value": "A cat"}]));
    expected(&form["files"][0]);
    assert_eq!(
        (&form["files"][0]["filename"], &form["files"][0]["content_type"]),
        (&json!("LICENSE-MIT"), &json!("image/png"))
    );
    for header in ["x: x", "transfer-encoding: chunked"] {
        let upload = curl(&["-T", file, "-H", header, "-H", "expect: 100-continue", &url("/upload")]);
        let upload = upload.expect("curl is there");
        expected(&upload);
        assert_eq!(upload["chunked"], json!(header != "x: x"));
    }
}

#[cfg(not(feature = "multipart"))]
#[tokio::test]
async fn without_its_feature_a_form_with_files_is_refused_and_everything_else_works() {
    let (web, _watchdog) = start(endpoints());
    let client = Client::new();
    for path in ["/form", "/upload"] {
        let form = client.post(url(&web, path)).header("content-type", "multipart/form-data; boundary=x");
        let (status, error) = json_of(form.body("x".repeat(1_000_000))).await;
        assert_eq!((status, &error["error"]["code"]), (501, &json!("no_multipart")));
    }
    assert_eq!(json_of(client.put(url(&web, "/upload")).body("123456789")).await.1["crc32"], "cbf43926");
    assert_eq!(web.record().connections(), 1);
}
