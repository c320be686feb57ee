//! Splits a shell script into commands (POSIX.1-2024, "Shell Command Language"). The reader supports only
//! what is needed to separate commands from comments, here-documents, redirections and quoted text. It does
//! not expand variables.

use super::super::interpolation::UNKNOWN_CHAR;

/// The maximum nesting depth of `$(…)` to read.
const MAX_SUBSTITUTION_DEPTH: usize = 4;
/// Keywords and commands that may precede a command without being part of it.
const SHELL_KEYWORDS: &[&str] =
    &["if", "then", "else", "elif", "while", "until", "do", "!", "{", "time", "exec", "command"];

/// Returns the commands in a script, each as a list of words. Commands in substitutions come last.
pub(super) fn commands(script: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    collect_commands(script, MAX_SUBSTITUTION_DEPTH, &mut found);
    found
}

fn collect_commands(script: &str, depth: usize, found: &mut Vec<Vec<String>>) {
    let mut reader = ScriptReader { rest: script, ..ScriptReader::default() };
    while reader.read_char() {}
    reader.end_command();
    found.append(&mut reader.commands);
    if depth > 0 {
        reader.substitutions.iter().for_each(|inner| collect_commands(inner, depth - 1, found));
    }
}

/// A reader that splits a shell script into commands.
#[derive(Default)]
struct ScriptReader<'s> {
    /// The text that has not been read yet.
    rest: &'s str,
    /// The current word so far; `None` between words.
    word: Option<String>,
    /// The words of the current command so far.
    words: Vec<String>,
    /// The commands that have ended, each as its words.
    commands: Vec<Vec<String>>,
    /// The scripts found in `$(…)` and backquotes.
    substitutions: Vec<&'s str>,
    /// The number of substitutions before the current command.
    earlier_substitutions: usize,
    /// The number of substitutions around the text.
    substitution_depth: usize,
    /// The number of parentheses that are open.
    open_brackets: usize,
    /// The number of `case` commands that are open.
    open_cases: usize,
    /// True if the next words are the pattern of a `case` command. They are text and no command.
    expects_pattern: bool,
    /// True if the next word is the file of a redirection, or a here-string.
    expects_redirect_target: bool,
    /// End markers of the here-documents that begin on the next line.
    heredoc_ends: Vec<String>,
    /// True if the next word is the end marker of a here-document.
    expects_heredoc_end: bool,
}

impl<'s> ScriptReader<'s> {
    /// Reads the next character. Returns false at the end of the script.
    fn read_char(&mut self) -> bool {
        let Some(c) = self.rest.chars().next() else { return false };
        let after = &self.rest[c.len_utf8()..];
        self.rest = after;
        match c {
            '\n' => {
                self.end_command();
                self.skip_heredocs();
            }
            c if c.is_whitespace() => self.end_word(),
            '#' if self.word.is_none() => self.rest = after.find('\n').map_or("", |end| &after[end..]),
            '\\' => self.read_escaped(),
            '\'' => {
                if let Some(text) = self.take_until('\'') {
                    self.push(text);
                }
            }
            '"' => self.read_double_quoted(),
            '`' => {
                if let Some(inner) = self.take_until('`') {
                    self.push_substitution(inner);
                }
            }
            '$' if after.starts_with('(') => self.read_substitution(),
            '(' | ')' => self.read_bracket(c),
            ';' | '&' | '|' => {
                self.end_command();
                // `;;` and `;&` end a branch of a `case` command.
                self.expects_pattern |= c == ';' && after.starts_with([';', '&']) && self.open_cases > 0;
            }
            '<' | '>' => self.begin_redirection(c),
            c => self.push(c.encode_utf8(&mut [0; 4])),
        }
        true
    }

    /// Reads a parenthesis of a subshell, a function or a `case` pattern. If a closing parenthesis without an
    /// opening one is directly followed by a word, a quoted text has probably ended too early. The rest of
    /// the script is then unclear, so the reader stops.
    fn read_bracket(&mut self, bracket: char) {
        self.end_command();
        if self.expects_pattern {
            self.expects_pattern = bracket == '(';
            return;
        }
        let is_glued = self.rest.starts_with(|c: char| !c.is_whitespace() && !";&|)".contains(c));
        match (bracket, self.open_brackets) {
            ('(', _) => self.open_brackets += 1,
            (_, 0) if is_glued => self.rest = "",
            (_, open) => self.open_brackets = open.saturating_sub(1),
        }
    }

    fn push(&mut self, text: &str) {
        self.word.get_or_insert_default().push_str(text);
    }

    fn read_escaped(&mut self) {
        let Some(c) = self.rest.chars().next() else { return };
        self.rest = &self.rest[c.len_utf8()..];
        if c != '\n' {
            self.push(c.encode_utf8(&mut [0; 4]));
        }
    }

    /// Returns the text before `end` and skips `end`. Drops the command if `end` does not occur.
    fn take_until(&mut self, end: char) -> Option<&'s str> {
        let Some((text, rest)) = self.rest.split_once(end) else {
            self.drop_command();
            return None;
        };
        self.rest = rest;
        Some(text)
    }

    /// Drops the command and the rest of the script, because a quote does not end. A part of a secret may have
    /// begun it, so no word is certain.
    fn drop_command(&mut self) {
        (self.rest, self.word) = ("", None);
        self.words.clear();
        self.substitutions.truncate(self.earlier_substitutions);
    }

    fn read_double_quoted(&mut self) {
        self.push("");
        while let Some(c) = self.rest.chars().next() {
            let after = &self.rest[c.len_utf8()..];
            self.rest = after;
            match c {
                '"' => return,
                '\\' => self.read_escaped(),
                '$' if after.starts_with('(') => self.read_substitution(),
                c => self.push(c.encode_utf8(&mut [0; 4])),
            }
        }
        self.drop_command();
    }

    /// Reads `$(…)` up to the matching parenthesis.
    fn read_substitution(&mut self) {
        let text = &self.rest[1..];
        let Some(end) = self.substitution_end(text) else {
            self.drop_command();
            return;
        };
        self.rest = &text[end + 1..];
        self.push_substitution(&text[..end]);
    }

    /// Returns the byte offset of the parenthesis that ends the substitution with the script `text`. Parentheses in
    /// quotes, comments and here-documents don't count. Returns `None` if none ends it.
    fn substitution_end(&self, text: &'s str) -> Option<usize> {
        let depth =
            self.substitution_depth.checked_add(1).filter(|depth| *depth <= MAX_SUBSTITUTION_DEPTH)?;
        let mut inner = ScriptReader { rest: text, substitution_depth: depth, ..ScriptReader::default() };
        loop {
            if inner.rest.starts_with(')') && inner.open_brackets == 0 && !inner.expects_pattern {
                return Some(text.len() - inner.rest.len());
            }
            if !inner.read_char() {
                return None;
            }
        }
    }

    fn push_substitution(&mut self, inner: &'s str) {
        self.push(UNKNOWN_CHAR.encode_utf8(&mut [0; 4]));
        self.substitutions.push(inner);
    }

    fn begin_redirection(&mut self, c: char) {
        // The number before the sign belongs to the redirection, as in `2>file`.
        if self.word.as_ref().is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit())) {
            self.word = None;
        }
        self.end_word();
        if c == '<' && self.rest.starts_with('<') && !self.rest.starts_with("<<") {
            self.rest = self.rest[1..].trim_start_matches('-');
            self.expects_heredoc_end = true;
        } else {
            self.rest = self.rest.trim_start_matches(['<', '>', '&', '|']);
            self.expects_redirect_target = true;
        }
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        if std::mem::take(&mut self.expects_heredoc_end) {
            // In `(( n = 1 << 3 ))`, the sign shifts a number.
            if !word.bytes().all(|byte| byte.is_ascii_digit()) {
                self.heredoc_ends.push(word);
            }
        } else if !std::mem::take(&mut self.expects_redirect_target) {
            let leads = self.words.is_empty() && SHELL_KEYWORDS.contains(&word.as_str());
            let ends_case = self.words.is_empty() && self.open_cases > 0 && word == "esac";
            if ends_case {
                self.open_cases -= 1;
                self.expects_pattern = false;
            } else if !leads {
                self.words.push(word);
            }
            if matches!(&self.words[..], [case, _, last] if case == "case" && last == "in") {
                self.end_command();
                self.open_cases += 1;
                self.expects_pattern = true;
            }
        }
    }

    fn end_command(&mut self) {
        self.end_word();
        self.expects_redirect_target = false;
        self.earlier_substitutions = self.substitutions.len();
        let words = std::mem::take(&mut self.words);
        if !words.is_empty() && !self.expects_pattern {
            self.commands.push(words);
        }
    }

    /// Skips the here-documents that begin here, because they contain text and not commands.
    fn skip_heredocs(&mut self) {
        for end in std::mem::take(&mut self.heredoc_ends) {
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
        assert_eq!(commands("TOKEN='')zz:80'' exec app --url http://db"), [["TOKEN="]]);
        assert_eq!(
            commands("(a; b)\ncase x in s) c;; esac"),
            [vec!["a"], vec!["b"], vec!["case", "x", "in"], vec!["c"]]
        );
    }

    #[test]
    fn patterns_are_no_commands() {
        let script = "case \"$1\" in\n billing:8080|a) app x;;\n(zz:80)run;; *) y & ;; esac; nc db 5432";
        let expected: [&[&str]; 5] =
            [&["case", "$1", "in"], &["app", "x"], &["run"], &["y"], &["nc", "db", "5432"]];
        assert_eq!(commands(script), expected);
        assert_eq!(commands("(case x in a) case y in b) c;; esac;; esac)\nd").last().unwrap(), &["d"]);
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
        for open in ["'", "\"", "`", "$("] {
            let script = format!("x=$(curl http://api)\nTOKEN=',!'\tzz=-{open} exec app --url http://db:80");
            assert_eq!(commands(&script), [vec!["x=\u{fffc}"], vec!["curl", "http://api"]], "{open}");
        }
    }

    #[test]
    fn comments_and_heredocs_in_a_substitution_hide_no_command() {
        let script = "X=$(\n # don't fail\n curl http://api\n)\nexec app --url http://db:80";
        let expected: [&[&str]; 3] =
            [&["X=\u{fffc}"], &["app", "--url", "http://db:80"], &["curl", "http://api"]];
        assert_eq!(commands(script), expected);
        let script = "psql -h db -c \"$(cat <<EOF\nit's\nEOF\n)\"\nwait-for db:80";
        let expected: [&[&str]; 3] =
            [&["psql", "-h", "db", "-c", "\u{fffc}"], &["wait-for", "db:80"], &["cat"]];
        assert_eq!(commands(script), expected);
        assert!(
            commands("n=$((1 << 3))\nwait-for db").contains(&vec!["wait-for".to_owned(), "db".to_owned()])
        );
        assert!(commands(&"$(".repeat(100_000)).is_empty());
    }

    proptest::proptest! {
        #[test]
        fn any_script_is_read_without_panic(script in "[a-z<>$()`'\"\\\\ \n;|&#-]{0,60}") {
            let _ = commands(&script);
        }
    }
}
