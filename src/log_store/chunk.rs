//! Chunks: each holds consecutive lines of one stream, with their text in one string and 32 bytes of metadata
//! for each line.

use super::entry_key::{LinePosition, to_nanos};
use crate::{
    extract::log_line::{LineFormat, ParsedLine},
    model::{LogLevel, LogLine, OutputStream, TextStyle},
};
use std::ops::Range;

/// Maximum size of a chunk, text and metadata, in bytes. A line that does not fit begins a new chunk. Lines
/// that arrive late may double the size.
const MAX_CHUNK_BYTES: usize = 64 * 1024;

/// A block of stored log lines that directly follow each other in one stream. The store drops lines a chunk
/// at a time.
#[derive(Clone, Debug)]
pub(super) struct Chunk {
    /// The chunk's number, unique in the store.
    pub(super) id: u64,
    /// The number of times that a line was inserted before an existing line. Such an insertion shifts line
    /// indices, and so invalidates data stored by line index.
    pub(super) insert_generation: u32,
    /// The text of all lines, in the order in which they were added to this chunk.
    text: String,
    /// The metadata of the lines, oldest first.
    lines: Vec<LineMeta>,
    /// For each line with styles, in the order of `text`: the start of the line in `text`, in bytes, and the
    /// index of its first style in `all_styles`.
    style_index: Vec<(u32, u32)>,
    all_styles: Vec<TextStyle>,
}

/// The time, position, level and other properties of one stored line; its text is in the chunk.
#[derive(Clone, Copy, Debug)]
pub(super) struct LineMeta {
    /// The time, in nanoseconds since 1970.
    at: i64,
    /// The arrival number: higher for lines that arrived later, in all streams of the store.
    seq: u64,
    /// The start of the line in the chunk's text, in bytes.
    start: u32,
    /// The length of the line, in bytes.
    len: u32,
    /// The start of the message in the line, and its length, in bytes. The length may be
    /// [`MESSAGE_TO_LINE_END`].
    message: (u16, u16),
    /// The level that the line states; `None` without one.
    pub(super) level: Option<LogLevel>,
    /// The format of the line.
    pub(super) format: LineFormat,
    /// The output stream of the process: standard output or standard error.
    pub(super) stream: OutputStream,
    /// True if the read session in progress has read the line again.
    pub(super) is_reread: bool,
}

/// Ensures that a line has at most 32 bytes of metadata, as the store's memory limit assumes.
const _: () = assert!(size_of::<LineMeta>() <= 32);

/// The length in `LineMeta::message` that means "to the end of the line".
const MESSAGE_TO_LINE_END: u16 = u16::MAX;

impl LineMeta {
    pub(super) fn position(&self) -> LinePosition {
        LinePosition { at: self.at, seq: self.seq }
    }

    /// Returns the range of the line's text in the chunk's text.
    pub(super) fn text_range(&self) -> Range<usize> {
        self.start as usize..(self.start + self.len) as usize
    }

    /// Returns the range of the message in the line's text.
    pub(super) fn message_range(&self) -> Range<usize> {
        let (start, len) = (usize::from(self.message.0), usize::from(self.message.1));
        start..if self.message.1 == MESSAGE_TO_LINE_END { self.len as usize } else { start + len }
    }
}

/// Packs the range of the message into four bytes. Returns the range of the whole line if the start or the
/// length does not fit in 16 bits.
fn compact_range(message: &Range<u32>, len: u32) -> (u16, u16) {
    let Ok(start) = u16::try_from(message.start) else { return (0, MESSAGE_TO_LINE_END) };
    if message.end >= len {
        return (start, MESSAGE_TO_LINE_END);
    }
    match u16::try_from(message.end.saturating_sub(message.start)) {
        Ok(len) if len < MESSAGE_TO_LINE_END => (start, len),
        _ => (0, MESSAGE_TO_LINE_END),
    }
}

/// Memory buffers that a full chunk has left over. The next chunk reuses them.
#[derive(Debug, Default)]
pub(super) struct ChunkBuffer {
    text: String,
    lines: Vec<LineMeta>,
}

impl Chunk {
    /// Creates an empty chunk in buffers that an earlier chunk has left over.
    pub(super) fn new(id: u64, ChunkBuffer { mut text, mut lines }: ChunkBuffer) -> Self {
        text.clear();
        lines.clear();
        Self { id, insert_generation: 0, text, lines, style_index: Vec::new(), all_styles: Vec::new() }
    }

    /// Returns the memory that the chunk takes, in bytes.
    pub(super) fn memory_bytes(&self) -> usize {
        size_of::<Self>()
            + self.text.capacity()
            + self.lines.capacity() * size_of::<LineMeta>()
            + self.style_index.capacity() * size_of::<(u32, u32)>()
            + self.all_styles.capacity() * size_of::<TextStyle>()
    }

    /// Returns true if a line of `len` bytes fits. A line of any length fits in an empty chunk.
    pub(super) fn has_room(&self, len: usize) -> bool {
        self.lines.is_empty() || self.used_bytes() + len + 1 + size_of::<LineMeta>() <= MAX_CHUNK_BYTES
    }

    /// Returns true if lines that arrived late have made the chunk larger than twice [`MAX_CHUNK_BYTES`].
    pub(super) fn needs_split(&self) -> bool {
        self.lines.len() > 1 && self.used_bytes() > 2 * MAX_CHUNK_BYTES
    }

    fn used_bytes(&self) -> usize {
        self.text.len() + self.lines.len() * size_of::<LineMeta>()
    }

    /// Returns the metadata of the lines, oldest first.
    pub(super) fn lines(&self) -> &[LineMeta] {
        &self.lines
    }

    /// Returns the metadata of the lines for changes. Only deduplication uses it, to set `is_reread`.
    pub(super) fn lines_mut(&mut self) -> &mut [LineMeta] {
        &mut self.lines
    }

    /// Returns the text of all lines, in the order in which they were added to this chunk.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn first_position(&self) -> Option<LinePosition> {
        self.lines.first().map(LineMeta::position)
    }

    pub(super) fn last_position(&self) -> Option<LinePosition> {
        self.lines.last().map(LineMeta::position)
    }

    /// Returns the number of lines before the position `place`.
    pub(super) fn lines_before(&self, place: LinePosition) -> usize {
        self.lines.partition_point(|meta| meta.position() < place)
    }

    /// Returns the styles of a line, such as colours, that the service set for parts of it.
    pub(super) fn styles(&self, meta: &LineMeta) -> &[TextStyle] {
        let Ok(place) = self.style_index.binary_search_by_key(&meta.start, |(start, _)| *start) else {
            return &[];
        };
        let end = self.style_index.get(place + 1).map_or(self.all_styles.len(), |(_, next)| *next as usize);
        &self.all_styles[self.style_index[place].1 as usize..end]
    }

    /// Inserts a line at `index`.
    pub(super) fn insert(&mut self, index: usize, seq: u64, line: &LogLine, parsed: &ParsedLine) {
        let (len, start) = (line.text.len() as u32, self.text.len() as u32);
        let meta = LineMeta {
            at: to_nanos(line.at),
            seq,
            start,
            len,
            message: compact_range(&parsed.message, len),
            level: parsed.level,
            format: parsed.format,
            stream: line.stream,
            is_reread: false,
        };
        self.insert_text(index, meta, &line.text, &line.styles);
    }

    fn insert_text(&mut self, index: usize, meta: LineMeta, text: &str, paint: &[TextStyle]) {
        self.insert_generation += u32::from(index < self.lines.len());
        self.reserve_text(text.len() + 1);
        self.text.push_str(text);
        self.text.push('\n');
        if !paint.is_empty() {
            self.style_index.push((meta.start, self.all_styles.len() as u32));
            self.all_styles.extend_from_slice(paint);
        }
        if index == self.lines.len() {
            self.lines.push(meta);
        } else {
            self.lines.insert(index, meta);
        }
    }

    /// Makes room in the text for `more` bytes. The capacity doubles each time, up to [`MAX_CHUNK_BYTES`].
    fn reserve_text(&mut self, more: usize) {
        let (len, capacity) = (self.text.len(), self.text.capacity());
        if len + more > capacity {
            let wanted = (2 * capacity).clamp(512, MAX_CHUNK_BYTES).max(len + more);
            self.text.reserve_exact(wanted - len);
        }
    }

    /// Moves the full chunk to memory of its exact size, and returns its larger buffers for the next chunk.
    /// Shrinking the buffers in place would leave a hole in memory that is too small for the next chunk.
    pub(super) fn seal(&mut self) -> ChunkBuffer {
        self.style_index.shrink_to_fit();
        self.all_styles.shrink_to_fit();
        let (text, metas) = (self.text.as_str().into(), self.lines.as_slice().into());
        ChunkBuffer {
            text: std::mem::replace(&mut self.text, text),
            lines: std::mem::replace(&mut self.lines, metas),
        }
    }

    /// Copies a range of lines to a new chunk, with their text in time order.
    pub(super) fn copy_range(&self, range: Range<usize>, id: u64) -> Self {
        let mut copy = Self::new(id, ChunkBuffer::default());
        for meta in &self.lines[range] {
            let start = copy.text.len() as u32;
            copy.insert_text(
                copy.lines.len(),
                LineMeta { start, ..*meta },
                &self.text[meta.text_range()],
                self.styles(meta),
            );
        }
        copy.seal();
        copy
    }
}
