//! Assembly of log lines from the engine's chunks: removes timestamps, joins the chunks of long lines, and
//! limits their length.

use crate::{
    extract::parse_ansi,
    model::{LineText, OutputStream, TextStyle, Timestamp},
    source::docker::engine::output_reader::OutputMessage,
};

/// Size of the chunks into which the engine cuts a long line, in bytes.
const ENGINE_CHUNK_BYTES: usize = 16 * 1024;
/// Maximum size of a line, in bytes. The rest is dropped.
const MAX_LINE_BYTES: usize = 32 * 1024;

/// Channel that a process writes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OutputChannel {
    /// Standard output, through a pipe.
    Stdout,
    /// Standard error, through a pipe.
    Stderr,
    /// Terminal, where a carriage return overwrites the line.
    Terminal,
}

impl OutputChannel {
    fn of(message: &OutputMessage) -> Self {
        match message.stream {
            _ if message.is_terminal => Self::Terminal,
            OutputStream::Stdout => Self::Stdout,
            OutputStream::Stderr => Self::Stderr,
        }
    }

    fn stream(self) -> OutputStream {
        if self == Self::Stderr { OutputStream::Stderr } else { OutputStream::Stdout }
    }
}

/// Complete log line. Its styles are separate, so `text` has no escape sequences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AssembledLine {
    pub(super) at: Timestamp,
    pub(super) stream: OutputStream,
    pub(super) text: LineText,
    pub(super) styles: Vec<TextStyle>,
}

/// Assembler of lines from chunks. It keeps at most `MAX_LINE_BYTES` of a line that never ends.
#[derive(Debug, Default)]
pub(super) struct LineAssembler {
    /// Unfinished line of standard output or of the terminal.
    out: Option<PartialLine>,
    /// Unfinished line of standard error.
    err: Option<PartialLine>,
}

/// Beginning of a line that has not ended.
#[derive(Debug)]
struct PartialLine {
    channel: OutputChannel,
    at: Option<Timestamp>,
    bytes: Vec<u8>,
    cut_bytes: usize,
    /// True if the last chunk had full size, so that the line continues in the next one.
    last_chunk_is_full: bool,
}

impl LineAssembler {
    /// Adds the text of one message, and appends the lines that it completes to `lines`.
    pub(super) fn push(
        &mut self,
        channel: OutputChannel,
        mut message: &[u8],
        lines: &mut Vec<AssembledLine>,
    ) {
        // With a terminal, chunks of a long line arrive in one message, each with its own timestamp.
        while !message.is_empty() {
            let (at, text) = split_timestamp(message);
            let (chunk, rest) = text.split_at(text.len().min(ENGINE_CHUNK_BYTES));
            let (chunk, rest) =
                if split_timestamp(rest).0.is_some() { (chunk, rest) } else { (text, &text[text.len()..]) };
            self.push_chunk(channel, at, chunk, lines);
            message = rest;
        }
    }

    /// Adds one message, and appends the lines that it completes to `lines`. If the end of the message was
    /// cut off, its last line counts as complete.
    pub(super) fn push_message(&mut self, message: &OutputMessage, lines: &mut Vec<AssembledLine>) {
        let channel = OutputChannel::of(message);
        self.push(channel, &message.bytes, lines);
        if message.cut_bytes > 0 {
            let open = if channel == OutputChannel::Stderr { &mut self.err } else { &mut self.out };
            // The bytes that were cut off included the end of the line.
            lines.extend(open.take().map(|part| {
                PartialLine { cut_bytes: part.cut_bytes + message.cut_bytes, ..part }.into_line()
            }));
        }
    }

    /// Returns the unfinished lines at the end of the stream.
    pub(super) fn finish(&mut self) -> Vec<AssembledLine> {
        self.out.take().into_iter().chain(self.err.take()).map(PartialLine::into_line).collect()
    }

    fn push_chunk(
        &mut self,
        channel: OutputChannel,
        at: Option<Timestamp>,
        chunk: &[u8],
        lines: &mut Vec<AssembledLine>,
    ) {
        let open = if channel == OutputChannel::Stderr { &mut self.err } else { &mut self.out };
        // A process that died within a line left it unfinished. A chunk with another time starts a new line.
        if let Some(whole) = open.take_if(|part| !part.last_chunk_is_full && part.at != at) {
            lines.push(whole.into_line());
        }
        // Nearly every line arrives whole and needs no copy.
        if open.is_none() && chunk.ends_with(b"\n") && chunk.len() < ENGINE_CHUNK_BYTES {
            lines.push(assembled_line(channel, at, chunk, 0));
            return;
        }
        let part = open.get_or_insert_with(|| PartialLine {
            channel,
            at,
            bytes: Vec::new(),
            cut_bytes: 0,
            last_chunk_is_full: false,
        });
        part.append(chunk);
        if chunk.ends_with(b"\n") {
            lines.extend(open.take().map(PartialLine::into_line));
        }
    }
}

impl PartialLine {
    fn append(&mut self, chunk: &[u8]) {
        let kept = chunk.len().min(MAX_LINE_BYTES.saturating_sub(self.bytes.len()));
        self.bytes.extend_from_slice(&chunk[..kept]);
        self.cut_bytes += chunk.len() - kept;
        self.last_chunk_is_full = chunk.len() >= ENGINE_CHUNK_BYTES;
    }

    fn into_line(self) -> AssembledLine {
        assembled_line(self.channel, self.at, &self.bytes, self.cut_bytes)
    }
}

/// Builds a line from `bytes`, after which `cut` more bytes of the line were dropped.
fn assembled_line(channel: OutputChannel, at: Option<Timestamp>, bytes: &[u8], cut: usize) -> AssembledLine {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_matches(['\r', '\n']);
    // A terminal shows only the text after the last carriage return. In a pipe, all text counts.
    let shown = match channel {
        OutputChannel::Terminal => text.rsplit('\r').next().unwrap_or_default(),
        OutputChannel::Stdout | OutputChannel::Stderr => text,
    };
    let (kept, paint) = parse_ansi(shown);
    let text = if cut > 0 { format!("{kept}… ({cut} bytes cut)").into() } else { kept };
    AssembledLine { at: at.unwrap_or_else(Timestamp::now), stream: channel.stream(), text, styles: paint }
}

/// Splits the engine's timestamp off a message. Returns `None` in place of a missing timestamp.
fn split_timestamp(message: &[u8]) -> (Option<Timestamp>, &[u8]) {
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
        ENGINE_CHUNK_BYTES, LineAssembler, MAX_LINE_BYTES,
        OutputChannel::{self, Stderr, Stdout, Terminal},
    };

    const FIRST_STAMP: &str = "2026-11-23T16:30:15.789229819Z ";
    const LATER_STAMP: &str = "2026-11-23T16:30:18.868913432Z ";

    fn stamp(text: &str) -> Vec<u8> {
        [FIRST_STAMP.as_bytes(), text.as_bytes()].concat()
    }

    fn push(chunks: &mut LineAssembler, channel: OutputChannel, message: &[u8]) -> Vec<super::AssembledLine> {
        let mut lines = Vec::new();
        chunks.push(channel, message, &mut lines);
        lines
    }

    fn texts(lines: Vec<super::AssembledLine>) -> Vec<String> {
        lines.into_iter().map(|l| l.text.to_string()).collect()
    }

    #[test]
    fn a_line_loses_stamp_end_and_colour() {
        let lines = push(&mut LineAssembler::default(), Stdout, &stamp("\u{1b}[31mred\u{1b}[0m 12%\r\n"));
        assert_eq!(lines[0].at.to_string(), FIRST_STAMP.trim());
        assert_eq!(texts(lines), ["red 12%"]);
        assert_eq!(texts(push(&mut LineAssembler::default(), Stdout, b"no stamp\n")), ["no stamp"]);
        assert_eq!(texts(push(&mut LineAssembler::default(), Stdout, &stamp("\n"))), [""]);
    }

    #[test]
    fn a_carriage_return_overwrites_on_a_terminal_only() {
        let of = |channel, text| texts(push(&mut LineAssembler::default(), channel, &stamp(text)));
        assert_eq!(of(Terminal, "10%\r20%\r\n"), ["20%"]);
        assert_eq!(of(Stdout, "login failed\rall is well\n"), ["login failed all is well"]);
        assert_eq!(of(Stderr, "no stock\r\tat shop.Orders\r\n"), ["no stock   at shop.Orders"]);
        assert_eq!(of(Stdout, "\rbehind a line feed\n"), ["behind a line feed"]);
        assert_eq!(of(Stdout, "a\u{2028}b\u{85}c\n"), ["a b c"]);
    }

    #[test]
    fn chunks_of_a_long_line_are_joined_by_stream() {
        let mut chunks = LineAssembler::default();
        assert!(push(&mut chunks, Stdout, &stamp(&"x".repeat(ENGINE_CHUNK_BYTES))).is_empty());
        assert_eq!(texts(push(&mut chunks, Stderr, &stamp("err\n"))), ["err"]);
        assert_eq!(
            texts(push(&mut chunks, Stdout, &stamp("end\n"))),
            ["x".repeat(ENGINE_CHUNK_BYTES) + "end"]
        );
        let terminal = format!("{FIRST_STAMP}{}{FIRST_STAMP}end\r\n", "x".repeat(ENGINE_CHUNK_BYTES));
        assert_eq!(
            texts(push(&mut chunks, Terminal, terminal.as_bytes())),
            ["x".repeat(ENGINE_CHUNK_BYTES) + "end"]
        );
    }

    #[test]
    fn a_character_cut_in_two_is_whole_again() {
        let text = "x".repeat(ENGINE_CHUNK_BYTES - 1) + "é";
        let mut chunks = LineAssembler::default();
        let (head, tail) = text.as_bytes().split_at(ENGINE_CHUNK_BYTES);
        assert!(push(&mut chunks, Stdout, &[FIRST_STAMP.as_bytes(), head].concat()).is_empty());
        assert_eq!(texts(push(&mut chunks, Stdout, &[FIRST_STAMP.as_bytes(), tail, b"\n"].concat())), [text]);
    }

    #[test]
    fn a_line_without_end_is_bounded_and_says_so() {
        let mut chunks = LineAssembler::default();
        for _ in 0..100 {
            assert!(push(&mut chunks, Stdout, &stamp(&"x".repeat(ENGINE_CHUNK_BYTES))).is_empty());
        }
        let lines = texts(chunks.finish());
        assert!(lines[0].ends_with(&format!("x… ({} bytes cut)", 98 * ENGINE_CHUNK_BYTES)));
        assert!(lines[0].len() < MAX_LINE_BYTES + 40);
    }

    #[test]
    fn an_unfinished_line_stays_a_line_of_its_own() {
        let mut chunks = LineAssembler::default();
        assert!(push(&mut chunks, Stdout, &stamp("dying wor")).is_empty());
        let next = format!("{LATER_STAMP}again\n");
        assert_eq!(texts(push(&mut chunks, Stdout, next.as_bytes())), ["dying wor", "again"]);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_text_without_control(raw in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let mut chunks = LineAssembler::default();
            let mut lines = push(&mut chunks, Stdout, &raw);
            lines.extend(chunks.finish());
            proptest::prop_assert!(!lines.iter().any(|l| l.text.chars().any(char::is_control)));
        }
    }
}
