//! What the page on speed says about other parsers.

mod twin;
