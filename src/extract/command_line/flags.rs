//! Parser of the options in a command, with their values: `--name value`, `--name=value`, `-n value`,
//! `-nvalue`, `-Dname=value`, `NAME=value`. Words without an option count as values too.

use super::{
    payload::PayloadRules,
    words::{CommandWord, is_option_name, program_name, split_pair},
};
use crate::extract::{
    env_key::{self, ValueKind},
    is_common_port, parse_port,
};

/// A value in a command, with the option that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::extract) struct OptionValue<'w> {
    /// The name of the option for display; empty if the value has no option, or if the name may contain a
    /// secret.
    pub(in crate::extract) name: &'w str,
    /// The key from which `env_key` derives the kind of the value; empty if there is none.
    pub(in crate::extract) key: &'w str,
    /// The value as written.
    pub(in crate::extract) value: &'w str,
    /// The position of the value among the words of the whole command line, from 1; 0 in a text of options
    /// alone.
    pub(in crate::extract) position: usize,
    /// The port that another option of the same command sets, or that the word after the host is; `None` if
    /// there is neither.
    pub(in crate::extract) port: Option<u16>,
}

/// Programs whose arguments are text, files or users, and never addresses.
#[rustfmt::skip]
const TEXT_PROGRAMS: &[&str] = &[
    "echo", "printf", "cat", "tee", "sed", "awk", "gawk", "grep", "egrep", "fgrep", "test", "[", "[[",
    "logger", "tr", "cut", "chown", "chgrp", "chmod", "htpasswd", "chpasswd", "useradd", "adduser", "usermod",
    "groupadd", "passwd", "kill", "sleep", "exit", "return", "trap", "true", "false", ":", "touch", "mkdir",
    "rm", "cp", "mv", "ln", "cd", "basename", "expr", "jq", "yq", "base64", "envsubst", "rabbitmqctl",
];
/// Programs that run another program as the user that their first argument names.
const RUN_AS_USER_PROGRAMS: &[&str] =
    &["gosu", "su-exec", "setuidgid", "s6-setuidgid", "chpst", "runuser", "su"];
/// Programs that connect to the host and port in their last two arguments, as in `nc -z db 5432`.
const CONNECT_PROGRAMS: &[&str] = &["nc", "ncat", "netcat", "telnet"];
/// Programs in which `-h` is not an option for a host.
const PROGRAMS_WITH_OTHER_H_FLAG: &[&str] = &[
    "ls", "df", "du", "free", "sort", "docker", "podman", "nerdctl", "zgrep", "rg", "dmesg", "lsblk",
    "numfmt",
];
/// Prefixes of the names of clients in which a value follows an option letter directly: `-hdb`, `-pPASSWORD`.
const CLIENT_PROGRAMS: &[&str] =
    &["mysql", "mariadb", "psql", "pg_", "redis-cli", "mongo", "sqlcmd", "bcp", "ldap"];
/// Letters of options whose value may be a secret: a user, a password, a header, a key or data.
const SECRET_FLAG_LETTERS: &str = "uUpPaAdDkwWyH";
/// Names of options whose value may be a secret: a user, a password or data.
const SECRET_OPTION_NAMES: &[&str] =
    &["data", "body", "data-raw", "data-binary", "form", "user", "userpwd", "proxy-user"];

/// Returns the option values of one command, except those that are or may be secrets.
pub(super) fn option_values(words: &[CommandWord]) -> Vec<OptionValue<'_>> {
    let program =
        words.iter().find(|word| !word.text.contains('=')).map_or("", |word| program_name(&word.text));
    if TEXT_PROGRAMS.contains(&program) {
        return Vec::new();
    }
    if CONNECT_PROGRAMS.contains(&program) {
        return host_before_port(words).into_iter().collect();
    }
    option_values_of(words, program)
}

/// Returns the option values of a command of `program`, except those that are payload, or are or may be secrets.
fn option_values_of<'w>(words: &'w [CommandWord], program: &'w str) -> Vec<OptionValue<'w>> {
    let port = port_option(words, program);
    let rules = PayloadRules::of(words, program);
    let mut found = Vec::new();
    // `is_hidden` is true if the pending word may be the secret of the option before it.
    let (mut pending, mut pending_is_long, mut is_hidden) = (None::<&str>, false, false);
    for (index, word) in words.iter().enumerate().skip(if runs_as_other_user(words) { 2 } else { 0 }) {
        let text = word.text.as_str();
        if !text.starts_with('-') && is_payload(&rules, pending, index) {
            (pending, is_hidden) = (None, false);
            continue;
        }
        let follows_secret = pending.is_some_and(takes_secret);
        let hides_name = std::mem::take(&mut is_hidden) || follows_secret;
        let port = port_after(words, index, pending).or(port);
        let mut give = |name, key, value| {
            let name = if hides_name { "" } else { name };
            found.push(OptionValue { name, key, value, position: word.position, port });
        };
        match (text.strip_prefix('-'), pending.take()) {
            (None, Some(flag)) if takes_secret(flag) => {
                if is_url_option(flag, text, program) {
                    give(flag, "", text);
                }
            }
            (None, flag) => match (split_pair(text), flag) {
                (Some((name, value)), _) => give(displayable_name(name), name, value),
                (None, Some("h")) if !PROGRAMS_WITH_OTHER_H_FLAG.contains(&program) => {
                    give("h", "host", text);
                }
                // The option before this word is unknown, so the word may be a secret.
                (None, Some(flag)) if displayable_name(flag).is_empty() && may_have_user(text) => {}
                (None, Some("h") | None) => give("", "", text),
                (None, Some(flag)) => {
                    let key = displayable_name(flag);
                    give(if pending_is_long { flag } else { key }, key, text);
                }
            },
            (Some(flag), _) => match split_pair(text) {
                Some((name, value)) => {
                    if let Some(name) = assigned_option(flag, name, value, program, &rules) {
                        give(name, name, value);
                    }
                }
                None => match parse_flag(flag, program) {
                    FlagWord::AttachedHost(host) => give("h", "host", host),
                    FlagWord::Ignored => {}
                    FlagWord::OptionName(name) => {
                        pending_is_long = flag.starts_with('-');
                        pending = if pending_is_long { Some(name) } else { rules.last_option(name) };
                        is_hidden = follows_secret;
                    }
                },
            },
        }
    }
    found
}

/// Returns the port in the word after the host at `index`, if the option `flag` takes both, as in
/// `--replicaof redis 6380`.
fn port_after(words: &[CommandWord], index: usize, flag: Option<&str>) -> Option<u16> {
    flag.filter(|flag| env_key::takes_host_and_port(flag))?;
    parse_port(&words.get(index + 1)?.text)
}

/// Returns true if the word at `index` is payload: the value of the option `pending`, or an operand.
fn is_payload(rules: &PayloadRules<'_>, pending: Option<&str>, index: usize) -> bool {
    let describes = |flag: &str| {
        matches!(
            env_key::value_kind(flag),
            ValueKind::OwnAddress | ValueKind::BrowserAddress | ValueKind::Image
        )
    };
    match pending {
        Some(flag) => rules.takes_payload(flag) || describes(flag),
        None => rules.is_payload_operand(index),
    }
}

/// Returns true if the command runs another program as the user in its second word.
fn runs_as_other_user(words: &[CommandWord]) -> bool {
    words.first().is_some_and(|word| RUN_AS_USER_PROGRAMS.contains(&program_name(&word.text)))
}

/// Returns true if `text` is a URL and the option letter `flag` takes one: `docker -H tcp://…`,
/// `ldapsearch -H ldap://…`, `redis-cli -u redis://…`.
fn is_url_option(flag: &str, text: &str, program: &str) -> bool {
    let may_be_url = flag == "H" || (flag == "u" && program == "redis-cli");
    may_be_url && text.contains("://") && !text.contains(' ')
}

/// Returns the name of the option in `-name=value`, `--name=value` or `-Dname=value`, or an empty text if the
/// name is not safe to display. Returns `None` if the value is or may be a secret. `flag` is the word without
/// its first `-`.
fn assigned_option<'w>(
    flag: &str,
    name: &'w str,
    value: &str,
    program: &str,
    rules: &PayloadRules<'_>,
) -> Option<&'w str> {
    let bare = name.trim_start_matches('-');
    if rules.takes_payload(bare) || (rules.attaches_values() && !flag.starts_with('-')) {
        return None;
    }
    let property = bare.strip_prefix('D').filter(|_| !flag.starts_with('-') && bare.len() > 1);
    let is_long = flag.starts_with('-') || property.is_some();
    let name = if is_long { property.unwrap_or(bare) } else { displayable_name(bare) };
    // `-pSECRET=…` is a password that includes the `=` and the text after it.
    let hides = bare.starts_with(|letter| SECRET_FLAG_LETTERS.contains(letter));
    let is_unclear = name.is_empty() && (hides || !value.contains("://"));
    let may_be_attached = !is_long && (is_unclear || is_client(program));
    (!takes_secret(name) && !may_be_attached).then_some(name)
}

/// The meaning of a word that begins with `-`, regardless of the words after it.
enum FlagWord<'w> {
    /// A host attached to its letter: `-hdb`.
    AttachedHost(&'w str),
    /// A word to ignore: a password attached to its option letter (`-pPASSWORD`), or a word that is not an
    /// option.
    Ignored,
    /// The name of an option whose value may be the next word.
    OptionName(&'w str),
}

fn parse_flag<'w>(flag: &'w str, program: &str) -> FlagWord<'w> {
    let name = flag.strip_prefix('-').unwrap_or(flag);
    if name.is_empty() || !is_option_name(name) {
        return FlagWord::Ignored;
    }
    let is_long = flag.starts_with('-') || flag.chars().count() == 1;
    let attaches = is_client(program) && !is_long;
    match name.strip_prefix('h').filter(|_| attaches) {
        Some(host) => FlagWord::AttachedHost(host),
        None if attaches => FlagWord::Ignored,
        None => FlagWord::OptionName(name),
    }
}

/// Returns true if a word without a scheme may have user information before its host.
fn may_have_user(text: &str) -> bool {
    text.contains('@') && !text.contains("://")
}

/// Returns the name of an option if it is safe to display, and an empty text otherwise. In `-pSECRET` the
/// password looks like an option name. So a name of several letters is safe only in two cases: it implies an
/// address; or it does not begin with the letter of a secret option, and is written like a variable or
/// contains `-` or `.`.
pub(super) fn displayable_name(flag: &str) -> &str {
    let tells = matches!(env_key::value_kind(flag), ValueKind::HostAddress | ValueKind::Endpoint);
    let is_variable = flag.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    // After the letter of a secret option, the rest of the word may be a secret with any characters.
    let may_be_secret = flag.starts_with(|letter| SECRET_FLAG_LETTERS.contains(letter));
    let is_long = !may_be_secret && (is_variable || flag.contains(['-', '.']));
    if tells || is_long || flag.len() == 1 { flag } else { "" }
}

/// Returns true if values may follow an option letter of the program directly.
fn is_client(program: &str) -> bool {
    CLIENT_PROGRAMS.iter().any(|client| program.starts_with(client))
}

pub(super) fn takes_secret(flag: &str) -> bool {
    (flag.len() == 1 && SECRET_FLAG_LETTERS.contains(flag))
        || SECRET_OPTION_NAMES.contains(&flag)
        || env_key::value_kind(flag) == ValueKind::Secret
}

/// Returns true if `flag` is a complete option: `--name`, or a single letter after one dash. In `-pSECRET` a
/// value is attached to the letter, and the rest of the argument belongs to the secret.
pub(super) fn is_complete_option(flag: &str) -> bool {
    let long = flag.strip_prefix("--").is_some_and(is_option_name);
    long || (flag.len() == 2 && flag.starts_with('-') && is_option_name(&flag[1..]))
}

/// Returns the host of a program that connects to the host and port in its last two words. Returns `None` if
/// the program listens instead.
fn host_before_port(words: &[CommandWord]) -> Option<OptionValue<'_>> {
    let listens = |word: &CommandWord| {
        let letters = word.text.strip_prefix('-').filter(|letters| !letters.starts_with('-'));
        word.text == "--listen" || letters.is_some_and(|letters| letters.contains('l'))
    };
    let [.., host, port] = words else { return None };
    let port = parse_port(&port.text).filter(|port| *port != 0)?;
    let is_host = words.len() > 2 && !host.text.starts_with('-') && !words.iter().any(listens);
    is_host.then_some(OptionValue {
        name: "",
        key: "host",
        value: &host.text,
        position: host.position,
        port: Some(port),
    })
}

/// Returns the port that the command sets in an option such as `--port` or `-p`.
fn port_option(words: &[CommandWord], program: &str) -> Option<u16> {
    let is_mysql = program.starts_with("mysql") || program.starts_with("maria");
    // In a command with `-u user`, this letter often stands for the password, so only a common port counts.
    let has_user = !is_mysql && words.iter().any(|word| word.text == "-u");
    let is_certain = |port: &str| !has_user || parse_port(port).is_some_and(is_common_port);
    let is_port = |pair: &&[CommandWord]| match pair[0].text.as_str() {
        "--port" => true,
        "-P" => is_certain(&pair[1].text),
        "-p" => !is_mysql && is_certain(&pair[1].text),
        _ => false,
    };
    let after = words.windows(2).find(is_port).map(|pair| pair[1].text.as_str());
    // In PostgreSQL's clients the port may follow its letter directly: `-p5432`. In MySQL's clients a
    // password follows this letter.
    let is_postgres = program.starts_with("psql") || program.starts_with("pg_");
    let joined = words.iter().find_map(|word| {
        let attached = word.text.strip_prefix("-p").filter(|_| is_postgres);
        word.text.strip_prefix("--port=").or(attached.filter(|port| !port.is_empty()))
    });
    after.or(joined).and_then(parse_port).filter(|port| *port != 0)
}
