//! Queries over the stored log lines: filters, matching lines, and counts of them. A query tests the lines in
//! several steps of limited work, and keeps one bit for each line.

pub(super) mod field_condition;
pub(super) mod filter;
pub(super) mod histogram;
pub(super) mod match_bitmap;
pub(super) mod merge_iter;
pub(super) mod parse;
pub(super) mod pattern_counts;
pub(super) mod query_results;
pub(super) mod text_matcher;
