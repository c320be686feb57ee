//! Storage of log lines, and queries over them: filters, searches and counts.
//!
//! [`LogStore`] keeps each stream in chunks of text with 32 bytes of metadata for each line, within a limit
//! in bytes. [`QueryResults`] holds the lines that match a scope and filters, one bit for each line. It
//! merges the streams in time order during iteration.

mod query;
mod dedup;
mod chunk;
mod gaps;
mod entry_key;
mod entry;
mod notes;
pub mod pattern;
mod read_session;
mod store;
mod stream;
#[cfg(test)]
mod tests;
mod unreadable_notes;

pub use entry::LogEntry;
pub use entry_key::EntryKey;
pub use query::{
    filter::{FilterLine, LogFilter, Predicate, StreamScope},
    histogram::HistogramBucket,
    merge_iter::MergeIter,
    parse::parse_predicate,
    pattern_counts::{PatternCount, PatternCounts},
    query_results::QueryResults,
    text_matcher::TextMatcher,
};
pub use store::LogStore;
pub use stream::{StoredStream, StreamState};
