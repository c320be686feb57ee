//! Queries over the stored log lines: filters, the matching lines, and counts of matching lines. A query is
//! evaluated piece by piece, and keeps one bit for each line.

pub(super) mod field_condition;
pub(super) mod filter;
pub(super) mod histogram;
pub(super) mod match_bitmap;
pub(super) mod merge_iter;
pub(super) mod parse;
pub(super) mod pattern_counts;
pub(super) mod query_results;
pub(super) mod text_matcher;
