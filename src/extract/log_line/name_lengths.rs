//! Fast check that a word is not in a table, from its first byte and its length alone. The parser compares
//! nearly every word of a log line with several tables, so most words must be rejected cheaply.

/// Lengths of the names in a table, as one bit set for each first byte. A word whose first byte and length
/// match no name is not in the table.
pub(super) struct NameLengths([u16; 128]);

impl NameLengths {
    /// Creates the empty set of lengths, for a table without names.
    pub(super) const fn new() -> Self {
        Self([0; 128])
    }

    /// Adds a name of at most 15 bytes. Names that don't begin with an ASCII character need not be added:
    /// [`Self::may_contain`] never rejects them.
    pub(super) const fn with(mut self, name: &str) -> Self {
        let name = name.as_bytes();
        if name[0].is_ascii() {
            self.0[name[0] as usize] |= 1 << name.len();
        }
        self
    }

    /// Returns false if the table surely has no name of `length` bytes that begins with `first`.
    pub(super) fn may_contain(&self, first: u8, length: usize) -> bool {
        self.0
            .get(usize::from(first))
            .is_none_or(|lengths| lengths.checked_shr(length as u32).unwrap_or(0) & 1 == 1)
    }
}
