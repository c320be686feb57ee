//! The addresses in a value: total on any text, and unable to carry a password.
//!
//! Each form is recognised first and then read by its own grammar, one file each with its source. No form takes a
//! piece out of a text that it can't account for: what is neither one of the forms nor a list of addresses from its
//! first character to its last gives nothing, because a missing line is better than a piece of a password. What leaves
//! is a host name, an IP address or a cloud resource with a port, checked once more by [`crate::model::Host`].
//!
//! Variables in the text have been filled in or replaced by [`UNKNOWN`] before (see `template`).

mod authority;
mod aws;
mod jdbc;
mod list;
mod mysql;
mod options;
mod oracle;
mod pairs;
mod parameter;
mod query;
mod server;
mod socket_map;
#[cfg(test)]
mod tests;
mod url;
mod zookeeper;

use super::template::UNKNOWN;
use crate::model::Address;

/// An address and the shape it was found in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The address.
    pub(super) address: Address,
    /// The shape, which says how sure it is.
    pub(super) shape: Shape,
}

/// The shape an address was found in, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// After a scheme, or under a host's key inside a connection string.
    Url,
    /// A cloud resource.
    Resource,
    /// Host and port.
    HostPort,
    /// A word that could be a host name.
    Word,
}

/// The most text of one value that is read.
const MAX_VALUE_BYTES: usize = 16 * 1024;

/// A form of value. Returns `None` if the value is not of that form, else the addresses in it, which may be none.
type Form = fn(&str) -> Option<Vec<Found>>;

/// The forms. Order matters: a later one would take some texts of an earlier one for something else.
const FORMS: &[Form] = &[
    aws::list,
    jdbc::read,
    oracle::description,
    mysql::data_source_name,
    zookeeper::servers,
    url::list,
    pairs::read,
    oracle::easy_connect,
    options::read,
    list::read,
];

/// The addresses in `value`, in order.
pub(super) fn addresses(value: &str) -> Vec<Found> {
    let value = unquoted(value.trim());
    if value.is_empty() || value.len() > MAX_VALUE_BYTES || value.starts_with("-----BEGIN") {
        return Vec::new();
    }
    FORMS.iter().find_map(|form| form(value)).unwrap_or_default()
}

/// The value without the pair of quotes around it.
fn unquoted(value: &str) -> &str {
    ['"', '\'', '`']
        .into_iter()
        .find_map(|quote| {
            value.strip_prefix(quote)?.strip_suffix(quote).filter(|inner| !inner.contains(quote))
        })
        .unwrap_or(value)
        .trim()
}

impl Found {
    /// An address of a shape.
    fn new(shape: Shape, address: Address) -> Self {
        Self { address, shape }
    }
}
