//! Folders of Portolan's own, such as the cache and the state.

use super::{DIR_MODE, FILE_MODE, SAFE, about, is_open_to_others, is_ours, regular};
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

/// Ending of a file that is being written and will replace another.
const UNFINISHED: &str = "new";

/// Open folder that belongs to this user alone.
#[derive(Debug)]
pub struct PrivateDir {
    fd: OwnedFd,
    path: PathBuf,
}

impl PrivateDir {
    /// Opens a folder, and makes it and its parents where they are missing. One of ours that is open to others is closed
    /// to them; one of another user, or a symbolic link, is an error.
    pub fn make(path: &Path) -> io::Result<Self> {
        let named = |error| about(path, error);
        if let Some(parent) = path.parent() {
            DirBuilder::new().recursive(true).mode(DIR_MODE.bits()).create(parent).map_err(named)?;
        }
        match mkdir(path, DIR_MODE) {
            Ok(()) | Err(Errno::EXIST) => Self::open(path),
            Err(error) => Err(named(error.into())),
        }
    }

    /// Opens a folder that is there; a missing one is an error of the kind `NotFound`.
    pub fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | SAFE;
        let opened = open(path, flags, Mode::empty()).map_err(io::Error::from);
        Self::checked(opened.map_err(|error| about(path, error))?, path)
    }

    fn checked(fd: OwnedFd, path: &Path) -> io::Result<Self> {
        let stat = fstat(&fd)?;
        if !is_ours(&stat) {
            let error = io::Error::new(ErrorKind::PermissionDenied, "belongs to another user");
            return Err(about(path, error));
        }
        if is_open_to_others(&stat) {
            fchmod(&fd, DIR_MODE)?;
        }
        Ok(Self { fd, path: path.to_owned() })
    }

    /// Reads a whole file; `None` where it is missing. One of more than `max_bytes` is an error.
    pub fn read(&self, name: &str, max_bytes: u64) -> io::Result<Option<Vec<u8>>> {
        let file = match self.file(name, OFlags::RDONLY) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut bytes = Vec::new();
        file.take(max_bytes + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > max_bytes {
            let words = format!("larger than {max_bytes} bytes");
            return Err(about(&self.path.join(name), io::Error::new(ErrorKind::FileTooLarge, words)));
        }
        Ok(Some(bytes))
    }

    /// Opens a file to write at its end (`O_APPEND`), and makes it where it is missing.
    pub fn append(&self, name: &str) -> io::Result<File> {
        self.file(name, OFlags::WRONLY | OFlags::APPEND | OFlags::CREATE)
    }

    /// Replaces a file as a whole by what `fill` writes: readers see the old one or the new one.
    pub fn replace(&self, name: &str, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
        static WRITTEN: AtomicU32 = AtomicU32::new(0);
        let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
        let unfinished = format!("{name}.{}-{number}.{UNFINISHED}", std::process::id());
        let mut file = self.file(&unfinished, OFlags::RDWR | OFlags::CREATE | OFlags::EXCL)?;
        let written = fill(&mut file).and_then(|()| self.rename(&unfinished, name));
        if written.is_err() {
            // Half a file is worse than none; that it could not be written is what matters.
            let _ = self.remove(&unfinished);
        }
        written
    }

    /// Gives a file another name, in place of a file that has it.
    pub fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        Ok(renameat(&self.fd, from, &self.fd, to)?)
    }

    /// Removes a file or a symbolic link.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        Ok(unlinkat(&self.fd, name, AtFlags::empty())?)
    }

    /// Removes the files that are older than `max_age` says for their name, and what writers left that were killed before
    /// they finished, after `max_unfinished`. What can't be removed stays for the next time.
    pub fn sweep(&self, max_unfinished: Duration, max_age: impl Fn(&str) -> Option<Duration>) {
        let names = Dir::read_from(&self.fd).into_iter().flatten().flatten();
        let names = names.filter_map(|entry| entry.file_name().to_str().ok().map(str::to_owned));
        for name in names.collect::<Vec<_>>() {
            let is_unfinished = Path::new(&name).extension().is_some_and(|end| end == UNFINISHED);
            let max = if is_unfinished { Some(max_unfinished) } else { max_age(&name) };
            if max.zip(self.age(&name)).is_some_and(|(max, age)| age > max) {
                // Another Portolan may have removed it.
                let _ = self.remove(&name);
            }
        }
    }

    /// Returns the time since a file was last written.
    fn age(&self, name: &str) -> Option<Duration> {
        let stat = statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
        let written = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(stat.st_mtime).ok()?);
        written.elapsed().ok()
    }

    /// Opens a file of ours in the folder. One that is open to others is closed to them.
    fn file(&self, name: &str, flags: OFlags) -> io::Result<File> {
        let named = |error| about(&self.path.join(name), error);
        let file = openat(&self.fd, name, flags | SAFE, FILE_MODE).map_err(|error| named(error.into()))?;
        let stat = regular(&file).map_err(named)?;
        if !is_ours(&stat) {
            return Err(named(io::Error::new(ErrorKind::PermissionDenied, "belongs to another user")));
        }
        if is_open_to_others(&stat) {
            fchmod(&file, FILE_MODE).map_err(|error| named(error.into()))?;
        }
        Ok(File::from(file))
    }
}
