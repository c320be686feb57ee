//! Rule about libraries: only certain folders may use each library, so that its types do not spread.

use super::read::SourceFile;

/// Libraries, each with the folders that may use it. A trailing `_` matches every crate with that prefix.
const LIBRARY_FOLDERS: &[(&str, &[&str])] = &[
    ("ratatui", &["src/screen/", "src/app/", "src/runtime/"]),
    ("crossterm", &["src/runtime/"]),
    ("bollard", &["src/source/docker/"]),
    ("hyper", &["src/source/docker/"]),
    ("hyper_util", &["src/source/docker/engine/http/"]),
    ("hyper_rustls", &["src/source/docker/engine/http/"]),
    ("aws_", &["src/source/ecs/"]),
    ("clap_complete", &["src/cli/"]),
    ("clap_mangen", &["src/cli/"]),
    ("tokio_tungstenite", &["src/source/ecs/operations/sessions/"]),
    ("roxmltree", &["src/source/ecs/"]),
    ("granit_parser", &["src/source/compose/"]),
    ("serde_saphyr", &["src/extract/structured_value.rs", "src/extract/profile/"]),
];

/// Returns the uses of a library outside its folders.
pub(crate) fn violations(source: &SourceFile) -> Vec<String> {
    let mut wrong = Vec::new();
    for (library, rooms) in LIBRARY_FOLDERS {
        if rooms.iter().any(|room| source.path.starts_with(room)) {
            continue;
        }
        for (line, named) in library_uses(source, library) {
            wrong.push(format!(
                "{}:{line}: `{named}` may be named only in {}; translate it there into the model's words",
                source.path,
                rooms.join(", ")
            ));
        }
    }
    wrong
}

/// Returns the line and the crate name of each path into `library`.
fn library_uses(source: &SourceFile, library: &str) -> Vec<(usize, String)> {
    let paths = source.named_paths();
    paths
        .filter_map(|(line, path)| {
            let first = path.first()?;
            let is_named = if library.ends_with('_') {
                first.starts_with(library)
            } else {
                first == library && path.len() > 1
            };
            is_named.then(|| (line, first.clone()))
        })
        .collect()
}

/// Returns the folders in [`LIBRARY_FOLDERS`] that do not use their library.
pub(crate) fn unused_rooms(sources: &[SourceFile]) -> Vec<String> {
    let mut unused = Vec::new();
    for (library, rooms) in LIBRARY_FOLDERS {
        for room in *rooms {
            let mut files = sources.iter().filter(|source| source.path.starts_with(room));
            if !files.any(|source| !library_uses(source, library).is_empty()) {
                unused.push(format!("LIBRARY_FOLDERS: {room} does not use `{library}`; take it out"));
            }
        }
    }
    unused
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_uses_its_library() {
        let all = LIBRARY_FOLDERS.iter().map(|(_, rooms)| rooms.len()).sum::<usize>();
        let uses = SourceFile::new("src/runtime/a.rs".into(), "//! a\nuse crossterm::event;".into());
        assert_eq!((unused_rooms(&[]).len(), unused_rooms(&[uses]).len()), (all, all - 1));
    }
}
