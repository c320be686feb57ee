//! Shares of the screen: the screen of one person as a document, which a colleague can open later on another
//! machine and see exactly the same.
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
