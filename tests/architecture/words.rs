//! Rules about names and doc comments: a name describes its item, and no two public types of a room have the
//! same name.

use super::read::{SourceFile, identifiers};
use std::collections::{BTreeMap, BTreeSet};

/// Openings of a doc comment that leave out the noun, so that the subject of the sentence comes late or
/// never.
const RIDDLE_OPENINGS: &[&str] = &[
    "What", "Who", "Whose", "Whom", "Whether", "Which", "Those", "So many", "How", "Where", "One that",
    "None",
];
/// Constants of one word that name a style or a value of their type. Every other constant names the value
/// that it limits or contains.
const ONE_WORD_CONSTANTS: &[&str] = &["EMPTY", "QUIET", "PLAIN", "OBSERVED", "SELECTED"];
/// Retired words, which docs/glossary.md replaces by standard terms. No type or module may contain one.
const RETIRED_WORDS: &[&str] = &[
    "album", "beside", "census", "door", "errand", "gate", "ill", "outlook", "past", "penance", "purse",
    "roll", "shelf", "sieve", "sift", "sight", "spot", "tape", "tray", "treasury", "wired",
];

/// Returns the violations in one file.
pub(crate) fn violations(source: &SourceFile) -> Vec<String> {
    if !source.path.starts_with("src/") {
        return Vec::new();
    }
    let mut wrong = riddles(source);
    if !source.is_test_file() {
        wrong.extend(one_word_constants(source));
        wrong.extend(retired_words(source));
    }
    wrong
}

/// Returns the doc comments that open without a noun or a verb. Leaves out those of `args.rs`, which are
/// labels in the help text.
fn riddles(source: &SourceFile) -> Vec<String> {
    if source.path == "src/cli/args.rs" {
        return Vec::new();
    }
    let mut wrong = Vec::new();
    let mut marker_before = None;
    for (number, line) in source.text_without_strings.lines().enumerate() {
        let (marker, text) = doc_text(line).unzip();
        let opening = text.filter(|_| marker != marker_before).and_then(|text| {
            RIDDLE_OPENINGS.iter().find(|opening| {
                text.strip_prefix(**opening).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
            })
        });
        if let Some(opening) = opening {
            wrong.push(format!(
                "{}:{}: a doc comment opens with `{opening}`; begin with a noun phrase or a verb",
                source.path,
                number + 1
            ));
        }
        marker_before = marker;
    }
    wrong
}

/// Returns the marker and the text of a line that is a doc comment.
fn doc_text(line: &str) -> Option<(&str, &str)> {
    let (marker, text) = line.trim_start().split_at_checked(3)?;
    ["//!", "///"].contains(&marker).then(|| (marker, text.trim_start()))
}

/// Returns the constants whose name is one vague word.
fn one_word_constants(source: &SourceFile) -> Vec<String> {
    let vague = declared_one_word_constants(source).filter(|(_, name)| !ONE_WORD_CONSTANTS.contains(name));
    vague
        .map(|(line, name)| {
            format!("{}:{line}: constant `{name}`: say what it limits or holds, with the unit", source.path)
        })
        .collect()
}

/// Returns the line and the name of each constant of one word that a file declares.
fn declared_one_word_constants(source: &SourceFile) -> impl Iterator<Item = (usize, &str)> {
    let is_one_word =
        |name: &str| name.len() > 1 && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    source.code.lines().enumerate().filter_map(move |(number, line)| {
        let name = declared(line, &["const", "static"]).filter(|name| is_one_word(name))?;
        Some((number + 1, name))
    })
}

/// Returns the entries of [`ONE_WORD_CONSTANTS`] that no file declares.
pub(crate) fn unused_exemptions(sources: &[SourceFile]) -> Vec<String> {
    let production =
        sources.iter().filter(|source| source.path.starts_with("src/") && !source.is_test_file());
    let declared: BTreeSet<&str> =
        production.flat_map(declared_one_word_constants).map(|(_, name)| name).collect();
    let unused = ONE_WORD_CONSTANTS.iter().filter(|name| !declared.contains(**name));
    unused.map(|name| format!("ONE_WORD_CONSTANTS: no constant is named `{name}`; take it out")).collect()
}

/// Returns the types and modules whose names contain a retired word.
fn retired_words(source: &SourceFile) -> Vec<String> {
    let mut wrong = Vec::new();
    for (number, line) in source.code.lines().enumerate() {
        let Some(name) = declared(line, &["struct", "enum", "trait", "type", "mod"]) else { continue };
        if let Some(word) = words(name).into_iter().find(|word| RETIRED_WORDS.contains(&word.as_str())) {
            wrong.push(format!(
                "{}:{}: `{name}` carries the retired word `{word}`; docs/glossary.md has the term",
                source.path,
                number + 1
            ));
        }
    }
    wrong
}

/// Returns the name that a line declares with one of `keywords`.
fn declared<'l>(line: &'l str, keywords: &[&str]) -> Option<&'l str> {
    let mut names = identifiers(line).skip_while(|word| matches!(*word, "pub" | "crate" | "super" | "in"));
    let begins = line.trim_start();
    let keyword = names.find(|word| keywords.contains(word))?;
    let is_item = begins.starts_with("pub") || begins.starts_with(keyword);
    names.next().filter(|_| is_item && !line.contains("const fn"))
}

/// Returns the words of a name in `CamelCase` or `snake_case`, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for part in name.split('_') {
        for c in part.chars() {
            match all.last_mut().filter(|_| !c.is_uppercase()) {
                Some(word) => word.push(c),
                None => all.push(c.to_lowercase().collect()),
            }
        }
        all.push(String::new());
    }
    all.retain(|word| !word.is_empty());
    all
}

/// Returns the public types that have the same name as another one in their room. A source or a screen with
/// its own folder is also a room.
pub(crate) fn namesakes(sources: &[SourceFile]) -> Vec<String> {
    let mut places: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for source in sources.iter().filter(|source| !source.is_test_file()) {
        let Some(room) = room(&source.path) else { continue };
        for (number, line) in source.code.lines().enumerate() {
            let name = declared(line, &["struct", "enum", "trait", "type"]);
            if let Some(name) = name.filter(|_| line.trim_start().starts_with("pub")) {
                let place = format!("{}:{}", source.path, number + 1);
                places.entry((room.clone(), name.to_owned())).or_default().push(place);
            }
        }
    }
    let shared = places.into_iter().filter(|(_, places)| places.len() > 1);
    shared
        .map(|((_, name), places)| format!("{}: `{name}` is public here too", places.join(" and ")))
        .collect()
}

/// Returns the room of a file, such as `layout` or `source/ecs`.
fn room(path: &str) -> Option<String> {
    let mut parts = path.strip_prefix("src/")?.split('/');
    let first = parts.next()?;
    let second = parts.next().filter(|part| !part.contains('.'));
    match second {
        Some(second) if first == "source" || first == "screen" => Some(format!("{first}/{second}")),
        _ => Some(first.trim_end_matches(".rs").to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> SourceFile {
        SourceFile::new(path.to_owned(), format!("//! Head.\n{text}"))
    }

    #[track_caller]
    fn assert_violation(text: &str, line: usize, says: &str) {
        let (found, at) = (violations(&source("src/model/a.rs", text)), format!("src/model/a.rs:{line}: "));
        assert!(found.iter().any(|f| f.starts_with(&at) && f.contains(says)), "{text}: {found:?}");
    }

    #[track_caller]
    fn assert_no_violation(text: &str) {
        assert_eq!(violations(&source("src/model/a.rs", text)), Vec::<String>::new(), "{text}");
    }

    #[test]
    fn doc_comments_open_with_a_noun_or_a_verb() {
        for opening in [
            "What is left.",
            "Who asks.",
            "Whether it is so.",
            "Those of them.",
            "So many lines.",
            "None: none.",
        ] {
            assert_violation(&format!("/// {opening}\nfn f() {{}}"), 2, "a doc comment opens with");
            assert_violation(
                &format!("struct A {{\n    /// {opening}\n    a: u8,\n}}"),
                3,
                "a doc comment opens with",
            );
        }
        assert_violation("\n\n//! How it works.", 4, "`How`");
        assert_no_violation("/// Lines of a log,\n/// which are cut.\nfn f() {}");
        assert_no_violation("/// Whatever follows.\nfn f() {}");
        assert_no_violation("// What is a plain comment.\nconst A_B: &str = \"/// What\";");
    }

    #[test]
    fn constants_say_what_they_limit() {
        assert_violation("const MOST: usize = 3;", 2, "`MOST`");
        assert_violation("impl A {\n    pub(crate) const LIMIT: usize = 3;\n}", 3, "`LIMIT`");
        assert_violation("pub static WORDS: &[&str] = &[];", 2, "`WORDS`");
        assert_no_violation("const MAX_LINES: usize = 3;\nconst EMPTY: u8 = 0;\npub const fn f() {}");
        assert_no_violation("#[cfg(test)]\nmod tests;\nfn f<const N: usize>() {}");
    }

    #[test]
    fn an_exempt_constant_exists() {
        let lines: Vec<String> =
            ONE_WORD_CONSTANTS.iter().map(|name| format!("const {name}: u8 = 0;\n")).collect();
        let all = lines.concat();
        assert_eq!(unused_exemptions(&[source("src/model/a.rs", &all)]), Vec::<String>::new());
        let one_less = all.replace("const EMPTY", "const EMPTY_SET");
        let unused = unused_exemptions(&[source("src/model/a.rs", &one_less), source("tests/a.rs", &all)]);
        assert_eq!(unused, ["ONE_WORD_CONSTANTS: no constant is named `EMPTY`; take it out"]);
    }

    #[test]
    fn retired_words_stay_retired() {
        assert_violation("pub struct Purse;", 2, "`purse`");
        assert_violation("enum LogSieve { A }", 2, "`sieve`");
        assert_violation("mod door;", 2, "`door`");
        assert_no_violation("struct Spotless;\nfn f() { let spot = 1; }");
    }

    #[test]
    fn public_types_of_a_room_have_names_of_their_own() {
        let shared = |a: &str, b: &str| {
            namesakes(&[source(a, "pub struct Reading;"), source(b, "pub(super) enum Reading { A }")]).len()
        };
        assert_eq!(shared("src/model/a.rs", "src/model/b/c.rs"), 1);
        assert_eq!(shared("src/source/ecs/a.rs", "src/source/ecs/b/c.rs"), 1);
        assert_eq!(shared("src/source/ecs/a.rs", "src/source/docker/a.rs"), 0);
        assert_eq!(shared("src/model/a.rs", "src/layout/a.rs"), 0);
        assert_eq!(
            namesakes(&[source("src/model/a.rs", "pub struct A;\nstruct B;\nfn f() { struct B; }")]).len(),
            0
        );
    }
}
