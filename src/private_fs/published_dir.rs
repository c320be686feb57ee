//! Directories in which the user publishes files for other people, such as the pages of a handbook.

use super::{
    SAFE_OPEN_FLAGS,
    dir::{read_limited, unfinished_name},
    error_with_path, name_of_entry, regular_file_stat,
};
use rustix::{
    fs::{AtFlags, Dir, Mode, OFlags, open, openat, renameat, unlinkat},
    io::Errno,
};
use std::{
    fs::{DirBuilder, File},
    io,
    os::{fd::OwnedFd, unix::fs::DirBuilderExt},
    path::{Path, PathBuf},
};

/// Mode of a new directory, before the user's umask removes bits (umask(2)).
const PUBLISHED_DIR_MODE: Mode = Mode::RWXU.union(Mode::RWXG).union(Mode::RWXO);
/// Mode of a new file, before the user's umask removes bits.
const PUBLISHED_FILE_MODE: Mode =
    Mode::RUSR.union(Mode::WUSR).union(Mode::RGRP).union(Mode::WGRP).union(Mode::ROTH).union(Mode::WOTH);

/// Open directory in which the user publishes files, such as the pages of a handbook. It may belong to
/// another user, and its permissions stay unchanged. New files have the permissions that the user's umask
/// allows.
#[derive(Debug)]
pub struct PublishedDir {
    fd: OwnedFd,
    path: PathBuf,
}

impl PublishedDir {
    /// Opens a directory, and creates it and its parents if missing.
    pub fn open_or_create(path: &Path) -> io::Result<Self> {
        let mut builder = DirBuilder::new();
        let created = builder.recursive(true).mode(PUBLISHED_DIR_MODE.bits()).create(path);
        created.map_err(|error| error_with_path(path, error))?;
        Self::open(path)
    }

    /// Opens an existing directory; follows a symbolic link at `path`. A missing directory is an error of
    /// kind `NotFound`.
    pub fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let opened = open(path, flags, Mode::empty()).map_err(|error| error_with_path(path, error.into()))?;
        Ok(Self { fd: opened, path: path.to_owned() })
    }

    /// Returns the content of the file `name`, or `None` if it is missing. Fails if the file is longer than
    /// `max_bytes`.
    pub fn read(&self, name: &str, max_bytes: u64) -> io::Result<Option<Vec<u8>>> {
        let named = |error| error_with_path(&self.path.join(name), error);
        let file = match openat(&self.fd, name, OFlags::RDONLY | SAFE_OPEN_FLAGS, Mode::empty()) {
            Ok(file) => file,
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => return Err(named(error.into())),
        };
        regular_file_stat(&file).map_err(named)?;
        read_limited(File::from(file), max_bytes).map(Some).map_err(named)
    }

    /// Replaces the file `name` with the bytes that `fill` writes. Readers see either the old or the new
    /// file, never a part of one.
    pub fn replace(&self, name: &str, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
        let named = |error| error_with_path(&self.path.join(name), error);
        let unfinished = unfinished_name(name);
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | SAFE_OPEN_FLAGS;
        let opened = openat(&self.fd, &unfinished, flags, PUBLISHED_FILE_MODE);
        let mut file = File::from(opened.map_err(|error| named(error.into()))?);
        let written = fill(&mut file)
            .and_then(|()| renameat(&self.fd, &unfinished, &self.fd, name).map_err(io::Error::from));
        if written.is_err() {
            // Half a file is worse than none. The caller gets the first error, so an error of the removal is
            // ignored.
            let _ = self.remove(&unfinished);
        }
        written.map_err(named)
    }

    /// Removes a file or a symbolic link.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        Ok(unlinkat(&self.fd, name, AtFlags::empty())?)
    }

    /// Returns the names of the entries that are valid Unicode, without `.` and `..`.
    pub fn file_names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.fd)? {
            let entry = entry?;
            names.extend(name_of_entry(&entry));
        }
        Ok(names)
    }
}
