//! Tests of private files: modes, links, pipes, devices, files of other users.

use super::{PrivateDir, PublishedDir, TemporaryDir, create};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use std::{
    fs::{self, Permissions},
    io::{ErrorKind, Write},
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
    time::Duration,
};

fn temporary_dir() -> TemporaryDir {
    TemporaryDir::create("portolan-private-").unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

fn make_pipe(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
}

#[test]
fn folders_and_files_are_for_their_owner_alone() {
    let place = temporary_dir();
    let path = place.path().join("a/b");
    let dir = PrivateDir::open_or_create(&path).unwrap();
    dir.open_append("log").unwrap().write_all(b"one").unwrap();
    dir.replace("picture", |file| file.write_all(b"two")).unwrap();
    assert_eq!((mode(&path), mode(&path.join("log")), mode(&path.join("picture"))), (0o700, 0o600, 0o600));
    assert_eq!(dir.read("picture", 3).unwrap().unwrap(), b"two");
    assert_eq!(dir.read("picture", 2).unwrap_err().kind(), ErrorKind::FileTooLarge);
    assert_eq!(dir.read("nothing", 2).unwrap(), None);
}

#[test]
fn permissions_of_other_users_are_removed() {
    let place = temporary_dir();
    let file = place.path().join("log");
    fs::write(&file, "old").unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o666)).unwrap();
    fs::set_permissions(place.path(), Permissions::from_mode(0o777)).unwrap();
    PrivateDir::open_or_create(place.path()).unwrap().open_append("log").unwrap().write_all(b" new").unwrap();
    assert_eq!((mode(place.path()), mode(&file)), (0o700, 0o600));
    assert_eq!(fs::read_to_string(&file).unwrap(), "old new");
}

#[test]
fn no_link_is_followed_and_no_pipe_waited_for() {
    let place = temporary_dir();
    let (precious, dir) = (place.path().join("precious"), place.path().join("dir"));
    fs::write(&precious, "precious").unwrap();
    let private = PrivateDir::open_or_create(&dir).unwrap();
    symlink(&precious, dir.join("link")).unwrap();
    symlink("/dev/zero", dir.join("device")).unwrap();
    make_pipe(&dir.join("pipe"));
    for name in ["link", "device", "pipe"] {
        assert!(private.open_append(name).is_err(), "{name}");
        assert!(private.read(name, 9).is_err(), "{name}");
        assert!(create(&dir.join(name), true).is_err(), "{name}");
        assert!(create(&dir.join(name), false).is_err(), "{name}");
        private.replace(name, |file| file.write_all(b"own")).unwrap();
        assert_eq!(private.read(name, 9).unwrap().unwrap(), b"own", "{name}");
    }
    assert_eq!(fs::read_to_string(&precious).unwrap(), "precious");
    symlink(&dir, place.path().join("linked")).unwrap();
    assert!(PrivateDir::open_or_create(&place.path().join("linked")).is_err());
    assert!(PrivateDir::open_or_create(&precious).is_err());
}

#[test]
fn a_folder_of_another_user_is_refused() {
    // Only root can change the owner of a file. For any other user, `/` belongs to another user.
    let others = Path::new(if rustix::process::geteuid().is_root() { "/nonexistent" } else { "/" });
    assert!(PrivateDir::open(others).is_err());
    let place = temporary_dir();
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(place.path(), Some(65_534), None).unwrap();
        let error = PrivateDir::open_or_create(place.path()).unwrap_err().to_string();
        assert!(error.ends_with("belongs to another user"), "{error}");
        std::os::unix::fs::chown(place.path(), Some(0), None).unwrap();
        let dir = PrivateDir::open_or_create(place.path()).unwrap();
        drop(dir.open_append("log").unwrap());
        std::os::unix::fs::chown(place.path().join("log"), Some(65_534), None).unwrap();
        assert!(dir.open_append("log").is_err());
    }
}

#[test]
fn a_file_that_is_there_is_overwritten_only_when_asked() {
    let place = temporary_dir();
    let path = place.path().join("record.jsonl");
    create(&path, false).unwrap().write_all(b"first").unwrap();
    let error = create(&path, false).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    assert_eq!(fs::read_to_string(&path).unwrap(), "first");
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    create(&path, true).unwrap().write_all(b"2").unwrap();
    assert_eq!((fs::read_to_string(&path).unwrap().as_str(), mode(&path)), ("2", 0o600));
    assert!(create(Path::new("/dev/full"), true).is_err());
}

#[test]
fn a_file_that_can_not_be_finished_leaves_the_old_one() {
    let place = temporary_dir();
    let dir = PrivateDir::open_or_create(place.path()).unwrap();
    dir.replace("picture", |file| file.write_all(b"whole")).unwrap();
    let full = |file: &mut fs::File| {
        file.write_all(b"ha")?;
        Err(ErrorKind::StorageFull.into())
    };
    assert_eq!(dir.replace("picture", full).unwrap_err().kind(), ErrorKind::StorageFull);
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    assert_eq!(dir.read("picture", 9).unwrap().unwrap(), b"whole");
}

#[test]
fn leftovers_are_swept_by_their_age() {
    let place = temporary_dir();
    let dir = PrivateDir::open_or_create(place.path()).unwrap();
    let old = std::time::SystemTime::now() - Duration::from_mins(20);
    for name in ["picture-a", "picture-b", "other", "picture-a.1-1.new", "picture-b.1-1.new"] {
        let file = dir.open_append(name).unwrap();
        if !name.contains("-b") {
            file.set_modified(old).unwrap();
        }
    }
    dir.remove_old(Duration::from_mins(10), |name| {
        name.starts_with("picture").then_some(Duration::from_mins(15))
    });
    let mut left: Vec<_> =
        fs::read_dir(place.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["other", "picture-b", "picture-b.1-1.new"]);
}

#[test]
fn a_temporary_folder_goes_with_its_owner_and_leftovers_are_swept() {
    let made = temporary_dir();
    let path = made.path().to_owned();
    assert_eq!(mode(&path), 0o700);
    drop(made);
    assert!(!path.exists());
    let left = path.with_file_name(format!("portolan-swept-{}", std::process::id()));
    let link = path.with_file_name(format!("portolan-swept-link-{}", std::process::id()));
    fs::create_dir(&left).unwrap();
    symlink(&left, &link).unwrap();
    TemporaryDir::remove_abandoned("portolan-swept-", |found| found == link);
    assert!(left.exists() && link.symlink_metadata().is_ok(), "a link is nobody's folder");
    TemporaryDir::remove_abandoned("portolan-swept-", |found| found == left);
    assert!(!left.exists());
    fs::remove_file(&link).unwrap();
}

#[test]
fn published_files_have_the_permissions_of_the_user_s_choice() {
    let place = temporary_dir();
    let path = place.path().join("site/handbook");
    // A new file of the test has the permissions that the umask gives.
    fs::write(place.path().join("usual"), "").unwrap();
    let dir = PublishedDir::open_or_create(&path).unwrap();
    dir.replace("page.html", |file| file.write_all(b"one")).unwrap();
    assert_eq!(mode(&path.join("page.html")), mode(&place.path().join("usual")));
    fs::set_permissions(&path, Permissions::from_mode(0o775)).unwrap();
    let dir = PublishedDir::open_or_create(&path).unwrap();
    assert_eq!(dir.read("page.html", 9).unwrap().unwrap(), b"one");
    assert_eq!(mode(&path), 0o775, "the permissions of the folder stay");
    assert_eq!(dir.file_names().unwrap(), ["page.html"]);
    assert_eq!(PublishedDir::open(&place.path().join("none")).unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn published_files_replace_links_and_are_read_through_none() {
    let place = temporary_dir();
    let secret = place.path().join("secret");
    fs::write(&secret, "precious").unwrap();
    let path = place.path().join("handbook");
    let dir = PublishedDir::open_or_create(&path).unwrap();
    symlink(&secret, path.join("page.html")).unwrap();
    make_pipe(&path.join("pipe"));
    assert!(dir.read("page.html", 99).is_err() && dir.read("pipe", 99).is_err());
    dir.replace("page.html", |file| file.write_all(b"new")).unwrap();
    assert_eq!(fs::read_to_string(&secret).unwrap(), "precious");
    assert_eq!(dir.read("page.html", 99).unwrap().unwrap(), b"new");
    symlink(&path, place.path().join("linked")).unwrap();
    assert!(PublishedDir::open_or_create(&place.path().join("linked")).is_ok(), "the user chose the link");
}

#[test]
fn a_published_folder_may_belong_to_another_user() {
    if rustix::process::geteuid().is_root() {
        let place = temporary_dir();
        let path = place.path().join("handbook");
        fs::create_dir(&path).unwrap();
        std::os::unix::fs::chown(&path, Some(65_534), None).unwrap();
        let dir = PublishedDir::open_or_create(&path).unwrap();
        dir.replace("page.html", |file| file.write_all(b"one")).unwrap();
    }
}
