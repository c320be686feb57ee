//! Splits the prefix of a log line into items, which are words and groups in brackets.

/// The maximum length of a group in brackets, in bytes. A longer group belongs to the message.
const MAX_GROUP_BYTES: usize = 160;

/// An item in the prefix of a log line: a word, or a group in brackets.
#[derive(Clone, Copy, Debug)]
pub(super) struct PrefixItem<'t> {
    /// The word without the punctuation around it, or the text between the brackets.
    pub text: &'t str,
    /// The byte offset in the line at which the word, or the opening bracket of the group, begins.
    pub start: usize,
    /// The byte offset at which the item ends, including its closing bracket or the punctuation after it.
    pub end: usize,
    /// The classes of the bytes in `text`.
    pub classes: ByteClasses,
    /// The opening bracket of a group; `None` for a word.
    pub bracket: Option<u8>,
    /// True if a group in brackets follows the word directly, as in `ERROR[0012]`, `app[7]:` or
    /// `imap(user):`.
    pub has_group: bool,
    /// True if a colon follows the item directly.
    pub has_colon: bool,
}

impl PrefixItem<'_> {
    /// Returns true if the item is a word that consists of punctuation.
    pub(super) fn is_punctuation(&self) -> bool {
        let is_foreign_letter = || self.text.chars().any(char::is_alphanumeric);
        self.bracket.is_none()
            && !self.classes.has(ByteClasses::LETTER_CLASS | ByteClasses::DIGIT_CLASS)
            && !(self.classes.has(ByteClasses::NON_ASCII) && is_foreign_letter())
    }

    /// Returns true if the item may be the name of a program, a logger, a thread or a host, because it has no
    /// characters that only sentences contain.
    pub(super) fn may_be_name(&self) -> bool {
        self.bracket.is_none() && !self.classes.has(ByteClasses::NOT_IN_NAMES)
    }

    /// Returns true if the item is a word that consists of digits, without a colon.
    pub(super) fn is_count(&self) -> bool {
        self.bracket.is_none() && !self.has_colon && self.is_number()
    }

    /// Returns true if the text consists of digits.
    pub(super) fn is_number(&self) -> bool {
        !self.classes.has(!ByteClasses::DIGIT_CLASS)
    }
}

/// Iterator over the items of a line, starting at byte `position`.
#[derive(Clone, Copy, Debug)]
pub(super) struct PrefixItems<'t> {
    pub text: &'t str,
    pub position: usize,
}

impl PrefixItems<'_> {
    /// Skips a colon at the current position. Returns true if there was one.
    fn skip_colon(&mut self) -> bool {
        let is_there = self.text.as_bytes().get(self.position) == Some(&b':');
        self.position += usize::from(is_there);
        is_there
    }
}

#[expect(clippy::copy_iterator, reason = "a place in a text, which is looked ahead from")]
impl<'t> Iterator for PrefixItems<'t> {
    type Item = PrefixItem<'t>;

    fn next(&mut self) -> Option<PrefixItem<'t>> {
        let bytes = self.text.as_bytes();
        while bytes.get(self.position).is_some_and(|c| matches!(c, b' ' | b'\t')) {
            self.position += 1;
        }
        let start = self.position;
        let first = *bytes.get(start)?;
        if let Some(close) = closing_bracket(bytes, start) {
            self.position = close + 1;
            let colon = self.skip_colon();
            let text = self.text.get(start + 1..close)?;
            return Some(PrefixItem {
                text,
                start,
                end: self.position,
                classes: ByteClasses::of(text),
                bracket: Some(first),
                has_group: false,
                has_colon: colon,
            });
        }
        let ends = |c: &u8| WORD_END_BYTES[usize::from(*c)];
        let length = bytes[start..].iter().position(ends).unwrap_or(bytes.len() - start).max(1);
        // A bracket without a matching one is an item of one character.
        let end = (start + length..=bytes.len()).find(|end| self.text.is_char_boundary(*end))?;
        let raw = &self.text[start..end];
        let word = raw.trim_end_matches([':', ',', ';']);
        let text = if word.is_empty() { raw } else { word.trim_start_matches(':') };
        let mut colon = !word.is_empty() && raw[word.len()..].starts_with(':');
        self.position = end;
        let group =
            matches!(bytes.get(end), Some(b'[' | b'(')).then(|| closing_bracket(bytes, end)).flatten();
        let classes = ByteClasses::of(text);
        let is_foreign_word = || classes.has(ByteClasses::NON_ASCII) && text.chars().any(char::is_alphabetic);
        let group = group.filter(|_| classes.has(ByteClasses::LETTER_CLASS) || is_foreign_word());
        if let Some(close) = group {
            self.position = close + 1;
            colon |= self.skip_colon();
        }
        Some(PrefixItem {
            text,
            start,
            end: self.position,
            classes,
            bracket: None,
            has_group: group.is_some(),
            has_colon: colon,
        })
    }
}

/// For each byte, true if a word ends before that byte.
const WORD_END_BYTES: [bool; 256] = byte_table(b" \t[]()<>{}|");

/// Returns a table that is true for the bytes in `bytes`.
const fn byte_table(bytes: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut at = 0;
    while at < bytes.len() {
        table[bytes[at] as usize] = true;
        at += 1;
    }
    table
}

/// The classes of bytes that occur in a text, such as letters and digits, as a bit set. The set is computed
/// in one pass over the text. It then answers most questions about the text without another pass.
#[derive(Clone, Copy, Debug)]
pub(super) struct ByteClasses(u8);

impl ByteClasses {
    pub(super) const LETTER_CLASS: u8 = 1;
    pub(super) const DIGIT_CLASS: u8 = 1 << 1;
    pub(super) const COLON_CLASS: u8 = 1 << 2;
    pub(super) const AT_SIGN: u8 = 1 << 3;
    pub(super) const EQUALS_SIGN: u8 = 1 << 4;
    /// Punctuation in names of programs, loggers, threads and hosts that has no class of its own: `.`, `_`,
    /// `-`, `/`, `$`, `#` and `*`.
    pub(super) const NAME_SIGN: u8 = 1 << 5;
    /// ASCII characters that belong to no other class.
    pub(super) const OTHER_SIGN: u8 = 1 << 6;
    pub(super) const NON_ASCII: u8 = 1 << 7;
    /// The classes that don't occur in names of programs, loggers, threads and hosts.
    const NOT_IN_NAMES: u8 = Self::EQUALS_SIGN | Self::OTHER_SIGN | Self::NON_ASCII;

    /// The class of each byte.
    const CLASS_BY_BYTE: [u8; 256] = {
        let mut table = [Self::OTHER_SIGN; 256];
        let mut byte = 0;
        while byte < table.len() {
            table[byte] = match byte as u8 {
                b'a'..=b'z' | b'A'..=b'Z' => Self::LETTER_CLASS,
                b'0'..=b'9' => Self::DIGIT_CLASS,
                b':' => Self::COLON_CLASS,
                b'@' => Self::AT_SIGN,
                b'=' => Self::EQUALS_SIGN,
                b'.' | b'_' | b'-' | b'/' | b'$' | b'#' | b'*' => Self::NAME_SIGN,
                0x80.. => Self::NON_ASCII,
                _ => Self::OTHER_SIGN,
            };
            byte += 1;
        }
        table
    };

    fn of(text: &str) -> Self {
        Self(text.bytes().fold(0, |all, byte| all | Self::CLASS_BY_BYTE[usize::from(byte)]))
    }

    /// Returns true if the text contains a byte of one of the `classes`.
    pub(super) const fn has(self, classes: u8) -> bool {
        self.0 & classes != 0
    }
}

/// Returns the index of the bracket that closes the one at `open`. Brackets of the same kind may be nested.
/// Returns `None` if there is no closing bracket within [`MAX_GROUP_BYTES`].
fn closing_bracket(bytes: &[u8], open: usize) -> Option<usize> {
    let opening = *bytes.get(open)?;
    let close = match opening {
        b'[' => b']',
        b'(' => b')',
        b'<' => b'>',
        b'{' => b'}',
        _ => return None,
    };
    let mut depth = 0_usize;
    for (offset, byte) in bytes[open..].iter().take(MAX_GROUP_BYTES).enumerate() {
        if *byte == opening {
            depth += 1;
        } else if *byte == close {
            depth -= 1;
            if depth == 0 {
                return Some(open + offset);
            }
        }
    }
    None
}
