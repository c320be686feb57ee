//! Reader of recordings, which works line by line and within limits. A recording can come from a stranger, be
//! damaged, or lack its end. The reader skips and reports damaged lines, and stops at a limit.

use super::{
    format::{Frame, Header, RECORDING_SCHEMA},
    recorded_sources::Recording,
};
use crate::model::{Failure, FailureKind};
use serde::de::DeserializeOwned;
use std::{
    collections::BTreeSet,
    io::{self, BufRead, Read},
};

/// Maximum size of a recording, in bytes. Portolan does not play the part beyond it.
const MAX_RECORDING_BYTES: u64 = 64 * 1024 * 1024;
/// Maximum size of one line, in bytes.
pub const MAX_LINE_BYTES: u64 = 16 * 1024 * 1024;
/// Maximum memory for the frames of a recording, in bytes, as [`Frame::estimated_bytes`] estimates it. Frames
/// take more memory than their text, so a file within [`MAX_RECORDING_BYTES`] could fill the memory. Portolan
/// does not play the part beyond it.
const MAX_FRAME_BYTES: usize = 160 << 20;
/// Maximum number of sources in a recording.
const MAX_SOURCES: usize = 64;
/// End of the failure for a recording that exceeds a limit.
const FIRST_PART_WORDS: &str = "only the first part is played";
/// Remedy in the failure for a file that is not a recording.
const RECORD_AGAIN_REMEDY: &str = "record again with `portolan record`";

impl Recording {
    /// Reads a recording from `input`. Messages of failures call it `name`.
    pub fn read(input: impl BufRead, name: &str) -> Result<Self, Failure> {
        let failure =
            |why: String| Failure::new(FailureKind::Invalid, format!("{name}: {why}"), RECORD_AGAIN_REMEDY);
        let mut lines = Lines { input: input.take(MAX_RECORDING_BYTES + 1), number: 0 };
        let first = match lines.next() {
            Some(Ok(Line { text: Some(text), .. })) => text,
            Some(Ok(_)) => return Err(failure(format!("line 1 is longer than {MAX_LINE_BYTES} bytes"))),
            Some(Err(error)) => return Err(failure(format!("can't be read: {error}"))),
            None => return Err(failure("line 1 is not a recording header: the file is empty".to_owned())),
        };
        let broken = |why: String| failure(format!("line 1 is not a recording header: {why}"));
        let header: Header = parse_json(&first).map_err(broken)?;
        if header.schema != RECORDING_SCHEMA {
            let why = format!(
                "its format is `{}`, but this version of Portolan reads `{RECORDING_SCHEMA}`",
                header.schema
            );
            return Err(broken(why));
        }
        let mut frames = FrameCollector::default();
        let mut unread = None;
        for line in &mut lines {
            if frames.bytes > MAX_FRAME_BYTES {
                let limit = MAX_FRAME_BYTES >> 20;
                unread = Some(format!("needs more than {limit} MiB of memory, {FIRST_PART_WORDS}"));
                break;
            }
            match line {
                Ok(line) => frames.add(line),
                Err(error) => {
                    unread = Some(format!("the rest can't be read: {error}"));
                    break;
                }
            }
        }
        if lines.input.limit() == 0 {
            unread = Some(format!("larger than {} MiB, {FIRST_PART_WORDS}", MAX_RECORDING_BYTES >> 20));
        }
        let is_cut = unread.is_some() || frames.ends_with_damage;
        let faults: Vec<Failure> = frames.left_out().into_iter().chain(unread).map(failure).collect();
        match (frames.sources.is_empty(), faults.first()) {
            (false, _) => Ok(Self::new(header, frames.frames, faults, is_cut)),
            (true, Some(fault)) => Err(fault.clone()),
            (true, None) => Err(failure("the recording contains no source".to_owned())),
        }
    }
}

/// Frames of a recording that were read so far, and the numbers of lines and frames left out.
#[derive(Default)]
struct FrameCollector {
    frames: Vec<Frame>,
    sources: BTreeSet<String>,
    /// Estimated memory of the frames, in bytes.
    bytes: usize,
    /// Number of damaged lines. `first_damaged` describes the first of them.
    damaged_lines: usize,
    first_damaged: Option<String>,
    /// Number of frames left out because they belong to sources beyond `MAX_SOURCES`.
    surplus_frames: usize,
    /// True if the last line read is damaged.
    ends_with_damage: bool,
}

impl FrameCollector {
    fn add(&mut self, line: Line) {
        let Line { number, text } = line;
        let length = text.as_ref().map_or(0, String::len);
        let frame = match text {
            Some(text) if text.trim().is_empty() => return,
            Some(text) => parse_json(&text).and_then(check_source_name),
            None => Err(format!("longer than {} MiB", MAX_LINE_BYTES >> 20)),
        };
        self.ends_with_damage = frame.is_err();
        match frame {
            Ok(frame) => {
                let source = frame.source.to_string();
                if self.sources.len() < MAX_SOURCES || self.sources.contains(&source) {
                    self.sources.insert(source);
                    self.bytes += frame.estimated_bytes(length);
                    self.frames.push(frame);
                } else {
                    self.surplus_frames += 1;
                }
            }
            Err(why) => {
                self.damaged_lines += 1;
                self.first_damaged.get_or_insert_with(|| format!("line {number}: {why}"));
            }
        }
    }

    /// Describes the lines and sources that were left out.
    fn left_out(&self) -> Vec<String> {
        let damaged = self.first_damaged.as_ref().map(|first| match self.damaged_lines {
            1 => format!("skipped 1 damaged line: {first}"),
            n => format!("skipped {n} damaged lines, the first is {first}"),
        });
        let surplus = (self.surplus_frames > 0)
            .then(|| format!("more than {MAX_SOURCES} sources, only the first {MAX_SOURCES} are played"));
        damaged.into_iter().chain(surplus).collect()
    }
}

/// Returns the frame if the name of its source is valid. A slash in the name would break the ids of services.
fn check_source_name(frame: Frame) -> Result<Frame, String> {
    let source = frame.source.as_str();
    if source.is_empty() || source.contains('/') {
        return Err("invalid source name".to_owned());
    }
    Ok(frame)
}

/// Parses the JSON of a line, or returns the error as text.
fn parse_json<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// Line of a recording. A line that is too long has no text.
struct Line {
    number: usize,
    text: Option<String>,
}

/// Iterator over the lines of a recording.
struct Lines<R> {
    input: io::Take<R>,
    number: usize,
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = io::Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut bytes = Vec::new();
        let read = (&mut self.input).take(MAX_LINE_BYTES + 1).read_until(b'\n', &mut bytes);
        match read {
            Ok(0) => None,
            Ok(read) => {
                self.number += 1;
                let is_long = read as u64 > MAX_LINE_BYTES;
                if is_long && let Err(error) = self.skip_line() {
                    return Some(Err(error));
                }
                let text = (!is_long).then(|| String::from_utf8_lossy(&bytes).into_owned());
                Some(Ok(Line { number: self.number, text }))
            }
            Err(error) => Some(Err(error)),
        }
    }
}

impl<R: BufRead> Lines<R> {
    /// Skips the rest of a line.
    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let available = self.input.fill_buf()?;
            let end = available.iter().position(|byte| *byte == b'\n');
            let (skipped, is_over) = match end {
                Some(at) => (at + 1, true),
                None => (available.len(), available.is_empty()),
            };
            self.input.consume(skipped);
            if is_over {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FIRST_PART_WORDS, MAX_FRAME_BYTES, Recording};
    use std::time::Duration;

    #[test]
    fn tiny_frames_are_cut_before_they_fill_the_memory() {
        let header = r#"{"schema":"portolan.recording/1","taken":"2026-01-01T00:00:00Z","length_ms":1000}"#;
        let line = "{\"at_ms\":0,\"source\":\"docker\"}\n";
        let count = MAX_FRAME_BYTES / 350;
        let text = format!("{header}\n{}", line.repeat(count));
        let recording = Recording::read(text.as_bytes(), "tiny").unwrap();
        let failures = recording.read_failures();
        assert!(failures.iter().any(|one| one.message.contains(FIRST_PART_WORDS)), "{failures:?}");
        assert!(recording.length() <= Duration::from_secs(1));
    }
}
