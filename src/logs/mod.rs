//! The log lines that are held, and what is drawn, searched and counted of them.
//!
//! [`LogStore`] holds them: each stream in chunks of text with 32 bytes beside each line, bounded in bytes. [`Sift`] is
//! what passes a scope and filters, with a bit a line; it merges the streams in time order as they are looked at.

mod again;
mod chunk;
mod filter;
mod gaps;
mod histogram;
mod key;
mod kinds;
mod line;
mod needle;
mod note;
pub mod pattern;
mod reading;
mod sieve;
mod sift;
mod store;
mod stream;
#[cfg(test)]
mod tests;
mod unreadable;
mod walk;

pub use filter::{Filter, Scope, What};
pub use histogram::Bucket;
pub use key::Key;
pub use kinds::{Kind, Kinds};
pub use line::Line;
pub use needle::Needle;
pub use sift::Sift;
pub use store::LogStore;
pub use stream::{State, Stream};
pub use walk::Walk;
