//! Text from outside: cleaned of terminal sequences and deceiving characters, and bounded in length.
//!
//! [`CleanText`] has one private field. All its constructors clean the text, and so does its deserialisation.
//! `tests/architecture.rs` allows no plain `String` in the model, except in host names and ARNs, which accept
//! only a few ASCII characters. Therefore no value of the model holds uncleaned text.

mod local_paths;
mod nearest;
mod sanitize;
mod shell;
mod unicode;
mod url_user_info;

pub use local_paths::without_local_paths;
pub use nearest::nearest;
pub use shell::{shell_operand, shell_option, shell_quote};
pub use unicode::is_invisible;
pub use url_user_info::user_info_length;

use sanitize::scrub;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{
    borrow::{Borrow, Cow},
    fmt,
    ops::Deref,
    sync::Arc,
};

/// Text from outside, cleaned, with at most `MAX_CHARS` characters; an ellipsis `…` marks a cut.
///
/// Cleaning removes terminal sequences (ECMA-48), invisible characters, and characters that reorder their
/// neighbours. It turns every other control character and line separator into a space. If `URL_USERS` is
/// false, it also removes the user information of URLs, which may hold a password. Cleaning clean text
/// changes nothing.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CleanText<S, const MAX_CHARS: usize, const URL_USERS: bool = false>(S);

/// Maximum length of a name, reason or message, in characters.
pub(super) const MAX_TEXT_CHARS: usize = 2_000;

/// A name, reason or message from outside, cleaned and bounded in length.
pub type Text = CleanText<Box<str>, MAX_TEXT_CHARS>;

/// A name that many values share, such as the label of a log stream. Clones share the text.
pub type SharedText = CleanText<Arc<str>, MAX_TEXT_CHARS>;

/// An id, made of several names with slashes between them.
pub(super) type IdText = CleanText<Arc<str>, 8_000>;

/// Maximum length of a log line, in characters. It seldom applies, because sources already cut lines at a
/// lower limit and report the number of cut bytes.
const MAX_LINE_CHARS: usize = 33_000;

/// The text of a log line, cleaned, but with the user information of URLs as the service wrote it.
pub type LineText = CleanText<Box<str>, MAX_LINE_CHARS, true>;

impl<S: From<String> + for<'a> From<&'a str>, const MAX_CHARS: usize, const URL_USERS: bool>
    CleanText<S, MAX_CHARS, URL_USERS>
{
    /// Returns `raw` cleaned, with at most `MAX_CHARS` characters.
    #[must_use]
    pub fn new(raw: &str) -> Self {
        if Self::is_clean(raw) { Self(raw.into()) } else { Self::with_max_chars(raw, MAX_CHARS) }
    }

    /// Returns `raw` cleaned, with at most `max_chars` characters.
    #[must_use]
    pub fn with_max_chars(raw: &str, max_chars: usize) -> Self {
        // User information is removed twice: before the cut, because the cut may split a URL, and after the
        // cleaning, because hidden characters may have broken up a URL.
        let clean = scrub(&Self::without_url_users(raw), max_chars.min(MAX_CHARS), &mut |_, _| {});
        Self(Self::without_url_users(&clean).as_ref().into())
    }

    /// Returns `text` without the user information of URLs, or unchanged if `URL_USERS` is true.
    fn without_url_users(text: &str) -> Cow<'_, str> {
        if URL_USERS { Cow::Borrowed(text) } else { url_user_info::without_user_info(text) }
    }

    /// Returns true if `raw` needs no cleaning: it is printable ASCII within the limit, and contains no URL
    /// from which user information would have to be removed.
    fn is_clean(raw: &str) -> bool {
        is_plain(raw, MAX_CHARS) && (URL_USERS || !raw.contains("://"))
    }
}

impl LineText {
    /// Returns `raw` cleaned. Calls `sgr` for each sequence that sets colours (SGR, ECMA-48 section 8.3.117),
    /// with the sequence's byte offset in the clean text and its parameters.
    #[must_use]
    pub fn new_reporting_sgr(raw: &str, sgr: &mut dyn FnMut(usize, &str)) -> Self {
        Self(scrub(raw, MAX_LINE_CHARS, sgr).into())
    }
}

/// Returns `raw` cleaned and cut after `max_chars` characters, for a quotation in a longer message. Keeps the
/// user information of URLs.
#[must_use]
pub fn clean_with_max_chars(raw: &str, max_chars: usize) -> String {
    if is_plain(raw, max_chars) { raw.to_owned() } else { scrub(raw, max_chars, &mut |_, _| {}) }
}

/// Returns true if `raw` is printable ASCII of at most `max_chars` bytes.
fn is_plain(raw: &str, max_chars: usize) -> bool {
    raw.len() <= max_chars && sanitize::printable_ascii_prefix(raw.as_bytes()) == raw.len()
}

impl<S: Deref<Target = str>, const MAX_CHARS: usize, const URL_USERS: bool>
    CleanText<S, MAX_CHARS, URL_USERS>
{
    /// Returns the text.
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
    /// Returns true if both texts are equal. That is fast if one is a clone of the other.
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

/// `Eq`, `Ord` and `Hash` use only the text, so a map can be searched by `&str`.
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
        if Self::is_clean(&raw) { Self(raw.into()) } else { Self::with_max_chars(&raw, MAX_CHARS) }
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
        deserializer.deserialize_string(CleaningVisitor(std::marker::PhantomData))
    }
}

/// Serde visitor that cleans a string during deserialisation, without an intermediate copy.
struct CleaningVisitor<S, const MAX_CHARS: usize, const URL_USERS: bool>(std::marker::PhantomData<S>);

impl<S, const MAX_CHARS: usize, const URL_USERS: bool> de::Visitor<'_>
    for CleaningVisitor<S, MAX_CHARS, URL_USERS>
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
