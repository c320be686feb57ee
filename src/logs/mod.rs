//! Storage of log lines, and queries over them: filters, searches and counts.
//!
//! [`LogStore`] keeps each stream in chunks of text with 32 bytes of metadata for each line, within a limit
//! in bytes. [`QueryResults`] holds the lines that match a scope and filters, one bit for each line. It
//! merges the streams in time order during iteration.

mod dedup;
mod chunk;
mod filter;
mod gaps;
mod histogram;
mod entry_key;
mod pattern_counts;
mod entry;
mod text_matcher;
mod notes;
pub mod pattern;
mod read_session;
mod match_bitmap;
mod query_results;
mod store;
mod stream;
#[cfg(test)]
mod tests;
mod unreadable_notes;
mod merge_iter;

pub use entry::LogEntry;
pub use entry_key::EntryKey;
pub use filter::{LogFilter, Predicate, StreamScope};
pub use histogram::HistogramBucket;
pub use merge_iter::MergeIter;
pub use pattern_counts::{PatternCount, PatternCounts};
pub use query_results::QueryResults;
pub use store::LogStore;
pub use stream::{StoredStream, StreamState};
pub use text_matcher::TextMatcher;
