//! Reading `multipart/form-data` in bounded memory.
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use futures::Stream;
use hyper::body::{Body, Bytes};
use hyper::header::HeaderValue;
use hyper::{Response, StatusCode};
use multer::{Field, Multipart, parse_boundary};

use super::answer::error;
use super::body::{Digest, too_large};
use super::part::{PARTS, Part};

/// How long the names of all parts may be, in bytes.
const NAMES: usize = 200_000;
/// How much can come before a part begins, in bytes: more than that is no part.
const HEAD: usize = 300_000;

type Read<T> = Result<T, Wrong>;

/// Why a form can't be read.
enum Wrong {
    Broken(hyper::Error),
    Form(Response<Bytes>),
}

/// The parts of a form, or a response that says what's wrong with it. Of the values of fields, this many bytes are kept in all.
/// The digest gets everything that was read, which may not be all of the body.
pub(super) async fn read<B>(
    content_type: Option<&HeaderValue>,
    body: &mut B,
    digest: &mut Digest,
    values_kept: usize,
) -> Result<Result<Vec<Part>, Response<Bytes>>, hyper::Error>
where
    B: Body<Data = Bytes, Error = hyper::Error> + Send + Unpin,
{
    match parts(content_type, body, digest, values_kept).await {
        Ok(parts) => Ok(Ok(parts)),
        Err(Wrong::Form(response)) => Ok(Err(response)),
        Err(Wrong::Broken(error)) => Err(error),
    }
}

async fn parts<B>(
    content_type: Option<&HeaderValue>,
    body: &mut B,
    digest: &mut Digest,
    values_kept: usize,
) -> Read<Vec<Part>>
where
    B: Body<Data = Bytes, Error = hyper::Error> + Send + Unpin,
{
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = parse_boundary(content_type)?;
    let unparsed = Arc::new(AtomicUsize::new(0));
    let pieces = Pieces { body, digest, unparsed: Arc::clone(&unparsed), has_given: false };
    let mut form = Multipart::new(pieces, boundary);
    let mut parts = Vec::new();
    let (mut names, mut values) = (0, 0);
    while let Some(mut field) = form.next_field().await? {
        unparsed.store(0, Ordering::Relaxed);
        let mut part = start(&field);
        let mut measured = Digest::default();
        let texts = [&part.name, &part.filename, &part.content_type];
        names += texts.into_iter().flatten().map(String::len).sum::<usize>();
        if parts.len() >= PARTS || names > NAMES {
            let words = format!("a form has at most {PARTS} parts, whose names have {NAMES} bytes in all");
            return Err(Wrong::Form(error(StatusCode::PAYLOAD_TOO_LARGE, "too_many", words)));
        }
        let mut value = Vec::new();
        while let Some(piece) = field.chunk().await? {
            unparsed.store(0, Ordering::Relaxed);
            measured.update(&piece);
            if part.filename.is_none() && values_kept > 0 {
                values += piece.len();
                if values > values_kept {
                    return Err(Wrong::Form(too_large(values_kept)));
                }
                value.extend_from_slice(&piece);
            }
        }
        part.measured = measured.measured();
        part.value = String::from_utf8_lossy(&value).into_owned();
        parts.push(part);
    }
    Ok(parts)
}

fn start(field: &Field<'_>) -> Part {
    Part {
        name: field.name().map(str::to_owned),
        filename: field.file_name().map(str::to_owned),
        content_type: field.content_type().map(ToString::to_string),
        measured: Digest::default().measured(),
        value: String::new(),
    }
}

/// The pieces of a body for multer, which takes all that are ready before it looks at any. So after each one, nothing is ready
/// for a moment.
struct Pieces<'read, B> {
    body: &'read mut B,
    digest: &'read mut Digest,
    /// How many bytes have come since multer found something in them. It keeps those.
    unparsed: Arc<AtomicUsize>,
    has_given: bool,
}

#[derive(Debug, thiserror::Error)]
enum NoPiece {
    #[error(transparent)]
    Broken(#[from] hyper::Error),
    #[error("no part begins within {HEAD} bytes")]
    NoPart,
}

impl<B> Stream for Pieces<'_, B>
where
    B: Body<Data = Bytes, Error = hyper::Error> + Unpin,
{
    type Item = Result<Bytes, NoPiece>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.has_given) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        loop {
            let Some(frame) = ready!(Pin::new(&mut *self.body).poll_frame(context)?) else {
                return Poll::Ready(None);
            };
            // Trailers have no data.
            let Ok(bytes) = frame.into_data() else { continue };
            self.digest.update(&bytes);
            let unparsed = self.unparsed.fetch_add(bytes.len(), Ordering::Relaxed) + bytes.len();
            self.has_given = true;
            return Poll::Ready(Some(if unparsed > HEAD { Err(NoPiece::NoPart) } else { Ok(bytes) }));
        }
    }
}

impl From<multer::Error> for Wrong {
    fn from(wrong: multer::Error) -> Wrong {
        let words = match wrong {
            multer::Error::StreamReadFailed(reason) => match reason.downcast() {
                Ok(reason) => match *reason {
                    NoPiece::Broken(error) => return Wrong::Broken(error),
                    NoPiece::NoPart => NoPiece::NoPart.to_string(),
                },
                Err(reason) => reason.to_string(),
            },
            other => other.to_string(),
        };
        let words = format!("the form can't be read: {words}");
        Wrong::Form(error(StatusCode::BAD_REQUEST, "invalid_form", words))
    }
}
