//! Shares of the screen: what one person sees, for a colleague to open later, elsewhere, exactly so.
//!
//! - A share is a line of JSON, the [`ShareHeader`], followed by a recording with one snapshot of each source. So it has
//!   the same redaction as a recording, and no values of settings.
//! - Its format has a version. Other versions are refused in words.
//! - It may come from a stranger: it is read within limits, and all its text is cleaned.

mod clean_view;
mod document;
mod header;
mod name;

#[cfg(test)]
pub(crate) use document::sample_share;
pub use document::{MAX_SHARE_BYTES, MAX_STORED_SHARE_BYTES, Share, ShareDestination};
pub use header::{SHARE_SCHEMA, ShareError, ShareHeader, is_recording, schema_of};
pub use name::ShareName;
