//! The pieces of a prefix: words, and groups in brackets.

/// The longest group, in bytes: what is longer is a part of the message.
const MAX_GROUP_BYTES: usize = 160;

/// A piece of a prefix.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item<'t> {
    /// The word without the punctuation around it, or what stands between the brackets.
    pub text: &'t str,
    /// Where the word, or the bracket before a group, begins in the line.
    pub start: usize,
    /// Where it ends, with the closing bracket or the punctuation behind it.
    pub end: usize,
    /// The opening bracket of a group.
    pub bracket: Option<u8>,
    /// A group right behind a word, as in `ERROR[0012]`, `app[7]:` or `imap(user):`.
    pub attached: bool,
    /// Whether a colon stands right behind it.
    pub colon: bool,
}

impl Item<'_> {
    /// Whether the item is a word of punctuation alone.
    pub(super) fn is_sign(&self) -> bool {
        let is_ascii_sign = |c: u8| c.is_ascii() && !c.is_ascii_alphanumeric();
        let first = self.text.bytes().next().unwrap_or(b' ');
        let may_be = is_ascii_sign(first) || !first.is_ascii();
        self.bracket.is_none() && may_be && !self.text.chars().any(char::is_alphanumeric)
    }

    /// Whether it may name a program, a logger, a thread or a host: no punctuation of a sentence stands in it.
    pub(super) fn is_name(&self) -> bool {
        self.bracket.is_none() && self.text.bytes().all(|c| IN_NAME[usize::from(c)])
    }
}

/// The items of a line from a place on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Items<'t> {
    pub text: &'t str,
    pub at: usize,
}

impl Items<'_> {
    /// Goes past a colon behind a group.
    fn take_colon(&mut self) -> bool {
        let is_there = self.text.as_bytes().get(self.at) == Some(&b':');
        self.at += usize::from(is_there);
        is_there
    }
}

#[expect(clippy::copy_iterator, reason = "a place in a text, which is looked ahead from")]
impl<'t> Iterator for Items<'t> {
    type Item = Item<'t>;

    fn next(&mut self) -> Option<Item<'t>> {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at).is_some_and(|c| matches!(c, b' ' | b'\t')) {
            self.at += 1;
        }
        let start = self.at;
        let first = *bytes.get(start)?;
        if let Some(close) = closing(bytes, start) {
            self.at = close + 1;
            let colon = self.take_colon();
            let text = self.text.get(start + 1..close)?;
            return Some(Item { text, start, end: self.at, bracket: Some(first), attached: false, colon });
        }
        let ends = |c: &u8| ENDS_WORD[usize::from(*c)];
        let length = bytes[start..].iter().position(ends).unwrap_or(bytes.len() - start).max(1);
        // A bracket without its partner is an item of one byte.
        let end = (start + length..=bytes.len()).find(|end| self.text.is_char_boundary(*end))?;
        let raw = &self.text[start..end];
        let word = raw.trim_end_matches([':', ',', ';']);
        let text = if word.is_empty() { raw } else { word.trim_start_matches(':') };
        let mut colon = !word.is_empty() && raw[word.len()..].starts_with(':');
        self.at = end;
        let group = matches!(bytes.get(end), Some(b'[' | b'(')).then(|| closing(bytes, end)).flatten();
        let group = group.filter(|_| text.chars().any(char::is_alphabetic));
        if let Some(close) = group {
            self.at = close + 1;
            colon |= self.take_colon();
        }
        Some(Item { text, start, end: self.at, bracket: None, attached: group.is_some(), colon })
    }
}

/// Whether a word ends before each byte.
const ENDS_WORD: [bool; 256] = each(b" \t[]()<>{}|");
/// Whether each byte may stand in the name of a program, a logger, a thread or a host.
const IN_NAME: [bool; 256] = each(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-:/$#*@");

/// A table of those bytes.
const fn each(bytes: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut at = 0;
    while at < bytes.len() {
        table[bytes[at] as usize] = true;
        at += 1;
    }
    table
}

/// Where the group ends that begins at `open`, if one does; groups of one kind may stand within each other.
fn closing(bytes: &[u8], open: usize) -> Option<usize> {
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
