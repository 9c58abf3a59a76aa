//! What the stages need to know about URLs.

use url::Url;

/// A URL with more bytes isn't followed. Servers refuse much shorter ones.
pub const MAX_URL_BYTES: usize = 16_000;

/// A URL without `name:password@`, fit for a report.
pub fn without_login(mut url: Url) -> Url {
    // These fail for a URL without a host, and that has no login either.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

/// The URL as it's sent.
pub fn without_fragment(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    url
}

/// The host that a request is sent to, with the port.
pub fn host_of(url: &Url) -> String {
    let port = url.port_or_known_default().unwrap_or_default();
    format!("{}:{port}", url.host_str().unwrap_or_default())
}
