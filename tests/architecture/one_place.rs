//! Rules about operations that a single module implements for all others: writing to disk, spawning
//! background work, confirming plans, and writing cells of the screen.

use crate::read::SourceFile;

/// Paths that write to disk. Only `private_fs` may use them, because it opens files safely.
const DISK_WRITE_PATHS: &[&str] = &[
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
const SPAWN_PATHS: &[&str] = &[
    "tokio::spawn",
    "task::spawn",
    "task::spawn_local",
    "spawn_blocking",
    "JoinSet",
    "thread::spawn",
    "thread::scope",
    "thread::Builder",
];
/// Paths that make a confirmed plan. Only certain files may use them, because a confirmed plan permits
/// changing calls and sessions.
const CONFIRMING_PATHS: &[&str] = &[
    "Confirmation::new",
    "Confirmed::by_flag",
    "Confirmed::by_line",
    "ConfirmedPlan::by_flag",
    "ConfirmedPlan::by_line",
    "ConfirmedSession::by_flag",
    "ConfirmedSession::by_line",
];
/// Rules, one in each row: restricted path suffixes, the folder to which the rule applies, the exempt files,
/// and the alternative to suggest.
const ONLY_THERE: &[(&[&str], &str, &[&str], &str)] = &[
    (
        DISK_WRITE_PATHS,
        "src/",
        &["src/private_fs"],
        "write through private_fs: no links, no overwriting, modes 0600 and 0700",
    ),
    // Opening a file without blocking on a named pipe needs `OpenOptions`.
    (
        &["OpenOptions"],
        "src/",
        &["src/source/regular_file.rs", "src/source/docker/discovery/settings_file.rs"],
        "write through private_fs, read through source::regular_file",
    ),
    (SPAWN_PATHS, "src/", &["src/background.rs"], "begin it through background: its panic must come back"),
    (
        CONFIRMING_PATHS,
        "src/",
        &["src/app/operations/", "src/cli/act/"],
        "only the user confirms a plan: by the dialog, or by the command line",
    ),
    (&["Buffer"], "src/screen/", &["src/screen/widget/canvas.rs"], "draw through Canvas, which clips"),
];

/// Returns the restricted paths that `source` uses outside the exempt files.
pub(crate) fn violations(source: &SourceFile) -> Vec<String> {
    let mut wrong = Vec::new();
    for (names, within, homes, instead) in ONLY_THERE {
        if !source.path.starts_with(within) || homes.iter().any(|home| source.path.starts_with(home)) {
            continue;
        }
        for (line, name) in restricted_paths(source, names) {
            wrong.push(format!(
                "{}:{line}: `{name}` is named only in {}: {instead}",
                source.path,
                homes.join(", ")
            ));
        }
    }
    wrong
}

/// Returns the line and the name of each restricted path that `source` uses.
fn restricted_paths(source: &SourceFile, names: &[&'static str]) -> Vec<(usize, &'static str)> {
    if source.is_test_file() {
        return Vec::new();
    }
    let paths = source.named_paths();
    paths
        .filter_map(|(line, path)| {
            let whole = format!("::{}::", path.join("::"));
            let name = names.iter().find(|name| whole.contains(&format!("::{name}::")))?;
            Some((line, *name))
        })
        .collect()
}

/// Returns the exempt files that use no restricted path.
pub(crate) fn unused_exemptions(sources: &[SourceFile]) -> Vec<String> {
    let mut unused = Vec::new();
    for (names, _, homes, _) in ONLY_THERE {
        for home in *homes {
            let mut files = sources.iter().filter(|source| source.path.starts_with(home));
            if !files.any(|source| !restricted_paths(source, names).is_empty()) {
                unused.push(format!("ONLY_THERE: {home} uses no `{}`; take it out", names[0]));
            }
        }
    }
    unused
}

#[cfg(test)]
mod tests {
    use super::{ONLY_THERE, SourceFile, unused_exemptions, violations};

    fn violations_in(path: &str, text: &str) -> Vec<String> {
        violations(&SourceFile::new(path.to_owned(), format!("//! head\n{text}")))
    }

    #[track_caller]
    fn assert_violation(path: &str, text: &str, line: usize, says: &str) {
        let (found, at) = (violations_in(path, text), format!("{path}:{line}: "));
        assert!(found.iter().any(|f| f.starts_with(&at) && f.contains(says)), "{text}: {found:?}");
    }

    #[track_caller]
    fn assert_no_violation(path: &str, text: &str) {
        assert_eq!(violations_in(path, text), Vec::<String>::new(), "{text}");
    }

    #[test]
    fn one_place_writes_spawns_and_draws() {
        for text in [
            "use std::fs::File;\nfn f() { File::create(p); }",
            "use std::fs;\nfn f() { fs::write(p, t); }",
            "fn f() {}\nuse std::fs::{self, remove_file, rename};",
            "fn f() {}\nuse rustix::{process, fs::open};",
            "fn f() {}\nfn g() { std::fs::DirBuilder::new(); }",
        ] {
            assert_violation("src/source/x.rs", text, 3, "src/private_fs");
            assert_no_violation("src/private_fs/dir.rs", text);
            assert_no_violation("src/source/tests.rs", text);
        }
        let opens = "fn f() { fs::OpenOptions::new(); }";
        assert_violation("src/private_fs/dir.rs", opens, 2, "src/source/regular_file.rs");
        assert_no_violation("src/source/regular_file.rs", opens);
        for text in [
            "fn f() { tokio::spawn(x); }",
            "use tokio::task::spawn_blocking;",
            "use tokio::task::JoinSet;",
            "use std::{fmt, thread::spawn};",
            "fn f() { thread::Builder::new(); }",
        ] {
            assert_violation("src/runtime/poll.rs", text, 2, "src/background.rs");
            assert_no_violation("src/background.rs", text);
            assert_no_violation("src/runtime/poll.rs", &format!("#[cfg(test)]\nmod tests {{ {text} }}"));
        }
        for text in [
            "fn f() { ConfirmedPlan::by_flag(p, None); }",
            "fn f() { ConfirmedSession::by_line(p, line); }",
            "fn f() { Confirmed::by_flag(p, None); }",
            "fn f() { Confirmation::new(p); }",
        ] {
            assert_violation("src/runtime/operations.rs", text, 2, "src/app/operations/");
            assert_no_violation("src/cli/act/mod.rs", text);
        }
        assert_violation("src/screen/map.rs", "use ratatui::buffer::Buffer;", 2, "Canvas");
        assert_no_violation("src/screen/widget/canvas.rs", "use ratatui::buffer::Buffer;");
        assert_no_violation(
            "src/source/x.rs",
            "use std::fs::{File, read};\nfn f() { File::open(p); fs::metadata(p); Command::spawn(); }",
        );
    }

    #[test]
    fn an_exempt_file_needs_its_exemption() {
        let homes: usize = ONLY_THERE.iter().map(|(_, _, homes, _)| homes.len()).sum();
        assert_eq!(unused_exemptions(&[]).len(), homes);
        let text = "//! head\nfn f() { OpenOptions::new(); }".to_owned();
        let opens = SourceFile::new("src/source/regular_file.rs".to_owned(), text);
        assert_eq!(unused_exemptions(&[opens]).len(), homes - 1);
    }
}
