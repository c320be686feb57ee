//! Text from outside as a type: it can't drive the terminal, can't hide in other text, and has a bounded length.
//!
//! [`CleanText`] has one private field and cleans in its only constructor and when it is deserialised, so that a value
//! of the model can't hold uncleaned text: `tests/architecture.rs` allows no plain `String` in the model.

mod scrub;
mod unicode;
mod url;

pub use unicode::is_invisible;

use scrub::scrub;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{
    borrow::{Borrow, Cow},
    fmt,
    ops::Deref,
    sync::Arc,
};

/// Text from outside, cleaned, and of at most `MAX_CHARS` characters; what was cut off shows as `…`.
///
/// Terminal sequences (ECMA-48) are removed as a whole, every other control character and line separator becomes a
/// space, and characters that show nothing or reorder their neighbours are removed. Unless `URL_USERS`, so is the user
/// information of URLs, in which passwords stand. Cleaning clean text changes nothing.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CleanText<S, const MAX_CHARS: usize, const URL_USERS: bool = false>(S);

/// A name, a reason or a message.
pub type Text = CleanText<Box<str>, 2_000>;

/// A name that many values share, such as the label of a log stream.
pub type SharedText = CleanText<Arc<str>, 2_000>;

/// An id: several names with slashes between them.
pub(super) type IdText = CleanText<Arc<str>, 8_000>;

/// The most characters of a log line. Sources cut at fewer bytes, and say how many they cut.
const MAX_LINE_CHARS: usize = 33_000;

/// The text of one log line, which shows what the service wrote, URLs included.
pub type LineText = CleanText<Box<str>, MAX_LINE_CHARS, true>;

impl<S: From<String> + for<'a> From<&'a str>, const MAX_CHARS: usize, const URL_USERS: bool>
    CleanText<S, MAX_CHARS, URL_USERS>
{
    /// Cleans `raw`.
    #[must_use]
    pub fn new(raw: &str) -> Self {
        if Self::is_clean(raw) { Self(raw.into()) } else { Self::within(raw, MAX_CHARS) }
    }

    /// Cleans `raw` and keeps at most `max_chars` characters of it.
    #[must_use]
    pub fn within(raw: &str, max_chars: usize) -> Self {
        // Before, as the bound may cut a URL in two, and after, as hidden characters may stand in one.
        let clean = scrub(&Self::without_users(raw), max_chars.min(MAX_CHARS), &mut |_, _| {});
        Self(Self::without_users(&clean).as_ref().into())
    }

    fn without_users(text: &str) -> Cow<'_, str> {
        if URL_USERS { Cow::Borrowed(text) } else { url::without_user_info(text) }
    }

    /// True if `raw` is short printable ASCII without a URL: most text is, and needs no second look.
    fn is_clean(raw: &str) -> bool {
        is_plain(raw, MAX_CHARS) && (URL_USERS || !raw.contains("://"))
    }
}

impl LineText {
    /// Cleans `raw`, and reports each sequence that sets colours (SGR, ECMA-48 section 8.3.117): the byte offset in
    /// the clean text at which it stood, and its parameters.
    #[must_use]
    pub fn painted(raw: &str, sgr: &mut dyn FnMut(usize, &str)) -> Self {
        Self(scrub(raw, MAX_LINE_CHARS, sgr).into())
    }
}

/// Cleans `raw` for a quotation of at most `max_chars` characters.
#[must_use]
pub fn clean_within(raw: &str, max_chars: usize) -> String {
    if is_plain(raw, max_chars) { raw.to_owned() } else { scrub(raw, max_chars, &mut |_, _| {}) }
}

/// True if `raw` is printable ASCII and short enough.
fn is_plain(raw: &str, max_chars: usize) -> bool {
    raw.len() <= max_chars && scrub::printable_ascii(raw.as_bytes()) == raw.len()
}

impl<S: Deref<Target = str>, const MAX_CHARS: usize, const URL_USERS: bool>
    CleanText<S, MAX_CHARS, URL_USERS>
{
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<S: Deref<Target = str>, const MAX_CHARS: usize, const URL_USERS: bool> Deref
    for CleanText<S, MAX_CHARS, URL_USERS>
{
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl SharedText {
    /// True if both are the same text; quick where one is a clone of the other.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self == other
    }
}

impl<S: Deref<Target = str>, const MAX_CHARS: usize, const URL_USERS: bool> AsRef<str>
    for CleanText<S, MAX_CHARS, URL_USERS>
{
    fn as_ref(&self) -> &str {
        self
    }
}

/// `Eq`, `Ord` and `Hash` are those of the text, so that maps can be searched by `&str`.
impl<S: Deref<Target = str>, const MAX_CHARS: usize, const URL_USERS: bool> Borrow<str>
    for CleanText<S, MAX_CHARS, URL_USERS>
{
    fn borrow(&self) -> &str {
        self
    }
}

impl<S: Deref<Target = str>, const MAX_CHARS: usize, const URL_USERS: bool> fmt::Display
    for CleanText<S, MAX_CHARS, URL_USERS>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl<S: Deref<Target = str>, const MAX_CHARS: usize, const URL_USERS: bool> fmt::Debug
    for CleanText<S, MAX_CHARS, URL_USERS>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<S, const MAX_CHARS: usize, const URL_USERS: bool> From<&str> for CleanText<S, MAX_CHARS, URL_USERS>
where
    S: From<String> + for<'a> From<&'a str>,
{
    fn from(raw: &str) -> Self {
        Self::new(raw)
    }
}

impl<S, const MAX_CHARS: usize, const URL_USERS: bool> From<&String> for CleanText<S, MAX_CHARS, URL_USERS>
where
    S: From<String> + for<'a> From<&'a str>,
{
    fn from(raw: &String) -> Self {
        Self::new(raw)
    }
}

impl<S, const MAX_CHARS: usize, const URL_USERS: bool> From<String> for CleanText<S, MAX_CHARS, URL_USERS>
where
    S: From<String> + for<'a> From<&'a str>,
{
    fn from(raw: String) -> Self {
        if Self::is_clean(&raw) { Self(raw.into()) } else { Self::within(&raw, MAX_CHARS) }
    }
}

impl<S: Deref<Target = str>, const MAX_CHARS: usize, const URL_USERS: bool>
    From<CleanText<S, MAX_CHARS, URL_USERS>> for String
{
    fn from(text: CleanText<S, MAX_CHARS, URL_USERS>) -> Self {
        text.0.to_owned()
    }
}

impl<S: Deref<Target = str>, const MAX_CHARS: usize, const URL_USERS: bool> PartialEq<str>
    for CleanText<S, MAX_CHARS, URL_USERS>
{
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl<S: Deref<Target = str>, const MAX_CHARS: usize, const URL_USERS: bool> PartialEq<&str>
    for CleanText<S, MAX_CHARS, URL_USERS>
{
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

impl<S: Deref<Target = str>, const MAX_CHARS: usize, const URL_USERS: bool> PartialEq<String>
    for CleanText<S, MAX_CHARS, URL_USERS>
{
    fn eq(&self, other: &String) -> bool {
        **self == **other
    }
}

impl<S: Deref<Target = str>, const MAX_CHARS: usize, const URL_USERS: bool>
    PartialEq<CleanText<S, MAX_CHARS, URL_USERS>> for str
{
    fn eq(&self, other: &CleanText<S, MAX_CHARS, URL_USERS>) -> bool {
        *self == **other
    }
}

impl<S: Deref<Target = str>, const MAX_CHARS: usize, const URL_USERS: bool>
    PartialEq<CleanText<S, MAX_CHARS, URL_USERS>> for &str
{
    fn eq(&self, other: &CleanText<S, MAX_CHARS, URL_USERS>) -> bool {
        **self == **other
    }
}

impl<S: Deref<Target = str>, const MAX_CHARS: usize, const URL_USERS: bool> Serialize
    for CleanText<S, MAX_CHARS, URL_USERS>
{
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de, S, const MAX_CHARS: usize, const URL_USERS: bool> Deserialize<'de>
    for CleanText<S, MAX_CHARS, URL_USERS>
where
    S: From<String> + for<'a> From<&'a str>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_string(Cleaning(std::marker::PhantomData))
    }
}

/// Cleans a string as it is read, without a copy in between.
struct Cleaning<S, const MAX_CHARS: usize, const URL_USERS: bool>(std::marker::PhantomData<S>);

impl<S, const MAX_CHARS: usize, const URL_USERS: bool> de::Visitor<'_> for Cleaning<S, MAX_CHARS, URL_USERS>
where
    S: From<String> + for<'a> From<&'a str>,
{
    type Value = CleanText<S, MAX_CHARS, URL_USERS>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_str<E: de::Error>(self, raw: &str) -> Result<Self::Value, E> {
        Ok(CleanText::new(raw))
    }

    fn visit_string<E: de::Error>(self, raw: String) -> Result<Self::Value, E> {
        Ok(raw.into())
    }
}

#[cfg(test)]
mod tests;
