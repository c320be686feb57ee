//! Folders to which several users of one machine or shared disk write, such as a team's store.
//!
//! Files get at most the permissions of the folder, so the folder decides who may read and change them.

use super::{SAFE_OPEN_FLAGS, error_with_path, name_of_entry, regular_file_stat};
use rustix::{
    fs::{
        AtFlags, Dir, FileType, FlockOperation, Mode, OFlags, fchmod, flock, fstat, linkat, open, openat,
        renameat, statat, unlinkat,
    },
    io::Errno,
};
use std::{
    fs::File,
    io::{self, ErrorKind, Read, Write},
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, SystemTime},
};

/// Name of the lock file. A process locks it while it replaces a file under a condition.
const LOCK_FILE_NAME: &str = ".lock";

/// Maximum time to wait for the lock.
const MAX_LOCK_WAIT: Duration = Duration::from_secs(2);
/// Time between two attempts to lock.
const LOCK_RETRY_WAIT: Duration = Duration::from_millis(20);

/// Open folder that several users share. Portolan uses only the files directly in it.
#[derive(Debug)]
pub struct SharedDir {
    fd: OwnedFd,
    path: PathBuf,
    /// Mode of new files.
    file_mode: Mode,
    /// Mode of the lock file: only users who may write to the folder may lock it.
    lock_mode: Mode,
}

/// Content and age of a file in a shared folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedFile {
    /// The content.
    pub bytes: Vec<u8>,
    /// Time since the file was last changed, by the clock of this machine; zero if the disk's clock is ahead.
    pub age: Duration,
}

impl SharedDir {
    /// Opens an existing folder.
    pub fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let fd = open(path, flags, Mode::empty()).map_err(|error| error_with_path(path, error.into()))?;
        let folder = Mode::from_raw_mode(fstat(&fd)?.st_mode);
        let owner = Mode::RUSR | Mode::WUSR;
        let writers = [(Mode::WGRP, Mode::RGRP | Mode::WGRP), (Mode::WOTH, Mode::ROTH | Mode::WOTH)];
        let lock_mode = writers.into_iter().filter(|(may_write, _)| folder.contains(*may_write));
        Ok(Self {
            fd,
            path: path.to_owned(),
            file_mode: owner | (folder & (Mode::RGRP | Mode::ROTH)),
            lock_mode: lock_mode.fold(owner, |mode, (_, lock)| mode | lock),
        })
    }

    /// Reads the file `name`. Returns `None` if it is missing. Fails if it is longer than `max_bytes`.
    pub fn read(&self, name: &str, max_bytes: u64) -> io::Result<Option<SharedFile>> {
        let file = match self.open_file(name, OFlags::RDONLY, Mode::empty()) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let changed_at = file.metadata()?.modified()?;
        let mut bytes = Vec::new();
        file.take(max_bytes + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > max_bytes {
            let error = io::Error::new(ErrorKind::FileTooLarge, format!("larger than {max_bytes} bytes"));
            return Err(error_with_path(&self.path.join(name), error));
        }
        let age = SystemTime::now().duration_since(changed_at).unwrap_or_default();
        Ok(Some(SharedFile { bytes, age }))
    }

    /// Creates the file `name` with the content `bytes`. Returns false if a file of that name exists.
    pub fn create(&self, name: &str, bytes: &[u8]) -> io::Result<bool> {
        self.write_unfinished(name, bytes, |unfinished| {
            // Unlike a rename, a link never replaces a file.
            match linkat(&self.fd, unfinished, &self.fd, name, AtFlags::empty()) {
                Ok(()) => Ok(true),
                Err(Errno::EXIST) => Ok(false),
                Err(error) => Err(error.into()),
            }
        })
    }

    /// Creates or replaces the file `name`. Readers see either the old or the new content, never a part of
    /// it.
    pub fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.write_unfinished(name, bytes, |unfinished| Ok(renameat(&self.fd, unfinished, &self.fd, name)?))
    }

    /// Replaces the file `name` if `is_expected` returns true for its content, or for `None` if the file is
    /// missing. Otherwise returns false. Holds the folder's lock, so that no other call of this function
    /// replaces the file meanwhile.
    pub fn replace_if(
        &self,
        name: &str,
        max_bytes: u64,
        is_expected: impl FnOnce(Option<&[u8]>) -> bool,
        bytes: &[u8],
    ) -> io::Result<bool> {
        // Dropping the file releases the lock.
        let _lock = self.lock()?;
        let known = self.read(name, max_bytes)?;
        if !is_expected(known.as_ref().map(|file| &file.bytes[..])) {
            return Ok(false);
        }
        self.replace(name, bytes).map(|()| true)
    }

    /// Removes a file; a missing one is no error.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        match unlinkat(&self.fd, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Returns the names of the entries that are valid Unicode.
    pub fn file_names(&self) -> io::Result<Vec<String>> {
        let entries = Dir::read_from(&self.fd)?.flatten();
        Ok(entries.filter_map(|entry| name_of_entry(&entry)).collect())
    }

    /// Returns a text that changes whenever the file `name` is replaced. Does not read the file. Returns
    /// `None` if no regular file has that name.
    pub fn change_mark(&self, name: &str) -> io::Result<Option<String>> {
        let stat = match statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => stat,
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => return Err(error_with_path(&self.path.join(name), error.into())),
        };
        let mark = || format!("{}-{}-{}.{}", stat.st_ino, stat.st_size, stat.st_mtime, stat.st_mtime_nsec);
        Ok((FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile).then(mark))
    }

    /// Removes unfinished files that were last written at least `min_age` ago, because killed processes left
    /// them. Files that can't be removed stay.
    pub fn remove_unfinished(&self, min_age: Duration) -> io::Result<()> {
        for name in self.file_names()?.into_iter().filter(|name| is_unfinished_name(name)) {
            let modified = self
                .open_file(&name, OFlags::RDONLY, Mode::empty())
                .and_then(|file| file.metadata()?.modified());
            let age = modified.map(|at| SystemTime::now().duration_since(at).unwrap_or_default());
            if age.is_ok_and(|age| age >= min_age) {
                let _ = self.remove(&name);
            }
        }
        Ok(())
    }

    /// Waits for the folder's lock, and fails after [`MAX_LOCK_WAIT`]. Opens the lock file for writing,
    /// because NFS locks only such files exclusively (flock(2)).
    fn lock(&self) -> io::Result<File> {
        let file = self.open_file(LOCK_FILE_NAME, OFlags::RDWR | OFlags::CREATE, self.lock_mode)?;
        let mut waited = Duration::ZERO;
        loop {
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Ok(file),
                Err(Errno::WOULDBLOCK) if waited < MAX_LOCK_WAIT => {
                    thread::sleep(LOCK_RETRY_WAIT);
                    waited += LOCK_RETRY_WAIT;
                }
                Err(error) => return Err(error_with_path(&self.path.join(LOCK_FILE_NAME), error.into())),
            }
        }
    }

    /// Writes `bytes` to a file with a temporary name, and calls `finish` with that name to give the file its
    /// final name. Then removes the temporary name.
    fn write_unfinished<T>(
        &self,
        name: &str,
        bytes: &[u8],
        finish: impl FnOnce(&str) -> io::Result<T>,
    ) -> io::Result<T> {
        static WRITE_COUNT: AtomicU32 = AtomicU32::new(0);
        let number = WRITE_COUNT.fetch_add(1, Ordering::Relaxed);
        let unfinished = unfinished_name(name, std::process::id(), number);
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
        let mut file = self.open_file(&unfinished, flags, self.file_mode)?;
        let finished = file.write_all(bytes).and_then(|()| finish(&unfinished));
        // After a rename, the temporary name no longer exists, which is no error here.
        let _ = self.remove(&unfinished);
        finished.map_err(|error| error_with_path(&self.path.join(name), error))
    }

    /// Opens the regular file `name`. If `flags` allow creating it, sets the mode to `mode`, unless the file
    /// belongs to another user.
    fn open_file(&self, name: &str, flags: OFlags, mode: Mode) -> io::Result<File> {
        let named = |error: io::Error| error_with_path(&self.path.join(name), error);
        let file =
            openat(&self.fd, name, flags | SAFE_OPEN_FLAGS, mode).map_err(|error| named(error.into()))?;
        regular_file_stat(&file).map_err(named)?;
        if flags.contains(OFlags::CREATE) {
            // The umask may have removed permissions that the folder gives. A file of another user keeps its
            // mode.
            let _ = fchmod(&file, mode);
        }
        Ok(File::from(file))
    }
}

/// Text between a file's name and the process and file numbers in its temporary name.
const UNFINISHED_MARK: &str = ".unfinished-";

/// Returns the temporary name of the file `name`, which the process with the id `process` writes as its
/// `number`-th file.
fn unfinished_name(name: &str, process: u32, number: u32) -> String {
    format!(".{name}{UNFINISHED_MARK}{process}-{number}")
}

/// Returns true if `name` has the form that [`unfinished_name`] returns. Portolan must leave any other file
/// alone, because other programs may use the folder too.
fn is_unfinished_name(name: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let numbers = name.rsplit_once(UNFINISHED_MARK).and_then(|(_, numbers)| numbers.split_once('-'));
    name.starts_with('.') && numbers.is_some_and(|(process, number)| is_number(process) && is_number(number))
}

#[cfg(test)]
mod tests {
    use super::SharedDir;
    use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str, mode: u32) -> Self {
            let path = std::env::temp_dir().join(format!("portolan-shared-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            fs::create_dir(&path).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            Self(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn files_have_the_audience_of_their_folder() {
        for (mode, expected) in [(0o700, 0o600), (0o770, 0o640), (0o777, 0o644)] {
            let folder = Folder::new("mode", mode);
            let dir = SharedDir::open(&folder.0).unwrap();
            assert!(dir.create("a", b"x").unwrap());
            let made = fs::metadata(folder.0.join("a")).unwrap().permissions().mode() & 0o777;
            assert_eq!(made, expected, "{mode:o}");
        }
    }

    #[test]
    fn only_who_may_change_the_folder_may_lock_it() {
        for (mode, expected) in [(0o755, 0o600), (0o775, 0o660), (0o777, 0o666)] {
            let folder = Folder::new("lock", mode);
            let dir = SharedDir::open(&folder.0).unwrap();
            assert!(dir.replace_if("a", 9, |known| known.is_none(), b"x").unwrap());
            let made = fs::metadata(folder.0.join(".lock")).unwrap().permissions().mode() & 0o777;
            assert_eq!(made, expected, "{mode:o}");
        }
    }

    #[test]
    fn unfinished_files_are_removed_once_they_are_old() {
        let folder = Folder::new("unfinished", 0o700);
        let dir = SharedDir::open(&folder.0).unwrap();
        for name in [
            ".a+1.unfinished-7-0",
            ".b+1.unfinished-7-12",
            "a+1",
            ".lock",
            ".backup.2026-11",
            ".a.unfinished-7-x",
            "a.unfinished-7-0",
        ] {
            fs::write(folder.0.join(name), b"x").unwrap();
        }
        dir.remove_unfinished(std::time::Duration::from_hours(1)).unwrap();
        assert_eq!(dir.file_names().unwrap().iter().filter(|name| name.len() > 2).count(), 7);
        dir.remove_unfinished(std::time::Duration::ZERO).unwrap();
        let mut left = dir.file_names().unwrap();
        left.retain(|name| name.len() > 2);
        left.sort();
        assert_eq!(left, [".a.unfinished-7-x", ".backup.2026-11", ".lock", "a+1", "a.unfinished-7-0"]);
    }

    #[test]
    fn the_mark_of_a_file_changes_when_it_is_replaced() {
        let folder = Folder::new("mark", 0o700);
        let dir = SharedDir::open(&folder.0).unwrap();
        dir.replace("a", b"1").unwrap();
        let mark = dir.change_mark("a").unwrap();
        assert!(mark.is_some() && dir.change_mark("a").unwrap() == mark);
        dir.replace("a", b"2").unwrap();
        assert_ne!(dir.change_mark("a").unwrap(), mark);
        fs::create_dir(folder.0.join("b")).unwrap();
        std::os::unix::fs::symlink("a", folder.0.join("c")).unwrap();
        assert_eq!(["b", "c", "d"].map(|name| dir.change_mark(name).unwrap()), [None, None, None]);
    }

    #[test]
    fn a_name_is_created_once_and_replaced_only_as_expected() {
        let folder = Folder::new("once", 0o700);
        let dir = SharedDir::open(&folder.0).unwrap();
        assert_eq!((dir.create("a", b"1").unwrap(), dir.create("a", b"2").unwrap()), (true, false));
        assert!(!dir.replace_if("a", 9, |known| known == Some(b"2"), b"3").unwrap());
        assert!(dir.replace_if("a", 9, |known| known == Some(b"1"), b"3").unwrap());
        assert!(!dir.replace_if("b", 9, |known| known.is_some(), b"3").unwrap());
        assert_eq!(dir.read("a", 9).unwrap().unwrap().bytes, b"3");
        assert!(dir.read("a", 0).is_err() && dir.read("b", 9).unwrap().is_none());
        dir.remove("a").unwrap();
        dir.remove("a").unwrap();
        assert_eq!(dir.file_names().unwrap().iter().filter(|name| !name.starts_with('.')).count(), 0);
    }

    #[test]
    fn one_of_many_creates_a_name() {
        let folder = Folder::new("race", 0o700);
        let wins: usize = std::thread::scope(|scope| {
            let racer = |n: u8| {
                let path = folder.0.clone();
                scope.spawn(move || {
                    let dir = SharedDir::open(&path).unwrap();
                    (0..20).filter(|key| dir.create(&format!("k{key}"), &[n]).unwrap()).count()
                })
            };
            let racers: Vec<_> = (0..4).map(racer).collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).sum()
        });
        assert_eq!(wins, 20);
    }

    #[test]
    fn links_are_not_followed() {
        let folder = Folder::new("link", 0o700);
        std::os::unix::fs::symlink("/etc/passwd", folder.0.join("a")).unwrap();
        let dir = SharedDir::open(&folder.0).unwrap();
        assert!(dir.read("a", 1 << 20).is_err());
        dir.replace("a", b"mine").unwrap();
        assert_eq!(dir.read("a", 9).unwrap().unwrap().bytes, b"mine");
    }
}
