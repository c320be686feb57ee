//! Comparison of a handbook on disk with the services that run now.

use super::statements::{Document, SCHEMA_NAME, StatementOut};
use crate::model::Text;
use std::collections::BTreeSet;

/// Difference between a handbook on disk and the services that run now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandbookChange {
    /// Statement in the handbook that is no longer true.
    NoLongerHolds(Text),
    /// True statement that the handbook does not contain.
    Missing(Text),
    /// Name of a page in the handbook about a service that no longer exists.
    StalePage(Text),
}

/// Returns the differences between the statements of a handbook on disk and the present ones. A call that is
/// known only from observation is never a difference, because such a call can happen without being seen.
/// Returns an error if `on_disk` is not a handbook.
pub fn compare(on_disk: &str, now: &str) -> Result<Vec<HandbookChange>, String> {
    let (old, new) = (read(on_disk)?, read(now)?);
    let key = |one: &StatementOut| (one.page.clone(), one.text.clone());
    let known: BTreeSet<_> = old.statements.iter().map(key).collect();
    let holds: BTreeSet<_> = new.statements.iter().map(key).collect();
    let line = |one: &StatementOut| Text::new(&format!("{}: {}", one.page, one.text));
    let gone = old.statements.iter().filter(|one| !one.observed && !holds.contains(&key(one)));
    let missing = new.statements.iter().filter(|one| !one.observed && !known.contains(&key(one)));
    let gone = gone.map(|one| HandbookChange::NoLongerHolds(line(one)));
    let missing = missing.map(|one| HandbookChange::Missing(line(one)));
    let stale = stale_pages(&old, &new).map(|stem| HandbookChange::StalePage(Text::new(stem)));
    Ok(gone.chain(missing).chain(stale).collect())
}

/// Returns the names of the files about services that no longer exist, in every format that a handbook can
/// have. Returns no names if `on_disk` is not a handbook.
#[must_use]
pub fn stale_files(on_disk: &str, now: &str) -> Vec<String> {
    let (Ok(old), Ok(new)) = (read(on_disk), read(now)) else { return Vec::new() };
    let files = |stem: &String| [format!("{stem}.html"), format!("{stem}.md")];
    stale_pages(&old, &new).flat_map(files).collect()
}

/// Returns the names of the pages that only the old handbook has. Leaves out names that Portolan never gives,
/// such as paths.
fn stale_pages<'a>(old: &'a Document, new: &Document) -> impl Iterator<Item = &'a String> {
    let is_stem = |stem: &&String| {
        !stem.is_empty() && stem.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    old.pages.iter().filter(is_stem).filter(|stem| !new.pages.contains(*stem))
}

fn read(json: &str) -> Result<Document, String> {
    let document: Document =
        serde_json::from_str(json).map_err(|error| format!("not valid: line {}", error.line()))?;
    if document.schema == SCHEMA_NAME {
        Ok(document)
    } else {
        Err("of another version of Portolan".to_owned())
    }
}
