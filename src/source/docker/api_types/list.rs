//! Response of the container list call. An unreadable entry does not affect the others.

use super::{ContainerSummary, is_valid_id};
use serde::{
    Deserializer,
    de::{DeserializeSeed, IgnoredAny, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use std::fmt;

/// Maximum number of containers read from a list.
pub(in super::super) const MAX_CONTAINERS: usize = 10_000;

/// Response of the list call: the readable containers, and facts about missing or unreadable entries.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct ContainerList {
    /// Readable entries, each with a valid id.
    pub(in super::super) entries: Vec<ContainerSummary>,
    /// Positions of unreadable entries, counted from one.
    pub(in super::super) unreadable_positions: Vec<usize>,
    /// Number of entries beyond `MAX_CONTAINERS`, which are not read.
    pub(in super::super) left_out: usize,
    /// Parse error, if the JSON breaks off before the end of the list.
    pub(in super::super) parse_error: Option<String>,
}

impl ContainerList {
    /// Parses the response of a list call, even if only a part of it arrived.
    pub(in super::super) fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let mut listed = Self::default();
        let mut deserializer = serde_json::Deserializer::from_str(&text);
        let read = ListReader(&mut listed).deserialize(&mut deserializer).and_then(|()| deserializer.end());
        listed.parse_error = read.err().map(|error| error.to_string());
        listed
    }

    /// Returns true if all entries of the response were read.
    pub(in super::super) fn is_complete(&self) -> bool {
        self.parse_error.is_none() && self.left_out == 0 && self.unreadable_positions.is_empty()
    }

    fn push_entry(&mut self, raw: &RawValue) {
        let place = self.entries.len() + self.unreadable_positions.len() + 1;
        match serde_json::from_str::<ContainerSummary>(raw.get()) {
            Ok(entry) if entry.id.as_deref().is_some_and(is_valid_id) => self.entries.push(entry),
            _ => self.unreadable_positions.push(place),
        }
    }
}

/// Serde visitor that stores each entry at once, so that entries before a parse error are kept.
struct ListReader<'a>(&'a mut ContainerList);

impl<'de> DeserializeSeed<'de> for ListReader<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ListReader<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of containers")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let listed = self.0;
        while listed.entries.len() + listed.unreadable_positions.len() < MAX_CONTAINERS {
            let Some(raw) = entries.next_element::<&RawValue>()? else { return Ok(()) };
            listed.push_entry(raw);
        }
        while entries.next_element::<IgnoredAny>()?.is_some() {
            listed.left_out += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{ContainerList, MAX_CONTAINERS};

    #[test]
    fn each_entry_is_read_by_itself() {
        let listed = ContainerList::read(
            br#"[{"Id": "a"}, 7, {"Id": "../x"}, {"Names": []}, {"Id": "b", "State": 4}]"#,
        );
        let ids: Vec<_> = listed.entries.iter().filter_map(|entry| entry.id.as_deref()).collect();
        assert_eq!((ids, &listed.unreadable_positions[..]), (vec!["a", "b"], &[2, 3, 4][..]));
        assert!(!listed.is_complete() && listed.parse_error.is_none());
    }

    #[test]
    fn a_broken_list_keeps_its_first_entries() {
        let listed = ContainerList::read(br#"[{"Id": "a"}, {"Id": "b"}, {"Id": "c"#);
        assert_eq!(listed.entries.len(), 2);
        assert!(listed.parse_error.is_some());
        for odd in ["", "hello", "{}", "null", "<html>", "[1,"] {
            assert!(ContainerList::read(odd.as_bytes()).parse_error.is_some(), "{odd}");
        }
        assert!(ContainerList::read(b"[]").is_complete());
    }

    #[test]
    fn the_longest_list_is_bounded_and_counts_the_rest() {
        let text = format!("[{}]", vec![r#"{"Id":"a"}"#; MAX_CONTAINERS + 7].join(","));
        let listed = ContainerList::read(text.as_bytes());
        assert_eq!((listed.entries.len(), listed.left_out), (MAX_CONTAINERS, 7));
    }
}
