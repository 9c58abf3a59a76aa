//! `/redirect-to`: a redirect to another place, such as a different origin.

use hyper::body::Bytes;
use hyper::header::{HeaderValue, LOCATION};
use hyper::{Response, StatusCode};

use super::listed::Listed;
use crate::server::parameters::Parameters;
use crate::server::refusal::Refusal;

const EXAMPLE: &str = "/redirect-to?url=/echo&code=302";

pub(super) const LISTED: Listed = Listed {
    curl: "-L ",
    path: EXAMPLE,
    says: "A redirect to any URL, also to a different origin. code is one of 301, 302, 303, 307 and 308.",
};

#[derive(Debug)]
pub(crate) struct Redirect {
    url: HeaderValue,
    code: StatusCode,
}

impl Redirect {
    pub fn read(query: &str) -> Result<Redirect, Refusal> {
        let parameters = Parameters::of("`/redirect-to`", query, &["url", "code"], EXAMPLE)?;
        let codes = [
            ("302", StatusCode::FOUND),
            ("301", StatusCode::MOVED_PERMANENTLY),
            ("303", StatusCode::SEE_OTHER),
            ("307", StatusCode::TEMPORARY_REDIRECT),
            ("308", StatusCode::PERMANENT_REDIRECT),
        ];
        let code = parameters.choice("code", &codes)?.unwrap_or(StatusCode::FOUND);
        let url = parameters
            .get("url")
            .filter(|url| !url.is_empty() && url.bytes().all(|byte| byte.is_ascii_graphic()));
        let url = url.and_then(|url| HeaderValue::from_str(url).ok()).ok_or_else(|| {
            let words = format!("`url` is a URL in ASCII without spaces, for example {EXAMPLE}");
            Refusal::new(StatusCode::BAD_REQUEST, words)
        })?;
        Ok(Redirect { url, code })
    }

    pub fn answer(&self) -> Response<Bytes> {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = self.code;
        response.headers_mut().insert(LOCATION, self.url.clone());
        response
    }
}
