//! The heads of one response.

use hyper::StatusCode;

use super::head_end::HeadEnd;
use super::status_line::StatusLine;

/// Follows the heads of a response, in bytes that come piece by piece: interim ones (1xx), and then the real one.
#[derive(Default)]
pub(super) struct Heads {
    /// Of the head that's being read, or of the real one.
    status_line: StatusLine,
    end: HeadEnd,
}

impl Heads {
    /// For bytes that aren't an HTTP response. They may still begin with a status.
    pub fn passed() -> Heads {
        Heads { status_line: StatusLine::default(), end: HeadEnd::passed() }
    }

    /// How many of these bytes, the next ones, belong to a head.
    pub fn find(&mut self, bytes: &[u8]) -> usize {
        let mut found = 0;
        loop {
            let rest = &bytes[found..];
            let is_in_head = !self.end.is_passed();
            self.status_line.read(rest);
            found += self.end.find(rest);
            if !(is_in_head && self.end.is_passed() && self.is_interim()) {
                return found;
            }
            *self = Heads::default();
        }
    }

    /// Whether the real head is complete.
    pub fn is_passed(&self) -> bool {
        self.end.is_passed()
    }

    /// Whether a byte of the real response has been read, as far as the status tells.
    pub fn has_begun(&self) -> bool {
        self.is_passed() || !(self.status_line.is_empty() || self.is_interim())
    }

    /// The status of the real response. `None` until all of it has been read, and for bytes that aren't HTTP.
    pub fn status(&self) -> Option<StatusCode> {
        self.status_line.status().filter(|_| self.has_begun())
    }

    /// Whether another head follows. None follows 101, which changes the protocol.
    fn is_interim(&self) -> bool {
        let is_interim =
            |status: StatusCode| status.is_informational() && status != StatusCode::SWITCHING_PROTOCOLS;
        self.status_line.status().is_some_and(is_interim)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EARLY: &str = "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n";
    const REAL: &str = "HTTP/1.1 404 Not Found\r\nx: y\r\n\r\n";

    #[test]
    fn interim_heads_belong_to_the_head_in_whatever_pieces_they_come() {
        let all = format!("{EARLY}{EARLY}{REAL}body");
        let head = all.len() - "body".len();
        for size in 1..=all.len() {
            let mut heads = Heads::default();
            let mut found = 0;
            for piece in all.as_bytes().chunks(size) {
                found += heads.find(piece);
            }
            assert_eq!(found, head, "in pieces of {size}");
            assert_eq!((heads.status(), heads.is_passed()), (Some(StatusCode::NOT_FOUND), true));
        }
    }

    #[test]
    fn an_interim_head_alone_begins_nothing_and_a_switch_of_protocols_is_the_real_one() {
        let mut heads = Heads::default();
        assert_eq!(heads.find(EARLY.as_bytes()), EARLY.len());
        assert_eq!((heads.has_begun(), heads.status(), heads.is_passed()), (false, None, false));
        heads.find(&EARLY.as_bytes()[..30]);
        assert_eq!((heads.has_begun(), heads.status()), (false, None));

        let mut heads = Heads::default();
        let switch = b"HTTP/1.1 101 Switching Protocols\r\n\r\n";
        assert_eq!(heads.find(&[switch, &b"raw"[..]].concat()), switch.len());
        assert_eq!((heads.status(), heads.is_passed()), (Some(StatusCode::SWITCHING_PROTOCOLS), true));
    }
}
