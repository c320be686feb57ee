//! The words of one command as options with their values: `--name value`, `--name=value`, `-n value`, `-nvalue`,
//! `-Dname=value`, `NAME=value`, and words by themselves.

use crate::decode::{
    key::{self, Meaning},
    port_number,
};

/// A word of a command line, and its place among all words, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) position: usize,
    pub(super) text: String,
}

/// A value, and the option that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::decode) struct Setting<'w> {
    /// The option's name as it is written; empty for a word by itself.
    pub(in crate::decode) name: &'w str,
    /// The key by which the value is read.
    pub(in crate::decode) key: &'w str,
    /// The value.
    pub(in crate::decode) value: &'w str,
    /// The place of the value.
    pub(in crate::decode) position: usize,
    /// The port that another option of the command gives for a host.
    pub(in crate::decode) port: Option<u16>,
}

/// Programs whose words are text, files or users.
const TEXT: &[&str] = &[
    "echo", "printf", "cat", "tee", "sed", "awk", "gawk", "grep", "egrep", "fgrep", "test", "[", "[[",
    "logger", "tr", "cut", "chown", "chgrp", "chmod", "htpasswd", "chpasswd", "useradd", "adduser",
    "usermod", "groupadd", "passwd", "kill", "sleep", "exit", "return", "trap", "true", "false", ":",
    "touch", "mkdir", "rm", "cp", "mv", "ln", "cd", "basename", "expr",
];
/// Programs that start another one as a user, who is their first word.
const AS_USER: &[&str] = &["gosu", "su-exec", "setuidgid", "s6-setuidgid", "chpst", "runuser", "su"];
/// Programs whose `-h` is no host.
const OTHER_H: &[&str] = &[
    "ls", "df", "du", "free", "sort", "docker", "podman", "nerdctl", "zgrep", "rg", "dmesg", "lsblk",
    "numfmt",
];
/// Clients that take values without a space behind a letter: `-hdb`, `-pPASSWORD`.
const CLIENTS: &[&str] = &["mysql", "mariadb", "psql", "pg_", "redis-cli", "mongo", "sqlcmd", "bcp", "ldap"];
/// Letters under which programs take users, passwords, headers, keys and data.
const SECRET_LETTERS: &str = "uUpPaAdDkwWyH";
/// Names of options under which programs take text.
const SECRET_NAMES: &[&str] =
    &["data", "body", "data-raw", "data-binary", "form", "user", "userpwd", "proxy-user"];

/// The values of a command.
pub(super) fn settings(words: &[Word]) -> Vec<Setting<'_>> {
    let program = words.iter().find(|word| !word.text.contains('=')).map_or("", |word| base(&word.text));
    if TEXT.contains(&program) {
        return Vec::new();
    }
    let port = port(words, program);
    let user = AS_USER.iter().any(|name| words.first().is_some_and(|word| base(&word.text) == *name));
    let mut found = Vec::new();
    let mut pending: Option<&str> = None;
    for word in words.iter().skip(if user { 2 } else { 0 }) {
        let text = word.text.as_str();
        let mut give = |name, key, value| {
            found.push(Setting { name, key, value, position: word.position, port });
        };
        match (text.strip_prefix('-'), pending.take()) {
            (None, Some(flag)) if is_secret(flag) => {
                // A URL is what these letters mean to some: `docker -H tcp://…`, `ldapsearch -H ldap://…`.
                if flag == "H" && text.contains("://") && !text.contains(' ') {
                    give(flag, "", text);
                }
            }
            (None, flag) => match (pair(text), flag) {
                (Some((name, value)), _) => give(shown(name), name, value),
                (None, Some("h")) if !OTHER_H.contains(&program) => give("h", "host", text),
                (None, Some("h") | None) => give("", "", text),
                (None, Some(flag)) => give(shown(flag), shown(flag), text),
            },
            (Some(flag), _) => match pair(text) {
                Some((name, value)) => {
                    let bare = name.trim_start_matches('-');
                    let property =
                        bare.strip_prefix('D').filter(|_| !flag.starts_with('-') && bare.len() > 1);
                    let is_long = flag.starts_with('-') || property.is_some();
                    let name = if is_long { property.unwrap_or(bare) } else { shown(bare) };
                    if !is_secret(name) {
                        give(name, name, value);
                    }
                }
                None => match attached(flag, program) {
                    Attached::Host(host) => give("h", "host", host),
                    Attached::Nothing => {}
                    Attached::Name(name) => pending = Some(name),
                },
            },
        }
    }
    found
}

/// A flag, without its first `-`, as it stands in a word of its own.
enum Attached<'w> {
    /// `-hdb`.
    Host(&'w str),
    /// `-pPASSWORD`, or something that is no flag.
    Nothing,
    /// The name of an option whose value may follow.
    Name(&'w str),
}

fn attached<'w>(flag: &'w str, program: &str) -> Attached<'w> {
    let name = flag.strip_prefix('-').unwrap_or(flag);
    if name.is_empty() || !is_name(name) {
        return Attached::Nothing;
    }
    let is_long = flag.starts_with('-') || flag.chars().count() == 1;
    let is_client = CLIENTS.iter().any(|client| program.starts_with(client));
    match name.strip_prefix('h').filter(|_| is_client && !is_long) {
        Some(host) => Attached::Host(host),
        None if is_client && !is_long => Attached::Nothing,
        None => Attached::Name(name),
    }
}

/// The name of an option if it may be shown: `-pSECRET` looks like the long options of some programs, so that a name of
/// more than one letter counts only where it says that an address follows.
fn shown(flag: &str) -> &str {
    let tells = matches!(key::meaning(flag), Meaning::Address | Meaning::Endpoint);
    let is_variable = flag.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    if tells || is_variable || flag.len() == 1 || flag.contains(['-', '.']) { flag } else { "" }
}

fn is_secret(flag: &str) -> bool {
    (flag.len() == 1 && SECRET_LETTERS.contains(flag))
        || SECRET_NAMES.contains(&flag)
        || key::meaning(flag) == Meaning::Secret
}

/// `name=value`, where the left side is an option or a variable, and not part of a URL or an expression.
fn pair(text: &str) -> Option<(&str, &str)> {
    text.split_once('=').filter(|(name, _)| is_name(name.trim_start_matches('-')))
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// The port that the command gives in an option of its own.
fn port(words: &[Word], program: &str) -> Option<u16> {
    let is_mysql = program.starts_with("mysql") || program.starts_with("maria");
    let is_port = |flag: &str| flag == "--port" || flag == "-P" || (flag == "-p" && !is_mysql);
    let after = words.windows(2).find(|pair| is_port(&pair[0].text)).map(|pair| pair[1].text.as_str());
    let joined = words.iter().find_map(|word| word.text.strip_prefix("--port="));
    after.or(joined).and_then(port_number).filter(|port| *port != 0)
}

/// A program without the folder it lies in.
fn base(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}
