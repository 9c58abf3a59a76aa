//! Finds out which error a failed request is.

use std::error::Error;
use std::io;
use std::iter::successors;

use crate::error::LinkError;

impl From<reqwest::Error> for LinkError {
    fn from(error: reqwest::Error) -> LinkError {
        if error.is_timeout() && !error.is_connect() {
            LinkError::TimedOut
        } else if error.is_builder() {
            LinkError::InvalidRequest
        } else if error.is_dns() {
            LinkError::NameLookup
        } else if error.is_connect() {
            connect_error(&error)
        } else if error.is_body() || error.is_decode() {
            LinkError::IncompleteBody
        } else {
            head_error(&error)
        }
    }
}

/// There's a connection, and no head that could be read.
fn head_error(error: &reqwest::Error) -> LinkError {
    let is = |what: fn(&hyper::Error) -> bool| {
        causes(error).filter_map(|cause| cause.downcast_ref()).any(what)
    };
    if is(hyper::Error::is_parse_too_large) {
        LinkError::HeadTooLarge
    } else if is(hyper::Error::is_parse) {
        LinkError::NotHttp
    } else {
        LinkError::ConnectionLost
    }
}

/// There is no connection. reqwest calls a failed TLS handshake a connect
/// error, too.
fn connect_error(error: &reqwest::Error) -> LinkError {
    let mut io_errors = causes(error)
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .flat_map(with_wrapped);
    let decisive = io_errors.find_map(|error| match error.kind() {
        io::ErrorKind::ConnectionRefused => Some(LinkError::Refused),
        // rustls wraps its errors in this kind, and TCP has no use for it.
        io::ErrorKind::InvalidData => Some(LinkError::Tls(error.to_string())),
        io::ErrorKind::TimedOut
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted => Some(LinkError::Unreachable),
        _ if error.raw_os_error().is_some() => {
            Some(LinkError::NoConnection(error.to_string()))
        }
        _ => None,
    });
    decisive.unwrap_or(LinkError::Unreachable)
}

/// The errors that caused an error, one after the other.
fn causes(
    error: &reqwest::Error,
) -> impl Iterator<Item = &(dyn Error + 'static)> {
    successors(error.source(), |&cause| cause.source())
}

/// An I/O error and the I/O errors that it wraps. `source` skips those, because
/// the outer error already prints their text.
fn with_wrapped(error: &io::Error) -> impl Iterator<Item = &io::Error> {
    successors(Some(error), |error| error.get_ref()?.downcast_ref())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use reqwest::Client;
    use reqwest::dns::{Name, Resolve, Resolving};

    use super::*;

    /// A resolver that can't answer at the moment.
    struct Busy;

    impl Resolve for Busy {
        fn resolve(&self, _name: Name) -> Resolving {
            // The words of `getaddrinfo` for EAI_AGAIN.
            let error = "Temporary failure in name resolution";
            Box::pin(async move { Err(error.into()) })
        }
    }

    async fn get(client: reqwest::ClientBuilder, url: &str) -> reqwest::Error {
        let client = client.no_proxy().build().expect("a client");
        let response = client.get(url).send().await;
        response.expect_err("the request fails")
    }

    #[tokio::test]
    async fn a_url_that_cannot_be_requested_is_not_a_lost_connection() {
        let error = get(Client::builder(), "mailto:a@b.example").await;
        let error = LinkError::from(error);
        assert!(matches!(error, LinkError::InvalidRequest), "{error}");
    }

    #[tokio::test]
    async fn an_error_of_this_machine_is_not_blamed_on_the_host() {
        // A link-local address needs to say which network it's on.
        let error = get(Client::builder(), "http://[fe80::1]:9/").await;
        let error = LinkError::from(error);
        assert!(matches!(error, LinkError::NoConnection(_)), "{error}");
        assert!(error.is_temporary());
    }

    #[tokio::test]
    async fn a_name_without_an_address_and_a_busy_resolver_are_both_retried() {
        // Longer than a label may be, so no name server is involved.
        let url = format!("http://{}.invalid", "x".repeat(64));
        let busy = Client::builder().dns_resolver(Arc::new(Busy));
        for error in [
            get(Client::builder(), &url).await,
            get(busy, "http://a.example").await,
        ] {
            // Neither of these says which of the two it was.
            assert!(error.is_connect() && error.is_dns(), "{error:?}");
            let error = LinkError::from(error);
            assert!(matches!(error, LinkError::NameLookup), "{error}");
            assert!(error.is_temporary());
        }
    }
}
