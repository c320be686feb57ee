//! Shares: documents in which one person saves the screen for a colleague. The colleague opens the document
//! later on another machine and sees exactly the same screen.
//!
//! - A share is a line of JSON, the [`ShareHeader`], followed by a recording with one snapshot of each
//!   source. So it is redacted like a recording, and contains no values of settings.
//! - Its format has a version. Portolan refuses other versions with an explanation.
//! - A share can come from a stranger. So Portolan reads it within limits, and cleans all its text.

mod clean_view;
mod document;
mod header;
mod name;

#[cfg(test)]
pub(crate) use document::sample_share;
pub use document::{MAX_SHARE_BYTES, MAX_STORED_SHARE_BYTES, Share, ShareDestination};
pub use header::{SHARE_SCHEMA, ShareError, ShareHeader, is_recording, schema_of};
pub use name::ShareName;
