//! The list of containers, of which each entry is read by itself.

use super::{ContainerSummary, is_id};
use serde::{
    Deserializer,
    de::{DeserializeSeed, IgnoredAny, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use std::fmt;

/// The most containers that are read.
pub(in super::super) const MAX_CONTAINERS: usize = 10_000;

/// The containers of a list, and what is wrong with the list.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Listed {
    /// The entries that can be read, each with an id.
    pub(in super::super) entries: Vec<ContainerSummary>,
    /// The places of entries that can't, counted from one.
    pub(in super::super) unreadable: Vec<usize>,
    /// How many more entries there are than are read.
    pub(in super::super) left_out: usize,
    /// The reason why the list ends before its end.
    pub(in super::super) broken: Option<String>,
}

impl Listed {
    /// Reads a list, or what came of it.
    pub(in super::super) fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let mut listed = Self::default();
        let mut deserializer = serde_json::Deserializer::from_str(&text);
        let read = Reader(&mut listed).deserialize(&mut deserializer).and_then(|()| deserializer.end());
        listed.broken = read.err().map(|error| error.to_string());
        listed
    }

    /// Whether all of the engine's containers are in it.
    pub(in super::super) fn is_whole(&self) -> bool {
        self.broken.is_none() && self.left_out == 0 && self.unreadable.is_empty()
    }

    fn take(&mut self, raw: &RawValue) {
        let place = self.entries.len() + self.unreadable.len() + 1;
        match serde_json::from_str::<ContainerSummary>(raw.get()) {
            Ok(entry) if entry.id.as_deref().is_some_and(is_id) => self.entries.push(entry),
            _ => self.unreadable.push(place),
        }
    }
}

/// Reads entries as they come, so that those before a break are kept.
struct Reader<'a>(&'a mut Listed);

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of containers")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let listed = self.0;
        while listed.entries.len() + listed.unreadable.len() < MAX_CONTAINERS {
            let Some(raw) = entries.next_element::<&RawValue>()? else { return Ok(()) };
            listed.take(raw);
        }
        while entries.next_element::<IgnoredAny>()?.is_some() {
            listed.left_out += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Listed, MAX_CONTAINERS};

    #[test]
    fn each_entry_is_read_by_itself() {
        let listed =
            Listed::read(br#"[{"Id": "a"}, 7, {"Id": "../x"}, {"Names": []}, {"Id": "b", "State": 4}]"#);
        let ids: Vec<_> = listed.entries.iter().filter_map(|entry| entry.id.as_deref()).collect();
        assert_eq!((ids, &listed.unreadable[..]), (vec!["a", "b"], &[2, 3, 4][..]));
        assert!(!listed.is_whole() && listed.broken.is_none());
    }

    #[test]
    fn half_a_list_gives_its_first_half() {
        let listed = Listed::read(br#"[{"Id": "a"}, {"Id": "b"}, {"Id": "c"#);
        assert_eq!(listed.entries.len(), 2);
        assert!(listed.broken.is_some());
        for odd in ["", "hello", "{}", "null", "<html>", "[1,"] {
            assert!(Listed::read(odd.as_bytes()).broken.is_some(), "{odd}");
        }
        assert!(Listed::read(b"[]").is_whole());
    }

    #[test]
    fn the_longest_list_is_bounded_and_counts_the_rest() {
        let text = format!("[{}]", vec![r#"{"Id":"a"}"#; MAX_CONTAINERS + 7].join(","));
        let listed = Listed::read(text.as_bytes());
        assert_eq!((listed.entries.len(), listed.left_out), (MAX_CONTAINERS, 7));
    }
}
