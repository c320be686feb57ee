//! Connection errors in log lines: finds the address that a client could not reach.

mod wordings;
#[cfg(test)]
mod tests;

use super::address_parser::{AddressShape, parse_addresses};
use crate::model::{Address, Host};
use regex::{Regex, RegexSet};
use std::sync::{LazyLock, OnceLock};
use wordings::ERROR_WORDINGS;

/// Phrases of operating systems and runtimes that always mean a failed connection. If a line contains one of
/// them and names a single address, the client could not reach that address.
const FAILURE_PATTERN: &str = r"(?i)connection (?:was )?refused|actively refused|econnrefused|no such host|enotfound|enodata|eai_again|eai_fail|could not resolve|couldn't resolve|can't resolve|unable to resolve|failed to resolve|name or service not known|name does not resolve|name resolution|nodename nor servname|unknownhostexception|unknown host:|could not translate host name|host not found|no route to host|host is unreachable|network is unreachable|ehostunreach|enetunreach|etimedout|connection (?:attempt )?timed out|connect timed out|i/o timeout|tls handshake timeout|(?:can't|cannot|can not|could not|couldn't|failed to|unable to|failure to) (?:connect|reach) to|couldn't connect|max retries exceeded|nxdomain";

/// Phrases for a fast first check. Every line about a failed connection contains one of them, but so do other
/// lines.
const PREFILTER_PATTERN: &str = r"(?i)refused|fail|error|econn|enotfound|nxdomain|no such|no route|closing socket|unable|cannot|can't|could not|couldn't|timed? ?-?out|unreachable|exception|unknown|not found|bad address|no response|disconnected|exceeded|misbehaving|denied|: (?:eof|dial)|x509|tls|no live|prematurely|not in the cert|is not cert|no listener|unabletoconnect|socketfailure|unexpected";

/// The number of bytes at the beginning of a line that are searched. Clients name the address within the
/// first words.
const MAX_LINE_BYTES: usize = 2_000;

/// The compiled regular expressions of [`ERROR_WORDINGS`], the error messages of known clients.
struct CompiledWordings {
    /// All wordings together. It finds in one pass which wordings match a line.
    set: RegexSet,
    /// One regex for each wording in [`ERROR_WORDINGS`]. It is compiled when a line first matches the
    /// wording.
    regexes: Vec<OnceLock<Option<Regex>>>,
}

static FAILURE_REGEX: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(FAILURE_PATTERN).ok());
static PREFILTER_REGEX: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(PREFILTER_PATTERN).ok());
static COMPILED_WORDINGS: LazyLock<Option<CompiledWordings>> = LazyLock::new(|| {
    let patterns: Vec<String> = ERROR_WORDINGS.iter().map(|(_, wording)| wording_pattern(wording)).collect();
    let each = patterns.iter().map(|_| OnceLock::new()).collect();
    Some(CompiledWordings { set: RegexSet::new(&patterns).ok()?, regexes: each })
});

/// Returns the regular expression for a wording, with the placeholders replaced.
fn wording_pattern(wording: &str) -> String {
    // A name, an IPv4 address, or an IPv6 address with or without brackets.
    const HOST_PATTERN: &str = r"(?<host>\[[0-9A-Fa-f:.%]+\]|[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:]*|[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?)";
    const PORT_PATTERN: &str = r"(?<port>[0-9]{1,5})";
    const USER_PATTERN: &str = r"(?:[^@/\s\x22]*@)?";
    wording
        .replace("{url}", &format!("[a-z][a-z0-9+.-]*://{USER_PATTERN}{{host}}(?::{{port}})?"))
        .replace("{at}", "{host}:{port}")
        .replace("{ip}", r"\[?[0-9A-Fa-f:.%]+\]?")
        .replace("{host}", HOST_PATTERN)
        .replace("{port}", PORT_PATTERN)
        // Unicode classes would make the set many times as large, so only ASCII digits and letters count.
        .replace(r"\d", "[0-9]")
        .replace(r"\w", "[A-Za-z0-9_]")
}

/// Returns the address that a client could not reach according to `line`. Returns `None` if the line does not
/// report such an error, or if the address is that of the client's own machine.
#[must_use]
pub fn unreachable_address(line: &str) -> Option<Address> {
    let line = &line[..line.floor_char_boundary(MAX_LINE_BYTES)];
    if !PREFILTER_REGEX.as_ref()?.is_match(line) {
        return None;
    }
    let stated = addresses_in_wordings(line);
    if stated.is_empty() {
        let only = FAILURE_REGEX.as_ref()?.is_match(line).then(|| only_address(line)).flatten();
        return only.filter(|address| !address.host.refers_to_self());
    }
    // A client that tries several addresses names all of them, including addresses of its own machine.
    stated.into_iter().find(|address| !address.host.refers_to_self())
}

/// Returns the addresses that match the wordings in `line`, in the order of the wordings.
fn addresses_in_wordings(line: &str) -> Vec<Address> {
    let Some(CompiledWordings { set, regexes: each }) = COMPILED_WORDINGS.as_ref() else { return Vec::new() };
    let compiled = |index: usize| {
        each[index].get_or_init(|| Regex::new(&wording_pattern(ERROR_WORDINGS[index].1)).ok()).as_ref()
    };
    let matching = set.matches(line);
    let found = matching.iter().filter_map(compiled).flat_map(|wording| wording.captures_iter(line));
    let address = |found: regex::Captures<'_>| {
        let port = found.name("port").and_then(|port| port.as_str().parse().ok());
        let host = Host::parse(found.name("host")?.as_str())?;
        Some(Address { scheme: None, host, port: port.filter(|port| *port != 0) })
    };
    found.filter_map(address).collect()
}

/// Returns the address in a line, or `None` if the line names no address or more than one.
fn only_address(line: &str) -> Option<Address> {
    let mut all: Vec<Address> = line
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '[' | ']' | '_')))
        .flat_map(parse_addresses)
        .filter(|found| found.shape != AddressShape::Word)
        .map(|found| Address { scheme: None, ..found.address })
        .collect();
    all.sort();
    all.dedup();
    match &all[..] {
        [only] => Some(only.clone()),
        _ => None,
    }
}
