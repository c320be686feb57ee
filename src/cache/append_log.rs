//! Append-only file of cached values, such as task definitions. Each value has a key and never changes.
//! Reading a file above its size limit drops the oldest values.

use super::{
    CacheDir,
    checksum::{strip_checksum, with_checksum},
};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    collections::BTreeMap,
    io::{self, Write},
    marker::PhantomData,
};

/// File size in bytes above which the next read drops the oldest values. The newest values stay, up to half
/// of this size.
const COMPACT_ABOVE_BYTES: u64 = 32 << 20;

/// Maximum size in bytes of a file that Portolan reads. A file shrinks only when Portolan reads it, so during
/// one run it may grow beyond [`COMPACT_ABOVE_BYTES`]. No run writes enough to reach this size.
const MAX_FILE_BYTES: u64 = 8 * COMPACT_ABOVE_BYTES;

/// Append-only file of values of type `T`, each with a key.
#[derive(Debug)]
pub struct AppendLog<T> {
    folder: CacheDir,
    name: String,
    entry_type: PhantomData<fn() -> T>,
}

impl<T: Serialize + DeserializeOwned> AppendLog<T> {
    /// Returns a handle to the file `name` in `folder`, without opening it. Each `version` of the format has
    /// its own file, so different versions of Portolan don't disturb each other.
    #[must_use]
    pub fn new(folder: CacheDir, name: &str, version: u32) -> Self {
        Self { folder, name: format!("{name}-{version}.jsonl"), entry_type: PhantomData }
    }

    /// Returns all values by key, and the number of damaged lines. Fails if the file can't be read.
    ///
    /// Rewrites the file if it is damaged or too large.
    pub fn read_all(&self) -> io::Result<(BTreeMap<String, T>, usize)> {
        let read = self.folder.open()?.map(|dir| dir.read(&self.name, MAX_FILE_BYTES)).transpose()?;
        let Some(bytes) = read.flatten() else { return Ok((BTreeMap::new(), 0)) };
        let (mut things, mut damaged) = (BTreeMap::new(), 0);
        for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            match strip_checksum(line).and_then(|text| serde_json::from_slice::<(String, T)>(text).ok()) {
                Some((key, thing)) => {
                    things.insert(key, thing);
                }
                None => damaged += 1,
            }
        }
        if bytes.len() as u64 > COMPACT_ABOVE_BYTES || damaged > 0 {
            // A file that can't be rewritten stays unchanged.
            let _ = self.compact(&bytes);
        }
        Ok((things, damaged))
    }

    /// Appends values with their keys. Writes all lines with a single call, so no write of another process
    /// can come between them.
    pub fn append<'a>(&self, things: impl IntoIterator<Item = (&'a str, &'a T)>) -> io::Result<()>
    where
        T: 'a,
    {
        // The first newline ends a line that a killed process may have left unfinished.
        let mut lines = vec![b'\n'];
        for thing in things {
            lines.extend(with_checksum(&serde_json::to_vec(&thing)?));
        }
        if lines.len() == 1 {
            return Ok(());
        }
        self.folder.create()?.open_append(&self.name)?.write_all(&lines)
    }

    /// Rewrites the file with the undamaged lines of `bytes`, the file's content. A file above the limit
    /// keeps only its newest lines.
    fn compact(&self, bytes: &[u8]) -> io::Result<()> {
        let most = usize::try_from(COMPACT_ABOVE_BYTES / 2).unwrap_or(usize::MAX);
        let from = if bytes.len() as u64 > COMPACT_ABOVE_BYTES { bytes.len() - most } else { 0 };
        let lines = bytes[from..].split(|byte| *byte == b'\n');
        let good: Vec<u8> = lines.filter_map(strip_checksum).flat_map(with_checksum).collect();
        self.folder.create()?.replace(&self.name, |file| file.write_all(&good))
    }
}

#[cfg(test)]
mod tests {
    use super::{AppendLog, CacheDir};
    use std::{collections::BTreeMap, fs};

    fn append_log(name: &str) -> AppendLog<Vec<u32>> {
        let folder = std::env::temp_dir().join(format!("portolan-shelf-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        AppendLog::new(CacheDir::new(folder), "things", 1)
    }

    #[test]
    fn appended_values_are_read_back() {
        let shelf = append_log("there");
        assert_eq!(shelf.read_all().unwrap(), (BTreeMap::default(), 0));
        shelf.append([("a", &vec![1, 2]), ("b", &vec![])]).unwrap();
        shelf.append([("a", &vec![3])]).unwrap();
        let (things, damaged) = shelf.read_all().unwrap();
        assert_eq!((things["a"].clone(), things["b"].clone(), damaged), (vec![3], vec![], 0));
        fs::remove_dir_all(shelf.folder.path()).unwrap();
    }

    #[test]
    fn a_cut_file_loses_only_its_last_line_and_counts_it() {
        let shelf = append_log("cut");
        shelf.append([("a", &vec![1]), ("b", &vec![2])]).unwrap();
        let whole = fs::read(shelf.folder.path().join(&shelf.name)).unwrap();
        for end in 1..whole.len() {
            fs::write(shelf.folder.path().join(&shelf.name), &whole[..end]).unwrap();
            let (things, damaged) = shelf.read_all().unwrap();
            // A line is complete even without its newline.
            assert!(things.len() + damaged <= 2 && things.values().all(|v| v.len() == 1), "{end}");
            shelf.append([("c", &vec![3])]).unwrap();
            let (things, damaged) = shelf.read_all().unwrap();
            assert_eq!((things["c"].clone(), damaged), (vec![3], 0), "cut at {end}");
        }
        fs::remove_dir_all(shelf.folder.path()).unwrap();
    }

    #[test]
    fn several_may_write_at_once() {
        let shelf = append_log("many");
        std::thread::scope(|scope| {
            for n in 0..4 {
                let shelf = &shelf;
                scope.spawn(move || {
                    for k in 0..50 {
                        shelf.append([(format!("{n}-{k}").as_str(), &vec![n; 100])]).unwrap();
                    }
                });
            }
        });
        let (things, damaged) = shelf.read_all().unwrap();
        assert_eq!((things.len(), damaged), (200, 0));
        fs::remove_dir_all(shelf.folder.path()).unwrap();
    }
}
