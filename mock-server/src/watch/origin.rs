//! Who may change something. Any page in the user's browser can send requests to this machine, but a browser says from where
//! they come. Programs such as curl don't.

use std::net::IpAddr;

use hyper::Uri;
use hyper::header::{HOST, ORIGIN};
use hyper::http::request;

/// Checks a request that changes something: it's refused if it comes from a page of another origin.
pub(crate) fn check_origin(head: &request::Parts) -> Result<(), &'static str> {
    const WORDS: &str = "a page of another origin can't change anything here";
    let host = head.headers.get(HOST).and_then(|host| host.to_str().ok());
    // A port has http or https, never both, so a page that came from this port came by the scheme that it has.
    let is_own = |origin: &str| {
        let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        is_for_this_machine(head) && authority.is_some() && authority == host
    };
    let mut origins = head.headers.get_all(ORIGIN).iter();
    if !origins.all(|origin| origin.to_str().is_ok_and(is_own)) {
        return Err(WORDS);
    }
    let mut sites = head.headers.get_all("sec-fetch-site").iter();
    // `none` is a person who typed the address.
    if !sites.all(|site| site == "same-origin" || site == "none") {
        return Err(WORDS);
    }
    Ok(())
}

/// Whether the request names this machine as its host. A page that has its own name point to this machine (DNS rebinding) sends that
/// name.
pub(crate) fn is_for_this_machine(head: &request::Parts) -> bool {
    let host = head.headers.get(HOST).and_then(|host| host.to_str().ok());
    let uri =
        host.and_then(|host| Uri::builder().scheme("http").authority(host).path_and_query("/").build().ok());
    uri.as_ref().and_then(Uri::host).is_some_and(|host| {
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
    })
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::*;

    fn head(headers: &[(&str, &str)]) -> request::Parts {
        let request =
            headers.iter().fold(Request::builder(), |request, (name, value)| request.header(*name, *value));
        request.body(()).expect("the headers are valid").into_parts().0
    }

    #[test]
    fn only_programs_and_the_own_origin_may_change_anything() {
        let host = ("host", "127.0.0.1:80");
        for allowed in [
            vec![host],
            vec![host, ("origin", "http://127.0.0.1:80")],
            vec![host, ("origin", "https://127.0.0.1:80")],
            vec![host, ("origin", "http://127.0.0.1:80"), ("sec-fetch-site", "same-origin")],
            vec![host, ("sec-fetch-site", "none")],
        ] {
            assert_eq!(check_origin(&head(&allowed)), Ok(()), "{allowed:?}");
        }
        for refused in [
            vec![host, ("origin", "null")],
            vec![host, ("origin", "http://127.0.0.1:81")],
            vec![host, ("origin", "https://127.0.0.1:81")],
            vec![host, ("origin", "127.0.0.1:80")],
            vec![host, ("origin", "http://localhost:80")],
            vec![host, ("origin", "http://127.0.0.1:80"), ("origin", "http://other.example")],
            vec![host, ("origin", "http://127.0.0.1:80"), ("sec-fetch-site", "same-site")],
            vec![host, ("sec-fetch-site", "cross-site")],
            vec![("origin", "http://127.0.0.1:80")],
            vec![("origin", "null")],
            // It points to this machine.
            vec![
                ("host", "other.example"),
                ("origin", "http://other.example"),
                ("sec-fetch-site", "same-origin"),
            ],
        ] {
            assert!(check_origin(&head(&refused)).is_err(), "{refused:?}");
        }
    }

    #[test]
    fn only_the_names_of_this_machine_are_its_own() {
        for own in
            ["127.0.0.1", "127.0.0.1:8080", "127.1.2.3", "localhost:1", "LocalHost", "[::1]:8080", "[::1]"]
        {
            assert!(is_for_this_machine(&head(&[("host", own)])), "{own}");
        }
        for other in ["", "other.example", "127.0.0.1.example:80", "localhost.example", "10.0.0.1", "[::2]"] {
            assert!(!is_for_this_machine(&head(&[("host", other)])), "{other}");
        }
        assert!(!is_for_this_machine(&head(&[])));
    }
}
