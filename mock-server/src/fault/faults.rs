//! The faults, as plain data. Every value that compiles is safe to serve.

use std::num::NonZeroU64;
use std::time::Duration;

use httpdate::HttpDate;
use hyper::StatusCode;

/// One way for a site to misbehave.
///
/// You can write a fault as a value, or parse it from text, such as `"reset?after=1000".parse()?`. The
/// [catalogue](crate::catalogue()) lists the names and parameters for text, which have narrower limits than the values.
///
/// Any value of this type can be served: it can't make the server spin, panic or run out of memory. Timers have a resolution of one
/// millisecond, and a pause of zero is no pause. If a body isn't longer than `after`, it arrives complete.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// The response begins this long after the request, instead of after the site's own delay.
    Delay {
        /// From the head of the request to the head of the response.
        time: Duration,
    },
    /// Like `Delay`, with a random time for each request.
    RandomDelay {
        /// How the times are distributed.
        spread: Spread,
        /// The seed of the random numbers. `None` means the seed of the web.
        seed: Option<u64>,
    },
    /// The response has this status and a short text instead of the page, together with the headers that RFC 9110 demands for the
    /// status. A 1xx status is sent as it is, and then the connection closes without a final response.
    Status {
        /// The status code.
        code: StatusCode,
        /// The `Retry-After` header. `None` means that there's no such header.
        retry_after: Option<RetryAfter>,
    },
    /// The first requests fail, and later ones succeed.
    FailFirst {
        /// How many requests fail.
        count: u64,
        /// How they fail. It can't be `Refused` or `ConnectHang`, because a client meets these before it sends a request.
        with: Box<Fault>,
        /// Faults that differ only in their key count their requests separately.
        key: String,
    },
    /// Some requests fail.
    Unstable {
        /// The probability of a failure, from 0 to 1. NaN means never.
        rate: f64,
        /// How they fail, with the same limits as in `FailFirst`.
        with: Box<Fault>,
        /// The seed of the random numbers. `None` means the seed of the web.
        seed: Option<u64>,
    },
    /// Each request meets the next failure of a list.
    InTurn {
        /// The failures, with the same limits as in `FailFirst`; `None` means that the request doesn't fail.
        turns: Vec<Option<Fault>>,
        /// Whether the list begins again after its last turn. Otherwise no later request fails.
        again: bool,
        /// Faults that differ only in their key count their requests separately.
        key: String,
    },
    /// So many requests are admitted, and others fail.
    ///
    /// Without `per`, that's how many may be in flight: a request counts from its head until its response is on the wire or its
    /// connection is gone. With `per`, the time is divided into windows, and that's how many are admitted in each. A window begins with the
    /// first request after the last one, so around its end, twice as many may come in a short time. A request that fails doesn't count.
    ///
    /// Inside another fault, it admits all.
    AtMost {
        /// How many requests are admitted.
        count: u64,
        /// The length of a window.
        per: Option<Duration>,
        /// How the others fail, with the same limits as in `FailFirst`.
        with: Box<Fault>,
        /// When the response to an admitted request begins, instead of after the site's own delay.
        delay: Option<Duration>,
        /// Faults that differ only in their key count their requests separately.
        key: String,
    },
    /// The page comes after some redirects (302).
    Redirect {
        /// How many redirects.
        hops: u64,
    },
    /// Every response is a redirect to itself.
    RedirectLoop,
    /// The connection is refused, because nothing listens on the site's port.
    Refused,
    /// Connecting never completes, because the queue of the site's port is full.
    ConnectHang,
    /// The server reads the request and closes the connection without sending a byte.
    Empty,
    /// The server resets the connection (RST). A reset discards whatever the client's system hasn't acknowledged, so far into a long
    /// body the client may get fewer bytes than the server sent.
    Reset {
        /// After this many bytes of the body; `None` means before the head.
        after: Option<u64>,
    },
    /// The server closes the connection (FIN) before the body is complete.
    Truncate {
        /// After this many bytes of the body.
        after: u64,
    },
    /// The body comes in small pieces, with a pause between them.
    Dribble {
        /// The bytes in a piece.
        chunk: NonZeroU64,
        /// The time from one piece to the next.
        pause: Duration,
    },
    /// The body comes in a given number of pieces, spread evenly over a time.
    DribbleOver {
        /// How many pieces. A body with fewer bytes than that comes one byte at a time.
        chunks: NonZeroU64,
        /// The time from the first piece to the last.
        over: Duration,
    },
    /// The body stops and the connection stays open.
    Stall {
        /// After this many bytes of the body.
        after: u64,
        /// How long it stops. `None` means until the client leaves.
        pause: Option<Duration>,
    },
    /// The server reads the request and never responds.
    Hang,
    /// The head comes in pieces of four bytes, and then the connection closes after the body.
    SlowHead {
        /// The time from one piece to the next.
        pause: Duration,
    },
    /// The body is chunked. After one valid chunk comes an invalid one, and the connection closes (FIN).
    BadChunk,
    /// The server sends bytes that aren't HTTP and closes the connection (FIN).
    Garbage {
        /// How many bytes.
        bytes: u64,
        /// The seed of the bytes. `None` means the seed of the web.
        seed: Option<u64>,
    },
    /// The response is complete, and the connection stays open before it closes.
    SlowClose {
        /// How long it stays open.
        delay: Duration,
    },
    /// The response is complete, and the connection closes once it has been idle for a time. Another request on this connection, to any
    /// address, ends the wait.
    IdleClose {
        /// How long it may be idle.
        after: Duration,
    },
    /// The first request of a connection gets its response. The second one is read, and the connection closes without a response.
    CloseOnReuse,
    /// The body never ends. It's chunked, and consists of the page again and again.
    Endless {
        /// The bytes in a piece.
        chunk: NonZeroU64,
        /// The time from one piece to the next.
        pause: Duration,
    },
    /// The body is gzipped: small on the wire, and huge when it's inflated.
    GzipBomb {
        /// Its inflated size in megabytes (1,000,000 bytes). About a thousandth of that is sent, from memory.
        megabytes: u16,
    },
    /// The page has an encoding that a client doesn't expect.
    Charset(Charset),
    /// The `Content-Type` is unexpected, wrong or missing.
    ContentType(ContentType),
    /// The page has a title that a client doesn't expect.
    Title(Title),
    /// `Content-Length` doesn't say where the body ends.
    Length(Length),
    /// The body isn't compressed as `Content-Encoding` says.
    Encoding(Encoding),
    /// The response's head isn't what a client expects.
    Head(Head),
    /// Interim responses (1xx) come before the response, which ends the connection. The record doesn't count them.
    Interim {
        /// Which.
        of: Interim,
        /// How many.
        count: u64,
    },
    /// The body is chunked, and the field `x-body-length` comes after it. The head announces it.
    Trailers,
    /// The response comes before the request's body has been read. It doesn't wait for the site's delay or for a gate. A request without
    /// a body gets the same response.
    Early {
        /// The status code. The response to a 1xx status is the one of `Status`, after the body.
        code: StatusCode,
        /// What becomes of the body and the connection.
        then: Afterwards,
    },
    /// The server reads the request's body slowly, and then responds. So a client's writes stall once the buffers of both systems are full,
    /// which takes about 4 MB on Linux. Once the client has closed its sending half, the rest is read at full speed.
    SlowRead {
        /// How many bytes a second.
        rate: NonZeroU64,
    },
    /// The server stops reading the request's body, and never responds. The buffers are the same as for `SlowRead`.
    StopReading {
        /// After this many bytes of the body.
        after: u64,
    },
    /// A request with `Expect: 100-continue` waits for the interim response 100. The server reads the body whenever it comes. Without that header
    /// it's the plain page.
    NoContinue {
        /// How late the interim response comes. `None` means never.
        after: Option<Duration>,
    },
    /// The server resets the connection (RST) in the middle of the request's body.
    ResetUpload {
        /// After this many bytes of the body.
        after: u64,
    },
    /// The server reads the request, does the work, and loses the response. [`MockWeb::counted`](crate::MockWeb::counted) has how often the
    /// work was done. Requests with the same `Idempotency-Key` header are one piece of work: it's done once, and a later request gets the first
    /// one's response. That also holds for requests that a fault around this one spares, such as `FailFirst`.
    LostAnswer {
        /// How the response is lost.
        with: Loss,
        /// The work is counted under this key.
        key: String,
    },
}

/// What a server does after a response that came before the request's body had been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Afterwards {
    /// It reads the body and drops it. After that, the connection can carry another request.
    Keep,
    /// It closes its half of the connection (FIN), and drops what it still gets, until the client closes the other half or ten
    /// seconds have passed. A server that closed the whole connection would reset it: a system answers with a reset if there are bytes
    /// that the program hasn't read, or if more arrive.
    Close,
    /// It resets the connection (RST). The client may lose the response.
    Reset,
}

/// How a response is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The server resets the connection (RST).
    Reset,
    /// The server closes the connection (FIN).
    Empty,
    /// The connection stays open.
    Hang,
}

/// How random delays are distributed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Spread {
    /// Every time between two bounds is equally likely. The bounds can be in either order.
    Uniform {
        /// The shortest time.
        low: Duration,
        /// The longest time.
        high: Duration,
    },
    /// Half of the times are shorter than the median, and a few are much longer, as in real networks. None is longer than 10 minutes.
    LogNormal {
        /// Half of the times are shorter than this.
        median: Duration,
        /// The standard deviation of the logarithm. At 0.5, one time in twenty is more than 2.3 times the median.
        sigma: f64,
    },
}

/// The value of a `Retry-After` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// A number of seconds.
    Seconds(u64),
    /// A date, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    Date(HttpDate),
    /// The date that's this many seconds after the response.
    DateIn(u32),
}

/// How a page's encoding surprises a client. The title is `Café crème`, except for `InvalidUtf8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Charset {
    /// Latin-1, and the header says so.
    Latin1,
    /// Latin-1, and only the page's `meta` says so.
    Latin1Meta,
    /// The header says UTF-8, and the title has bytes that aren't UTF-8.
    InvalidUtf8,
    /// UTF-8 under an unknown name.
    Unknown,
}

/// How `Content-Type` surprises a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContentType {
    /// The body is a PDF, and the header says so.
    Pdf,
    /// There's no such header.
    None,
    /// The header says `image/png`, although the body is the site's page.
    Wrong,
}

/// How a page's title surprises a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Title {
    /// The page has no title.
    None,
    /// It's empty.
    Empty,
    /// It contains another title.
    Nested,
    /// A comment before it contains a false title.
    Comment,
    /// A script before it contains a false title.
    Script,
    /// It's written with entities, such as `&amp;`.
    Entities,
    /// It has a million letters.
    Huge,
    /// It has control characters.
    Control,
    /// It has escape sequences, which a terminal obeys.
    Escape,
}

/// How `Content-Length` misleads a client. Unless a variant says otherwise, the connection closes (FIN) after the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Length {
    /// It's half the length of the body.
    Short,
    /// It's 1,000 bytes more than the body has, and the connection stays open.
    Long,
    /// It's there twice: the length of the body, and half of it.
    Twice,
    /// There's none, and the body isn't chunked. It's as long as the connection lasts, which HTTP allows.
    None,
    /// It's half the length of the body, which is chunked.
    WithChunked,
    /// It's -1.
    Negative,
}

/// How the head of a response surprises a client. The connection closes after it (FIN), and except for `NoStatusLine`, the page comes
/// before that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Head {
    /// It has a field with a value of a million bytes.
    Huge,
    /// It has ten thousand more fields.
    Many,
    /// It has a field that goes on in the next line. HTTP allowed that until 2014.
    Folded,
    /// It has a field with a space in its name.
    BadName,
    /// It begins with a field, so it isn't HTTP. Like any bytes that aren't, it counts as body in the record.
    NoStatusLine,
}

/// How `Content-Encoding` misleads a client. Whether the client asked for compression doesn't matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// The body is the first half of a gzip file, with a right `Content-Length`.
    GzipTruncated,
    /// The body is a gzip file whose checksum is wrong. The page itself is right.
    GzipCorrupt,
    /// The header says gzip, and the body is the page.
    Mislabelled,
    /// The header says gzip, and the page is gzipped twice.
    Twice,
    /// The header has a name that no client knows, and the body is the page.
    Unknown,
}

/// An interim response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Interim {
    /// 100, although the request didn't ask for it.
    Continue,
    /// 102.
    Processing,
    /// 103, with a `Link`.
    EarlyHints,
}

impl Fault {
    /// Whether it uses random numbers, so you need the seed to repeat a run.
    pub fn is_random(&self) -> bool {
        match self {
            Fault::FailFirst { with, .. } | Fault::AtMost { with, .. } => with.is_random(),
            Fault::InTurn { turns, .. } => turns.iter().flatten().any(Fault::is_random),
            Fault::Garbage { .. } | Fault::RandomDelay { .. } | Fault::Unstable { .. } => true,
            _ => false,
        }
    }

    /// Whether it concerns the port: the site needs a port of its own, and no request ever arrives there.
    pub fn needs_own_port(&self) -> bool {
        matches!(self, Fault::Refused | Fault::ConnectHang)
    }

    /// Whether a fault inside this one concerns the port, which a fault that meets single requests can't do.
    pub(crate) fn nests_a_port_fault(&self) -> bool {
        match self {
            Fault::FailFirst { with, .. } | Fault::Unstable { with, .. } | Fault::AtMost { with, .. } => {
                with.concerns_a_port()
            }
            Fault::InTurn { turns, .. } => turns.iter().flatten().any(Fault::concerns_a_port),
            _ => false,
        }
    }

    /// Whether it's about requests with a body: how the body is read, or what becomes of the work that it asks for. A test that only sends
    /// GET requests can leave it out.
    pub fn concerns_request_body(&self) -> bool {
        match self {
            Fault::FailFirst { with, .. } | Fault::Unstable { with, .. } | Fault::AtMost { with, .. } => {
                with.concerns_request_body()
            }
            Fault::InTurn { turns, .. } => turns.iter().flatten().any(Fault::concerns_request_body),
            Fault::Early { .. }
            | Fault::SlowRead { .. }
            | Fault::StopReading { .. }
            | Fault::NoContinue { .. }
            | Fault::ResetUpload { .. }
            | Fault::LostAnswer { .. } => true,
            _ => false,
        }
    }

    /// The key under which the work of each request is counted, also of those that meet no failure: otherwise a retry that gets through
    /// wouldn't count. A request that another failure answers, such as a 503, is counted as a request but does no work.
    pub(crate) fn counted_as(&self) -> Option<&str> {
        match self {
            Fault::LostAnswer { key, .. } => Some(key),
            Fault::FailFirst { with, .. } | Fault::Unstable { with, .. } | Fault::AtMost { with, .. } => {
                with.counted_as()
            }
            Fault::InTurn { turns, .. } => turns.iter().flatten().find_map(Fault::counted_as),
            _ => None,
        }
    }

    fn concerns_a_port(&self) -> bool {
        self.needs_own_port() || self.nests_a_port_fault()
    }

    /// Whether what it does depends on how many requests met it before.
    pub(crate) fn counts_requests(&self) -> bool {
        matches!(
            self,
            Fault::FailFirst { .. }
                | Fault::InTurn { .. }
                | Fault::Unstable { .. }
                | Fault::RandomDelay { .. }
        )
    }
}
