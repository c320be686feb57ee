//! Rule about folders: few enough modules stand side by side to be read at a glance.

use super::read::SourceFile;
use std::collections::BTreeMap;

/// Maximum number of modules in one folder.
const MAX_FOLDER_MODULES: usize = 15;
/// Folders whose modules are the entries of one table, so that any number may stand side by side.
const TABLE_FOLDERS: &[&str] = &["src/diagnosis/rules", "src/extract/address_parser"];

/// Returns the folders of src/ with too many modules side by side.
pub(crate) fn crowded(sources: &[SourceFile]) -> Vec<String> {
    let mut modules: BTreeMap<&str, usize> = BTreeMap::new();
    for folder in sources.iter().filter_map(|source| source.path.rsplit_once('/')).map(|(folder, _)| folder) {
        *modules.entry(folder).or_default() += 1;
    }
    let crowded = modules.into_iter().filter(|(folder, count)| {
        folder.starts_with("src/") && *count > MAX_FOLDER_MODULES && !TABLE_FOLDERS.contains(folder)
    });
    crowded
        .map(|(folder, count)| format!("{folder}: {count} modules side by side; give them shelves"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_have_shelves() {
        let folder = |name: &str, count: usize| {
            let file = |at: usize| SourceFile::new(format!("{name}/m{at}.rs"), "//! Head.\n".to_owned());
            crowded(&(0..count).map(file).collect::<Vec<_>>()).len()
        };
        assert_eq!((folder("src/layout", 15), folder("src/layout", 16)), (0, 1));
        assert_eq!((folder("src/diagnosis/rules", 40), folder("tests/screens", 40)), (0, 0));
    }
}
