//! Compression that isn't what the header says.

use hyper::header::{CONTENT_ENCODING, HeaderValue};

use super::effect::Effect;
use super::faults::{Encoding, Fault};
use super::gzip::gzipped;
use super::parameter::{Allows, Kind, Parameter};

/// The bytes of a gzip file after its checksum: the length of what was packed.
const AFTER_CHECKSUM: usize = 4;

const ENCODINGS: Allows = Allows::Choice(&[
    ("gzip-truncated", Fault::Encoding(Encoding::GzipTruncated)),
    ("gzip-corrupt", Fault::Encoding(Encoding::GzipCorrupt)),
    ("mislabelled", Fault::Encoding(Encoding::Mislabelled)),
    ("twice", Fault::Encoding(Encoding::Twice)),
    ("unknown", Fault::Encoding(Encoding::Unknown)),
]);

pub(super) const KINDS: &[Kind] = &[Kind {
    name: "encoding",
    behaviour: "Content-Encoding says gzip, and the body is half a gzip file, one with a wrong checksum, not gzipped, or gzipped twice. Or it says a name that nobody knows.",
    parameters: &[Parameter::new("as", ENCODINGS, Some("gzip-truncated"))],
    example: "encoding?as=gzip-corrupt",
    make: |values| Ok(values.choice("as")),
}];

pub(super) fn encoding(encoding: Encoding) -> Effect {
    Effect::alter(move |mut page| {
        let name = match encoding {
            Encoding::Unknown => "x-nobody-knows",
            _ => "gzip",
        };
        page.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(name));
        page.map(|body| match encoding {
            Encoding::Mislabelled | Encoding::Unknown => body,
            Encoding::Twice => gzipped(&gzipped(&body)).into(),
            Encoding::GzipTruncated => {
                let mut file = gzipped(&body);
                file.truncate(file.len() / 2);
                file.into()
            }
            Encoding::GzipCorrupt => {
                let mut file = gzipped(&body);
                // The last byte of the checksum. A decoder that reads piece by piece finds it after it has handed out the page.
                if let Some(byte) = file.iter_mut().nth_back(AFTER_CHECKSUM) {
                    *byte = !*byte;
                }
                file.into()
            }
        })
    })
}
