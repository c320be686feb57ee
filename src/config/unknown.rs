//! Removes settings that this version does not know, so that a file written for a newer version does not
//! prevent the start.

use super::Config;
use crate::{
    model::{ServiceAnnotation, text::nearest},
    source,
};
use serde::Deserialize;
use toml::{Table, Value};

/// Removes the unknown settings from `layer`, the table of the file `name` with the content `text`. Returns a
/// warning for each.
pub(super) fn remove_unknown_settings(layer: &mut Table, name: &str, text: &str) -> Vec<String> {
    let mut removed = remove_unknown_keys::<Config>(layer);
    for (list, remove) in [
        ("source", remove_unknown_keys::<source::Config> as fn(&mut Table) -> Vec<UnknownKey>),
        ("service", remove_unknown_keys::<ServiceAnnotation>),
    ] {
        let entries = layer.get_mut(list).and_then(Value::as_array_mut);
        for entry in entries.into_iter().flatten().filter_map(Value::as_table_mut) {
            removed.extend(remove(entry));
        }
    }
    removed.into_iter().map(|key| key.describe(name, text)).collect()
}

/// Key in the user's file that no setting of this version has.
struct UnknownKey {
    key: String,
    /// Most similar valid key, to suggest in the warning; `None` if no key is similar.
    similar: Option<String>,
}

impl UnknownKey {
    /// Returns the warning about the key in the file `name`. Names the line if exactly one line of `text`
    /// sets the key.
    fn describe(&self, name: &str, text: &str) -> String {
        let sets_it = |line: &str| {
            let rest = line.trim_start().strip_prefix(self.key.as_str());
            rest.is_some_and(|rest| rest.trim_start().starts_with('='))
        };
        let mut lines = (1..).zip(text.lines()).filter(|(_, line)| sets_it(line)).map(|(number, _)| number);
        let place = match (lines.next(), lines.next()) {
            (Some(line), None) => format!("{name}:{line}"),
            _ => name.to_owned(),
        };
        let similar = self.similar.as_ref().map(|key| format!("; did you mean `{key}`?")).unwrap_or_default();
        format!("{place}: unknown setting `{}` ignored{similar}", self.key)
    }
}

/// Removes from `table` the keys for which `T` has no field, and returns them.
fn remove_unknown_keys<'a, T: Deserialize<'a>>(table: &mut Table) -> Vec<UnknownKey> {
    let kind = table.get("kind").cloned();
    let unknown: Vec<_> = table.keys().filter_map(|key| unknown_key::<T>(key, kind.as_ref())).collect();
    for found in &unknown {
        table.remove(&found.key);
    }
    unknown
}

/// Returns `key` and the most similar valid key if `T` has no field for `key`, or else `None`. `kind` is the
/// value of the table's `kind`, which determines the fields of a source.
fn unknown_key<'a, T: Deserialize<'a>>(key: &str, kind: Option<&Value>) -> Option<UnknownKey> {
    // Serde rejects an unknown key whatever its value. For a known key of another type, the error is a
    // different one.
    let mut probe = Table::from_iter([(key.to_owned(), Value::Boolean(true))]);
    probe.extend(kind.map(|kind| ("kind".to_owned(), kind.clone())));
    let error = T::deserialize(Value::Table(probe)).err()?;
    let mut names = error.message().strip_prefix("unknown field ")?.split('`').skip(1).step_by(2);
    (names.next()? == key).then(|| UnknownKey {
        key: key.to_owned(),
        similar: nearest(key, names.map(|known| (known, known.to_owned()))),
    })
}
