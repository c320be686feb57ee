//! Things that never change, each by its key: a file that only grows, line by line, until it is too large.

use super::{
    Folder,
    summed::{checked, with_sum},
};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    collections::BTreeMap,
    io::{self, Write},
    marker::PhantomData,
};

/// Size of a file in bytes from which on its older half goes.
const FULL_BYTES: u64 = 32 << 20;

/// Largest file that is read, in bytes. Within one run a file may grow beyond [`FULL_BYTES`], but not to this.
const MAX_BYTES: u64 = 8 * FULL_BYTES;

/// A file of things by their keys.
#[derive(Debug)]
pub struct Shelf<T> {
    folder: Folder,
    name: String,
    things: PhantomData<fn() -> T>,
}

impl<T: Serialize + DeserializeOwned> Shelf<T> {
    /// The file of that name. Another `version` is another file, so that two versions of the program do not quarrel.
    #[must_use]
    pub fn new(folder: Folder, name: &str, version: u32) -> Self {
        Self { folder, name: format!("{name}-{version}.jsonl"), things: PhantomData }
    }

    /// All that is there, and how many lines were damaged. An error where the file can't be read.
    pub fn all(&self) -> io::Result<(BTreeMap<String, T>, usize)> {
        let read = self.folder.open()?.map(|dir| dir.read(&self.name, MAX_BYTES)).transpose()?;
        let Some(bytes) = read.flatten() else { return Ok((BTreeMap::new(), 0)) };
        let (mut things, mut damaged) = (BTreeMap::new(), 0);
        for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            match checked(line).and_then(|text| serde_json::from_slice::<(String, T)>(text).ok()) {
                Some((key, thing)) => {
                    things.insert(key, thing);
                }
                None => damaged += 1,
            }
        }
        if bytes.len() as u64 > FULL_BYTES || damaged > 0 {
            // Whoever can not write the file leaves it as it is.
            let _ = self.shorten(&bytes);
        }
        Ok((things, damaged))
    }

    /// Adds things. Each is one write of whole lines to the end, which others' writes do not cut.
    pub fn add<'a>(&self, things: impl IntoIterator<Item = (&'a str, &'a T)>) -> io::Result<()>
    where
        T: 'a,
    {
        // Whoever was killed in the middle of a line left it without an end.
        let mut lines = vec![b'\n'];
        for thing in things {
            lines.extend(with_sum(&serde_json::to_vec(&thing)?));
        }
        if lines.len() == 1 {
            return Ok(());
        }
        self.folder.make()?.append(&self.name)?.write_all(&lines)
    }

    /// Leaves the lines that are whole, of a file that is too large the newer half.
    fn shorten(&self, bytes: &[u8]) -> io::Result<()> {
        let most = usize::try_from(FULL_BYTES / 2).unwrap_or(usize::MAX);
        let from = if bytes.len() as u64 > FULL_BYTES { bytes.len() - most } else { 0 };
        let lines = bytes[from..].split(|byte| *byte == b'\n');
        let good: Vec<u8> = lines.filter_map(checked).flat_map(with_sum).collect();
        self.folder.make()?.replace(&self.name, |file| file.write_all(&good))
    }
}

#[cfg(test)]
mod tests {
    use super::{Folder, Shelf};
    use std::{collections::BTreeMap, fs};

    fn shelf(name: &str) -> Shelf<Vec<u32>> {
        let folder = std::env::temp_dir().join(format!("portolan-shelf-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        Shelf::new(Folder::new(folder), "things", 1)
    }

    #[test]
    fn what_was_put_there_is_there() {
        let shelf = shelf("there");
        assert_eq!(shelf.all().unwrap(), (BTreeMap::default(), 0));
        shelf.add([("a", &vec![1, 2]), ("b", &vec![])]).unwrap();
        shelf.add([("a", &vec![3])]).unwrap();
        let (things, damaged) = shelf.all().unwrap();
        assert_eq!((things["a"].clone(), things["b"].clone(), damaged), (vec![3], vec![], 0));
        fs::remove_dir_all(shelf.folder.path()).unwrap();
    }

    #[test]
    fn what_is_cut_anywhere_costs_the_last_line_only_and_is_counted() {
        let shelf = shelf("cut");
        shelf.add([("a", &vec![1]), ("b", &vec![2])]).unwrap();
        let whole = fs::read(shelf.folder.path().join(&shelf.name)).unwrap();
        for end in 1..whole.len() {
            fs::write(shelf.folder.path().join(&shelf.name), &whole[..end]).unwrap();
            let (things, damaged) = shelf.all().unwrap();
            // Only the end of a line may be missing without harm.
            assert!(things.len() + damaged <= 2 && things.values().all(|v| v.len() == 1), "{end}");
            shelf.add([("c", &vec![3])]).unwrap();
            let (things, damaged) = shelf.all().unwrap();
            assert_eq!((things["c"].clone(), damaged), (vec![3], 0), "cut at {end}");
        }
        fs::remove_dir_all(shelf.folder.path()).unwrap();
    }

    #[test]
    fn several_may_write_at_once() {
        let shelf = shelf("many");
        std::thread::scope(|scope| {
            for n in 0..4 {
                let shelf = &shelf;
                scope.spawn(move || {
                    for k in 0..50 {
                        shelf.add([(format!("{n}-{k}").as_str(), &vec![n; 100])]).unwrap();
                    }
                });
            }
        });
        let (things, damaged) = shelf.all().unwrap();
        assert_eq!((things.len(), damaged), (200, 0));
        fs::remove_dir_all(shelf.folder.path()).unwrap();
    }
}
