//! Saved outages: one small file for each source, replaced as a whole.

use super::{CacheDir, checksum::strip_checksum, file_name, replace_file};
use crate::model::SavedOutages;
use std::io;

/// Format version of outage files, which is a part of their names.
const OUTAGES_FORMAT_VERSION: u32 = 1;

/// Maximum size in bytes of an outage file that Portolan reads.
const MAX_OUTAGES_BYTES: u64 = 16 << 20;

fn outages_file_name(key: &str) -> String {
    file_name(&format!("outages{OUTAGES_FORMAT_VERSION}"), key)
}

/// Saves the outages of the source whose key is `key`.
pub fn save_outages(folder: &CacheDir, key: &str, memory: &SavedOutages) -> io::Result<()> {
    replace_file(folder, &outages_file_name(key), &mut |mut to| {
        rmp_serde::encode::write_named(&mut to, &(key, memory)).map_err(io::Error::other)
    })
}

/// Loads the outages of the source whose key is `key`. Returns `None` if the file is missing or damaged; the
/// next save then writes a new file.
pub fn load_outages(folder: &CacheDir, key: &str) -> io::Result<Option<SavedOutages>> {
    let read = folder.open()?.map(|dir| dir.read(&outages_file_name(key), MAX_OUTAGES_BYTES)).transpose()?;
    let Some(bytes) = read.flatten() else { return Ok(None) };
    let text = strip_checksum(bytes.strip_suffix(b"\n").unwrap_or(&bytes));
    let read = text.and_then(|text| rmp_serde::from_slice::<(String, SavedOutages)>(text).ok());
    Ok(read.filter(|(whose, _)| whose == key).map(|(_, memory)| memory))
}

#[cfg(test)]
mod tests {
    use super::{CacheDir, load_outages, save_outages};
    use crate::model::{Onset, Outage, SavedOutages, fixtures::ago};
    use std::fs;

    #[test]
    fn outages_are_there_again_or_let_go() {
        let place = std::env::temp_dir().join(format!("portolan-outages-{}", std::process::id()));
        let folder = CacheDir::new(&place);
        assert_eq!(load_outages(&folder, "docker").unwrap(), None);
        let mut memory = SavedOutages::default();
        let outage = Outage { since: Onset::at_least(ago(600)), last_seen: ago(5), intentional: false };
        memory.outages.insert("shop/web".into(), outage);
        memory.stop_requests.insert("abc".into(), ago(60));
        save_outages(&folder, "docker", &memory).unwrap();
        assert_eq!(load_outages(&folder, "docker").unwrap(), Some(memory));
        assert_eq!(load_outages(&folder, "another").unwrap(), None);
        let path = fs::read_dir(&place).unwrap().next().unwrap().unwrap().path();
        let whole = fs::read(&path).unwrap();
        for end in [0, 1, 9, whole.len() / 2, whole.len() - 2] {
            fs::write(&path, &whole[..end]).unwrap();
            assert_eq!(load_outages(&folder, "docker").unwrap(), None, "cut at {end}");
        }
        fs::remove_dir_all(&place).unwrap();
    }
}
