//! Files that go with the program: shell completions and man pages. Both are made from the tables in the code.

pub mod completions;
pub(super) mod man_pages;
