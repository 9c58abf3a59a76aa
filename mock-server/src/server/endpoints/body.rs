//! Reading the body of a request in bounded memory.

use std::fmt;

use flate2::Crc;
use http_body_util::BodyExt;
use hyper::body::{Body, Bytes};
use hyper::{Response, StatusCode};
use serde::{Serialize, Serializer};

use super::answer::error;

/// The next bytes of a body. `None` at its end.
pub(super) async fn next<B>(body: &mut B) -> Option<Result<Bytes, hyper::Error>>
where
    B: Body<Data = Bytes, Error = hyper::Error> + Unpin,
{
    while !body.is_end_stream() {
        match body.frame().await?.map(|frame| frame.into_data()) {
            Ok(Ok(bytes)) => return Some(Ok(bytes)),
            // Trailers.
            Ok(Err(_)) => {}
            Err(error) => return Some(Err(error)),
        }
    }
    None
}

/// The whole body, or a response that says that it's too large.
pub(super) async fn collect<B>(
    body: &mut B,
    most: usize,
) -> Result<Result<Bytes, Response<Bytes>>, hyper::Error>
where
    B: Body<Data = Bytes, Error = hyper::Error> + Unpin,
{
    let mut all = Vec::new();
    while let Some(bytes) = next(body).await {
        let bytes = bytes?;
        if all.len() + bytes.len() > most {
            return Ok(Err(too_large(most)));
        }
        all.extend_from_slice(&bytes);
    }
    Ok(Ok(all.into()))
}

pub(super) fn too_large(most: usize) -> Response<Bytes> {
    let words = format!("at most {most} bytes are kept here; `/upload` takes more");
    error(StatusCode::PAYLOAD_TOO_LARGE, "too_large", words)
}

/// The length and the checksum of bytes that come piece by piece.
#[derive(Debug, Default)]
pub(super) struct Digest {
    bytes: u64,
    crc: Crc,
}

impl Digest {
    pub fn update(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.crc.update(bytes);
    }

    /// Reads a body to its end.
    pub async fn read<B>(&mut self, body: &mut B) -> Result<(), hyper::Error>
    where
        B: Body<Data = Bytes, Error = hyper::Error> + Unpin,
    {
        while let Some(bytes) = next(body).await {
            self.update(&bytes?);
        }
        Ok(())
    }

    pub fn measured(&self) -> Measured {
        Measured { bytes: self.bytes, crc32: Checksum(self.crc.sum()) }
    }
}

/// How many bytes came, and their checksum.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Measured {
    pub bytes: u64,
    pub crc32: Checksum,
}

/// A CRC-32, which every language has: `zlib.crc32` in Python and Node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Checksum(u32);

impl fmt::Display for Checksum {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:08x}", self.0)
    }
}

impl Serialize for Checksum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
