//! Names of services and sources in the saved snapshots, for shell completion.

use super::{
    CacheDir,
    checksum::strip_checksum,
    snapshot::{MAX_SNAPSHOT_AGE_SECONDS, MAX_SNAPSHOT_BYTES, SNAPSHOT_FILE_PREFIX},
};
use crate::model::{Snapshot, SourceId, Text, Timestamp};
use serde::Deserialize;
use std::collections::BTreeSet;

/// Names that shell completion offers: the ids of the sources and the names of their services.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompletionNames {
    /// Ids of the sources.
    pub sources: BTreeSet<SourceId>,
    /// Names of the services of all sources.
    pub services: BTreeSet<NamedService>,
}

/// Name of a service with its group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct NamedService {
    /// Name of the service without its group.
    pub name: Text,
    /// Compose project or ECS cluster; `None` for a standalone container.
    pub group: Option<Text>,
}

/// Fields of a saved snapshot that contain the names of the source and its services. All other fields are
/// skipped.
#[derive(Deserialize)]
struct SnapshotNames {
    source: SourceId,
    #[serde(rename = "taken")]
    taken_at: Timestamp,
    services: Vec<NamedService>,
}

impl CompletionNames {
    /// Adds the source and the services of `snapshot`.
    pub fn add(&mut self, snapshot: &Snapshot) {
        self.sources.insert(snapshot.source.clone());
        let names = |service: &crate::model::Service| NamedService {
            name: service.name.clone(),
            group: service.group.clone(),
        };
        self.services.extend(snapshot.services.iter().map(|service| names(service)));
    }
}

/// Returns the names in all saved snapshots of the last seven days. Skips unreadable files, because shell
/// completion can't show an error.
pub fn known_names(folder: &CacheDir, now: Timestamp) -> CompletionNames {
    let mut known = CompletionNames::default();
    let Ok(Some(dir)) = folder.open() else { return known };
    for name in dir.file_names().iter().filter(|name| name.starts_with(SNAPSHOT_FILE_PREFIX)) {
        let Ok(Some(bytes)) = dir.read(name, MAX_SNAPSHOT_BYTES) else { continue };
        let text = strip_checksum(bytes.strip_suffix(b"\n").unwrap_or(&bytes));
        let read = text.and_then(|text| rmp_serde::from_slice::<(String, SnapshotNames)>(text).ok());
        let Some((_, snapshot)) = read else { continue };
        let age = now.as_second() - snapshot.taken_at.as_second();
        if (0..MAX_SNAPSHOT_AGE_SECONDS).contains(&age) {
            known.sources.insert(snapshot.source);
            known.services.extend(snapshot.services);
        }
    }
    known
}

#[cfg(test)]
mod tests {
    use super::{CacheDir, CompletionNames, known_names};
    use crate::{
        cache::save_snapshot,
        model::{Timestamp, fixtures},
    };
    use std::fs;

    #[test]
    fn the_names_are_those_in_the_saved_snapshots() {
        let place = std::env::temp_dir().join(format!("portolan-names-{}", std::process::id()));
        let folder = CacheDir::new(&place);
        let now = Timestamp::from_second(1_000_000).unwrap();
        assert_eq!(known_names(&folder, now), CompletionNames::default(), "no cache yet");
        let mut expected = CompletionNames::default();
        for (source, service) in [("docker", "web"), ("ecs", "orders")] {
            let mut snapshot = fixtures::snapshot(source, vec![fixtures::service(service)]);
            snapshot.taken_at = now;
            save_snapshot(&folder, source, &snapshot).unwrap();
            expected.add(&snapshot);
        }
        fs::write(place.join("picture2-damaged"), "nonsense").unwrap();
        assert_eq!(known_names(&folder, now), expected);
        let later = Timestamp::from_second(1_000_000 + 8 * 24 * 60 * 60).unwrap();
        assert_eq!(known_names(&folder, later), CompletionNames::default(), "too old");
        fs::remove_dir_all(&place).unwrap();
    }
}
