//! The engine's events as they come, one JSON text on a line after another, each of bounded length.

use super::{
    answer::EventMessage,
    http::{Body, CallError},
};

/// The most bytes of one event: its attributes are the labels of a container.
const MAX_EVENT_BYTES: usize = 1024 * 1024;

/// The events that an engine tells.
#[derive(Debug)]
pub(super) struct Feed {
    body: Body,
    lines: Lines,
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
        Self { body, lines: Lines::default() }
    }

    /// Returns what the engine tells next; `None` at the end. A call that is dropped loses nothing.
    pub(super) async fn next(&mut self) -> Option<Result<Heard, CallError>> {
        loop {
            if let Some(heard) = self.lines.take() {
                return Some(Ok(heard));
            }
            match self.body.next().await {
                Some(Ok(piece)) => self.lines.push(&piece),
                Some(Err(error)) => return Some(Err(error)),
                None => return self.lines.rest().map(Ok),
            }
        }
    }
}

/// Bytes that are cut into lines.
#[derive(Debug, Default)]
struct Lines {
    /// What came of lines that were not taken yet.
    buffer: Vec<u8>,
    /// The bytes of the buffer that were taken.
    taken: usize,
    /// The bytes of the buffer in which no end of a line was found.
    searched: usize,
    /// Whether the rest of a line that is too long is still to come.
    skipping: bool,
}

impl Lines {
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
                let is_too_long = self.searched - self.taken > MAX_EVENT_BYTES;
                if self.skipping || is_too_long {
                    self.taken = self.searched;
                    return (!std::mem::replace(&mut self.skipping, true)).then_some(Heard::Unreadable);
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
        if self.skipping { None } else { read(&rest) }
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

#[cfg(test)]
mod tests {
    use super::{Heard, Lines, MAX_EVENT_BYTES};

    /// The actions that those bytes tell, however they come.
    fn actions(bytes: &[u8], step: usize) -> Vec<String> {
        let (mut lines, mut heard) = (Lines::default(), Vec::new());
        for piece in bytes.chunks(step) {
            lines.push(piece);
            heard.extend(std::iter::from_fn(|| lines.take()));
            assert!(lines.buffer.len() <= MAX_EVENT_BYTES + 2 * step);
        }
        heard.extend(lines.rest());
        let action = |heard| match heard {
            Heard::Event(event) => event.action.unwrap_or_default(),
            Heard::Unreadable => "?".to_owned(),
        };
        heard.into_iter().map(action).collect()
    }

    #[test]
    fn lines_are_events_however_they_come() {
        let bytes =
            b"{\"Action\": \"start\"}\n\r\n\nnot json\n{\"Action\": 7, \"new\": []}\r\n{\"Action\": \"die\"}";
        for step in [1, 5, 1_000] {
            assert_eq!(actions(bytes, step), ["start", "?", "7", "die"], "{step}");
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_let_go_and_the_next_is_read() {
        let long = vec![b'x'; 3 * MAX_EVENT_BYTES];
        for step in [10_000, 2_000_000] {
            assert_eq!(actions(&[&long[..], b"\n{\"Action\": \"start\"}\n"].concat(), step), ["?", "start"]);
            assert_eq!(actions(&long, step), ["?"]);
        }
    }
}
