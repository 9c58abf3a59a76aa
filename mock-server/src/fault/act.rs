//! What each fault does. The match is exhaustive, so a fault without behaviour doesn't compile.

use super::effect::{Context, Effect, Reading};
use super::faults::Fault;
use super::{bad_head, body, connection, encoding, framing, head, page, random, some_requests, upload};

impl Fault {
    /// What it does to this exchange.
    pub(crate) fn effect(&self, context: &Context<'_>) -> Effect {
        match self {
            Fault::Delay { time } => Effect::Delay(*time),
            Fault::Status { code, retry_after } => head::status(*code, retry_after.as_ref()),
            Fault::Redirect { hops } => head::redirect(*hops, context),
            Fault::RedirectLoop => head::redirect_loop(context),
            Fault::SlowHead { pause } => head::slow_head(*pause),
            Fault::Head(head) => bad_head::head(*head),

            Fault::RandomDelay { spread, seed } => random::delay(*spread, *seed, context),
            Fault::FailFirst { count, with, .. } if context.before < *count => with.effect(context),
            Fault::FailFirst { .. } => Effect::None,
            Fault::Unstable { rate, with, seed } if random::fails(*rate, *seed, context) => {
                with.effect(context)
            }
            Fault::Unstable { .. } => Effect::None,

            Fault::InTurn { turns, again, .. } => some_requests::in_turn(turns, *again, context),
            Fault::AtMost { with, delay, .. } => some_requests::at_most(with, *delay, context),

            // The port does it, and no request arrives there. `Builder::start` refuses them everywhere else.
            Fault::Refused | Fault::ConnectHang => Effect::None,
            Fault::Empty => connection::empty(),
            Fault::Reset { after: None } => connection::reset(),
            Fault::Hang => connection::hang(),
            Fault::Garbage { bytes, seed } => connection::garbage(*bytes, seed.unwrap_or(context.seed)),
            Fault::SlowClose { delay } => connection::slow_close(*delay),
            Fault::IdleClose { after } => Effect::CloseWhenIdle(*after),
            Fault::CloseOnReuse if context.before_on_connection > 0 => connection::empty(),
            Fault::CloseOnReuse => Effect::None,

            Fault::Reset { after: Some(after) } => body::reset(*after),
            Fault::Truncate { after } => body::truncate(*after),
            Fault::Dribble { chunk, pause } => body::dribble(*chunk, *pause),
            Fault::DribbleOver { chunks, over } => body::dribble_over(*chunks, *over),
            Fault::Stall { after, pause } => body::stall(*after, *pause),
            Fault::BadChunk => body::bad_chunk(),
            Fault::Endless { chunk, pause } => body::endless(*chunk, *pause),

            Fault::Length(length) => framing::length(*length),
            Fault::Interim { of, count } => framing::interim(*of, *count),
            Fault::Trailers => framing::trailers(),

            Fault::GzipBomb { megabytes } => page::gzip_bomb(*megabytes),
            Fault::Charset(charset) => page::charset(*charset),
            Fault::ContentType(content_type) => page::content_type(*content_type),
            Fault::Encoding(encoding) => encoding::encoding(*encoding),
            Fault::Title(title) => page::title(*title),

            Fault::Early { code, then } => upload::early(*code, *then),
            Fault::SlowRead { rate } => Effect::Read(Reading::Slow(*rate)),
            Fault::StopReading { after } => Effect::Read(Reading::Stop { after: *after }),
            Fault::NoContinue { after } => Effect::Read(Reading::Continue(*after)),
            Fault::ResetUpload { after } => Effect::Read(Reading::Reset { after: *after }),
            Fault::LostAnswer { with, .. } => upload::lost_answer(*with),
        }
    }
}
