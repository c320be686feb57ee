//! Reading of text files of limited size.

use crate::source::regular_file::{self, ReadError};
use std::{io::Read, path::Path};

/// Maximum size of a file, in bytes.
const MAX_FILE_BYTES: usize = 1024 * 1024;
/// Number of bytes that Portolan reads of a README. It ignores the rest.
const MAX_README_BYTES: u64 = 64 * 1024;

/// Reads a whole UTF-8 file of at most `MAX_FILE_BYTES`.
pub(super) fn read_text(path: &Path) -> Result<String, String> {
    let bytes = regular_file::read_limited(path, MAX_FILE_BYTES).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|_| "not UTF-8".to_owned())
}

/// Reads the first `MAX_README_BYTES` of a file of any size. Replaces invalid UTF-8 by U+FFFD.
pub(super) fn read_start(path: &Path) -> Result<String, String> {
    let file = regular_file::open_regular(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    let read = file.take(MAX_README_BYTES).read_to_end(&mut bytes).map_err(ReadError::Io);
    read.map_err(|error| error.to_string())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
