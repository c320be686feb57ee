//! Architecture rules, checked against the source text. A room is a top-level module of the crate. Rooms
//! import only rooms above them in src/lib.rs, pure rooms do no I/O, each library has its own room, and files
//! start with a `//!` header and stay short.
//!
//! The tests read paths as the compiler does: they expand use trees and skip comments and strings. They do
//! not follow macros or renamed imports, so the rules catch mistakes but not deliberate evasion.

use std::{
    fs,
    path::{Path, PathBuf},
};

#[path = "architecture/cycles.rs"]
mod cycles;
#[path = "architecture/folders.rs"]
mod folders;
#[path = "architecture/functions.rs"]
mod functions;
#[path = "architecture/libraries.rs"]
mod libraries;
#[path = "architecture/one_place.rs"]
mod one_place;
#[path = "architecture/read.rs"]
mod read;
#[path = "architecture/text.rs"]
mod text;
#[path = "architecture/words.rs"]
mod words;

use read::{SourceFile, identifiers};

/// First impure room. Every room before it in src/lib.rs is pure.
const OUTSIDE: &str = "output";
/// Maximum length of a file, in lines.
const MAX_FILE_LINES: usize = 400;
/// Markers of unfinished work.
const UNFINISHED_MARKERS: &[&str] = &["TODO", "FIXME", "XXX", "todo!", "unimplemented!"];
/// Path prefixes that pure rooms must not use, each with the alternative to suggest.
const IMPURE_PATHS: &[(&str, &str)] = &[
    ("tokio", "return an Effect and let runtime do it"),
    ("crossterm", "say it in the words of keymap and effect; runtime speaks to the terminal"),
    ("std::fs", "read the file in cli or source and pass its text in"),
    ("std::env", "read the variable in cli and pass its value in"),
    ("std::process", "return an Effect and let runtime do it"),
    ("std::thread", "return an Effect and let runtime do it"),
    ("std::net", "of std::net only the address types are pure; connections belong into source"),
];
/// Identifiers that no path in a pure room may contain, each with the alternative to suggest.
const IMPURE_NAMES: &[(&str, &str)] = &[
    ("now", "time comes as a message or in the snapshot"),
    ("Instant", "time comes as a message or in the snapshot"),
    ("SystemTime", "time comes as a message or in the snapshot"),
    ("HashMap", "its order is random; take a BTreeMap"),
    ("HashSet", "its order is random; take a BTreeSet"),
    ("Mutex", "state changes only under App::update"),
    ("RwLock", "state changes only under App::update"),
    ("RefCell", "state changes only under App::update"),
];
/// Types of `std::net` that do no I/O.
const PURE_NET: &[&str] = &["IpAddr", "Ipv4Addr", "Ipv6Addr", "AddrParseError"];
/// Returns the rooms that lib.rs declares, in declaration order.
fn declared_rooms(lib: &str) -> Vec<String> {
    let declared = lib.lines().filter_map(|line| line.trim().strip_prefix("pub mod ")?.strip_suffix(';'));
    declared.map(str::to_owned).collect()
}

/// Returns the room of a file in src/, or `None` for lib.rs and main.rs.
fn room_of_file<'a>(path: &str, layers: &'a [String]) -> Option<&'a String> {
    let inside = path.strip_prefix("src/")?;
    let room = inside.split('/').next()?.trim_end_matches(".rs");
    layers.iter().find(|layer| *layer == room)
}

/// Returns the imports of rooms that src/lib.rs lists below the file's own room.
fn layer_violations(source: &SourceFile, layers: &[String]) -> Vec<String> {
    let Some(own) = room_of_file(&source.path, layers) else { return Vec::new() };
    let rank = |name: &str| layers.iter().position(|layer| layer == name);
    let mut wrong = Vec::new();
    for (line, path) in source.named_paths() {
        let Some(room) = source.target_room(path) else { continue };
        if rank(&room) > rank(own) {
            wrong.push(format!(
                "{}:{line}: `{own}` uses `{room}`, which src/lib.rs lists below it; move what it needs up, or pass \
                 it in as data",
                source.path
            ));
        }
    }
    wrong
}

/// Returns the uses of I/O, clocks, threads, random map order and shared state in a pure room.
fn purity_violations(source: &SourceFile, layers: &[String]) -> Vec<String> {
    let Some(own) = room_of_file(&source.path, layers) else { return Vec::new() };
    let pure = layers.iter().take_while(|layer| *layer != OUTSIDE).any(|layer| layer == own);
    if !pure || source.is_test_file() {
        return Vec::new();
    }
    let mut wrong = Vec::new();
    let mut tell = |line: usize, what: &str, instead: &str| {
        wrong.push(format!("{}:{line}: `{own}` is pure and says `{what}`: {instead}", source.path));
    };
    for (line, path) in source.named_paths() {
        let whole = path.join("::");
        for (start, instead) in IMPURE_PATHS {
            let begins = whole == *start || whole.starts_with(&format!("{start}::"));
            let address = *start == "std::net" && path.get(2).is_some_and(|t| PURE_NET.contains(&t.as_str()));
            if begins && !address {
                tell(line, &whole, instead);
            }
        }
        if whole.ends_with("TimeZone::system") {
            tell(line, &whole, "the time zone is part of the store");
        }
        for (name, instead) in IMPURE_NAMES {
            let called = path.len() > 1 || *name != "now";
            if called && path.iter().any(|part| part == name) {
                tell(line, &whole, instead);
            }
        }
        if path.iter().any(|part| part.starts_with("Atomic")) {
            tell(line, &whole, "state changes only under App::update");
        }
    }
    for (number, line) in source.code.lines().enumerate() {
        if line.contains("static mut") {
            tell(number + 1, "static mut", "state changes only under App::update");
        }
    }
    wrong
}

/// Checks rules that hold for every file: a `//!` header, the maximum length, no markers of unfinished work.
fn file_form_violations(source: &SourceFile) -> Vec<String> {
    let path = &source.path;
    let mut wrong = Vec::new();
    if !source.text.starts_with("//! ") {
        wrong.push(format!("{path}:1: begin with `//!` and say what is here"));
    }
    let lines = source.text.lines().count();
    if lines > MAX_FILE_LINES {
        wrong.push(format!("{path}:{MAX_FILE_LINES}: {lines} lines; split it where its parts have names"));
    }
    for (number, line) in source.text_without_strings.lines().enumerate() {
        for mark in UNFINISHED_MARKERS {
            if identifiers(line).any(|word| word == mark.trim_end_matches('!')) && line.contains(mark) {
                wrong.push(format!(
                    "{path}:{}: `{mark}`: do it, or open an issue and take it out",
                    number + 1
                ));
            }
        }
    }
    wrong
}

/// Returns every rule violation of one file.
fn violations(source: &SourceFile, layers: &[String]) -> Vec<String> {
    [
        layer_violations(source, layers),
        purity_violations(source, layers),
        file_form_violations(source),
        functions::too_long(source),
        text::raw_text_fields(source),
        text::print_violations(source),
    ]
    .into_iter()
    .flatten()
    .chain(if source.path.starts_with("src/") { libraries::violations(source) } else { Vec::new() })
    .chain(one_place::violations(source))
    .chain(words::violations(source))
    .collect()
}

/// Appends all Rust files below `folder` to `found`.
fn find_rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            find_rust_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn the_architecture_rules_hold() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let layers = declared_rooms(&fs::read_to_string(package.join("src/lib.rs")).unwrap());
    assert!(layers.iter().any(|layer| layer == OUTSIDE), "src/lib.rs declares no `{OUTSIDE}`: {layers:?}");
    let mut found = Vec::new();
    for folder in ["src", "tests", "benches", "examples"] {
        find_rust_files(&package.join(folder), &mut found);
    }
    found.sort();
    let source = |file: &PathBuf| {
        let path = file.strip_prefix(package).unwrap().to_str().unwrap().to_owned();
        SourceFile::new(path, fs::read_to_string(file).unwrap())
    };
    let sources: Vec<SourceFile> = found.iter().map(source).collect();
    let mut wrong: Vec<String> = sources.iter().flat_map(|source| violations(source, &layers)).collect();
    wrong.extend(words::namesakes(&sources));
    wrong.extend(cycles::cycles(&sources));
    wrong.extend(folders::crowded(&sources));
    wrong.extend(folders::unused_exemptions(&sources));
    wrong.extend(words::unused_exemptions(&sources));
    wrong.extend(text::unused_exemptions(&sources));
    wrong.extend(one_place::unused_exemptions(&sources));
    wrong.extend(libraries::unused_rooms(&sources));
    assert!(wrong.is_empty(), "{} faults in {} files:\n{}", wrong.len(), found.len(), wrong.join("\n"));
}

#[test]
fn every_room_is_listed() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let layers = declared_rooms(&fs::read_to_string(package.join("src/lib.rs")).unwrap());
    for entry in fs::read_dir(package.join("src")).unwrap().flatten() {
        let name = entry.file_name().to_str().unwrap().trim_end_matches(".rs").to_owned();
        let listed = ["lib", "main"].contains(&name.as_str()) || layers.contains(&name);
        assert!(listed, "src/{name} is in no `pub mod` line of src/lib.rs, so that no rule holds it");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEST_LIB_RS: &str = "//! x\npub mod model;\npub mod screen;\n// Outside.\npub mod output;\npub mod cache;\npub mod source;\npub mod runtime;\n";

    /// Returns the violations in a file at `path` that contains a header line and then `text`.
    fn violations_in(path: &str, text: &str) -> Vec<String> {
        let text = format!("//! head\n{text}");
        violations(&SourceFile::new(path.to_owned(), text), &declared_rooms(TEST_LIB_RS))
    }

    #[track_caller]
    fn assert_violation(path: &str, text: &str, line: usize, says: &str) {
        let found = violations_in(path, text);
        let at = format!("{path}:{line}: ");
        assert!(found.iter().any(|f| f.starts_with(&at) && f.contains(says)), "{text}: {found:?}");
    }

    #[track_caller]
    fn assert_no_violation(path: &str, text: &str) {
        assert_eq!(violations_in(path, text), Vec::<String>::new(), "{text}");
    }

    #[test]
    fn imports_point_up() {
        assert_eq!(declared_rooms(TEST_LIB_RS), ["model", "screen", "output", "cache", "source", "runtime"]);
        assert_no_violation("src/screen/map.rs", "use crate::{model::Service, screen::Theme};");
        assert_violation("src/model/id.rs", "use crate::screen::Theme;", 2, "`model` uses `screen`");
        assert_violation(
            "src/screen/mod.rs",
            "use crate::{\n    model::Id,\n    source::{self, docker},\n};",
            4,
            "`source`",
        );
        assert_violation("src/screen/map.rs", "fn f() { crate::runtime::size(); }", 2, "`runtime`");
        assert_violation("src/model.rs", "use super::source::Source;", 2, "`source`");
        assert_violation("src/screen/map/draw.rs", "use super::super::super::source::X;", 2, "`source`");
        assert_no_violation("src/screen/map/draw.rs", "use super::super::source::X;");
        assert_no_violation("src/model/id.rs", "// crate::screen\nconst X: &str = \"crate::screen\";");
        assert_violation(
            "src/model/id.rs",
            "#[cfg(test)]\nmod tests { use crate::screen::X; }",
            3,
            "`screen`",
        );
        assert_no_violation("src/main.rs", "use portolan::runtime;");
    }

    #[test]
    fn pure_rooms_have_no_outside() {
        for (text, says) in [
            ("use tokio::time::sleep;", "tokio"),
            ("use std::{fmt, fs};", "std::fs"),
            ("fn f() { std::env::var(\"X\"); }", "std::env"),
            ("use std::net::TcpStream;", "std::net"),
            ("use std::{fmt, net::{IpAddr, UdpSocket}};", "UdpSocket"),
            ("fn f() { Timestamp::now(); }", "now"),
            ("use std::collections::HashMap;", "BTreeMap"),
            ("struct A(std::sync::Mutex<u8>);", "Mutex"),
            ("struct A(RefCell<u8>);", "RefCell"),
            ("struct A(AtomicU8);", "AtomicU8"),
            ("static mut A: u8 = 0;", "static mut"),
            ("fn f() { TimeZone::system(); }", "TimeZone::system"),
        ] {
            assert_violation("src/screen/map.rs", text, 2, says);
            assert_no_violation("src/runtime/poll.rs", text);
        }
        assert_no_violation(
            "src/screen/map.rs",
            "use std::net::{IpAddr, Ipv6Addr};\nfn f(now: u8) -> u8 { now + self.now }",
        );
        assert_no_violation(
            "src/screen/map.rs",
            "#[cfg(test)]\nmod tests { fn f() { std::fs::read(\"x\"); } }",
        );
        assert_no_violation("src/screen/tests.rs", "use std::fs;");
        assert_violation("src/screen/map.rs", "#[cfg(test)]\nmod tests;\nuse std::fs;", 4, "std::fs");
    }

    #[test]
    fn libraries_have_their_rooms() {
        assert_violation("src/source/mod.rs", "use bollard::Docker;", 2, "src/source/docker/");
        assert_violation("src/source/docker/mod.rs", "use aws_sdk_ecs::Client;", 2, "src/source/ecs/");
        assert_violation("src/source/mod.rs", "fn f() { crossterm::terminal::size(); }", 2, "src/runtime/");
        assert_violation("src/model/id.rs", "use ratatui::style::Style;", 2, "src/screen/");
        assert_no_violation("src/source/docker/mod.rs", "use bollard::Docker;");
        assert_no_violation("src/runtime/mod.rs", "use ratatui::Terminal;");
    }

    #[test]
    fn the_model_holds_no_raw_text() {
        for field in ["String", "Option<String>", "Vec<Box<str>>", "std::sync::Arc<str>", "PathBuf"] {
            assert_violation(
                "src/model/a.rs",
                &format!("pub struct A {{\n    pub a: {field},\n}}"),
                3,
                "a field holds",
            );
            assert_violation("src/model/a.rs", &format!("struct A({field});"), 2, "a field holds");
            assert_violation(
                "src/model/a.rs",
                &format!("enum A {{\n    A {{\n    a: {field} }},\n}}"),
                4,
                "a field holds",
            );
        }
        assert_no_violation("src/model/a.rs", "struct A(u8);\nfn f() -> String { String::new() }");
        assert_no_violation(
            "src/model/a.rs",
            "struct A<'a> { a: &'a str, b: Text }\nimpl A { fn f(a: String) {} }",
        );
        assert_no_violation("src/screen/a.rs", "struct A { a: String }");
        assert_no_violation("src/model/a.rs", "#[cfg(test)]\nmod tests { struct A(String); }");
    }

    #[test]
    fn one_room_prints() {
        for text in [
            "fn f() { println!(); }",
            "fn f() { eprint!(\"x\"); }",
            "use std::io::stdout;",
            "use std::io::{self, Write, stderr};",
            "fn f() { std::io::stdout(); }",
            "fn f() { io::stderr(); }",
            "fn f() { dbg!(1); }",
        ] {
            assert_violation("src/cli/a.rs", text, 2, "src/output.rs");
            assert_violation("src/screen/a.rs", text, 2, "src/output.rs");
            assert_no_violation("src/output.rs", text);
        }
        assert_no_violation("src/runtime/terminal.rs", "use std::io::stdout;");
        assert_no_violation("src/cli/a.rs", "fn f() { ssh.stdout(Stdio::piped()); output::stdout(x); }");
    }

    #[test]
    fn file_form_is_checked() {
        assert!(
            file_form_violations(&SourceFile::new("src/a.rs".into(), "use b;\n".into()))[0].contains("//!")
        );
        let long = format!("//! x\n{}", "\n".repeat(MAX_FILE_LINES));
        assert!(file_form_violations(&SourceFile::new("src/a.rs".into(), long))[0].contains("401 lines"));
        assert_violation("src/model/id.rs", "// TODO later", 2, "TODO");
        assert_violation("src/model/id.rs", "fn f() { todo!() }", 2, "todo!");
        assert_violation("tests/a.rs", "/* a\n FIXME */", 3, "FIXME");
        assert_no_violation("src/model/id.rs", "fn todo() {}\nconst A: &str = \"TODO\";");
    }
}
