//! Lenient reading of single JSON fields: a field of unknown type or value becomes `None`, and the rest of
//! the response stays readable.
//!
//! Serde first takes each field as unparsed text ([`RawValue`]), without recursion, so deep nesting in an
//! ignored field is harmless. Portolan then parses only fields of its own types, whose depth is fixed.

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{collections::HashMap, fmt};

/// Maximum number of entries that Portolan uses of one JSON list or object. The types of this module keep one
/// entry more, so that callers notice a list or object beyond the limit.
pub(in super::super) const MAX_ENTRIES: usize = 4_000;

/// Type whose values can be read leniently from JSON: as far as possible, a value of another JSON type is
/// converted, such as a string to a number.
pub(super) trait Lenient: Sized {
    /// Converts the JSON text of a value. Returns `None` if that is impossible.
    fn read(json: &str) -> Option<Self>;
}

/// Deserializes a struct field, for `#[serde(deserialize_with)]`. An unreadable field is `None`.
pub(super) fn field<'de, D: Deserializer<'de>, T: Lenient>(deserializer: D) -> Result<Option<T>, D::Error> {
    <&'de RawValue>::deserialize(deserializer).map(|raw| T::read(raw.get()))
}

/// Deserializes the keys of an object such as `{"80/tcp": {}}`, whose values do not matter. Also accepts a
/// list of keys.
pub(super) fn keys<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
    <&'de RawValue>::deserialize(deserializer).map(|raw| match serde_json::from_str(raw.get()) {
        Ok(Entries(entries)) => Some(entries.into_keys().collect()),
        Err(_) => Vec::read(raw.get()),
    })
}

/// Implements `Lenient` for structs that derive `Deserialize`.
macro_rules! lenient {
    ($($shape:ty),+ $(,)?) => {$(
        impl $crate::source::docker::api_types::lenient::Lenient for $shape {
            fn read(json: &str) -> Option<Self> {
                serde_json::from_str(json).ok()
            }
        }
    )+};
}
pub(super) use lenient;

impl Lenient for String {
    /// Reads a string. A number or boolean becomes its JSON text.
    fn read(json: &str) -> Option<Self> {
        match json.as_bytes().first()? {
            b'"' => serde_json::from_str(json).ok(),
            b'{' | b'[' | b'n' => None,
            _ => Some(json.to_owned()),
        }
    }
}

impl Lenient for i64 {
    /// Reads an integer. Also accepts an integer in a string, and an integer followed by `.0`.
    fn read(json: &str) -> Option<Self> {
        let text = String::read(json)?;
        let text = text.trim();
        text.strip_suffix(".0").unwrap_or(text).parse().ok()
    }
}

impl Lenient for u64 {
    fn read(json: &str) -> Option<Self> {
        let text = String::read(json)?;
        text.trim().parse().ok()
    }
}

impl Lenient for bool {
    fn read(json: &str) -> Option<Self> {
        match String::read(json)?.to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        }
    }
}

impl<T: Lenient> Lenient for Option<T> {
    /// Reads an optional value. An unreadable value becomes `Some(None)`, so it still counts as an entry.
    fn read(json: &str) -> Option<Self> {
        Some(T::read(json))
    }
}

impl<T: Lenient> Lenient for Vec<T> {
    /// Reads the readable entries of a list. A single value counts as a list of one.
    fn read(json: &str) -> Option<Self> {
        if json.starts_with('[') {
            let Items(items) = serde_json::from_str(json).ok()?;
            return Some(items.into_iter().filter_map(|raw| T::read(raw.get())).collect());
        }
        T::read(json).map(|only| vec![only])
    }
}

impl<T: Lenient> Lenient for HashMap<String, T> {
    /// Reads the readable entries of a JSON object.
    fn read(json: &str) -> Option<Self> {
        let Entries(entries) = serde_json::from_str(json).ok()?;
        Some(entries.into_iter().filter_map(|(key, raw)| Some((key, T::read(raw.get())?))).collect())
    }
}

/// JSON texts of a list's first `MAX_ENTRIES` + 1 entries.
struct Items<'a>(Vec<&'a RawValue>);

impl<'de> Deserialize<'de> for Items<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Items<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
                let mut kept = Vec::new();
                while kept.len() <= MAX_ENTRIES {
                    let Some(entry) = entries.next_element()? else { return Ok(Items(kept)) };
                    kept.push(entry);
                }
                while entries.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Items(kept))
            }
        }
        deserializer.deserialize_seq(List)
    }
}

/// Keys of a JSON object's first `MAX_ENTRIES` + 1 entries, with the JSON texts of their values.
struct Entries<'a>(HashMap<String, &'a RawValue>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Table;
        impl<'de> Visitor<'de> for Table {
            type Value = Entries<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
                let mut kept = HashMap::new();
                while kept.len() <= MAX_ENTRIES {
                    let Some((key, value)) = entries.next_entry()? else { return Ok(Entries(kept)) };
                    kept.insert(key, value);
                }
                while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Entries(kept))
            }
        }
        deserializer.deserialize_map(Table)
    }
}

#[cfg(test)]
mod tests {
    use super::{HashMap, Lenient, MAX_ENTRIES};

    #[test]
    fn a_value_of_another_type_is_converted_where_possible() {
        assert_eq!(String::read("3"), Some("3".to_owned()));
        assert_eq!(String::read(r#""a\u0001""#), Some("a\u{1}".to_owned()));
        assert_eq!(
            (String::read("null"), String::read("{}"), String::read(r#""\ud800""#)),
            (None, None, None)
        );
        assert_eq!((i64::read(r#""137""#), i64::read("2.0"), i64::read("1e400")), (Some(137), Some(2), None));
        assert_eq!(
            (bool::read("\"TRUE\""), bool::read("0"), bool::read("[]")),
            (Some(true), Some(false), None)
        );
        assert_eq!(Vec::<i64>::read("[1, \"x\", {}, 2]"), Some(vec![1, 2]));
        assert_eq!(Vec::<String>::read("\"x\""), Some(vec!["x".to_owned()]));
        assert_eq!(Vec::<String>::read("{}"), None);
        let table = HashMap::<String, String>::read(r#"{"a": 1, "b": null, "c": "d"}"#).unwrap();
        assert_eq!((table.len(), table["a"].as_str(), table["c"].as_str()), (2, "1", "d"));
    }

    #[test]
    fn long_lists_and_deep_values_cost_neither_memory_nor_stack() {
        let long = format!("[{}1]", "1,".repeat(3 * MAX_ENTRIES));
        assert_eq!(Vec::<i64>::read(&long).unwrap().len(), MAX_ENTRIES + 1);
        let deep = format!("[{}{}, 1]", "[".repeat(1_000_000), "]".repeat(1_000_000));
        assert_eq!(Vec::<i64>::read(&deep), Some(vec![1]));
    }
}
