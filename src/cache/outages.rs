//! What earlier runs knew of the outages of each source: a small file that is replaced as a whole.

use super::{Folder, file_name, replace, summed::checked};
use crate::model::OutageMemory;
use std::io;

/// The form of the file. Another form is another file.
const VERSION: u32 = 1;

/// Largest file that is read, in bytes.
const MAX_BYTES: u64 = 16 << 20;

fn name(key: &str) -> String {
    file_name(&format!("outages{VERSION}"), key)
}

/// Keeps what is known of the outages of the source of that key.
pub fn keep_outages(folder: &Folder, key: &str, memory: &OutageMemory) -> io::Result<()> {
    replace(folder, &name(key), &mut |mut to| {
        rmp_serde::encode::write_named(&mut to, &(key, memory)).map_err(io::Error::other)
    })
}

/// What was known of the outages of the source of that key; nothing where there is no such file, or a damaged one: it is
/// replaced before long.
pub fn last_outages(folder: &Folder, key: &str) -> io::Result<Option<OutageMemory>> {
    let read = folder.open()?.map(|dir| dir.read(&name(key), MAX_BYTES)).transpose()?;
    let Some(bytes) = read.flatten() else { return Ok(None) };
    let text = checked(bytes.strip_suffix(b"\n").unwrap_or(&bytes));
    let read = text.and_then(|text| rmp_serde::from_slice::<(String, OutageMemory)>(text).ok());
    Ok(read.filter(|(whose, _)| whose == key).map(|(_, memory)| memory))
}

#[cfg(test)]
mod tests {
    use super::{Folder, keep_outages, last_outages};
    use crate::model::{Onset, Outage, OutageMemory, sample::ago};
    use std::fs;

    #[test]
    fn outages_are_there_again_or_let_go() {
        let place = std::env::temp_dir().join(format!("portolan-outages-{}", std::process::id()));
        let folder = Folder::new(&place);
        assert_eq!(last_outages(&folder, "docker").unwrap(), None);
        let mut memory = OutageMemory::default();
        let outage = Outage { since: Onset::at_least(ago(600)), seen: ago(5), wanted: false };
        memory.outages.insert("shop/web".into(), outage);
        memory.asked.insert("abc".into(), ago(60));
        keep_outages(&folder, "docker", &memory).unwrap();
        assert_eq!(last_outages(&folder, "docker").unwrap(), Some(memory));
        assert_eq!(last_outages(&folder, "another").unwrap(), None);
        let path = fs::read_dir(&place).unwrap().next().unwrap().unwrap().path();
        let whole = fs::read(&path).unwrap();
        for end in [0, 1, 9, whole.len() / 2, whole.len() - 2] {
            fs::write(&path, &whole[..end]).unwrap();
            assert_eq!(last_outages(&folder, "docker").unwrap(), None, "cut at {end}");
        }
        fs::remove_dir_all(&place).unwrap();
    }
}
