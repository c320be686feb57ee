//! Reader of a container's log or of a command's output. It splits the bytes into messages. Without a
//! terminal, a message is a frame with an 8-byte header that holds stream and length (Docker Engine API,
//! "Attach to a container", stream format). With a terminal, a message is a plain line. Bytes beyond
//! `MAX_MESSAGE_BYTES` are skipped, not buffered.

use crate::{
    model::OutputStream,
    source::docker::engine::http::{Body, CallError},
};
use bytes::{Buf, Bytes, BytesMut};

/// Maximum size of a message, which is a frame or a plain line, in bytes. Log lines are later cut to less.
const MAX_MESSAGE_BYTES: usize = 64 * 1024;
/// Length of a frame header, in bytes.
const FRAME_HEADER_BYTES: usize = 8;

/// Reader of a container's output.
#[derive(Debug)]
pub(in super::super) struct OutputReader {
    body: Body,
    parser: FrameParser,
    ended: bool,
    /// Error to return after the last message.
    pending_error: Option<CallError>,
}

/// Frame or plain line of a container's output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct OutputMessage {
    /// Output stream that the process wrote to.
    pub(in super::super) stream: OutputStream,
    /// True if the command writes to a terminal, and false if it writes to pipes.
    pub(in super::super) is_terminal: bool,
    /// Raw text; in a log, the engine's timestamp precedes it.
    pub(in super::super) bytes: Bytes,
    /// Number of bytes that were cut off the end of the message.
    pub(in super::super) cut_bytes: usize,
}

impl OutputReader {
    pub(in super::super) fn new(body: Body) -> Self {
        Self { body, parser: FrameParser::default(), ended: false, pending_error: None }
    }

    /// Returns the next message, or `None` at the end. Dropping the returned future loses no data.
    pub(in super::super) async fn next(&mut self) -> Option<Result<OutputMessage, CallError>> {
        if let Some(error) = self.pending_error.take() {
            return Some(Err(error));
        }
        loop {
            if let Some(message) = self.parser.next_message(self.ended) {
                return Some(Ok(message));
            }
            if self.ended {
                return None;
            }
            match self.body.next_chunk().await {
                Some(Ok(piece)) => self.parser.buffer.extend_from_slice(&piece),
                Some(Err(error)) => {
                    let Some(open) = self.parser.truncated.take() else { return Some(Err(error)) };
                    self.pending_error = Some(error);
                    return Some(Ok(open.message));
                }
                None => self.ended = true,
            }
        }
    }
}

/// Parser that splits bytes into frames or plain lines.
#[derive(Debug, Default)]
struct FrameParser {
    buffer: BytesMut,
    /// Message whose rest is being skipped.
    truncated: Option<TruncatedMessage>,
    /// Number of bytes in `buffer` already searched for a line end.
    searched: usize,
}

/// Message that exceeds the maximum size: its kept part is complete, and the rest is skipped as it arrives.
#[derive(Debug)]
struct TruncatedMessage {
    message: OutputMessage,
    /// Number of bytes still to skip; `None` if a line end marks the end.
    remaining_bytes: Option<usize>,
}

impl FrameParser {
    /// Returns the next complete message. If `ended` is true, also returns an incomplete message.
    fn next_message(&mut self, ended: bool) -> Option<OutputMessage> {
        loop {
            if self.truncated.is_some() {
                return self.skip_rest(ended);
            }
            let first = *self.buffer.first()?;
            let framed = first <= 3 && self.buffer.iter().take(4).skip(1).all(|byte| *byte == 0);
            if !framed {
                return self.next_plain_line(ended);
            }
            if self.buffer.len() < FRAME_HEADER_BYTES {
                return if ended { self.next_plain_line(ended) } else { None };
            }
            let head: [u8; 4] = [self.buffer[4], self.buffer[5], self.buffer[6], self.buffer[7]];
            let length = u32::from_be_bytes(head) as usize;
            if self.buffer.len() < FRAME_HEADER_BYTES + length.min(MAX_MESSAGE_BYTES) && !ended {
                return None;
            }
            self.buffer.advance(FRAME_HEADER_BYTES);
            let stream = if first < 2 { OutputStream::Stdout } else { OutputStream::Stderr };
            let kept = length.min(MAX_MESSAGE_BYTES).min(self.buffer.len());
            let message = self.split_message(stream, false, kept);
            if length > MAX_MESSAGE_BYTES {
                self.truncated = Some(TruncatedMessage { message, remaining_bytes: Some(length - kept) });
            } else if !message.bytes.is_empty() {
                return Some(message);
            }
        }
    }

    /// Returns the next plain line, as a terminal writes it. If `ended` is true, also returns an incomplete
    /// line.
    fn next_plain_line(&mut self, ended: bool) -> Option<OutputMessage> {
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
        let message = self.split_message(OutputStream::Stdout, true, kept);
        if end.is_some() || ended {
            return Some(message);
        }
        self.truncated = Some(TruncatedMessage { message, remaining_bytes: None });
        self.skip_rest(ended)
    }

    /// Splits the first `kept` bytes off the buffer as a message.
    fn split_message(&mut self, stream: OutputStream, terminal: bool, kept: usize) -> OutputMessage {
        OutputMessage {
            stream,
            is_terminal: terminal,
            bytes: self.buffer.split_to(kept).freeze(),
            cut_bytes: 0,
        }
    }

    /// Skips the rest of the truncated message. Returns the message once the whole rest is skipped or the
    /// output has ended.
    fn skip_rest(&mut self, ended: bool) -> Option<OutputMessage> {
        let open = self.truncated.as_mut()?;
        let (gone, is_over) = match open.remaining_bytes {
            Some(left) => (left.min(self.buffer.len()), left <= self.buffer.len()),
            None => match self.buffer.iter().position(|byte| *byte == b'\n') {
                Some(end) => (end + 1, true),
                None => (self.buffer.len(), false),
            },
        };
        self.buffer.advance(gone);
        open.message.cut_bytes += gone;
        open.remaining_bytes = open.remaining_bytes.map(|left| left - gone);
        if is_over || ended { self.truncated.take().map(|open| open.message) } else { None }
    }
}

/// Returns the messages in `output`, which arrives in pieces of `chunk_bytes`.
#[cfg(any(test, fuzzing))]
pub(in super::super) fn messages_in_chunks(output: &[u8], chunk_bytes: usize) -> Vec<OutputMessage> {
    let (mut parser, mut messages) = (FrameParser::default(), Vec::new());
    for piece in output.chunks(chunk_bytes) {
        parser.buffer.extend_from_slice(piece);
        messages.extend(std::iter::from_fn(|| parser.next_message(false)));
    }
    messages.extend(std::iter::from_fn(|| parser.next_message(true)));
    messages
}

#[cfg(test)]
mod tests {
    use super::{FrameParser, MAX_MESSAGE_BYTES, OutputMessage, OutputStream, messages_in_chunks};

    /// Parses `bytes` in chunks of `step`. Returns stream, text and cut bytes of each message.
    fn parse_chunked(bytes: &[u8], step: usize) -> Vec<(OutputStream, String, usize)> {
        let text = |message: &OutputMessage| String::from_utf8_lossy(&message.bytes).into_owned();
        let messages = messages_in_chunks(bytes, step).into_iter();
        messages.map(|message| (message.stream, text(&message), message.cut_bytes)).collect()
    }

    fn frame(kind: u8, text: &[u8]) -> Vec<u8> {
        [&[kind, 0, 0, 0], &(text.len() as u32).to_be_bytes()[..], text].concat()
    }

    #[test]
    fn frames_and_plain_lines_are_whole_in_any_chunk_size() {
        let framed = [frame(1, b"out\n"), frame(2, b""), frame(2, b"err\n"), frame(3, b"engine\n")].concat();
        let plain = b"2026 one\r\n2026 two".to_vec();
        for step in [1, 3, 7, 1_000] {
            let found = parse_chunked(&framed, step);
            let texts: Vec<_> = found.iter().map(|(stream, text, _)| (*stream, text.as_str())).collect();
            let expected = [
                (OutputStream::Stdout, "out\n"),
                (OutputStream::Stderr, "err\n"),
                (OutputStream::Stderr, "engine\n"),
            ];
            assert_eq!(texts, expected, "{step}");
            let texts: Vec<_> = parse_chunked(&plain, step).into_iter().map(|(_, text, _)| text).collect();
            assert_eq!(texts, ["2026 one\r\n", "2026 two"], "{step}");
        }
    }

    #[test]
    fn long_messages_are_cut_and_counted() {
        let long = vec![b'x'; MAX_MESSAGE_BYTES + 1_000];
        let bytes = [frame(2, &long), frame(1, b"next\n")].concat();
        for step in [1_000, 70_000, 1_000_000] {
            let found = parse_chunked(&bytes, step);
            assert_eq!(
                (found[0].1.len(), found[0].2, found[1].1.as_str()),
                (MAX_MESSAGE_BYTES, 1_000, "next\n")
            );
            let plain = [&long[..], b"\nnext\n"].concat();
            let found = parse_chunked(&plain, step);
            assert_eq!(found[0].1.len() + found[0].2, long.len() + 1, "{step}");
            assert_eq!(found[1].1, "next\n", "{step}");
        }
    }

    #[test]
    fn an_announced_length_reserves_no_memory() {
        let mut pieces = FrameParser::default();
        pieces.buffer.extend_from_slice(&[1, 0, 0, 0, 255, 255, 255, 255]);
        for _ in 0..1_000 {
            pieces.buffer.extend_from_slice(&[b'x'; 10_000]);
            assert_eq!(pieces.next_message(false), None);
            assert!(pieces.buffer.capacity() < 4 * MAX_MESSAGE_BYTES);
        }
        let last = pieces.next_message(true).unwrap();
        assert_eq!(last.bytes.len() + last.cut_bytes, 10_000_000);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_taken_to_their_end(raw in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300), step in 1..50_usize) {
            parse_chunked(&raw, step);
        }
    }
}
