//! Gzip files, among them one that is a thousandth of what it inflates to.

use std::io::Write;
use std::sync::OnceLock;

use flate2::write::GzEncoder;
use flate2::{Compress, Compression, Crc, FlushCompress};
use hyper::body::Bytes;

/// These bytes as a gzip file.
pub(super) fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let file = encoder.write_all(bytes).and_then(|()| encoder.finish());
    file.expect("deflating into memory does not fail")
}

/// A gzip file of this many million zeros.
pub(super) fn bomb(megabytes: u16) -> Bytes {
    let (deflated, check) = megabyte();
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let mut sum = Crc::new();
    for _ in 0..megabytes {
        file.extend_from_slice(deflated);
        sum.combine(check);
    }
    // An empty last block, the checksum, and the size as far as four bytes hold it.
    file.extend_from_slice(&[3, 0]);
    file.extend_from_slice(&sum.sum().to_le_bytes());
    file.extend_from_slice(&sum.amount().to_le_bytes());
    file.into()
}

/// A million zeros deflated so that they can be repeated, and their checksum; made once.
fn megabyte() -> &'static (Vec<u8>, Crc) {
    static MEGABYTE: OnceLock<(Vec<u8>, Crc)> = OnceLock::new();
    MEGABYTE.get_or_init(|| {
        let zeros = vec![0; 1_000_000];
        let mut deflated = Vec::with_capacity(16_384);
        // A full flush ends on a byte and refers to nothing before.
        Compress::new(Compression::best(), false)
            .compress_vec(&zeros, &mut deflated, FlushCompress::Full)
            .expect("deflating into memory does not fail");
        let mut check = Crc::new();
        check.update(&zeros);
        (deflated, check)
    })
}
