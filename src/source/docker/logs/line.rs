//! From the engine's chunks to lines: time stamps taken off, long lines joined again, and bounded.

use super::frames::Message;
use crate::{
    decode::paint,
    model::{LineText, LogStream, Paint, Timestamp},
};

/// How long a chunk of a long line is that the engine cut.
const CHUNK: usize = 16 * 1024;
/// How much of a line is kept, in bytes.
const LONGEST: usize = 32 * 1024;

/// Where a process writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channel {
    /// Standard output, through a pipe.
    Out,
    /// Standard error, through a pipe.
    Err,
    /// A terminal, on which a carriage return goes back to write over the line.
    Terminal,
}

impl Channel {
    fn of(message: &Message) -> Self {
        match message.stream {
            _ if message.terminal => Self::Terminal,
            LogStream::Out => Self::Out,
            LogStream::Err => Self::Err,
        }
    }

    fn stream(self) -> LogStream {
        if self == Self::Err { LogStream::Err } else { LogStream::Out }
    }
}

/// A line with its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) at: Timestamp,
    pub(super) stream: LogStream,
    pub(super) text: LineText,
    pub(super) paint: Vec<Paint>,
}

/// Joins chunks to lines. A line without end takes no more memory than a long one.
#[derive(Debug, Default)]
pub(super) struct Assembler {
    out: Option<Part>,
    err: Option<Part>,
}

/// The beginning of a line whose end has not come.
#[derive(Debug)]
struct Part {
    channel: Channel,
    at: Option<Timestamp>,
    bytes: Vec<u8>,
    cut: usize,
    /// Whether the last chunk was as long as the engine makes them, so that another belongs to it.
    full: bool,
}

impl Assembler {
    /// Takes one message of the engine; adds the lines that it completes to `lines`.
    pub(super) fn push(&mut self, channel: Channel, mut message: &[u8], lines: &mut Vec<Line>) {
        // With a terminal, the chunks of a long line come in one piece, each with its own time stamp.
        while !message.is_empty() {
            let (at, text) = stamped(message);
            let (chunk, rest) = text.split_at(text.len().min(CHUNK));
            let (chunk, rest) =
                if stamped(rest).0.is_some() { (chunk, rest) } else { (text, &text[text.len()..]) };
            self.chunk(channel, at, chunk, lines);
            message = rest;
        }
    }

    /// Takes one piece of a log, of which the end may be cut.
    pub(super) fn take(&mut self, message: &Message, lines: &mut Vec<Line>) {
        let channel = Channel::of(message);
        self.push(channel, &message.bytes, lines);
        if message.cut > 0 {
            let open = if channel == Channel::Err { &mut self.err } else { &mut self.out };
            // What was cut is the end of a line.
            lines.extend(open.take().map(|part| Part { cut: part.cut + message.cut, ..part }.line()));
        }
    }

    /// What is left when the stream ends.
    pub(super) fn finish(&mut self) -> Vec<Line> {
        self.out.take().into_iter().chain(self.err.take()).map(Part::line).collect()
    }

    fn chunk(&mut self, channel: Channel, at: Option<Timestamp>, chunk: &[u8], lines: &mut Vec<Line>) {
        let open = if channel == Channel::Err { &mut self.err } else { &mut self.out };
        // A process that died within a line left one without an end: what comes later is another line.
        if let Some(whole) = open.take_if(|part| !part.full && part.at != at) {
            lines.push(whole.line());
        }
        // Nearly every line comes whole, and is read where it lies.
        if open.is_none() && chunk.ends_with(b"\n") && chunk.len() < CHUNK {
            lines.push(line(channel, at, chunk, 0));
            return;
        }
        let part = open.get_or_insert_with(|| Part { channel, at, bytes: Vec::new(), cut: 0, full: false });
        part.add(chunk);
        if chunk.ends_with(b"\n") {
            lines.extend(open.take().map(Part::line));
        }
    }
}

impl Part {
    fn add(&mut self, chunk: &[u8]) {
        let kept = chunk.len().min(LONGEST.saturating_sub(self.bytes.len()));
        self.bytes.extend_from_slice(&chunk[..kept]);
        self.cut += chunk.len() - kept;
        self.full = chunk.len() >= CHUNK;
    }

    fn line(self) -> Line {
        line(self.channel, self.at, &self.bytes, self.cut)
    }
}

/// The line that those bytes are, of which so many more were cut.
fn line(channel: Channel, at: Option<Timestamp>, bytes: &[u8], cut: usize) -> Line {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_matches(['\r', '\n']);
    // A terminal shows what was written last over the rest; in a pipe everything was written to be read.
    let shown = match channel {
        Channel::Terminal => text.rsplit('\r').next().unwrap_or_default(),
        Channel::Out | Channel::Err => text,
    };
    let (kept, paint) = paint(shown);
    let text = if cut > 0 { format!("{kept}… ({cut} bytes cut)").into() } else { kept };
    Line { at: at.unwrap_or_else(Timestamp::now), stream: channel.stream(), text, paint }
}

/// Takes the engine's time stamp off.
fn stamped(message: &[u8]) -> (Option<Timestamp>, &[u8]) {
    let space = message.iter().take(40).position(|b| *b == b' ');
    let at = space.and_then(|n| std::str::from_utf8(&message[..n]).ok()?.parse().ok());
    match (at, space) {
        (Some(at), Some(n)) => (Some(at), &message[n + 1..]),
        _ => (None, message),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Assembler, CHUNK,
        Channel::{self, Err, Out, Terminal},
        LONGEST,
    };

    const AT: &str = "2026-11-23T16:30:15.789229819Z ";
    const LATER: &str = "2026-11-23T16:30:18.868913432Z ";

    fn stamp(text: &str) -> Vec<u8> {
        [AT.as_bytes(), text.as_bytes()].concat()
    }

    fn push(chunks: &mut Assembler, channel: Channel, message: &[u8]) -> Vec<super::Line> {
        let mut lines = Vec::new();
        chunks.push(channel, message, &mut lines);
        lines
    }

    fn texts(lines: Vec<super::Line>) -> Vec<String> {
        lines.into_iter().map(|l| l.text.to_string()).collect()
    }

    #[test]
    fn a_line_loses_stamp_end_and_colour() {
        let lines = push(&mut Assembler::default(), Out, &stamp("\u{1b}[31mred\u{1b}[0m 12%\r\n"));
        assert_eq!(lines[0].at.to_string(), AT.trim());
        assert_eq!(texts(lines), ["red 12%"]);
        assert_eq!(texts(push(&mut Assembler::default(), Out, b"no stamp\n")), ["no stamp"]);
        assert_eq!(texts(push(&mut Assembler::default(), Out, &stamp("\n"))), [""]);
    }

    #[test]
    fn a_carriage_return_overwrites_on_a_terminal_only() {
        let of = |channel, text| texts(push(&mut Assembler::default(), channel, &stamp(text)));
        assert_eq!(of(Terminal, "10%\r20%\r\n"), ["20%"]);
        assert_eq!(of(Out, "login failed\rall is well\n"), ["login failed all is well"]);
        assert_eq!(of(Err, "no stock\r\tat shop.Orders\r\n"), ["no stock   at shop.Orders"]);
        assert_eq!(of(Out, "\rbehind a line feed\n"), ["behind a line feed"]);
        assert_eq!(of(Out, "a\u{2028}b\u{85}c\n"), ["a b c"]);
    }

    #[test]
    fn chunks_of_a_long_line_are_joined_by_stream() {
        let mut chunks = Assembler::default();
        assert!(push(&mut chunks, Out, &stamp(&"x".repeat(CHUNK))).is_empty());
        assert_eq!(texts(push(&mut chunks, Err, &stamp("err\n"))), ["err"]);
        assert_eq!(texts(push(&mut chunks, Out, &stamp("end\n"))), ["x".repeat(CHUNK) + "end"]);
        let terminal = format!("{AT}{}{AT}end\r\n", "x".repeat(CHUNK));
        assert_eq!(texts(push(&mut chunks, Terminal, terminal.as_bytes())), ["x".repeat(CHUNK) + "end"]);
    }

    #[test]
    fn a_character_cut_in_two_is_whole_again() {
        let text = "x".repeat(CHUNK - 1) + "é";
        let mut chunks = Assembler::default();
        let (head, tail) = text.as_bytes().split_at(CHUNK);
        assert!(push(&mut chunks, Out, &[AT.as_bytes(), head].concat()).is_empty());
        assert_eq!(texts(push(&mut chunks, Out, &[AT.as_bytes(), tail, b"\n"].concat())), [text]);
    }

    #[test]
    fn a_line_without_end_is_bounded_and_says_so() {
        let mut chunks = Assembler::default();
        for _ in 0..100 {
            assert!(push(&mut chunks, Out, &stamp(&"x".repeat(CHUNK))).is_empty());
        }
        let lines = texts(chunks.finish());
        assert!(lines[0].ends_with(&format!("x… ({} bytes cut)", 98 * CHUNK)));
        assert!(lines[0].len() < LONGEST + 40);
    }

    #[test]
    fn a_line_that_nobody_ended_is_one_of_its_own() {
        let mut chunks = Assembler::default();
        assert!(push(&mut chunks, Out, &stamp("dying wor")).is_empty());
        let next = format!("{LATER}again\n");
        assert_eq!(texts(push(&mut chunks, Out, next.as_bytes())), ["dying wor", "again"]);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_text_without_control(raw in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let mut chunks = Assembler::default();
            let mut lines = push(&mut chunks, Out, &raw);
            lines.extend(chunks.finish());
            proptest::prop_assert!(!lines.iter().any(|l| l.text.chars().any(char::is_control)));
        }
    }
}
