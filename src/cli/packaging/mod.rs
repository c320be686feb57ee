//! Shell completions and man pages, which Portolan generates from its command line and its tables.

pub mod completions;
pub(super) mod man_pages;
