//! The status of a response, as it is on the wire.

use hyper::StatusCode;

/// The start of a response, up to its status. It comes piece by piece.
#[derive(Default)]
pub(super) struct StatusLine {
    start: [u8; "HTTP/1.1 200".len()],
    /// How much of the start has been read, in bytes.
    count: usize,
}

impl StatusLine {
    /// Reads the next bytes of the response.
    pub fn read(&mut self, bytes: &[u8]) {
        let missing = &mut self.start[self.count..];
        let count = missing.len().min(bytes.len());
        missing[..count].copy_from_slice(&bytes[..count]);
        self.count += count;
    }

    /// Whether nothing has been read.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// `None` until the whole status has been read, and for bytes that aren't HTTP.
    pub fn status(&self) -> Option<StatusCode> {
        let [_minor_version, b' ', code @ ..] = self.start.strip_prefix(b"HTTP/1.")? else { return None };
        StatusCode::from_bytes(code).ok()
    }
}
