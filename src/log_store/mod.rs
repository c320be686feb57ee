//! Storage of log lines, and queries over them: filters, searches and counts.
//!
//! [`LogStore`] keeps each stream in chunks, which hold text and 32 bytes of metadata for each line. All
//! chunks together stay within a limit in bytes. [`QueryResults`] finds the lines that match a scope and
//! filters, and keeps one bit for each line. Its iterators merge the streams in time order.

mod query;
mod dedup;
mod chunk;
mod gaps;
mod entry_key;
mod entry;
mod log_extract;
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
pub use log_extract::LogExtract;
pub use query::{
    field_condition::{FieldComparison, FieldCondition},
    filter::{FilterLine, LogFilter, Predicate, StreamScope},
    histogram::HistogramBucket,
    merge_iter::MergeIter,
    parse::{parse_field_condition, parse_predicate},
    pattern_counts::{PatternCounts, RankedPattern},
    query_results::QueryResults,
    text_matcher::TextMatcher,
};
pub use store::LogStore;
pub use stream::{StoredStream, StreamState};
