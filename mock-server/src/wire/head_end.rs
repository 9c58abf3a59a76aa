//! Where the head of a response ends.

const BLANK_LINE: &[u8; 4] = b"\r\n\r\n";

/// Finds the blank line that ends a head, in bytes that come piece by piece.
#[derive(Default)]
pub(super) struct HeadEnd {
    /// How much of the blank line has been seen, in bytes.
    seen: usize,
}

impl HeadEnd {
    /// For bytes without a head.
    pub fn passed() -> HeadEnd {
        HeadEnd { seen: BLANK_LINE.len() }
    }

    pub fn is_passed(&self) -> bool {
        self.seen == BLANK_LINE.len()
    }

    /// How many of these bytes, the next ones, still belong to the head.
    pub fn find(&mut self, bytes: &[u8]) -> usize {
        for (index, byte) in bytes.iter().enumerate() {
            if self.is_passed() {
                return index;
            }
            self.seen = match byte {
                byte if *byte == BLANK_LINE[self.seen] => self.seen + 1,
                b'\r' => 1,
                _ => 0,
            };
        }
        bytes.len()
    }
}
