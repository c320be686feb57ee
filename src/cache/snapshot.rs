//! Saved snapshots: one file with the last snapshot of each source, replaced as a whole.

use super::{CacheDir, checksum::strip_checksum, file_name, replace_file};
use crate::model::{Snapshot, Timestamp};
use std::{
    io::{self, ErrorKind},
    sync::Arc,
    time::Duration,
};

/// Prefix of the names of snapshot files, with the version of their format. Each version has its own files.
pub(super) const SNAPSHOT_FILE_PREFIX: &str = "picture2";

/// Maximum age in seconds of a snapshot that Portolan loads. An older one would mislead more than help.
/// Saving a snapshot removes older snapshot and outage files.
pub(super) const MAX_SNAPSHOT_AGE_SECONDS: i64 = 7 * 24 * 60 * 60;

/// Age above which Portolan removes an unfinished file, because its writer was surely killed.
const MAX_UNFINISHED_FILE_AGE: Duration = Duration::from_mins(10);

/// Maximum size in bytes of a snapshot file that Portolan reads. 2,000 services with 10,000 tasks take 6 MB.
pub(super) const MAX_SNAPSHOT_BYTES: u64 = 256 << 20;

/// Saves the snapshot of the source whose key is `key`. Also removes old and unfinished files.
pub fn save_snapshot(folder: &CacheDir, key: &str, snapshot: &Snapshot) -> io::Result<()> {
    let snapshot = strip_for_cache(snapshot);
    // The encoder writes to the file piece by piece, because the snapshot of a big account takes megabytes.
    let written = replace_file(folder, &snapshot_file_name(key), &mut |mut to| {
        rmp_serde::encode::write_named(&mut to, &(key, &snapshot)).map_err(io::Error::other)
    });
    let max_age = Duration::from_secs(MAX_SNAPSHOT_AGE_SECONDS.unsigned_abs());
    let is_aging = |name: &str| ["picture", "outages"].iter().any(|kind| name.starts_with(kind));
    folder.create()?.remove_old(MAX_UNFINISHED_FILE_AGE, |name| is_aging(name).then_some(max_age));
    written
}

/// Returns a smaller copy of the snapshot, in which only the first instance of each service has containers.
/// That suffices for the map, and halves the file of a big account. The first poll reads the other containers
/// again.
fn strip_for_cache(snapshot: &Snapshot) -> Snapshot {
    let mut thin = snapshot.clone();
    for service in thin.services.iter_mut().filter(|service| service.instances.len() > 1) {
        let instances = &mut Arc::make_mut(service).instances;
        instances.iter_mut().skip(1).for_each(|instance| instance.containers = Vec::new());
    }
    thin
}

/// Loads the last snapshot of the source whose key is `key`. Returns `None` if the file is missing, or if its
/// snapshot is too old or from the future.
///
/// # Errors
/// Fails if the file can't be read or is damaged. Removes a damaged file.
pub fn load_snapshot(folder: &CacheDir, key: &str, now: Timestamp) -> io::Result<Option<Snapshot>> {
    let Some(dir) = folder.open()? else { return Ok(None) };
    let name = snapshot_file_name(key);
    let Some(bytes) = dir.read(&name, MAX_SNAPSHOT_BYTES)? else { return Ok(None) };
    let text = strip_checksum(bytes.strip_suffix(b"\n").unwrap_or(&bytes));
    let read = text.and_then(|text| rmp_serde::from_slice::<(String, Snapshot)>(text).ok());
    let Some((whose, snapshot)) = read else {
        // If the file can't be removed, the next snapshot overwrites it.
        let _ = dir.remove(&name);
        let words = format!("{} is damaged", folder.path().join(&name).display());
        return Err(io::Error::new(ErrorKind::InvalidData, words));
    };
    let age = now.as_second() - snapshot.taken_at.as_second();
    Ok(Some(snapshot).filter(|_| whose == key && (0..MAX_SNAPSHOT_AGE_SECONDS).contains(&age)))
}

/// Returns the file name for the snapshot of the source whose key is `key`.
fn snapshot_file_name(key: &str) -> String {
    file_name(SNAPSHOT_FILE_PREFIX, key)
}

#[cfg(test)]
mod tests {
    use super::{CacheDir, load_snapshot, save_snapshot};
    use crate::model::{Container, Health, Instance, LogRoute, Service, Timestamp, fixtures};
    use std::fs;

    #[test]
    fn only_the_first_instance_keeps_its_containers() {
        let place = std::env::temp_dir().join(format!("portolan-thin-{}", std::process::id()));
        let folder = CacheDir::new(&place);
        let container = Container {
            name: "web".into(),
            image: "web:1".into(),
            digest: None,
            log_route: LogRoute::Engine { container: "web".into() },
            exit: None,
        };
        let one = |name| Instance { containers: vec![container.clone()], ..fixtures::instance(name) };
        let all: Vec<_> = ["1", "2", "3"].map(one).into();
        let web = Service { instances: all.clone(), ..fixtures::service("web") };
        let snapshot = fixtures::snapshot("ecs", vec![web]);
        save_snapshot(&folder, "ecs", &snapshot).unwrap();
        let kept = load_snapshot(&folder, "ecs", snapshot.taken_at).unwrap().unwrap();
        let kept = &kept.services[0];
        assert_eq!(
            (Health::of_service(kept), kept.running()),
            (Health::of_service(&snapshot.services[0]), 3)
        );
        assert_eq!(kept.instances[0], all[0]);
        assert!(kept.instances[1..].iter().all(|instance| instance.containers.is_empty()));
        fs::remove_dir_all(&place).unwrap();
    }

    #[test]
    fn the_last_picture_is_whole_or_let_go() {
        let place = std::env::temp_dir().join(format!("portolan-picture-{}", std::process::id()));
        let folder = CacheDir::new(&place);
        let now = Timestamp::from_second(1_000_000).unwrap();
        assert_eq!(load_snapshot(&folder, "ecs prod/eu", now).unwrap(), None);
        let mut snapshot = fixtures::snapshot("ecs", vec![fixtures::service("web")]);
        snapshot.taken_at = now;
        save_snapshot(&folder, "ecs prod/eu", &snapshot).unwrap();
        assert_eq!(load_snapshot(&folder, "ecs prod/eu", now).unwrap().as_ref(), Some(&snapshot));
        assert_eq!(load_snapshot(&folder, "ecs prod-eu", now).unwrap(), None, "another source");
        let later = Timestamp::from_second(1_000_000 + 8 * 24 * 60 * 60).unwrap();
        assert_eq!(load_snapshot(&folder, "ecs prod/eu", later).unwrap(), None, "too old");
        let path = fs::read_dir(&place).unwrap().next().unwrap().unwrap().path();
        let whole = fs::read(&path).unwrap();
        for end in [0, 1, 8, 9, 20, whole.len() / 2, whole.len() - 3] {
            fs::write(&path, &whole[..end]).unwrap();
            assert!(load_snapshot(&folder, "ecs prod/eu", now).is_err(), "cut at {end}");
            assert!(!path.exists());
        }
        fs::remove_dir_all(&place).unwrap();
    }
}
