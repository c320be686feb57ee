//! Connection errors in log lines: which address a service could not reach, by its own words.
//!
//! The words are those of the common runtimes and clients: libc and Go (`dial tcp`, `lookup`), Node (`ECONNREFUSED`),
//! Java (`UnknownHostException`), Python, libpq, `MySQL`, nginx, curl. A line that names several addresses and no place
//! known to hold the called one says nothing.

use super::address::{Shape, addresses};
use crate::model::{Address, Host};
use regex::Regex;
use std::sync::LazyLock;

/// What tells that a line is about a connection that failed.
const TELLS: &str = r"(?i)connection (?:was )?refused|econnrefused|no such host|enotfound|eai_again|could not resolve|couldn't resolve|name or service not known|name resolution|unknownhostexception|unknown host|could not translate host name|host not found|no route to host|ehostunreach|etimedout|connection timed out|connect timed out|i/o timeout|can't connect to|could not connect to|failed to connect to|unable to connect to|max retries exceeded";

/// Where the called address stands in lines that name others too, the surest first: a host, and perhaps a port.
const PLACES: &[&str] = &[
    r#"upstream: "[a-z]+://([A-Za-z0-9_.-]+):?(\d+)?"#,
    r#"host not found in upstream "([A-Za-z0-9_.-]+):?(\d+)?"#,
    r"dial (?:tcp|udp)[46]? \[?([A-Za-z0-9_.:-]+?)\]?:(\d+)",
    r"lookup ([A-Za-z0-9_.-]+)(?: on [0-9.:]+)?: ()",
    r"(?:ENOTFOUND|EAI_AGAIN) ([A-Za-z0-9_.-]+):?(\d+)?",
    r"(?:ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH) ([A-Za-z0-9_.-]+):(\d+)",
    r"host='([A-Za-z0-9_.-]+)', port=(\d+)",
    r#"server at "([A-Za-z0-9_.-]+)"(?: \([^)]*\))?, port (\d+)"#,
    r#"(?:could not translate host name|[Cc]ould(?: not|n't) resolve host:?) "?'?([A-Za-z0-9_.-]+)()"#,
    r"UnknownHostException: ([A-Za-z0-9_.-]+)()",
    r"MySQL server on '([A-Za-z0-9_.-]+)(?::(\d+))?'",
];

static TELL: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(TELLS).ok());
static PLACE: LazyLock<Vec<Regex>> =
    LazyLock::new(|| PLACES.iter().filter_map(|place| Regex::new(place).ok()).collect());

/// How much of a line is looked at, in bytes: the error stands at its beginning or is too far away to be sure.
const MOST: usize = 2_000;

/// The address that a log line says could not be reached.
#[must_use]
pub fn unreachable_address(line: &str) -> Option<Address> {
    let end = (0..=MOST.min(line.len())).rev().find(|at| line.is_char_boundary(*at))?;
    let line = &line[..end];
    if !TELL.as_ref()?.is_match(line) {
        return None;
    }
    let found = PLACE.iter().find_map(|place| {
        let found = place.captures(line)?;
        let port = found.get(2).and_then(|port| port.as_str().parse().ok()).filter(|port| *port != 0);
        Some(Address { scheme: None, host: Host::parse(found.get(1)?.as_str())?, port })
    });
    found.or_else(|| only_address(line)).filter(|address| !address.host.is_own())
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

#[cfg(test)]
mod tests {
    use super::{PLACES, TELLS, unreachable_address};
    use proptest::prelude::*;
    use regex::Regex;

    fn of(line: &str) -> String {
        unreachable_address(line).map_or_else(|| "-".to_owned(), |address| address.to_string())
    }

    #[test]
    fn the_patterns_are_patterns() {
        assert!(PLACES.iter().chain(&[TELLS]).all(|pattern| Regex::new(pattern).is_ok()));
    }

    #[test]
    fn the_words_of_common_clients() {
        for (line, address) in [
            ("dial tcp 172.18.0.4:5432: connect: connection refused", "172.18.0.4:5432"),
            ("dial tcp: lookup db on 127.0.0.11:53: no such host", "db"),
            ("Error: connect ECONNREFUSED 172.18.0.4:6379", "172.18.0.4:6379"),
            ("Error: getaddrinfo ENOTFOUND cache cache:6379", "cache"),
            ("connection to server at \"db\" (172.18.0.3), port 5432 failed: Connection refused", "db:5432"),
            (
                "psycopg2.OperationalError: could not translate host name \"db\" to address: Name or service not known",
                "db",
            ),
            ("java.net.UnknownHostException: kafka", "kafka"),
            ("HTTPConnectionPool(host='api', port=8080): Max retries exceeded with url: /x", "api:8080"),
            ("Error 111 connecting to redis:6379. Connection refused.", "redis:6379"),
            ("ERROR 2003 (HY000): Can't connect to MySQL server on 'mysql' (111)", "mysql"),
            ("curl: (6) Could not resolve host: orders", "orders"),
            (
                "connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.9, server: , request: \"GET / HTTP/1.1\", upstream: \"http://172.18.0.7:8080/\", host: \"shop:80\"",
                "172.18.0.7:8080",
            ),
            ("[emerg] host not found in upstream \"api\" in /etc/nginx/conf.d/default.conf:5", "api"),
            ("ERROR connect db:5432 refused: Connection refused", "db:5432"),
        ] {
            assert_eq!(of(line), address, "{line}");
        }
    }

    #[test]
    fn other_lines_say_nothing() {
        for line in [
            "GET http://orders:8080/v1 200",
            "connection refused",
            "connection refused by 10.0.0.1:80 or 10.0.0.2:80",
            "connect ECONNREFUSED 127.0.0.1:5432",
            "listening on db:5432",
        ] {
            assert_eq!(of(line), "-", "{line}");
        }
    }

    proptest! {
        #[test]
        fn any_line_is_read_without_panic(line in "\\PC{0,300}") {
            let _ = unreachable_address(&format!("{line} connection refused {line}"));
        }
    }
}
