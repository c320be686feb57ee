//! Fast rejection of words that are not in a table, by their first byte and length. The parser looks nearly
//! every word of a log line up in several tables.

/// For each ASCII byte, a bit set of the lengths of the names in a table that begin with that byte.
pub(super) struct NameLengths([u16; 128]);

impl NameLengths {
    /// Creates the lengths for an empty table.
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
