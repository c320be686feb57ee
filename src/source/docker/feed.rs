//! The engine's events as they come, one JSON text after another, each of bounded length.

use super::{answer::EventMessage, http::{Body, CallError}};

/// The most bytes of one event: its attributes are the labels of a container.
const MAX_EVENT_BYTES: usize = 1024 * 1024;

/// The events that an engine tells.
#[derive(Debug)]
pub(super) struct Feed {
    body: Body,
    /// What came of events that were not taken yet.
    buffer: Vec<u8>,
    /// The bytes of the buffer that were taken.
    taken: usize,
    /// The bytes of the buffer in which no end of a line was found.
    searched: usize,
    /// Whether the rest of a line that is too long is still to come.
    skipping: bool,
}

/// What an engine told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// An event.
    Event(Box<EventMessage>),
    /// Something that is too long or makes no sense: what happened is not known.
    Unreadable,
}

impl Feed {
    pub(super) fn new(body: Body) -> Self {
        Self { body, buffer: Vec::new(), taken: 0, searched: 0, skipping: false }
    }

    /// Returns what the engine tells next; `None` at the end. A call that is dropped loses nothing.
    pub(super) async fn next(&mut self) -> Option<Result<Heard, CallError>> {
        loop {
            if let Some(heard) = self.take() {
                return Some(Ok(heard));
            }
            match self.body.next().await {
                Some(Ok(piece)) => self.push(&piece),
                Some(Err(error)) => return Some(Err(error)),
                None => return self.rest().map(Ok),
            }
        }
    }

    fn push(&mut self, piece: &[u8]) {
        self.buffer.drain(..self.taken);
        (self.searched, self.taken) = (self.searched - self.taken, 0);
        self.buffer.extend_from_slice(piece);
    }

    /// Takes the next whole line that says something.
    fn take(&mut self) -> Option<Heard> {
        loop {
            let Some(end) = self.buffer[self.searched..].iter().position(|byte| *byte == b'\n') else {
                self.searched = self.buffer.len();
                let too_long = self.searched - self.taken > MAX_EVENT_BYTES;
                if too_long || self.skipping {
                    let first = !std::mem::replace(&mut self.skipping, true);
                    self.taken = self.searched;
                    return first.then_some(Heard::Unreadable);
                }
                return None;
            };
            let line = self.taken..self.searched + end;
            (self.taken, self.searched) = (line.end + 1, line.end + 1);
            if std::mem::take(&mut self.skipping) {
                continue;
            }
            if let Some(heard) = read(&self.buffer[line]) {
                return Some(heard);
            }
        }
    }

    /// What stands behind the last end of a line.
    fn rest(&mut self) -> Option<Heard> {
        let rest = std::mem::take(&mut self.buffer).split_off(self.taken);
        (self.taken, self.searched) = (0, 0);
        read(&rest)
    }
}

/// What a line says; `None` for an empty one.
fn read(line: &[u8]) -> Option<Heard> {
    if line.trim_ascii().is_empty() {
        return None;
    }
    if line.len() > MAX_EVENT_BYTES {
        return Some(Heard::Unreadable);
    }
    let text = String::from_utf8_lossy(line);
    Some(serde_json::from_str(&text).map_or(Heard::Unreadable, |event| Heard::Event(Box::new(event))))
}
