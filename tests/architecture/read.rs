//! Minimal Rust scanner for the rules: recognizes comments, strings and test modules, and lists the paths in
//! the remaining code.

/// Source file in three versions, which all have the same line numbers.
pub(crate) struct SourceFile {
    /// Path relative to the package root.
    pub(crate) path: String,
    /// Unchanged content.
    pub(crate) text: String,
    /// Content with the text of string literals blanked out.
    pub(crate) text_without_strings: String,
    /// Content with string literals and comments blanked out.
    pub(crate) code: String,
    /// Start and end of each test module in `code`, in bytes.
    test_modules: Vec<(usize, usize)>,
    /// Every path in the code with its line, and true if it is in a test module. Use trees are expanded.
    paths: Vec<(usize, bool, Vec<String>)>,
}

/// Lexical context of the current character.
#[derive(Clone, Copy, PartialEq)]
enum LexState {
    Code,
    LineComment,
    BlockComment(usize),
    StringLiteral,
    RawStringLiteral(usize),
}

impl SourceFile {
    /// Scans the file `text` at `path`.
    pub(crate) fn new(path: String, text: String) -> Self {
        let (text_without_strings, code) = blank_strings_and_comments(&text);
        let test_modules = test_module_ranges(&code);
        let paths = all_paths(&code, &test_modules);
        Self { path, text, text_without_strings, code, test_modules, paths }
    }

    /// Returns true if the whole file is test code.
    pub(crate) fn is_test_file(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }

    /// Returns every path in the code with its line. Test modules may use impure paths, so it returns only
    /// their `crate::` paths, which the layer rule needs.
    pub(crate) fn named_paths(&self) -> impl Iterator<Item = (usize, &[String])> {
        let is_crate_path = |path: &[String]| path.first().is_some_and(|first| first == "crate");
        let named = self.paths.iter().filter(move |(_, in_test, path)| !in_test || is_crate_path(path));
        named.map(|(line, _, path)| (*line, path.as_slice()))
    }

    /// Returns every path outside test modules with its line.
    pub(crate) fn production_paths(&self) -> impl Iterator<Item = (usize, &[String])> {
        let production = self.paths.iter().filter(|(_, in_test, _)| !in_test);
        production.map(|(line, _, path)| (*line, path.as_slice()))
    }

    /// Returns the bodies of structs and enums outside test modules, line by line.
    pub(crate) fn type_body_lines(&self) -> Vec<(usize, String)> {
        let mut all = Vec::new();
        let mut at = 0;
        while let Some((start, end)) = next_identifier(&self.code, at) {
            at = end;
            let in_test = self.test_modules.iter().any(|(from, to)| (*from..*to).contains(&start));
            if in_test || !matches!(&self.code[start..end], "struct" | "enum") {
                continue;
            }
            at = end_of_item(&self.code, end);
            let first = self.code[..end].matches('\n').count() + 1;
            let lines = self.code[end..at].lines().enumerate();
            all.extend(lines.map(|(number, line)| (first + number, line.to_owned())));
        }
        all
    }

    /// Returns the top-level room of this crate that `path` leads to from this file, or `None` for other
    /// paths.
    pub(crate) fn target_room(&self, path: &[String]) -> Option<String> {
        let supers = path.iter().take_while(|part| *part == "super").count();
        match path.first()?.as_str() {
            "crate" => path.get(1).cloned(),
            "super" if supers == self.module_depth() => path.get(supers).cloned(),
            _ => None,
        }
    }

    /// Returns the number of modules between this file and the crate root.
    fn module_depth(&self) -> usize {
        let inside = self.path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
        inside.split('/').count()
    }
}

/// Returns every path in the code with its line, and true if it is in a test module. Expands use trees.
fn all_paths(code: &str, test_modules: &[(usize, usize)]) -> Vec<(usize, bool, Vec<String>)> {
    let mut all = Vec::new();
    let ends: Vec<usize> = code.match_indices('\n').map(|(at, _)| at).collect();
    let line = |at: usize| ends.partition_point(|end| *end < at) + 1;
    let mut at = 0;
    while let Some((start, end)) = next_identifier(code, at) {
        let in_test = test_modules.iter().any(|(from, to)| (*from..*to).contains(&start));
        let mut found = Vec::new();
        at = if &code[start..end] == "use" {
            let stop = code[end..].find(';').map_or(code.len(), |stop| end + stop);
            expand_use_tree(code, end, stop, &[], &mut found);
            stop
        } else {
            let (path, stop) = path_at(code, start);
            // Outside a `use` there is no `crate::{`, and a path ends before a turbofish or a call.
            found.push((start, path));
            stop
        };
        all.extend(found.into_iter().map(|(at, path)| (line(at), in_test, path)));
    }
    all
}

/// Returns the identifiers in a line.
pub(crate) fn identifiers(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// Returns the text with strings blanked out, and the text with strings and comments blanked out.
fn blank_strings_and_comments(text: &str) -> (String, String) {
    let chars: Vec<char> = text.chars().collect();
    let (mut words, mut code) = (String::new(), String::new());
    let mut inside = LexState::Code;
    let mut at = 0;
    let hashes = |from: usize| chars[from..].iter().take_while(|c| **c == '#').count();
    while at < chars.len() {
        let (c, next) = (chars[at], chars.get(at + 1).copied());
        let word_before = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
        let mut step = 1;
        let before = inside;
        match inside {
            LexState::Code => match (c, next) {
                ('/', Some('/')) => inside = LexState::LineComment,
                ('/', Some('*')) => (inside, step) = (LexState::BlockComment(1), 2),
                ('"', _) => inside = LexState::StringLiteral,
                ('r', Some('"' | '#'))
                    if !word_before && chars.get(at + 1 + hashes(at + 1)) == Some(&'"') =>
                {
                    (inside, step) = (LexState::RawStringLiteral(hashes(at + 1)), hashes(at + 1) + 2);
                }
                // A character literal, `'x'` or `'\…'`, not a lifetime.
                ('\'', Some('\\')) => {
                    let end = chars[at + 3..].iter().position(|c| *c == '\'').unwrap_or(0);
                    step = end + 4;
                }
                ('\'', Some(_)) if chars.get(at + 2) == Some(&'\'') => step = 3,
                _ => {}
            },
            LexState::LineComment if c == '\n' => inside = LexState::Code,
            LexState::BlockComment(depth) => match (c, next) {
                ('*', Some('/')) => {
                    (inside, step) =
                        (if depth == 1 { LexState::Code } else { LexState::BlockComment(depth - 1) }, 2);
                }
                ('/', Some('*')) => (inside, step) = (LexState::BlockComment(depth + 1), 2),
                _ => {}
            },
            LexState::StringLiteral => match c {
                '\\' => step = 2,
                '"' => inside = LexState::Code,
                _ => {}
            },
            LexState::RawStringLiteral(count) if c == '"' && hashes(at + 1) >= count => {
                (inside, step) = (LexState::Code, count + 1);
            }
            LexState::LineComment | LexState::RawStringLiteral(_) => {}
        }
        let plain = before == LexState::Code && inside == LexState::Code && step == 1;
        let comment = |i: LexState| matches!(i, LexState::LineComment | LexState::BlockComment(_));
        for c in &chars[at..(at + step).min(chars.len())] {
            let blank = if *c == '\n' { '\n' } else { ' ' };
            code.push(if plain { *c } else { blank });
            words.push(if plain || comment(before) || comment(inside) { *c } else { blank });
        }
        at += step;
    }
    (words, code)
}

/// Returns start and end of the inline modules under `#[cfg(test)]`, in bytes. Skips modules in separate
/// files.
fn test_module_ranges(code: &str) -> Vec<(usize, usize)> {
    let mut all = Vec::new();
    for (start, mark) in code.match_indices("#[cfg(test)]") {
        let rest = &code[start + mark.len()..];
        let Some(open) = rest.find(['{', ';']).filter(|at| rest[*at..].starts_with('{')) else { continue };
        let mut depth = 0;
        for (at, c) in rest[open..].char_indices() {
            depth += match c {
                '{' => 1,
                '}' => -1,
                _ => 0,
            };
            if depth == 0 {
                all.push((start, start + mark.len() + open + at));
                break;
            }
        }
    }
    all
}

/// Returns the end of the struct or enum whose keyword ends at `from`: its closing brace, or a semicolon
/// outside braces.
fn end_of_item(code: &str, from: usize) -> usize {
    let mut depth = 0;
    for (at, c) in code[from..].char_indices() {
        match c {
            '{' | '(' => depth += 1,
            '}' => depth -= 1,
            ')' => {
                depth -= 1;
                continue;
            }
            ';' => {}
            _ => continue,
        }
        if depth == 0 {
            return from + at;
        }
    }
    code.len()
}

/// Returns start and end of the next identifier at or after `from`.
pub(crate) fn next_identifier(code: &str, from: usize) -> Option<(usize, usize)> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let start = from + code[from..].find(word)?;
    let end = code[start..].find(|c| !word(c)).map_or(code.len(), |end| start + end);
    Some((start, end))
}

/// Returns the path that starts at `start`, and its end.
fn path_at(code: &str, start: usize) -> (Vec<String>, usize) {
    let mut path = Vec::new();
    let mut at = start;
    while let Some((from, to)) = next_identifier(code, at).filter(|(from, _)| *from == at) {
        path.push(code[from..to].to_owned());
        at = to;
        if !code[at..].starts_with("::") {
            break;
        }
        at += 2;
    }
    (path, at.max(start + 1))
}

/// Expands a use tree into full paths, each with the position of its last segment.
fn expand_use_tree(
    code: &str,
    from: usize,
    to: usize,
    before: &[String],
    found: &mut Vec<(usize, Vec<String>)>,
) {
    let mut path = before.to_vec();
    let mut last = None;
    let mut at = from;
    while at < to {
        let rest = &code[at..to];
        let c = rest.chars().next().unwrap_or(' ');
        if c.is_alphanumeric() || c == '_' {
            let Some((start, end)) = next_identifier(code, at) else { break };
            match &code[start..end] {
                // The alias after `as` does not matter.
                "as" => at = next_identifier(code, end).map_or(to, |(_, end)| end),
                word => {
                    path.push(word.to_owned());
                    (last, at) = (Some(start), end);
                }
            }
        } else if c == '{' {
            let close = at + closing_brace(rest);
            expand_use_tree(code, at + 1, close, &path, found);
            (last, at) = (None, close + 1);
        } else if c == ',' {
            found.extend(last.take().map(|place| (place, path.clone())));
            path = before.to_vec();
            at += 1;
        } else {
            at += c.len_utf8();
        }
    }
    found.extend(last.map(|place| (place, path)));
}

/// Returns the position of the brace that closes the one at the start of `text`.
pub(crate) fn closing_brace(text: &str) -> usize {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        depth += match c {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        if depth == 0 {
            return at;
        }
    }
    text.len() - 1
}
