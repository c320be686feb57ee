//! Extracts of a log store for a share (a file with the user's screen and its data): some lines and notes,
//! with their keys. A store restored from an extract gives each line its original key, so cursors and marks
//! stay valid.

use super::{EntryKey, LogStore, QueryResults, StreamScope, StreamState, notes::Note, stream::StoredStream};
use crate::model::{LineText, LogLine, LogNoteKind, LogTarget, ServiceId, SharedText, Text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Maximum number of lines in an extract: up to and including a given line, and after it.
const MAX_EXTRACT_LINES: [usize; 2] = [4_000, 1_000];

/// Maximum number of streams in an extract.
const MAX_EXTRACT_STREAMS: usize = 10_000;

/// Largest number of dropped lines that a restored stream accepts.
const MAX_DROPPED_LINES: u64 = 1 << 40;

/// Highest arrival number that a restored store accepts. It leaves enough higher numbers for later lines.
const MAX_RESTORED_SEQ: u64 = 1 << 60;

/// An extract of a log store for a share (a file with the user's screen and its data): the streams, with some
/// of their lines and notes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogExtract {
    streams: Vec<ExtractedStream>,
    lines: Vec<ExtractedLine>,
    notes: Vec<ExtractedNote>,
}

/// A stream in an extract of the log store. Its index in [`LogExtract::streams`] is its number in the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ExtractedStream {
    service: ServiceId,
    label: SharedText,
    target: Option<LogTarget>,
    state: StreamState,
    dropped_lines: u64,
    has_first_line: bool,
}

/// A line in an extract of the log store, with the stream number and arrival number of its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ExtractedLine {
    stream_number: u32,
    seq: u64,
    #[serde(flatten)]
    line: LogLine,
}

/// A note of Portolan in an extract of the log store, with its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ExtractedNote {
    key: EntryKey,
    service: Option<ServiceId>,
    label: SharedText,
    kind: LogNoteKind,
    text: Text,
}

impl LogExtract {
    /// Extracts the lines and notes of `scope` around the entry with the key `around`. If `around` is `None`,
    /// extracts the newest ones.
    #[must_use]
    pub fn of(store: &LogStore, scope: StreamScope, around: Option<EntryKey>) -> Self {
        let mut found = QueryResults::new(scope, Vec::new(), None);
        while !found.advance(store, MAX_EXTRACT_LINES[0]) {}
        let mut entries = found.entries_up_to(store, around, MAX_EXTRACT_LINES[0]);
        if around.is_some() {
            entries.extend(found.forward(store, around).take(MAX_EXTRACT_LINES[1]));
        }
        let mut extract = Self { streams: extracted_streams(store), ..Self::default() };
        for entry in entries {
            let (service, label) = (entry.service.cloned(), SharedText::new(entry.label));
            match (entry.note, service) {
                (Some(kind), service) => {
                    let text = Text::new(entry.text);
                    extract.notes.push(ExtractedNote { key: entry.key, service, label, kind, text });
                }
                (None, Some(service)) => {
                    let (text, styles) = (LineText::new(entry.text), entry.styles.to_vec());
                    let line =
                        LogLine { at: entry.key.at, service, label, stream: entry.stream, text, styles };
                    extract.lines.push(ExtractedLine {
                        stream_number: entry.key.stream,
                        seq: entry.key.seq,
                        line,
                    });
                }
                (None, None) => {}
            }
        }
        extract
    }

    /// Returns the number of lines in the extract.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.lines.len()
    }
}

fn extracted_streams(store: &LogStore) -> Vec<ExtractedStream> {
    let extracted = |stream: &StoredStream| ExtractedStream {
        service: stream.service.clone(),
        label: stream.label.clone(),
        target: stream.target.clone(),
        state: stream.state,
        dropped_lines: stream.dropped_lines,
        has_first_line: stream.has_first_line,
    };
    store.streams().take(MAX_EXTRACT_STREAMS).map(extracted).collect()
}

impl LogStore {
    /// Fills an empty store with the streams, lines and notes of an extract, and gives them their original
    /// keys. Omits lines of unknown streams, and lines and notes with impossible arrival numbers.
    pub fn restore(&mut self, extract: LogExtract) {
        let LogExtract { streams, lines, notes } = extract;
        for (number, one) in (0..).zip(streams.into_iter().take(MAX_EXTRACT_STREAMS)) {
            let mut stream = StoredStream::new(one.service.clone(), one.label.clone());
            (stream.target, stream.state) = (one.target, one.state);
            (stream.dropped_lines, stream.has_first_line) =
                (one.dropped_lines.min(MAX_DROPPED_LINES), one.has_first_line);
            self.streams.push(stream);
            self.stream_numbers.insert((one.service, one.label), number);
        }
        let known = |stream: u32, seq: u64| {
            (stream as usize) < self.streams.len() && (1..=MAX_RESTORED_SEQ).contains(&seq)
        };
        let lines: BTreeMap<u64, (u32, LogLine)> = lines
            .into_iter()
            .filter(|one| known(one.stream_number, one.seq))
            .map(|one| (one.seq, (one.stream_number, one.line)))
            .collect();
        for (seq, (stream, line)) in lines {
            self.add_line_with_seq(stream, &line, seq);
        }
        for ExtractedNote { key, service, label, kind, text } in notes {
            if key.seq <= MAX_RESTORED_SEQ {
                self.notes.insert(key, Note { service, label, kind, text: text.to_string() });
                self.last_seq = self.last_seq.max(key.seq);
            }
        }
        self.version += 1;
        self.enforce_limit();
    }
}
