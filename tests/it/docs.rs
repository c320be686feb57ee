//! Documentation tests: tables in the documentation are generated from tables in the code, and every field of
//! a JSON schema is documented.
//!
//! `UPDATE_DOCS=1 cargo test --test it docs` regenerates the tables.

mod blocks;
mod schemas;
mod tables;

use std::path::{Path, PathBuf};

/// Returns the repository root.
fn repository_root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Reads a file of the repository.
fn read_file(file: &str) -> String {
    let path = repository_root().join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Returns README.md, the other top-level pages and all of docs/, as paths relative to the root.
fn pages() -> Vec<String> {
    let docs = std::fs::read_dir(repository_root().join("docs")).unwrap();
    let mut pages: Vec<_> = docs.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    pages.retain(|name| Path::new(name).extension().is_some_and(|e| e == "md"));
    pages.sort();
    let top = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"].map(str::to_owned);
    top.into_iter().chain(pages.into_iter().map(|name| format!("docs/{name}"))).collect()
}

#[test]
fn every_table_matches_the_code() {
    let update = std::env::var("UPDATE_DOCS").is_ok_and(|v| v == "1");
    let mut stale = Vec::new();
    for page in pages() {
        let old = read_file(&page);
        let new = blocks::fill_blocks(&old, &page, tables::table);
        if old == new {
            continue;
        }
        if update {
            // Replace the page atomically, because other tests read the pages at the same time.
            let beside = repository_root().join(format!("{page}.new"));
            std::fs::write(&beside, new).unwrap();
            std::fs::rename(beside, repository_root().join(&page)).unwrap();
        } else {
            stale.push(page);
        }
    }
    assert!(stale.is_empty(), "{stale:?} are out of date: run UPDATE_DOCS=1 cargo test --test it docs");
}

#[test]
fn every_table_is_on_some_page() {
    let all: String = pages().iter().map(|page| read_file(page)).collect();
    for name in tables::TABLE_NAMES {
        assert!(all.contains(&blocks::opening_marker(name)), "no page has the table `{name}`");
    }
}

#[test]
fn every_kind_has_a_documentation_section() {
    let evidence =
        portolan::topology::evidence::EVIDENCE_KINDS.iter().map(|kind| ("docs/evidence.md", kind.id));
    let findings = portolan::diagnosis::FINDING_KINDS.iter().map(|kind| ("docs/findings.md", kind.id));
    for (page, id) in evidence.chain(findings) {
        assert!(read_file(page).contains(&format!("### `{id}`")), "{page} has no section on `{id}`");
    }
}

#[test]
fn every_link_target_exists() {
    for page in pages() {
        let folder = repository_root().join(&page).parent().map(PathBuf::from).unwrap();
        let text = read_file(&page);
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            if !file.is_empty() && !target.contains("://") {
                assert!(folder.join(file).exists(), "{page} links to {target}, which is not there");
            }
        }
    }
}
