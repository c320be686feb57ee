//! Minimal Rust scanner for the rules: it separates comments, strings and test modules, and lists the paths
//! that the remaining code names.

/// Source file in three versions, all with the same line numbers.
pub(crate) struct Source {
    /// Path relative to the package root.
    pub(crate) path: String,
    /// Unchanged content.
    pub(crate) text: String,
    /// Content with the text of string literals blanked out.
    pub(crate) words: String,
    /// Content with string literals and comments blanked out.
    pub(crate) code: String,
    /// Start and end of each test module in `code`, in bytes.
    tests: Vec<(usize, usize)>,
}

/// Lexical context of the current character.
#[derive(Clone, Copy, PartialEq)]
enum Inside {
    Code,
    LineComment,
    BlockComment(usize),
    Text,
    RawText(usize),
}

impl Source {
    /// Scans the file `text` at `path`.
    pub(crate) fn new(path: String, text: String) -> Self {
        let (words, code) = without(&text);
        let tests = test_modules(&code);
        Self { path, text, words, code, tests }
    }

    /// Returns true if the whole file is test code.
    pub(crate) fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }

    /// Returns every path in the code with its line, use trees expanded. Test modules may use impure paths,
    /// so only their `crate::` paths are returned, which the layer rule needs.
    pub(crate) fn paths(&self) -> Vec<(usize, Vec<String>)> {
        let mut all = Vec::new();
        let ends: Vec<usize> = self.code.match_indices('\n').map(|(at, _)| at).collect();
        let line = |at: usize| ends.partition_point(|end| *end < at) + 1;
        let mut at = 0;
        while let Some((start, end)) = next_identifier(&self.code, at) {
            let in_test = self.tests.iter().any(|(from, to)| (*from..*to).contains(&start));
            let mut found = Vec::new();
            at = if &self.code[start..end] == "use" {
                let stop = self.code[end..].find(';').map_or(self.code.len(), |stop| end + stop);
                unfold(&self.code, end, stop, &[], &mut found);
                stop
            } else {
                let (path, stop) = inline(&self.code, start);
                // Outside a `use` there is no `crate::{`, and a path ends before a turbofish or a call.
                found.push((start, path));
                stop
            };
            let kept = found
                .into_iter()
                .filter(|(_, path)| !in_test || matches!(path.first().map(String::as_str), Some("crate")));
            all.extend(kept.map(|(at, path)| (line(at), path)));
        }
        all
    }

    /// Returns the bodies of structs and enums outside test modules, line by line.
    pub(crate) fn fields(&self) -> Vec<(usize, String)> {
        let mut all = Vec::new();
        let mut at = 0;
        while let Some((start, end)) = next_identifier(&self.code, at) {
            at = end;
            let in_test = self.tests.iter().any(|(from, to)| (*from..*to).contains(&start));
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
    pub(crate) fn room_named(&self, path: &[String]) -> Option<String> {
        let supers = path.iter().take_while(|part| *part == "super").count();
        match path.first()?.as_str() {
            "crate" => path.get(1).cloned(),
            "super" if supers == self.depth() => path.get(supers).cloned(),
            _ => None,
        }
    }

    /// Returns the number of modules between this file and the crate root.
    fn depth(&self) -> usize {
        let inside = self.path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
        inside.split('/').count()
    }
}

/// Returns the identifiers in a line.
pub(crate) fn identifiers(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// Returns the text with strings blanked out, and the text with strings and comments blanked out.
fn without(text: &str) -> (String, String) {
    let chars: Vec<char> = text.chars().collect();
    let (mut words, mut code) = (String::new(), String::new());
    let mut inside = Inside::Code;
    let mut at = 0;
    let hashes = |from: usize| chars[from..].iter().take_while(|c| **c == '#').count();
    while at < chars.len() {
        let (c, next) = (chars[at], chars.get(at + 1).copied());
        let word_before = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
        let mut step = 1;
        let before = inside;
        match inside {
            Inside::Code => match (c, next) {
                ('/', Some('/')) => inside = Inside::LineComment,
                ('/', Some('*')) => (inside, step) = (Inside::BlockComment(1), 2),
                ('"', _) => inside = Inside::Text,
                ('r', Some('"' | '#'))
                    if !word_before && chars.get(at + 1 + hashes(at + 1)) == Some(&'"') =>
                {
                    (inside, step) = (Inside::RawText(hashes(at + 1)), hashes(at + 1) + 2);
                }
                // A character literal, `'x'` or `'\…'`, not a lifetime.
                ('\'', Some('\\')) => {
                    let end = chars[at + 3..].iter().position(|c| *c == '\'').unwrap_or(0);
                    step = end + 4;
                }
                ('\'', Some(_)) if chars.get(at + 2) == Some(&'\'') => step = 3,
                _ => {}
            },
            Inside::LineComment if c == '\n' => inside = Inside::Code,
            Inside::BlockComment(depth) => match (c, next) {
                ('*', Some('/')) => {
                    (inside, step) =
                        (if depth == 1 { Inside::Code } else { Inside::BlockComment(depth - 1) }, 2);
                }
                ('/', Some('*')) => (inside, step) = (Inside::BlockComment(depth + 1), 2),
                _ => {}
            },
            Inside::Text => match c {
                '\\' => step = 2,
                '"' => inside = Inside::Code,
                _ => {}
            },
            Inside::RawText(count) if c == '"' && hashes(at + 1) >= count => {
                (inside, step) = (Inside::Code, count + 1);
            }
            Inside::LineComment | Inside::RawText(_) => {}
        }
        let plain = before == Inside::Code && inside == Inside::Code && step == 1;
        let comment = |i: Inside| matches!(i, Inside::LineComment | Inside::BlockComment(_));
        for c in &chars[at..(at + step).min(chars.len())] {
            let blank = if *c == '\n' { '\n' } else { ' ' };
            code.push(if plain { *c } else { blank });
            words.push(if plain || comment(before) || comment(inside) { *c } else { blank });
        }
        at += step;
    }
    (words, code)
}

/// Returns start and end of the inline modules under `#[cfg(test)]`, in bytes. Modules in files of their own
/// are skipped.
fn test_modules(code: &str) -> Vec<(usize, usize)> {
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
fn next_identifier(code: &str, from: usize) -> Option<(usize, usize)> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let start = from + code[from..].find(word)?;
    let end = code[start..].find(|c| !word(c)).map_or(code.len(), |end| start + end);
    Some((start, end))
}

/// Returns the path that starts at `start`, and its end.
fn inline(code: &str, start: usize) -> (Vec<String>, usize) {
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
fn unfold(code: &str, from: usize, to: usize, before: &[String], found: &mut Vec<(usize, Vec<String>)>) {
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
            let close = at + closing(rest);
            unfold(code, at + 1, close, &path, found);
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
fn closing(text: &str) -> usize {
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
