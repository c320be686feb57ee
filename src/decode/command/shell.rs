//! A shell script as commands of words (POSIX.1-2024, "Shell Command Language"), read just far enough to tell what is
//! run from what is text: comments, here-documents, redirections and quoted text. Nothing is expanded.

use super::super::template::UNKNOWN;

/// The deepest nesting of `$(…)` that is read.
const MAX_DEPTH: usize = 4;
/// Words before a command that are no part of it.
const KEYWORDS: &[&str] =
    &["if", "then", "else", "elif", "while", "until", "do", "!", "{", "time", "exec", "command"];

/// The commands of a script, those of command substitutions behind the one in which they stand.
pub(super) fn commands(script: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    nested(script, MAX_DEPTH, &mut found);
    found
}

fn nested(script: &str, depth: usize, found: &mut Vec<Vec<String>>) {
    let mut reader = Reader { rest: script, ..Reader::default() };
    while reader.step() {}
    reader.end_command();
    found.append(&mut reader.commands);
    if depth > 0 {
        reader.substituted.iter().for_each(|inner| nested(inner, depth - 1, found));
    }
}

/// The state of reading a script.
#[derive(Default)]
struct Reader<'s> {
    rest: &'s str,
    word: Option<String>,
    words: Vec<String>,
    commands: Vec<Vec<String>>,
    substituted: Vec<&'s str>,
    /// The next word is a file or a here-string.
    redirected: bool,
    /// The ends of here-documents that begin at the next line.
    documents: Vec<String>,
    /// The next word ends a here-document.
    document_next: bool,
}

impl<'s> Reader<'s> {
    /// Reads the next sign. Returns `false` at the end.
    fn step(&mut self) -> bool {
        let Some(c) = self.rest.chars().next() else { return false };
        let after = &self.rest[c.len_utf8()..];
        self.rest = after;
        match c {
            '\n' => {
                self.end_command();
                self.skip_documents();
            }
            c if c.is_whitespace() => self.end_word(),
            '#' if self.word.is_none() => self.rest = after.find('\n').map_or("", |end| &after[end..]),
            '\\' => self.escaped(),
            '\'' => {
                let text = self.until('\'');
                self.push(text);
            }
            '"' => self.quoted(),
            '`' => {
                let inner = self.until('`');
                self.substitute(inner);
            }
            '$' if after.starts_with('(') => self.substitution(),
            ';' | '&' | '|' | '(' | ')' => self.end_command(),
            '<' | '>' => self.redirect(c),
            c => self.push(c.encode_utf8(&mut [0; 4])),
        }
        true
    }

    fn push(&mut self, text: &str) {
        self.word.get_or_insert_default().push_str(text);
    }

    fn escaped(&mut self) {
        let Some(c) = self.rest.chars().next() else { return };
        self.rest = &self.rest[c.len_utf8()..];
        if c != '\n' {
            self.push(c.encode_utf8(&mut [0; 4]));
        }
    }

    /// The text up to a sign, which is passed over.
    fn until(&mut self, end: char) -> &'s str {
        let (text, rest) = self.rest.split_once(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        text
    }

    fn quoted(&mut self) {
        self.push("");
        while let Some(c) = self.rest.chars().next() {
            let after = &self.rest[c.len_utf8()..];
            self.rest = after;
            match c {
                '"' => return,
                '\\' => self.escaped(),
                '$' if after.starts_with('(') => self.substitution(),
                c => self.push(c.encode_utf8(&mut [0; 4])),
            }
        }
    }

    /// `$(…)`, whose brackets are balanced.
    fn substitution(&mut self) {
        let mut depth = 0;
        let end = self.rest.char_indices().find(|(_, c)| {
            depth += i32::from(*c == '(') - i32::from(*c == ')');
            depth == 0
        });
        let end = end.map_or(self.rest.len(), |(at, _)| at);
        let inner = self.rest.get(1..end).unwrap_or_default();
        self.rest = self.rest.get(end + 1..).unwrap_or_default();
        self.substitute(inner);
    }

    fn substitute(&mut self, inner: &'s str) {
        self.push(UNKNOWN.encode_utf8(&mut [0; 4]));
        self.substituted.push(inner);
    }

    fn redirect(&mut self, c: char) {
        // The number before belongs to it: `2>file`.
        if self.word.as_ref().is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit())) {
            self.word = None;
        }
        self.end_word();
        if c == '<' && self.rest.starts_with('<') && !self.rest.starts_with("<<") {
            self.rest = self.rest[1..].trim_start_matches('-');
            self.document_next = true;
        } else {
            self.rest = self.rest.trim_start_matches(['<', '>', '&', '|']);
            self.redirected = true;
        }
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        if std::mem::take(&mut self.document_next) {
            self.documents.push(word);
        } else if !std::mem::take(&mut self.redirected) {
            let leads = self.words.is_empty() && KEYWORDS.contains(&word.as_str());
            if !leads {
                self.words.push(word);
            }
        }
    }

    fn end_command(&mut self) {
        self.end_word();
        self.redirected = false;
        if !self.words.is_empty() {
            self.commands.push(std::mem::take(&mut self.words));
        }
    }

    /// Passes over the here-documents that begin here: they are text.
    fn skip_documents(&mut self) {
        for end in std::mem::take(&mut self.documents) {
            let mut lines = self.rest.split_inclusive('\n');
            let mut passed = 0;
            for line in lines.by_ref() {
                passed += line.len();
                if line.trim() == end {
                    break;
                }
            }
            self.rest = &self.rest[passed..];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::commands;

    #[test]
    fn text_is_no_command() {
        let script = "cat <<'EOF' > /out/x.yml\nurl: http://web:80\nEOF\nwait-for db:5432 && run 2>/dev/null # http://x:1\n";
        assert_eq!(commands(script), [vec!["cat"], vec!["wait-for", "db:5432"], vec!["run"]]);
        assert_eq!(commands("a <<-X; b\n\tc\n\tX\nd"), [["a"], ["b"], ["d"]]);
        assert_eq!(commands("psql <<< 'select 1' -h db"), [["psql", "-h", "db"]]);
    }

    #[test]
    fn quotes_and_substitutions() {
        let script = "if ! nc -z \"$H\" '80 1'; then x=$(curl -u \"a:b\" http://api) y\\ z; fi";
        let expected: [&[&str]; 4] = [
            &["nc", "-z", "$H", "80 1"],
            &["x=\u{fffc}", "y z"],
            &["fi"],
            &["curl", "-u", "a:b", "http://api"],
        ];
        assert_eq!(commands(script), expected);
    }

    proptest::proptest! {
        #[test]
        fn any_script_is_read_without_panic(script in "[a-z<>$()`'\"\\\\ \n;|&#-]{0,60}") {
            let _ = commands(&script);
        }
    }
}
