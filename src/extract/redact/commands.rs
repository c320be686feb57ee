//! Redaction of secrets that follow their name after a blank, as in `export DB_PASSWORD …`,
//! `npm config set //registry/:_authToken …` and `login with admin / …`.

use super::{Cut, is_key_char, quotes};
use crate::extract::env_key::{self, ValueKind};

/// Commands after which any name of a secret precedes its value, even a name in lower case.
const SETTING_COMMANDS: &[&str] = &["set", "setx", "setenv", "export"];
/// Words that continue a sentence about a secret, as in `DB_PASSWORD must be set`. None of them is a value.
const PROSE_WORDS: &[&str] = &[
    "and",
    "are",
    "as",
    "at",
    "authentication",
    "because",
    "before",
    "by",
    "can",
    "cannot",
    "environment",
    "expired",
    "failed",
    "for",
    "from",
    "has",
    "have",
    "if",
    "in",
    "into",
    "invalid",
    "is",
    "may",
    "missing",
    "must",
    "not",
    "of",
    "on",
    "option",
    "or",
    "policies",
    "policy",
    "required",
    "rotation",
    "setting",
    "should",
    "that",
    "the",
    "to",
    "value",
    "variable",
    "variables",
    "was",
    "were",
    "when",
    "which",
    "will",
    "with",
    "you",
    "your",
];
/// Names of passwords. A quoted word directly after one of them is the password, as in SQL.
const PASSWORD_NAMES: &[&str] = &["password", "passwd", "passphrase"];
/// Commands with a password among their operands: the program, its subcommands, and the number of operands before
/// the password. Everything from there on is cut, up to the next command.
const COMMANDS_WITH_PASSWORD_OPERAND: &[(&str, &[&str], usize)] = &[
    ("htpasswd", &[], 1),
    ("rabbitmqctl", &["add_user"], 1),
    ("rabbitmqctl", &["change_password"], 1),
    ("rabbitmqctl", &["authenticate_user"], 1),
    ("mc", &["alias", "set"], 2),
    ("mcli", &["alias", "set"], 2),
    ("mc", &["config", "host", "add"], 2),
];
/// Words of a sentence that may state a user and a password, as in `log in as admin / …`.
const LOGIN_WORDS: &[&str] =
    &["login", "log", "sign", "credentials", "password", "user", "username", "account"];
/// Words directly before a user and a password without blanks between them, as in `login with admin/…`.
const WORDS_BEFORE_PAIR: &[&str] = &["with", "as", "using", "credentials", "password", "login"];

/// Marks each word that follows the name of a secret in a command, and the password after the user in a
/// sentence about a login.
pub(super) fn search(line: &str, add: &mut dyn FnMut(Cut)) {
    let words: Vec<(usize, &str)> = words_of(line).collect();
    mark_password_operands(&words, add);
    let mut is_about_login = false;
    for (index, pair) in words.windows(2).enumerate() {
        let [(_, word), (start, next)] = *pair else { continue };
        is_about_login |= is_one_of(word, LOGIN_WORDS);
        if may_be_value(next) && precedes_value(word, next, &words[..index]) {
            add(Cut::marked(quotes::value(line, start)));
        }
        if is_one_of(word, &["by"]) && index > 0 && is_one_of(words[index - 1].1, &["identified"]) {
            add(Cut::marked(quotes::value(line, start)));
        }
        if word == "/" && is_about_login && !is_secret_name(plain(next)) {
            add(Cut::marked(quotes::value(line, start)));
        }
        if is_about_login && is_one_of(word, WORDS_BEFORE_PAIR) {
            mark_password_of_pair(line, start, next, add);
        }
    }
}

/// Marks the password, and all words after it, in each command of [`COMMANDS_WITH_PASSWORD_OPERAND`].
fn mark_password_operands(words: &[(usize, &str)], add: &mut dyn FnMut(Cut)) {
    let is_operator = |word: &str| matches!(word, "|" | "||" | "&&" | "&" | ";");
    let ends_command = |(_, word): &(usize, &str)| is_operator(word) || word.ends_with(';');
    for command in words.split_inclusive(ends_command) {
        let name = |word: &str| plain(word.rsplit('/').next().unwrap_or_default()).to_ascii_lowercase();
        let is_run = |(program, subcommands, _): &&(&str, &[&str], usize)| {
            let start = command.iter().position(|(_, word)| name(word) == *program);
            let mut rest = start.map_or(&command[..0], |start| &command[start + 1..]).iter();
            start.is_some() && subcommands.iter().all(|part| rest.any(|(_, word)| word == part))
        };
        let Some((program, subcommands, before)) = COMMANDS_WITH_PASSWORD_OPERAND.iter().find(is_run) else {
            continue;
        };
        let last_name = subcommands.last().unwrap_or(program);
        let after = command.iter().rposition(|(_, word)| word == last_name || name(word) == *last_name);
        let operands = after.map_or(&command[..0], |at| &command[at + 1..]).iter();
        let operands = operands
            .filter(|(_, word)| !word.starts_with('-') && !word.contains(['<', '>']) && !is_operator(word));
        // With `-n`, htpasswd prints the line and takes no file (htpasswd(1)).
        let has_file = *program == "htpasswd" && !command.iter().any(|(_, word)| is_option_with(word, 'n'));
        for (start, word) in operands.skip(before + usize::from(has_file)) {
            add(Cut::marked(*start..start + word.trim_end_matches(';').len()));
        }
    }
}

/// Returns true for option letters after one dash, `letter` among them.
fn is_option_with(word: &str, letter: char) -> bool {
    word.strip_prefix('-').is_some_and(|letters| !letters.starts_with('-') && letters.contains(letter))
}

/// Returns the words of `line` with their byte offsets. Blanks separate words.
fn words_of(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    line.split_inclusive(char::is_whitespace).filter_map(move |piece| {
        let at = start;
        start += piece.len();
        Some((at, piece.trim_end())).filter(|(_, word)| !word.is_empty())
    })
}

/// Returns true if `word` names a secret whose value is the next word, `next`. `before` are the words before
/// `word`. A name in lower case counts only after a command such as `set`, because sentences have such words
/// too.
fn precedes_value(word: &str, next: &str, before: &[(usize, &str)]) -> bool {
    // A backtick after the name ends a quoted command.
    let word = word.trim_end_matches(['"', '\'']);
    let (start, name) = word.split_at(word.trim_end_matches(is_key_char).len());
    if name.is_empty() || !is_secret_name(name) || start.ends_with(['$', '{']) {
        return false;
    }
    let is_of_program = name.contains('_') || name.len() > 1 && !name.contains(|c: char| c.is_lowercase());
    let is_quoted_password = next.starts_with(['"', '\'']) && is_one_of(name, PASSWORD_NAMES);
    let mut commands = before.iter().rev().map(|(_, word)| *word).filter(|word| !is_option(word));
    let mut is_set = || commands.next().is_some_and(|command| is_one_of(command, SETTING_COMMANDS));
    is_of_program || is_quoted_password || is_set()
}

fn is_secret_name(word: &str) -> bool {
    env_key::value_kind(word) == ValueKind::Secret
}

/// Returns true if `word` is no operator of a shell, no option and no word of a sentence.
fn may_be_value(word: &str) -> bool {
    let is_operator = word.chars().all(|c| "&|;<>=:\\/,.-+#()[]{}".contains(c));
    !is_operator && !is_option(word) && !is_one_of(word, PROSE_WORDS)
}

/// Returns true for an option such as `-x` or `--global`.
fn is_option(word: &str) -> bool {
    let name = word.trim_start_matches('-');
    name.len() < word.len() && name.chars().all(|c| c.is_ascii_lowercase() || c == '-')
}

/// Returns true if `word`, without the punctuation around it, is one of `known`, in any case.
fn is_one_of(word: &str, known: &[&str]) -> bool {
    known.iter().any(|known| known.eq_ignore_ascii_case(plain(word)))
}

fn plain(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// Marks the password if the word at `start` consists of a user and a password, such as `admin/…`.
fn mark_password_of_pair(line: &str, start: usize, word: &str, add: &mut dyn FnMut(Cut)) {
    let Some(length) = word.find(['/', ':']) else { return };
    let (user, password) = (&word[..length], &word[length + 1..]);
    let is_user = plain(user).chars().all(|c| c.is_alphanumeric() || "-_@".contains(c));
    if is_user && !plain(user).is_empty() && !password.starts_with('/') && !is_secret_name(plain(password)) {
        add(Cut::marked(quotes::value(line, start + length + 1)));
    }
}
