//! Connection errors in log lines: the address that a service could not reach, in the words of its client.

mod wordings;
#[cfg(test)]
mod tests;

use super::address::{Shape, addresses};
use crate::model::{Address, Host};
use regex::{Regex, RegexSet};
use std::sync::{LazyLock, OnceLock};
use wordings::WORDINGS;

/// Words of operating systems and runtimes for a connection that failed. A line that has one of them and names one
/// address alone says which one; every wording of [`WORDINGS`] stands in a line that has one.
const FAILURES: &str = r"(?i)connection (?:was )?refused|actively refused|econnrefused|no such host|enotfound|enodata|eai_again|eai_fail|could not resolve|couldn't resolve|can't resolve|unable to resolve|failed to resolve|name or service not known|name does not resolve|name resolution|nodename nor servname|unknownhostexception|unknown host:|could not translate host name|host not found|no route to host|host is unreachable|network is unreachable|ehostunreach|enetunreach|etimedout|connection (?:attempt )?timed out|connect timed out|i/o timeout|tls handshake timeout|(?:can't|cannot|can not|could not|couldn't|failed to|unable to|failure to) (?:connect|reach) to|couldn't connect|max retries exceeded|nxdomain";

/// Failures that only a whole wording makes certain, since the words stand in other lines as well.
const HINTS: &str = r"(?i)refused|fail|error|econn|enotfound|nxdomain|no such|no route|closing socket|unable|cannot|can't|could not|couldn't|timed? ?-?out|unreachable|exception|unknown|not found|bad address|no response|unreachable|disconnected|exceeded|misbehaving|denied|: (?:eof|dial)|x509|tls|no live|prematurely|not in the cert|is not cert|no listener|unabletoconnect|socketfailure|unexpected";

/// How much of a line is read, in bytes: clients state the address within the first words.
const MAX_BYTES: usize = 2_000;

/// Compiled wordings: the set tells in one pass which ones match, and those that do are compiled by themselves.
struct Wordings {
    set: RegexSet,
    each: Vec<OnceLock<Option<Regex>>>,
}

static FAILURE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(FAILURES).ok());
static HINT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(HINTS).ok());
static COMPILED: LazyLock<Option<Wordings>> = LazyLock::new(|| {
    let patterns: Vec<String> = WORDINGS.iter().map(|(_, wording)| pattern(wording)).collect();
    let each = patterns.iter().map(|_| OnceLock::new()).collect();
    Some(Wordings { set: RegexSet::new(&patterns).ok()?, each })
});

/// The regular expression of a wording.
fn pattern(wording: &str) -> String {
    // A name, an IPv4 address, or an IPv6 address with or without brackets.
    const HOST: &str = r"(?<host>\[[0-9A-Fa-f:.%]+\]|[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:]*|[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?)";
    const PORT: &str = r"(?<port>[0-9]{1,5})";
    const USER: &str = r"(?:[^@/\s\x22]*@)?";
    wording
        .replace("{url}", &format!("[a-z][a-z0-9+.-]*://{USER}{{host}}(?::{{port}})?"))
        .replace("{at}", "{host}:{port}")
        .replace("{ip}", r"\[?[0-9A-Fa-f:.%]+\]?")
        .replace("{host}", HOST)
        .replace("{port}", PORT)
        // The letters and digits of all scripts would make the set many times as large.
        .replace(r"\d", "[0-9]")
        .replace(r"\w", "[A-Za-z0-9_]")
}

/// The address that a log line says could not be reached.
#[must_use]
pub fn unreachable_address(line: &str) -> Option<Address> {
    let line = &line[..line.floor_char_boundary(MAX_BYTES)];
    if !HINT.as_ref()?.is_match(line) {
        return None;
    }
    let stated = stated(line);
    if stated.is_empty() {
        let only = FAILURE.as_ref()?.is_match(line).then(|| only_address(line)).flatten();
        return only.filter(|address| !address.host.is_own());
    }
    // A client that tries several addresses names them all, its own machine's among them.
    stated.into_iter().find(|address| !address.host.is_own())
}

/// The addresses in the wordings that the line has, those of the first one first.
fn stated(line: &str) -> Vec<Address> {
    let Some(Wordings { set, each }) = COMPILED.as_ref() else { return Vec::new() };
    let compiled =
        |index: usize| each[index].get_or_init(|| Regex::new(&pattern(WORDINGS[index].1)).ok()).as_ref();
    let matching = set.matches(line);
    let found = matching.iter().filter_map(compiled).flat_map(|wording| wording.captures_iter(line));
    let address = |found: regex::Captures<'_>| {
        let port = found.name("port").and_then(|port| port.as_str().parse().ok());
        let host = Host::parse(found.name("host")?.as_str())?;
        Some(Address { scheme: None, host, port: port.filter(|port| *port != 0) })
    };
    found.filter_map(address).collect()
}

/// The address of a line that names no other.
fn only_address(line: &str) -> Option<Address> {
    let mut all: Vec<Address> = line
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '[' | ']' | '_')))
        .flat_map(addresses)
        .filter(|found| found.shape != Shape::Word)
        .map(|found| Address { scheme: None, ..found.address })
        .collect();
    all.sort();
    all.dedup();
    match &all[..] {
        [only] => Some(only.clone()),
        _ => None,
    }
}
