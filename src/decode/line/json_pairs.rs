//! The pairs of a JSON object, walked over in place, without building anything.

use std::ops::Range;

/// The keys and values of one object, as ranges of the text; a key is without its quotes, a value with them.
pub(super) struct Pairs<'t> {
    bytes: &'t [u8],
    at: usize,
    /// Whether the object's end was reached and everything before it was well-formed.
    complete: bool,
}

impl<'t> Pairs<'t> {
    /// The pairs of the object that begins there.
    pub(super) fn of(text: &'t str, start: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        (bytes.get(start) == Some(&b'{')).then(|| Self { bytes, at: start + 1, complete: false })
    }

    /// Where the object ends, if it was read to its end.
    pub(super) fn end(&self) -> Option<usize> {
        self.complete.then_some(self.at)
    }

    /// Whether the text ended within the object: a driver or a limit cut the line.
    pub(super) fn is_cut(&self) -> bool {
        !self.complete && self.at >= self.bytes.len()
    }

    fn peek(&mut self) -> Option<u8> {
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        self.bytes.get(self.at).copied()
    }

    /// Goes past a string; returns its range with the quotes.
    fn string(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.bytes.get(self.at)? {
                b'"' => {
                    self.at += 1;
                    return Some(start..self.at);
                }
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }

    /// Goes past a value of any kind.
    fn value(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' if depth > 0 => {
                    depth -= 1;
                    self.at += 1;
                }
                b',' | b':' if depth > 0 => self.at += 1,
                c if c.is_ascii_alphanumeric() || c == b'-' => {
                    let rest = &self.bytes[self.at..];
                    self.at +=
                        rest.iter().take_while(|c| c.is_ascii_alphanumeric() || b"+-.".contains(c)).count();
                }
                _ => return None,
            }
            if depth == 0 {
                return Some(start..self.at);
            }
        }
    }
}

impl Iterator for Pairs<'_> {
    type Item = (Range<usize>, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.complete {
            return None;
        }
        match self.peek()? {
            b'}' => {
                self.complete = true;
                self.at += 1;
                None
            }
            b'"' => {
                let key = self.string()?;
                if self.peek()? != b':' {
                    return None;
                }
                self.at += 1;
                self.peek()?;
                let value = self.value()?;
                if self.peek()? == b',' {
                    self.at += 1;
                }
                Some((key.start + 1..key.end - 1, value))
            }
            _ => None,
        }
    }
}
