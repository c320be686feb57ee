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

use crate::private_fs::PrivateDir;
use std::{
    io::{self, ErrorKind, Write},
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

    /// Makes the folder, for its owner alone: names of services are nobody else's business.
    fn make(&self) -> io::Result<PrivateDir> {
        PrivateDir::make(&self.0)
    }

    /// Opens the folder; `None` where there is none yet.
    fn open(&self) -> io::Result<Option<PrivateDir>> {
        match PrivateDir::open(&self.0) {
            Ok(dir) => Ok(Some(dir)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Returns the name of a file for `name`, which may be any text: what a file name can't hold becomes a dash, and its hash
/// tells it from others that look like it then.
fn file_name(kind: &str, name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
    let short: String = name.chars().map(plain).take(60).collect();
    format!("{kind}-{short}-{:08x}", crc32fast::hash(name.as_bytes()))
}

/// Replaces a file in the folder as a whole, with a checksum: a reader sees the old one or the new.
fn replace(
    folder: &Folder,
    name: &str,
    fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    folder.make()?.replace(name, |file| write_summed(file, fill))
}
