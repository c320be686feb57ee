//! Fast rejection of words that are not in a table: nearly every word of a log line is looked up in several.

/// For each ASCII byte, the lengths of the names in a table that begin with it.
pub(super) struct NameLengths([u16; 128]);

impl NameLengths {
    /// Returns the lengths for an empty table.
    pub(super) const fn new() -> Self {
        Self([0; 128])
    }

    /// Adds a name of at most 15 bytes. A name that begins with another character than ASCII has no entry.
    pub(super) const fn with(mut self, name: &str) -> Self {
        let name = name.as_bytes();
        if name[0].is_ascii() {
            self.0[name[0] as usize] |= 1 << name.len();
        }
        self
    }

    /// Returns false if no name in the table has `length` bytes and begins with `first`.
    pub(super) fn may_contain(&self, first: u8, length: usize) -> bool {
        self.0
            .get(usize::from(first))
            .is_none_or(|lengths| lengths.checked_shr(length as u32).unwrap_or(0) & 1 == 1)
    }
}
