//! Names that programs can rely on, when a text for people gets better words or
//! a variant a better name.

use crate::error::LinkError;
use crate::message::Incomplete;

/// The `kind` of a broken URL.
pub fn of_error(error: &LinkError) -> &'static str {
    match error {
        LinkError::Refused => "refused",
        LinkError::NameLookup => "name_lookup",
        LinkError::Unreachable => "unreachable",
        LinkError::NoConnection(_) => "no_connection",
        LinkError::Tls(_) => "tls",
        LinkError::TimedOut => "timed_out",
        LinkError::ConnectionLost => "connection_lost",
        LinkError::NotHttp => "not_http",
        LinkError::HeadTooLarge => "head_too_large",
        LinkError::Compression => "compression",
        LinkError::InvalidRequest => "invalid_request",
        LinkError::Status(..) => "status",
        LinkError::IncompleteBody => "incomplete_body",
        LinkError::RedirectLoop => "redirect_loop",
        LinkError::TooManyRedirects => "too_many_redirects",
        LinkError::BadRedirect(_) => "bad_redirect",
        LinkError::NeedsTls => "needs_tls",
        LinkError::MissingAnchor(_) => "missing_anchor",
        LinkError::NotUrl(_) => "not_url",
        LinkError::DifferentSite(_) => "different_site",
        LinkError::RobotsUnavailable(_) => "robots_unavailable",
        LinkError::Disallowed => "disallowed",
        LinkError::HostGivenUp(_) => "host_given_up",
    }
}

/// The `kind` of a page of which only part was read.
pub fn of_incomplete(reason: Incomplete) -> &'static str {
    match reason {
        Incomplete::TooLarge(_) => "page_size",
        Incomplete::Compression => "compression",
        Incomplete::Memory => "parser_memory",
        Incomplete::Malformed => "malformed",
        Incomplete::Cancelled => "cancelled",
        Incomplete::Panic => "panic",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    #[test]
    fn the_schema_has_every_kind_and_no_other() {
        let schema = include_str!("../../report.schema.json");
        let schema: Value = serde_json::from_str(schema).expect("it is JSON");
        let of_error = "/$defs/broken/properties/kind/enum";
        let of_incomplete =
            "/$defs/summary/properties/in_part/items/properties/kind/enum";
        let in_schema = [of_error, of_incomplete].map(|list| {
            let kinds = schema.pointer(list).and_then(Value::as_array);
            let kinds = kinds.expect("it is a list").iter();
            kinds.filter_map(Value::as_str).collect::<Vec<_>>()
        });
        // The kinds in this file, in the order of the variants.
        let (code, _) =
            include_str!("kind.rs").split_once("cfg(test)").expect("this");
        let in_code = code.split("=> \"").skip(1);
        let in_code = in_code.filter_map(|rest| rest.split('"').next());
        assert_eq!(in_schema.concat(), in_code.collect::<Vec<_>>());
    }
}
