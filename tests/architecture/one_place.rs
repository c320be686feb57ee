//! Operations that a single module implements for the rest: writing to disk, spawning background work,
//! writing cells of the screen.

use crate::read::Source;

/// Paths that write to disk. Only `private_fs` may use them, because it opens files safely.
const WRITING: &[&str] = &[
    "File::create",
    "File::create_new",
    "File::options",
    "DirBuilder",
    "fs::write",
    "fs::create_dir",
    "fs::create_dir_all",
    "fs::rename",
    "fs::copy",
    "fs::remove_file",
    "fs::remove_dir",
    "fs::remove_dir_all",
    "fs::hard_link",
    "fs::set_permissions",
    "fs::symlink",
    "tokio::fs",
    "rustix::fs",
];
/// Paths that spawn background work. Only `background` may use them, because it catches panics.
const SPAWNING: &[&str] = &[
    "tokio::spawn",
    "task::spawn",
    "task::spawn_local",
    "spawn_blocking",
    "JoinSet",
    "thread::spawn",
    "thread::scope",
    "thread::Builder",
];
/// Rules, one a row: restricted path suffixes, the folder under the rule, the exempt files, and the
/// alternative to suggest.
const ONLY_THERE: &[(&[&str], &str, &[&str], &str)] = &[
    (
        WRITING,
        "src/",
        &["src/private_fs"],
        "write through private_fs: no links, no overwriting, modes 0600 and 0700",
    ),
    // Opening a file without blocking on a named pipe needs `OpenOptions` as well.
    (
        &["OpenOptions"],
        "src/",
        &["src/private_fs", "src/source/regular_file.rs", "src/source/docker/settings.rs"],
        "write through private_fs, read through source::regular_file",
    ),
    (SPAWNING, "src/", &["src/background.rs"], "begin it through background: its panic must come back"),
    (&["Buffer"], "src/view/", &["src/view/widget/canvas.rs"], "draw through Canvas, which clips"),
];

/// Returns the restricted paths that `source` uses outside the exempt files.
pub(crate) fn faults(source: &Source) -> Vec<String> {
    if source.is_test() {
        return Vec::new();
    }
    let mut wrong = Vec::new();
    for (names, within, homes, instead) in ONLY_THERE {
        if !source.path.starts_with(within) || homes.iter().any(|home| source.path.starts_with(home)) {
            continue;
        }
        for (line, path) in source.paths() {
            let whole = path.join("::");
            let is_named = |name: &&&str| format!("::{whole}::").contains(&format!("::{name}::"));
            if let Some(name) = names.iter().find(is_named) {
                wrong.push(format!(
                    "{}:{line}: `{name}` is named only in {}: {instead}",
                    source.path,
                    homes.join(", ")
                ));
            }
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::{Source, faults};

    fn found(path: &str, text: &str) -> Vec<String> {
        faults(&Source::new(path.to_owned(), format!("//! head\n{text}")))
    }

    #[track_caller]
    fn bad(path: &str, text: &str, line: usize, says: &str) {
        let (found, at) = (found(path, text), format!("{path}:{line}: "));
        assert!(found.iter().any(|f| f.starts_with(&at) && f.contains(says)), "{text}: {found:?}");
    }

    #[track_caller]
    fn good(path: &str, text: &str) {
        assert_eq!(found(path, text), Vec::<String>::new(), "{text}");
    }

    #[test]
    fn one_place_writes_spawns_and_draws() {
        for text in [
            "use std::fs::File;\nfn f() { File::create(p); }",
            "fn f() {}\nfn g() { fs::OpenOptions::new(); }",
            "use std::fs;\nfn f() { fs::write(p, t); }",
            "fn f() {}\nuse std::fs::{self, remove_file, rename};",
            "fn f() {}\nuse rustix::{process, fs::open};",
            "fn f() {}\nfn g() { std::fs::DirBuilder::new(); }",
        ] {
            bad("src/source/x.rs", text, 3, "src/private_fs");
            good("src/private_fs/dir.rs", text);
            good("src/source/tests.rs", text);
        }
        for text in [
            "fn f() { tokio::spawn(x); }",
            "use tokio::task::spawn_blocking;",
            "use tokio::task::JoinSet;",
            "use std::{fmt, thread::spawn};",
            "fn f() { thread::Builder::new(); }",
        ] {
            bad("src/runtime/poll.rs", text, 2, "src/background.rs");
            good("src/background.rs", text);
            good("src/runtime/poll.rs", &format!("#[cfg(test)]\nmod tests {{ {text} }}"));
        }
        bad("src/view/map.rs", "use ratatui::buffer::Buffer;", 2, "Canvas");
        good("src/view/widget/canvas.rs", "use ratatui::buffer::Buffer;");
        good(
            "src/source/x.rs",
            "use std::fs::{File, read};\nfn f() { File::open(p); fs::metadata(p); Command::spawn(); }",
        );
    }
}
