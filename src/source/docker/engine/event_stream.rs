//! Event stream of an engine: one JSON object per line, with a limited length.

use super::http::{Body, CallError};
use crate::source::docker::api_types::EventMessage;

/// Maximum size of one event, in bytes. An event contains all labels of its container, so it may be long.
const MAX_EVENT_BYTES: usize = 1024 * 1024;

/// Stream of an engine's events.
#[derive(Debug)]
pub(in crate::source::docker) struct EventStream {
    body: Body,
    lines: LineBuffer,
}

/// Item of the event stream: an event, or a mark for an unreadable event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source::docker) enum StreamedEvent {
    /// Event that could be parsed.
    Event(Box<EventMessage>),
    /// Event that is too long or not valid JSON, so that its container is unknown.
    Unreadable,
}

impl EventStream {
    pub(in crate::source::docker) fn new(body: Body) -> Self {
        Self { body, lines: LineBuffer::default() }
    }

    /// Returns the next item, or `None` at the end. Dropping the returned future loses no data.
    pub(in crate::source::docker) async fn next(&mut self) -> Option<Result<StreamedEvent, CallError>> {
        loop {
            if let Some(heard) = self.lines.next_event() {
                return Some(Ok(heard));
            }
            match self.body.next_chunk().await {
                Some(Ok(piece)) => self.lines.push(&piece),
                Some(Err(error)) => return Some(Err(error)),
                None => return self.lines.take_rest().map(Ok),
            }
        }
    }
}

/// Buffer that splits a byte stream into lines.
#[derive(Debug, Default)]
struct LineBuffer {
    /// Received bytes. The first `consumed` of them are already processed.
    buffer: Vec<u8>,
    /// Number of bytes in `buffer` that are already processed.
    consumed: usize,
    /// Number of bytes in `buffer` already searched for a line end.
    searched: usize,
    /// True while the rest of an overlong line is skipped.
    skipping_long_line: bool,
}

impl LineBuffer {
    fn push(&mut self, piece: &[u8]) {
        self.buffer.drain(..self.consumed);
        (self.searched, self.consumed) = (self.searched - self.consumed, 0);
        self.buffer.extend_from_slice(piece);
    }

    /// Returns the event in the next line that is not empty. Returns `None` until such a line is complete.
    fn next_event(&mut self) -> Option<StreamedEvent> {
        loop {
            let Some(end) = self.buffer[self.searched..].iter().position(|byte| *byte == b'\n') else {
                self.searched = self.buffer.len();
                let is_too_long = self.searched - self.consumed > MAX_EVENT_BYTES;
                if self.skipping_long_line || is_too_long {
                    self.consumed = self.searched;
                    return (!std::mem::replace(&mut self.skipping_long_line, true))
                        .then_some(StreamedEvent::Unreadable);
                }
                return None;
            };
            let line = self.consumed..self.searched + end;
            (self.consumed, self.searched) = (line.end + 1, line.end + 1);
            if std::mem::take(&mut self.skipping_long_line) {
                continue;
            }
            if let Some(heard) = parse_line(&self.buffer[line]) {
                return Some(heard);
            }
        }
    }

    /// Returns the event in the bytes after the last line end.
    fn take_rest(&mut self) -> Option<StreamedEvent> {
        let rest = std::mem::take(&mut self.buffer).split_off(self.consumed);
        (self.consumed, self.searched) = (0, 0);
        if self.skipping_long_line { None } else { parse_line(&rest) }
    }
}

/// Parses the event in a line. Returns `None` if the line is empty.
fn parse_line(line: &[u8]) -> Option<StreamedEvent> {
    if line.trim_ascii().is_empty() {
        return None;
    }
    if line.len() > MAX_EVENT_BYTES {
        return Some(StreamedEvent::Unreadable);
    }
    let text = String::from_utf8_lossy(line);
    Some(
        serde_json::from_str(&text)
            .map_or(StreamedEvent::Unreadable, |event| StreamedEvent::Event(Box::new(event))),
    )
}

/// Returns the events of a stream that arrives in pieces of `chunk_bytes`.
#[cfg(fuzzing)]
pub(in crate::source::docker) fn events_in_chunks(stream: &[u8], chunk_bytes: usize) -> Vec<StreamedEvent> {
    let (mut lines, mut events) = (LineBuffer::default(), Vec::new());
    for piece in stream.chunks(chunk_bytes) {
        lines.push(piece);
        events.extend(std::iter::from_fn(|| lines.next_event()));
    }
    events.extend(lines.take_rest());
    events
}

#[cfg(test)]
mod tests {
    use super::{LineBuffer, MAX_EVENT_BYTES, StreamedEvent};

    /// Parses `bytes`, passed on in chunks of `step` bytes. Returns the actions of the events.
    fn actions(bytes: &[u8], step: usize) -> Vec<String> {
        let (mut lines, mut heard) = (LineBuffer::default(), Vec::new());
        for piece in bytes.chunks(step) {
            lines.push(piece);
            heard.extend(std::iter::from_fn(|| lines.next_event()));
            assert!(lines.buffer.len() <= MAX_EVENT_BYTES + 2 * step);
        }
        heard.extend(lines.take_rest());
        let action = |heard| match heard {
            StreamedEvent::Event(event) => event.action.unwrap_or_default(),
            StreamedEvent::Unreadable => "?".to_owned(),
        };
        heard.into_iter().map(action).collect()
    }

    #[test]
    fn lines_become_events_in_any_chunk_size() {
        let bytes =
            b"{\"Action\": \"start\"}\n\r\n\nnot json\n{\"Action\": 7, \"new\": []}\r\n{\"Action\": \"die\"}";
        for step in [1, 5, 1_000] {
            assert_eq!(actions(bytes, step), ["start", "?", "7", "die"], "{step}");
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_skipped() {
        let long = vec![b'x'; 3 * MAX_EVENT_BYTES];
        for step in [10_000, 2_000_000] {
            assert_eq!(actions(&[&long[..], b"\n{\"Action\": \"start\"}\n"].concat(), step), ["?", "start"]);
            assert_eq!(actions(&long, step), ["?"]);
        }
    }
}
