//! Portolan's own directories, such as the cache and the state, to which no other user has access.

use super::{
    DIR_MODE, FILE_MODE, SAFE_OPEN_FLAGS, error_with_path, is_open_to_others, is_ours, name_of_entry,
    regular_file_stat,
};
use rustix::{
    fs::{AtFlags, Dir, Mode, OFlags, fchmod, fstat, mkdir, open, openat, renameat, statat, unlinkat},
    io::Errno,
};
use std::{
    fs::{DirBuilder, File},
    io::{self, ErrorKind, Read},
    os::{fd::OwnedFd, unix::fs::DirBuilderExt},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, SystemTime},
};

/// File extension of a replacement that is being written. Once complete, it is renamed to the name of the
/// file that it replaces.
const UNFINISHED_EXTENSION: &str = "new";

/// Returns a unique name for a replacement of the file `name` while it is being written.
pub(super) fn unfinished_name(name: &str) -> String {
    static REPLACE_COUNT: AtomicU32 = AtomicU32::new(0);
    let number = REPLACE_COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{name}.{}-{number}.{UNFINISHED_EXTENSION}", std::process::id())
}

/// Returns the content of `file`. Fails if it is longer than `max_bytes`.
pub(super) fn read_limited(file: File, max_bytes: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(max_bytes + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max_bytes {
        let words = format!("larger than {max_bytes} bytes");
        return Err(io::Error::new(ErrorKind::FileTooLarge, words));
    }
    Ok(bytes)
}

/// Open directory that belongs to this user, such as the cache. No other user may access it.
#[derive(Debug)]
pub struct PrivateDir {
    fd: OwnedFd,
    path: PathBuf,
}

impl PrivateDir {
    /// Opens the directory at `path`, and creates it and its parents if missing. Removes the permissions of
    /// other users. Fails for a directory of another user and for a symbolic link.
    pub fn open_or_create(path: &Path) -> io::Result<Self> {
        let named = |error| error_with_path(path, error);
        if let Some(parent) = path.parent() {
            DirBuilder::new().recursive(true).mode(DIR_MODE.bits()).create(parent).map_err(named)?;
        }
        match mkdir(path, DIR_MODE) {
            Ok(()) | Err(Errno::EXIST) => Self::open(path),
            Err(error) => Err(named(error.into())),
        }
    }

    /// Opens an existing directory, and removes the permissions of other users. A missing directory is an
    /// error of kind `NotFound`.
    pub fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | SAFE_OPEN_FLAGS;
        let opened = open(path, flags, Mode::empty()).map_err(io::Error::from);
        Self::check_owner(opened.map_err(|error| error_with_path(path, error))?, path)
    }

    fn check_owner(fd: OwnedFd, path: &Path) -> io::Result<Self> {
        let stat = fstat(&fd)?;
        if !is_ours(&stat) {
            let error = io::Error::new(ErrorKind::PermissionDenied, "belongs to another user");
            return Err(error_with_path(path, error));
        }
        if is_open_to_others(&stat) {
            fchmod(&fd, DIR_MODE)?;
        }
        Ok(Self { fd, path: path.to_owned() })
    }

    /// Returns the content of the file `name`, or `None` if it is missing. Fails if the file is longer than
    /// `max_bytes`.
    pub fn read(&self, name: &str, max_bytes: u64) -> io::Result<Option<Vec<u8>>> {
        let file = match self.open_file(name, OFlags::RDONLY) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let bytes = read_limited(file, max_bytes);
        bytes.map(Some).map_err(|error| error_with_path(&self.path.join(name), error))
    }

    /// Opens the file `name` for reading and appending (`O_APPEND`), and creates it if missing.
    pub fn open_append(&self, name: &str) -> io::Result<File> {
        self.open_file(name, OFlags::RDWR | OFlags::APPEND | OFlags::CREATE)
    }

    /// Replaces the file `name` with the bytes that `fill` writes. Readers see either the old or the new
    /// file, never a part of one.
    pub fn replace(&self, name: &str, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
        let unfinished = unfinished_name(name);
        let mut file = self.open_file(&unfinished, OFlags::RDWR | OFlags::CREATE | OFlags::EXCL)?;
        let written = fill(&mut file).and_then(|()| self.rename(&unfinished, name));
        if written.is_err() {
            // Half a file is worse than none. The caller gets the first error, so an error of the removal is
            // ignored.
            let _ = self.remove(&unfinished);
        }
        written
    }

    /// Renames the file `from` to `to`, and replaces any file of that name.
    pub fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        Ok(renameat(&self.fd, from, &self.fd, to)?)
    }

    /// Removes a file or a symbolic link.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        Ok(unlinkat(&self.fd, name, AtFlags::empty())?)
    }

    /// Removes old files. `max_age` returns the maximum age of the file with a given name, or `None` to keep
    /// the file.
    ///
    /// Killed processes leave unfinished files; their maximum age is `max_unfinished`. A file that can't be
    /// removed stays until the next call.
    pub fn remove_old(&self, max_unfinished: Duration, max_age: impl Fn(&str) -> Option<Duration>) {
        for name in self.file_names() {
            let is_unfinished = Path::new(&name).extension().is_some_and(|end| end == UNFINISHED_EXTENSION);
            let max = if is_unfinished { Some(max_unfinished) } else { max_age(&name) };
            if max.zip(self.age(&name)).is_some_and(|(max, age)| age > max) {
                // An error is ignored: another Portolan process may have removed the file.
                let _ = self.remove(&name);
            }
        }
    }

    /// Returns the names of the entries that are valid Unicode. Returns none if the directory can't be read.
    pub fn file_names(&self) -> Vec<String> {
        let entries = Dir::read_from(&self.fd).into_iter().flatten().flatten();
        entries.filter_map(|entry| name_of_entry(&entry)).collect()
    }

    /// Returns the time since the file `name` was last written. Returns `None` if it is missing, or if its
    /// time is in the future.
    fn age(&self, name: &str) -> Option<Duration> {
        let stat = statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
        let written = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(stat.st_mtime).ok()?);
        written.elapsed().ok()
    }

    /// Opens the regular file `name`, and removes the permissions of other users. Fails if it belongs to
    /// another user.
    fn open_file(&self, name: &str, flags: OFlags) -> io::Result<File> {
        let named = |error| error_with_path(&self.path.join(name), error);
        let file = openat(&self.fd, name, flags | SAFE_OPEN_FLAGS, FILE_MODE)
            .map_err(|error| named(error.into()))?;
        let stat = regular_file_stat(&file).map_err(named)?;
        if !is_ours(&stat) {
            return Err(named(io::Error::new(ErrorKind::PermissionDenied, "belongs to another user")));
        }
        if is_open_to_others(&stat) {
            fchmod(&file, FILE_MODE).map_err(|error| named(error.into()))?;
        }
        Ok(File::from(file))
    }
}
