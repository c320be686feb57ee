//! Iterator over the pairs of a JSON object in a text. It builds no tree and copies nothing.

use std::ops::Range;

/// Iterator over the pairs of one JSON object, as ranges of the text. The range of a key excludes its quotes,
/// and that of a value includes them.
pub(super) struct JsonPairs<'t> {
    bytes: &'t [u8],
    position: usize,
    /// True after the iterator has reached the end of a well-formed object.
    is_complete: bool,
}

impl<'t> JsonPairs<'t> {
    /// Creates the iterator over the object that begins at byte `start`. Returns `None` if no object begins
    /// there.
    pub(super) fn starting_at(text: &'t str, start: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        (bytes.get(start) == Some(&b'{')).then(|| Self { bytes, position: start + 1, is_complete: false })
    }

    /// Returns the index of the byte after the object. Returns `None` until the iterator has reached its end.
    pub(super) fn end(&self) -> Option<usize> {
        self.is_complete.then_some(self.position)
    }

    /// Returns true if the text ends within the object, because a log driver or a limit cut the line.
    pub(super) fn is_cut(&self) -> bool {
        !self.is_complete && self.position >= self.bytes.len()
    }

    fn peek_byte(&mut self) -> Option<u8> {
        while self.bytes.get(self.position).is_some_and(u8::is_ascii_whitespace) {
            self.position += 1;
        }
        self.bytes.get(self.position).copied()
    }

    /// Skips a string, and returns its range with the quotes. Returns `None` if the string is not closed.
    fn skip_string(&mut self) -> Option<Range<usize>> {
        let start = self.position;
        self.position += 1;
        loop {
            match self.bytes.get(self.position)? {
                b'"' => {
                    self.position += 1;
                    return Some(start..self.position);
                }
                b'\\' => self.position += 2,
                _ => self.position += 1,
            }
        }
    }

    /// Skips a value of any type, and returns its range. Returns `None` if the value is malformed or cut.
    fn skip_value(&mut self) -> Option<Range<usize>> {
        let start = self.position;
        let mut depth = 0_usize;
        loop {
            match self.peek_byte()? {
                b'"' => {
                    self.skip_string()?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.position += 1;
                }
                b'}' | b']' if depth > 0 => {
                    depth -= 1;
                    self.position += 1;
                }
                b',' | b':' if depth > 0 => self.position += 1,
                c if c.is_ascii_alphanumeric() || c == b'-' => {
                    let rest = &self.bytes[self.position..];
                    self.position +=
                        rest.iter().take_while(|c| c.is_ascii_alphanumeric() || b"+-.".contains(c)).count();
                }
                _ => return None,
            }
            if depth == 0 {
                return Some(start..self.position);
            }
        }
    }
}

impl Iterator for JsonPairs<'_> {
    type Item = (Range<usize>, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_complete {
            return None;
        }
        match self.peek_byte()? {
            b'}' => {
                self.is_complete = true;
                self.position += 1;
                None
            }
            b'"' => {
                let key = self.skip_string()?;
                if self.peek_byte()? != b':' {
                    return None;
                }
                self.position += 1;
                self.peek_byte()?;
                let value = self.skip_value()?;
                if self.peek_byte()? == b',' {
                    self.position += 1;
                }
                Some((key.start + 1..key.end - 1, value))
            }
            _ => None,
        }
    }
}
