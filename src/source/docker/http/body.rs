//! The body of an answer, read piece by piece: what is gathered has a largest size, and a silence has a longest time.

use super::CallError;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// The body of one answer.
#[derive(Debug)]
pub(in super::super) struct Body {
    incoming: Incoming,
    /// The longest silence between two pieces; none where the answer is followed.
    idle: Option<Duration>,
}

impl Body {
    pub(super) fn new(incoming: Incoming) -> Self {
        Self { incoming, idle: None }
    }

    /// The same body, which fails where nothing comes for that long.
    pub(in super::super) fn with_idle_limit(mut self, idle: Duration) -> Self {
        self.idle = Some(idle);
        self
    }

    /// Returns the next piece; `None` at the end. A call that is dropped loses nothing.
    pub(in super::super) async fn next(&mut self) -> Option<Result<Bytes, CallError>> {
        loop {
            let frame = match self.idle {
                None => self.incoming.frame().await?,
                Some(idle) => match timeout(idle, self.incoming.frame()).await {
                    Ok(frame) => frame?,
                    Err(_) => return Some(Err(CallError::Stalled(idle))),
                },
            };
            match frame.map(hyper::body::Frame::into_data) {
                Ok(Ok(data)) => return Some(Ok(data)),
                // Trailers say nothing here.
                Ok(Err(_)) => {}
                Err(error) => return Some(Err(CallError::Transport(Box::new(error)))),
            }
        }
    }

    /// Returns what comes until `until`, at most `max` bytes, and what kept the rest away.
    pub(in super::super) async fn gather(
        mut self,
        max: usize,
        until: Instant,
    ) -> (Vec<u8>, Option<CallError>) {
        let began = Instant::now();
        let mut all = Vec::with_capacity(self.expected().min(max));
        loop {
            match timeout_at(until, self.next()).await {
                Ok(None) => return (all, None),
                Ok(Some(Ok(piece))) => {
                    let room = max - all.len();
                    all.extend_from_slice(&piece[..piece.len().min(room)]);
                    if piece.len() > room {
                        return (all, Some(CallError::TooLarge(max)));
                    }
                }
                Ok(Some(Err(error))) => return (all, Some(error)),
                Err(_) => return (all, Some(CallError::Late(began.elapsed()))),
            }
        }
    }

    /// The size that the engine announced, as far as it is likely.
    fn expected(&self) -> usize {
        const MAX_LIKELY_BYTES: u64 = 1 << 20;
        usize::try_from(self.incoming.size_hint().lower().min(MAX_LIKELY_BYTES)).unwrap_or(0)
    }
}
