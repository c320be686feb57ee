//! Body of an HTTP response, read in chunks, with limits on its size and on the time without data.

use super::CallError;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// Body of one HTTP response.
#[derive(Debug)]
pub(in crate::source::docker) struct Body {
    incoming: Incoming,
    /// Maximum time between two chunks; `None` for no limit, as for a followed stream.
    idle_timeout: Option<Duration>,
}

impl Body {
    pub(super) fn new(incoming: Incoming) -> Self {
        Self { incoming, idle_timeout: None }
    }

    /// Returns the body with a limit: reading fails if no data arrives for `idle`.
    pub(in crate::source::docker) fn with_idle_timeout(mut self, idle: Duration) -> Self {
        self.idle_timeout = Some(idle);
        self
    }

    /// Returns the next chunk, or `None` at the end. Dropping the returned future loses no data.
    pub(in crate::source::docker) async fn next_chunk(&mut self) -> Option<Result<Bytes, CallError>> {
        loop {
            let frame = match self.idle_timeout {
                None => self.incoming.frame().await?,
                Some(idle) => match timeout(idle, self.incoming.frame()).await {
                    Ok(frame) => frame?,
                    Err(_) => return Some(Err(CallError::Stalled(idle))),
                },
            };
            match frame.map(hyper::body::Frame::into_data) {
                Ok(Ok(data)) => return Some(Ok(data)),
                // Portolan needs no HTTP trailers.
                Ok(Err(_)) => {}
                Err(error) => return Some(Err(CallError::Transport(Box::new(error)))),
            }
        }
    }

    /// Reads at most `max` bytes, until `until`. Also returns the error that cut the body short, if any.
    pub(in crate::source::docker) async fn read_until(
        mut self,
        max: usize,
        until: Instant,
    ) -> (Vec<u8>, Option<CallError>) {
        let began = Instant::now();
        let mut all = Vec::with_capacity(self.expected_bytes().min(max));
        loop {
            match timeout_at(until, self.next_chunk()).await {
                Ok(None) => return (all, None),
                Ok(Some(Ok(piece))) => {
                    let room = max - all.len();
                    all.extend_from_slice(&piece[..piece.len().min(room)]);
                    if piece.len() > room {
                        return (all, Some(CallError::TooLarge(max)));
                    }
                }
                Ok(Some(Err(error))) => return (all, Some(error)),
                Err(_) => return (all, Some(CallError::Timeout(began.elapsed()))),
            }
        }
    }

    /// Returns the size that the response announces, limited to a plausible maximum.
    fn expected_bytes(&self) -> usize {
        const MAX_LIKELY_BYTES: u64 = 1 << 20;
        usize::try_from(self.incoming.size_hint().lower().min(MAX_LIKELY_BYTES)).unwrap_or(0)
    }
}
