//! What is kept on disk between runs, so that the next one need not ask again. All of it may be lost at any time: it is
//! written by several Portolans at once and by some that are killed in the middle, so each piece has a checksum, and
//! what is damaged is let go and said.

mod key;
mod outages;
mod picture;
mod shelf;
mod summed;

pub use key::key_of;
pub use outages::{keep_outages, last_outages};
pub use picture::{keep, last};
pub use shelf::Shelf;

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};
use summed::write_summed;

/// The folder of the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder(PathBuf);

impl Folder {
    /// That folder, which need not be there yet.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The path of a file in it, whose name may be any text: what a file name can not hold becomes a dash, and its hash
    /// tells it from others that look like it then.
    fn file(&self, kind: &str, name: &str) -> PathBuf {
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
        let short: String = name.chars().map(plain).take(60).collect();
        self.0.join(format!("{kind}-{short}-{:08x}", crc32fast::hash(name.as_bytes())))
    }

    /// Makes the folder, for its owner alone: names of services are nobody else's business.
    fn make(&self) -> io::Result<()> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.0)
    }
}

/// Writes a file beside the one at that path, and puts it in its place: a reader sees the old one or the new.
fn replace(
    folder: &Folder,
    path: &Path,
    fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    folder.make()?;
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.new", std::process::id()));
    let beside = PathBuf::from(beside);
    let written = open(&beside, OpenOptions::new().write(true).create(true).truncate(true))
        .and_then(|mut file| write_summed(&mut file, fill))
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // Half a file is worse than none; that it could not be written is what matters.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Opens a file for its owner alone.
fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.open(path)
}
