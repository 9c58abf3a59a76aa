//! Where a chunked body ends.

/// Finds the end of a chunked body, as this server writes it, in bytes that come piece by piece.
#[derive(Debug)]
pub(super) enum ChunkedEnd {
    /// In the line with the size of a chunk: what has been read of it.
    Size(u64),
    /// In a chunk, or in the line break after it: how many bytes are left.
    Chunk(u64),
    /// In the lines after the last chunk: how long the current one is.
    Trailers(u64),
    Passed,
}

impl ChunkedEnd {
    pub fn new() -> ChunkedEnd {
        ChunkedEnd::Size(0)
    }

    pub fn is_passed(&self) -> bool {
        matches!(self, ChunkedEnd::Passed)
    }

    /// How many of these bytes, the next ones, still belong to the body.
    pub fn find(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0;
        while !self.is_passed()
            && let Some(byte) = bytes.get(at)
        {
            let mut read = 1;
            *self = match (&*self, byte) {
                (ChunkedEnd::Size(0), b'\n') => ChunkedEnd::Trailers(0),
                // A line break follows the chunk.
                (ChunkedEnd::Size(size), b'\n') => ChunkedEnd::Chunk(size + 2),
                (ChunkedEnd::Size(size), byte) => {
                    let digit = char::from(*byte).to_digit(16);
                    ChunkedEnd::Size(digit.map_or(*size, |digit| size * 16 + u64::from(digit)))
                }
                (ChunkedEnd::Chunk(left), _) => {
                    read = (bytes.len() - at).min(usize::try_from(*left).unwrap_or(usize::MAX));
                    match left - read as u64 {
                        0 => ChunkedEnd::Size(0),
                        left => ChunkedEnd::Chunk(left),
                    }
                }
                (ChunkedEnd::Trailers(0), b'\n') => ChunkedEnd::Passed,
                (ChunkedEnd::Trailers(_), b'\n') => ChunkedEnd::Trailers(0),
                (ChunkedEnd::Trailers(length), b'\r') => ChunkedEnd::Trailers(*length),
                (ChunkedEnd::Trailers(length), _) => ChunkedEnd::Trailers(length + 1),
                (ChunkedEnd::Passed, _) => ChunkedEnd::Passed,
            };
            at += read;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_found_in_pieces_of_any_size_and_what_follows_is_left() {
        for body in
            ["0\r\n\r\n", "3\r\n0\r\n\r\n1A\r\n\r\n0\r\n\r\n56789012345678901234\r\n0\r\na: b\r\n\r\n"]
        {
            let bytes = [body, "HTTP/1.1 200 OK\r\n"].concat();
            for size in 1..=bytes.len() {
                let mut end = ChunkedEnd::new();
                let read: usize = bytes.as_bytes().chunks(size).map(|piece| end.find(piece)).sum();
                assert!(end.is_passed());
                assert_eq!(read, body.len(), "in pieces of {size} bytes");
            }
        }
    }
}
