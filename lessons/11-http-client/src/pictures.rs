//! An upload that's streamed from a file.

// ANCHOR: use
use std::time::Duration;

use futures::TryStreamExt;
use reqwest::Body;
use reqwest::multipart::{Form, Part};
use serde::Deserialize;
use tokio::fs::File;
use tokio_util::io::ReaderStream;

use crate::{ShopClient, ShopError, receive};
// ANCHOR_END: use

/// How long an upload may take.
pub const UPLOAD_TIMEOUT: Duration = Duration::from_secs(600);
/// How much of the file is in memory at a time, in bytes.
const PIECE: usize = 65_536;

// ANCHOR: upload
/// What the shop says about an upload.
#[derive(Debug, Deserialize)]
pub struct Upload {
    /// The parts of the form.
    pub parts: Vec<Uploaded>,
}

/// A part of the form, as it arrived.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct Uploaded {
    /// The name of the field.
    pub name: String,
    /// The name of the file, if the part is a file.
    pub filename: Option<String>,
    /// How many bytes it has.
    pub bytes: u64,
    /// Its checksum.
    pub crc32: String,
}

impl ShopClient {
    /// Uploads a picture of a product, and reports how many bytes of it have
    /// been read. `size` is the size of the file.
    ///
    /// # Errors
    ///
    /// When the file can't be read, or isn't of that size; and when the shop
    /// refuses, or doesn't answer.
    pub async fn upload_picture(
        &self,
        product: u32,
        picture: File,
        size: u64,
        mut progress: impl FnMut(u64) + Send + 'static,
    ) -> Result<Upload, ShopError> {
        let mut read = 0;
        let pieces = ReaderStream::with_capacity(picture, PIECE);
        let pieces = pieces.inspect_ok(move |piece| {
            read += piece.len() as u64;
            progress(read);
        });
        let picture = Part::stream_with_length(Body::wrap_stream(pieces), size)
            .file_name("picture.png")
            .mime_str("image/png")
            .map_err(ShopError::building)?;
        let form = Form::new()
            .text("product", product.to_string())
            .part("picture", picture);
        let request = self.http.post(self.url("/upload")).multipart(form);
        receive(request.timeout(UPLOAD_TIMEOUT)).await
    }
}
// ANCHOR_END: upload
