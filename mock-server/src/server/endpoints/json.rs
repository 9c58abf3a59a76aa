//! `/json`: JSON out and in, and errors whose body is JSON, or a page of HTML where a program expects JSON.

use hyper::body::{Body, Bytes};
use hyper::http::request;
use hyper::{Method, Response, StatusCode};
use serde::de::IgnoredAny;

use super::answer::{content_type, error, media_type};
use super::body::collect;
use super::listed::Listed;
use crate::response::{html, typed};
use crate::server::parameters::Parameters;
use crate::server::refusal::Refusal;

const EXAMPLE: &str = "/json?error=409";

pub(super) const LISTED: Listed = Listed {
    curl: "",
    path: EXAMPLE,
    says: "A JSON document, as=object, or a list of odd ones, as=list. POST, PUT and PATCH take an object and send it \
           back; 400, 415 or 422 says what's wrong with it. With error (400 to 599), that status and an error in JSON. \
           as=html is a proxy's error page (502, unless error says otherwise) in place of the JSON.",
};

/// The largest document that's taken, in bytes.
const LARGEST: usize = 1_000_000;

const OBJECT: &str = r#"{
  "id": 7,
  "name": "A teapot",
  "price": 24.5,
  "in_stock": true,
  "maker": null,
  "tags": ["short", "stout"]
}
"#;

/// What typed clients meet in the wild: a number as text, fields that are missing, null or new, one value instead of a list, a number
/// that's too large for JavaScript, and an error among the results.
const LIST: &str = r#"[
  {"id": 1, "name": "As expected", "price": 24.5, "in_stock": true, "maker": "Ada", "tags": ["short", "stout"]},
  {"id": 2, "name": "A number as text", "price": "24.50", "in_stock": true, "maker": "Ada", "tags": []},
  {"id": 3, "name": "Fields missing"},
  {"id": 4, "name": "Null", "price": null, "in_stock": null, "maker": null, "tags": null},
  {"id": 5, "name": "A new field", "price": 9, "in_stock": true, "maker": "Ada", "tags": [], "colour": "red"},
  {"id": 6, "name": "No list", "price": 9.0, "in_stock": "yes", "maker": {"name": "Ada"}, "tags": "short"},
  {"id": 9007199254740993, "name": "A large number", "price": 1e3, "in_stock": true, "maker": "Ada", "tags": []},
  {"error": {"code": "not_found", "message": "no product has the id 8"}}
]
"#;

#[derive(Debug)]
pub(crate) struct Json {
    error: Option<StatusCode>,
    shape: Shape,
}

#[derive(Clone, Copy, Debug)]
enum Shape {
    Object,
    List,
    Html,
}

impl Json {
    pub fn read(query: &str) -> Result<Json, Refusal> {
        let parameters = Parameters::of("`/json`", query, &["error", "as"], EXAMPLE)?;
        let error = parameters.number("error", 400, 599, "a status")?;
        let error = error.and_then(|code| StatusCode::from_u16(code as u16).ok());
        let shapes = [("object", Shape::Object), ("list", Shape::List), ("html", Shape::Html)];
        Ok(Json { error, shape: parameters.choice("as", &shapes)?.unwrap_or(Shape::Object) })
    }

    pub async fn answer<B>(
        &self,
        head: &request::Parts,
        body: &mut B,
    ) -> Result<Response<Bytes>, hyper::Error>
    where
        B: Body<Data = Bytes, Error = hyper::Error> + Unpin,
    {
        if let Shape::Html = self.shape {
            return Ok(proxy_error(self.error.unwrap_or(StatusCode::BAD_GATEWAY)));
        }
        if let Some(status) = self.error {
            let reason = status.canonical_reason().unwrap_or("Error");
            let code = reason.to_ascii_lowercase().replace(|letter: char| !letter.is_alphanumeric(), "_");
            return Ok(error(status, &code, format!("{reason}, as the request wanted it")));
        }
        if matches!(head.method, Method::GET | Method::HEAD) {
            let document = if let Shape::List = self.shape { LIST } else { OBJECT };
            return Ok(typed("application/json", Bytes::from_static(document.as_bytes())));
        }
        let media_type = media_type(content_type(head));
        if media_type != "application/json" && !media_type.ends_with("+json") {
            let words = match &*media_type {
                "" => "there is no Content-Type, and it should be application/json".to_owned(),
                other => format!("the Content-Type is `{other}`, and it should be application/json"),
            };
            return Ok(error(StatusCode::UNSUPPORTED_MEDIA_TYPE, "no_json", words));
        }
        Ok(collect(body, LARGEST).await?.map_or_else(|too_large| too_large, echo))
    }
}

/// The same object, byte for byte.
fn echo(body: Bytes) -> Response<Bytes> {
    let invalid = |why| error(StatusCode::BAD_REQUEST, "invalid_json", format!("the body isn't JSON: {why}"));
    // serde_json doesn't look at texts that it ignores.
    match str::from_utf8(&body).map(serde_json::from_str::<IgnoredAny>) {
        Ok(Ok(_)) => {}
        Ok(Err(why)) => return invalid(why.to_string()),
        Err(why) => return invalid(why.to_string()),
    }
    if body.trim_ascii_start().first() != Some(&b'{') {
        let words = "the body is JSON, but not an object";
        return error(StatusCode::UNPROCESSABLE_ENTITY, "no_object", words);
    }
    let body = [b"{\"received\": ", body.trim_ascii(), b"}\n"].concat();
    typed("application/json", body.into())
}

fn proxy_error(status: StatusCode) -> Response<Bytes> {
    let page = format!(
        "<html>\n<head><title>{status}</title></head>\n<body>\n<center><h1>{status}</h1></center>\n\
         <hr><center>a proxy</center>\n</body>\n</html>\n"
    );
    let mut response = html(page.into());
    *response.status_mut() = status;
    response
}
