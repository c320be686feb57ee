//! The pieces in which an engine sends a log: framed by eight bytes that tell the stream and the length (Docker Engine
//! API, "Attach to a container", stream format), or plain where the container has a terminal. What a frame announces is
//! never waited for beyond what is kept of a line.

use crate::{
    model::LogStream,
    source::docker::http::{Body, CallError},
};
use bytes::{Buf, Bytes, BytesMut};

/// The most bytes of one frame or plain line that are passed on: more than is kept of any line.
const MAX_MESSAGE_BYTES: usize = 64 * 1024;
/// The length of the head of a frame.
const HEAD_BYTES: usize = 8;

/// The pieces of a log.
#[derive(Debug)]
pub(in super::super) struct Frames {
    body: Body,
    pieces: Pieces,
    ended: bool,
    /// The end that is told once the last piece was taken.
    failed: Option<CallError>,
}

/// One piece of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Message {
    /// The stream of the process that wrote it.
    pub(in super::super) stream: LogStream,
    /// Whether it was written to a terminal.
    pub(in super::super) terminal: bool,
    /// What was written, with the engine's time stamp.
    pub(in super::super) bytes: Bytes,
    /// How many more bytes there were.
    pub(in super::super) cut: usize,
}

impl Frames {
    pub(in super::super) fn new(body: Body) -> Self {
        Self { body, pieces: Pieces::default(), ended: false, failed: None }
    }

    /// Returns the next piece; `None` at the end. A call that is dropped loses nothing.
    pub(in super::super) async fn next(&mut self) -> Option<Result<Message, CallError>> {
        if let Some(error) = self.failed.take() {
            return Some(Err(error));
        }
        loop {
            if let Some(message) = self.pieces.take(self.ended) {
                return Some(Ok(message));
            }
            if self.ended {
                return None;
            }
            match self.body.next().await {
                Some(Ok(piece)) => self.pieces.buffer.extend_from_slice(&piece),
                Some(Err(error)) => {
                    let Some(open) = self.pieces.open.take() else { return Some(Err(error)) };
                    self.failed = Some(error);
                    return Some(Ok(open.message));
                }
                None => self.ended = true,
            }
        }
    }
}

/// Bytes that are cut into pieces.
#[derive(Debug, Default)]
struct Pieces {
    buffer: BytesMut,
    /// A message of which the rest is let go.
    open: Option<Open>,
    /// How many bytes of the buffer were searched for the end of a plain line.
    searched: usize,
}

/// A message of which what is passed on has come, and the rest has not.
#[derive(Debug)]
struct Open {
    message: Message,
    /// How many bytes are still to come; `None` where the end of the line tells.
    left: Option<usize>,
}

impl Pieces {
    /// Takes the next piece that is whole, at the end also what is not.
    fn take(&mut self, ended: bool) -> Option<Message> {
        loop {
            if self.open.is_some() {
                return self.finish(ended);
            }
            let first = *self.buffer.first()?;
            let framed = first <= 3 && self.buffer.iter().take(4).skip(1).all(|byte| *byte == 0);
            if !framed {
                return self.plain(ended);
            }
            if self.buffer.len() < HEAD_BYTES {
                return if ended { self.plain(ended) } else { None };
            }
            let head: [u8; 4] = [self.buffer[4], self.buffer[5], self.buffer[6], self.buffer[7]];
            let length = u32::from_be_bytes(head) as usize;
            if self.buffer.len() < HEAD_BYTES + length.min(MAX_MESSAGE_BYTES) && !ended {
                return None;
            }
            self.buffer.advance(HEAD_BYTES);
            let stream = if first < 2 { LogStream::Out } else { LogStream::Err };
            let kept = length.min(MAX_MESSAGE_BYTES).min(self.buffer.len());
            let message = self.message(stream, false, kept);
            if length > MAX_MESSAGE_BYTES {
                self.open = Some(Open { message, left: Some(length - kept) });
            } else if !message.bytes.is_empty() {
                return Some(message);
            }
        }
    }

    /// Takes a plain line, as a terminal has it.
    fn plain(&mut self, ended: bool) -> Option<Message> {
        let end = self.buffer[self.searched..].iter().position(|byte| *byte == b'\n');
        let kept = match end {
            Some(end) => self.searched + end + 1,
            None if ended => self.buffer.len(),
            None => {
                self.searched = self.buffer.len();
                if self.searched <= MAX_MESSAGE_BYTES {
                    return None;
                }
                MAX_MESSAGE_BYTES
            }
        };
        self.searched = 0;
        let message = self.message(LogStream::Out, true, kept);
        if end.is_some() || ended {
            return Some(message);
        }
        self.open = Some(Open { message, left: None });
        self.finish(ended)
    }

    /// The first `kept` bytes of the buffer as a message.
    fn message(&mut self, stream: LogStream, terminal: bool, kept: usize) -> Message {
        Message { stream, terminal, bytes: self.buffer.split_to(kept).freeze(), cut: 0 }
    }

    /// Lets go of the rest of the open message, and passes it on once that is done.
    fn finish(&mut self, ended: bool) -> Option<Message> {
        let open = self.open.as_mut()?;
        let (gone, is_over) = match open.left {
            Some(left) => (left.min(self.buffer.len()), left <= self.buffer.len()),
            None => match self.buffer.iter().position(|byte| *byte == b'\n') {
                Some(end) => (end + 1, true),
                None => (self.buffer.len(), false),
            },
        };
        self.buffer.advance(gone);
        open.message.cut += gone;
        open.left = open.left.map(|left| left - gone);
        if is_over || ended { self.open.take().map(|open| open.message) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::{LogStream, MAX_MESSAGE_BYTES, Pieces};

    /// The pieces that those bytes are, however they come: stream, text, bytes that were cut.
    fn pieces(bytes: &[u8], step: usize) -> Vec<(LogStream, String, usize)> {
        let (mut pieces, mut found) = (Pieces::default(), Vec::new());
        let mut take = |pieces: &mut Pieces, ended| {
            while let Some(message) = pieces.take(ended) {
                let text = String::from_utf8_lossy(&message.bytes).into_owned();
                found.push((message.stream, text, message.cut));
            }
        };
        for piece in bytes.chunks(step) {
            pieces.buffer.extend_from_slice(piece);
            take(&mut pieces, false);
        }
        take(&mut pieces, true);
        found
    }

    fn frame(kind: u8, text: &[u8]) -> Vec<u8> {
        [&[kind, 0, 0, 0], &(text.len() as u32).to_be_bytes()[..], text].concat()
    }

    #[test]
    fn frames_and_plain_lines_come_whole_however_they_are_cut() {
        let framed = [frame(1, b"out\n"), frame(2, b""), frame(2, b"err\n"), frame(3, b"engine\n")].concat();
        let plain = b"2026 one\r\n2026 two".to_vec();
        for step in [1, 3, 7, 1_000] {
            let found = pieces(&framed, step);
            let texts: Vec<_> = found.iter().map(|(stream, text, _)| (*stream, text.as_str())).collect();
            let expected =
                [(LogStream::Out, "out\n"), (LogStream::Err, "err\n"), (LogStream::Err, "engine\n")];
            assert_eq!(texts, expected, "{step}");
            let texts: Vec<_> = pieces(&plain, step).into_iter().map(|(_, text, _)| text).collect();
            assert_eq!(texts, ["2026 one\r\n", "2026 two"], "{step}");
        }
    }

    #[test]
    fn what_is_too_long_is_cut_and_counted_and_the_next_is_read() {
        let long = vec![b'x'; MAX_MESSAGE_BYTES + 1_000];
        let bytes = [frame(2, &long), frame(1, b"next\n")].concat();
        for step in [1_000, 70_000, 1_000_000] {
            let found = pieces(&bytes, step);
            assert_eq!(
                (found[0].1.len(), found[0].2, found[1].1.as_str()),
                (MAX_MESSAGE_BYTES, 1_000, "next\n")
            );
            let plain = [&long[..], b"\nnext\n"].concat();
            let found = pieces(&plain, step);
            assert_eq!(found[0].1.len() + found[0].2, long.len() + 1, "{step}");
            assert_eq!(found[1].1, "next\n", "{step}");
        }
    }

    #[test]
    fn a_frame_that_announces_more_than_comes_takes_no_memory_for_it() {
        let mut pieces = Pieces::default();
        pieces.buffer.extend_from_slice(&[1, 0, 0, 0, 255, 255, 255, 255]);
        for _ in 0..1_000 {
            pieces.buffer.extend_from_slice(&[b'x'; 10_000]);
            assert_eq!(pieces.take(false), None);
            assert!(pieces.buffer.capacity() < 4 * MAX_MESSAGE_BYTES);
        }
        let last = pieces.take(true).unwrap();
        assert_eq!(last.bytes.len() + last.cut, 10_000_000);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_taken_to_their_end(raw in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300), step in 1..50_usize) {
            pieces(&raw, step);
        }
    }
}
