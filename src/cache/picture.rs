//! The last picture of each source: one file that is replaced as a whole, so that a reader sees the old one or the new.

use super::{Folder, file_name, replace, summed::checked};
use crate::model::{Snapshot, Timestamp};
use std::{
    io::{self, ErrorKind},
    sync::Arc,
    time::Duration,
};

/// The form of the file. Another form is another file.
const VERSION: u32 = 2;

/// How old a picture may be: what is older misleads more than it helps.
const OLDEST: i64 = 7 * 24 * 60 * 60;

/// From what age on a file that was never finished is a leftover.
const LEFTOVER: Duration = Duration::from_mins(10);

/// Largest picture that is read, in bytes: that of 2,000 services with 10,000 tasks takes some 6 MB.
const MAX_PICTURE_BYTES: u64 = 256 << 20;

/// Keeps the picture of the source of that key.
pub fn keep(folder: &Folder, key: &str, snapshot: &Snapshot) -> io::Result<()> {
    let snapshot = thin(snapshot);
    // Piece by piece, as that of a big account takes some megabytes.
    let written = replace(folder, &picture_name(key), &mut |mut to| {
        rmp_serde::encode::write_named(&mut to, &(key, &snapshot)).map_err(io::Error::other)
    });
    let max_age = Duration::from_secs(OLDEST.unsigned_abs());
    let is_aging = |name: &str| ["picture", "outages"].iter().any(|kind| name.starts_with(kind));
    folder.make()?.sweep(LEFTOVER, |name| is_aging(name).then_some(max_age));
    written
}

/// The picture without what is the same again and again: of the instances of a service the first one alone has its
/// containers. That is enough for a map, and half of what a big account takes; the first look brings them all.
fn thin(snapshot: &Snapshot) -> Snapshot {
    let mut thin = snapshot.clone();
    for service in thin.services.iter_mut().filter(|service| service.instances.len() > 1) {
        let instances = &mut Arc::make_mut(service).instances;
        instances.iter_mut().skip(1).for_each(|instance| instance.containers = Vec::new());
    }
    thin
}

/// The last picture of the source of that key; none where there is none, or one that is too old. An error where there is
/// one that is damaged; it is gone then.
pub fn last(folder: &Folder, key: &str, now: Timestamp) -> io::Result<Option<Snapshot>> {
    let Some(dir) = folder.open()? else { return Ok(None) };
    let name = picture_name(key);
    let Some(bytes) = dir.read(&name, MAX_PICTURE_BYTES)? else { return Ok(None) };
    let text = checked(bytes.strip_suffix(b"\n").unwrap_or(&bytes));
    let read = text.and_then(|text| rmp_serde::from_slice::<(String, Snapshot)>(text).ok());
    let Some((whose, snapshot)) = read else {
        // What can not be removed is written over by the next picture.
        let _ = dir.remove(&name);
        let words = format!("{} is damaged", folder.path().join(&name).display());
        return Err(io::Error::new(ErrorKind::InvalidData, words));
    };
    let age = now.as_second() - snapshot.taken.as_second();
    Ok(Some(snapshot).filter(|_| whose == key && (0..OLDEST).contains(&age)))
}

/// Returns the name of the file for the picture of the source of that key.
fn picture_name(key: &str) -> String {
    file_name(&format!("picture{VERSION}"), key)
}

#[cfg(test)]
mod tests {
    use super::{Folder, keep, last};
    use crate::model::{Container, Health, Instance, LogRoute, Service, Timestamp, sample};
    use std::fs;

    #[test]
    fn of_many_instances_the_first_alone_has_its_containers() {
        let place = std::env::temp_dir().join(format!("portolan-thin-{}", std::process::id()));
        let folder = Folder::new(&place);
        let container = Container {
            name: "web".into(),
            image: "web:1".into(),
            digest: None,
            log: LogRoute::Engine { container: "web".into() },
            exit: None,
        };
        let one = |name| Instance { containers: vec![container.clone()], ..sample::instance(name) };
        let all: Vec<_> = ["1", "2", "3"].map(one).into();
        let web = Service { instances: all.clone(), ..sample::service("web") };
        let snapshot = sample::snapshot("ecs", vec![web]);
        keep(&folder, "ecs", &snapshot).unwrap();
        let kept = last(&folder, "ecs", snapshot.taken).unwrap().unwrap();
        let kept = &kept.services[0];
        assert_eq!((Health::of(kept), kept.running()), (Health::of(&snapshot.services[0]), 3));
        assert_eq!(kept.instances[0], all[0]);
        assert!(kept.instances[1..].iter().all(|instance| instance.containers.is_empty()));
        fs::remove_dir_all(&place).unwrap();
    }

    #[test]
    fn the_last_picture_is_whole_or_let_go() {
        let place = std::env::temp_dir().join(format!("portolan-picture-{}", std::process::id()));
        let folder = Folder::new(&place);
        let now = Timestamp::from_second(1_000_000).unwrap();
        assert_eq!(last(&folder, "ecs prod/eu", now).unwrap(), None);
        let mut snapshot = sample::snapshot("ecs", vec![sample::service("web")]);
        snapshot.taken = now;
        keep(&folder, "ecs prod/eu", &snapshot).unwrap();
        assert_eq!(last(&folder, "ecs prod/eu", now).unwrap().as_ref(), Some(&snapshot));
        assert_eq!(last(&folder, "ecs prod-eu", now).unwrap(), None, "another source");
        let later = Timestamp::from_second(1_000_000 + 8 * 24 * 60 * 60).unwrap();
        assert_eq!(last(&folder, "ecs prod/eu", later).unwrap(), None, "too old");
        let path = fs::read_dir(&place).unwrap().next().unwrap().unwrap().path();
        let whole = fs::read(&path).unwrap();
        for end in [0, 1, 8, 9, 20, whole.len() / 2, whole.len() - 3] {
            fs::write(&path, &whole[..end]).unwrap();
            assert!(last(&folder, "ecs prod/eu", now).is_err(), "cut at {end}");
            assert!(!path.exists());
        }
        fs::remove_dir_all(&place).unwrap();
    }
}
