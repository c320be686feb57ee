//! Parser of the addresses in a value. It accepts any text and never returns a password.
//!
//! Each notation has its own file, which names the source of its grammar. A parser first checks that the
//! value is in its notation, and then applies the grammar. The whole value must be in one notation, or be a
//! list of addresses. Any other value has no addresses, because a missing edge on the map is better than a
//! piece of a password. The result is a host name, an IP address or a cloud resource, with a port.
//! [`crate::model::Host`] validates each host again.
//!
//! The caller has already interpolated the variables in the value, or replaced them by [`UNKNOWN_CHAR`] (see
//! `interpolation`).

mod authority;
mod aws;
mod jdbc;
mod list;
mod mysql;
mod trailing_options;
mod oracle;
mod connection_string;
mod url_query;
mod host_value;
mod socket_address;
#[cfg(test)]
mod tests;
mod url;
mod zookeeper;

use super::interpolation::UNKNOWN_CHAR;
use crate::model::Address;

/// An address found in a value, with the shape of its text, such as a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FoundAddress {
    /// The host and port.
    pub(super) address: Address,
    /// The shape of the text with the address, from which the certainty of the address follows.
    pub(super) shape: AddressShape,
}

/// The shape of an address in a text, such as a URL or a host with its port. The variants are in descending
/// order of certainty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AddressShape {
    /// A host after a URL scheme, or in the notation of a database driver, such as a connection string.
    Url,
    /// An AWS resource: an ARN, or the URL of a bucket or queue.
    Resource,
    /// A host with its port, without a scheme.
    HostPort,
    /// A word that could be a host name, alone or with several numbers.
    Word,
}

/// The maximum length of a value, in bytes. A longer value has no addresses.
const MAX_VALUE_BYTES: usize = 16 * 1024;

/// A parser of one notation. Returns the addresses in a value, or `None` if the value is in another notation.
type NotationParser = fn(&str) -> Option<Vec<FoundAddress>>;

/// The parsers of all notations, in order of precedence. The order matters, because a later parser would
/// misread values of some earlier notations.
const NOTATION_PARSERS: &[NotationParser] = &[
    aws::arn_list,
    jdbc::read,
    oracle::connect_descriptor,
    mysql::data_source_name,
    zookeeper::server_list,
    url::url_list,
    |value| connection_string::read(value, url::url_list),
    oracle::easy_connect,
    trailing_options::read,
    list::read,
];

/// Returns true if `c` separates items of a list.
pub(super) fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';' | '|')
}

/// Returns the addresses in `value`. The first parser whose notation fits the value reads them.
pub(super) fn parse_addresses(value: &str) -> Vec<FoundAddress> {
    let value = strip_quotes(value.trim());
    if value.is_empty() || value.len() > MAX_VALUE_BYTES || value.starts_with("-----BEGIN") {
        return Vec::new();
    }
    NOTATION_PARSERS.iter().find_map(|form| form(value)).unwrap_or_default()
}

/// Removes blanks and one pair of quotes around the value.
fn strip_quotes(value: &str) -> &str {
    ['"', '\'', '`']
        .into_iter()
        .find_map(|quote| {
            value.strip_prefix(quote)?.strip_suffix(quote).filter(|inner| !inner.contains(quote))
        })
        .unwrap_or(value)
        .trim()
}

impl FoundAddress {
    /// Creates an address that was found in a text of the given shape.
    fn new(shape: AddressShape, address: Address) -> Self {
        Self { address, shape }
    }
}
