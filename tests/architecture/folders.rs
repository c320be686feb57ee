//! Rule about folders: a folder has few enough modules to be read at a glance.

use super::read::SourceFile;
use std::collections::BTreeMap;

/// Maximum number of modules in one folder.
const MAX_FOLDER_MODULES: usize = 15;
/// Folders whose modules are the entries of one table. They may have any number of modules.
const TABLE_FOLDERS: &[&str] = &["src/diagnosis/rules"];

/// Returns the folders of src/ with too many modules.
pub(crate) fn crowded(sources: &[SourceFile]) -> Vec<String> {
    let crowded = large_folders(sources).into_iter().filter(|(folder, _)| !TABLE_FOLDERS.contains(folder));
    crowded
        .map(|(folder, count)| format!("{folder}: {count} modules side by side; give them shelves"))
        .collect()
}

/// Returns the entries of [`TABLE_FOLDERS`] that need no exemption.
pub(crate) fn unused_exemptions(sources: &[SourceFile]) -> Vec<String> {
    let large = large_folders(sources);
    let unused = TABLE_FOLDERS.iter().filter(|folder| !large.contains_key(**folder));
    unused.map(|folder| format!("TABLE_FOLDERS: {folder} is not crowded; take it out")).collect()
}

/// Returns the folders of src/ with more than [`MAX_FOLDER_MODULES`], each with its number of modules.
fn large_folders(sources: &[SourceFile]) -> BTreeMap<&str, usize> {
    let mut modules: BTreeMap<&str, usize> = BTreeMap::new();
    for folder in sources.iter().filter_map(|source| source.path.rsplit_once('/')).map(|(folder, _)| folder) {
        *modules.entry(folder).or_default() += 1;
    }
    modules.retain(|folder, count| folder.starts_with("src/") && *count > MAX_FOLDER_MODULES);
    modules
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str, count: usize) -> Vec<SourceFile> {
        let file = |at: usize| SourceFile::new(format!("{name}/m{at}.rs"), "//! Head.\n".to_owned());
        (0..count).map(file).collect()
    }

    #[test]
    fn folders_have_shelves() {
        let faults = |name: &str, count: usize| crowded(&folder(name, count)).len();
        assert_eq!((faults("src/layout", 15), faults("src/layout", 16)), (0, 1));
        assert_eq!((faults("src/diagnosis/rules", 40), faults("tests/screens", 40)), (0, 0));
    }

    #[test]
    fn an_exempt_folder_is_crowded() {
        let unused = |count: usize| unused_exemptions(&folder("src/diagnosis/rules", count)).len();
        assert_eq!((unused(16), unused(15)), (0, 1));
    }
}
