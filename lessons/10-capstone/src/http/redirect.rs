//! Where a response redirects to.

use percent_encoding::{AsciiSet, percent_encode};
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, LOCATION};
use url::Url;

use crate::address::{MAX_URL_BYTES, without_login};
use crate::error::LinkError;
use crate::message::{Outcome, SkipReason};

/// What a redirect makes of the URL, and `None` if the response isn't one.
///
/// It follows the Fetch Standard ("location URL"): only five statuses are
/// redirects, and none of them is without a `Location`. What a browser can't
/// follow is an error. What a browser can follow and this program can't is
/// skipped.
pub fn redirect(
    url: &Url,
    status: StatusCode,
    headers: &HeaderMap,
) -> Option<Outcome> {
    if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let mut locations = headers.get_all(LOCATION).iter();
    let location = locations.next()?;
    let bad =
        |what: String| Some(Outcome::Broken(LinkError::BadRedirect(what)));
    if locations.any(|other| other != location) {
        return bad("more than one URL".to_owned());
    }
    // Some servers send bytes that should have been escaped, in UTF-8 or not.
    let location = percent_encode(location.as_bytes(), &AsciiSet::EMPTY);
    let to = match url.join(&location.to_string()) {
        Ok(to) => to,
        Err(error) => return bad(format!("something that is no URL: {error}")),
    };
    Some(if !matches!(to.scheme(), "http" | "https") {
        Outcome::Skipped(SkipReason::NotHttp)
    } else if to.as_str().len() > MAX_URL_BYTES {
        Outcome::Skipped(SkipReason::LongUrl)
    } else {
        Outcome::Redirect(without_login(to))
    })
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn outcome(status: u16, locations: &[&[u8]]) -> String {
        let url = Url::parse("http://a.example/b/c?d").expect("it is a URL");
        let status = StatusCode::from_u16(status).expect("it is a status");
        let mut headers = HeaderMap::new();
        for location in locations {
            let value = HeaderValue::from_bytes(location);
            headers.append(LOCATION, value.expect("it is a value"));
        }
        match redirect(&url, status, &headers) {
            None => String::new(),
            Some(Outcome::Redirect(to)) => to.to_string(),
            Some(Outcome::Skipped(reason)) => format!("skipped: {reason}"),
            Some(Outcome::Broken(error)) => error.to_string(),
            Some(other) => format!("{other:?}"),
        }
    }

    #[test]
    fn a_location_is_relative_to_the_url_and_may_be_badly_escaped() {
        for (location, to) in [
            (b"/x".as_slice(), "http://a.example/x"),
            (b"x", "http://a.example/b/x"),
            (b"?x", "http://a.example/b/c?x"),
            (b"#x", "http://a.example/b/c?d#x"),
            (b"", "http://a.example/b/c?d"),
            (b"//b.example", "http://b.example/"),
            (b"https://a.example/#y", "https://a.example/#y"),
            (b"  /x y  ", "http://a.example/x%20y"),
            (b"/a%20b\xc3\xa9", "http://a.example/a%20b%C3%A9"),
            (b"/\xe9", "http://a.example/%E9"),
            (b"//caf\xc3\xa9.example", "http://xn--caf-dma.example/"),
            (b"http:\\\\me:secret@b.example\\x", "http://b.example/x"),
        ] {
            assert_eq!(outcome(301, &[location]), to);
        }
    }

    #[test]
    fn only_five_statuses_with_a_location_are_redirects() {
        for status in [301, 302, 303, 307, 308] {
            assert_eq!(outcome(status, &[b"/x"]), "http://a.example/x");
            assert_eq!(outcome(status, &[]), "");
        }
        for status in [200, 201, 300, 304, 305, 306, 399, 404] {
            assert_eq!(outcome(status, &[b"/x"]), "", "{status}");
        }
    }

    #[test]
    fn what_a_browser_cannot_follow_is_an_error_and_the_rest_is_skipped() {
        let twice = outcome(301, &[b"/x", b"/y"]);
        assert_eq!(twice, "it redirects to more than one URL");
        assert_eq!(outcome(301, &[b"/x", b"/x"]), "http://a.example/x");
        let not_url = outcome(301, &[b"http://["]);
        let expected =
            "it redirects to something that is no URL: invalid IPv6 address";
        assert_eq!(not_url, expected);
        let reason = SkipReason::NotHttp;
        for other in [b"mailto:a@b.example".as_slice(), b"app:x", b"data:,x"] {
            assert_eq!(outcome(302, &[other]), format!("skipped: {reason}"));
        }
        let long = [b'/'].into_iter().chain([b'x'; MAX_URL_BYTES]);
        let long: Vec<_> = long.collect();
        let reason = SkipReason::LongUrl;
        assert_eq!(outcome(302, &[&long]), format!("skipped: {reason}"));
    }
}
