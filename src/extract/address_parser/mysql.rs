//! Parsers of MySQL's notations for servers: data source names of Go's driver (go-sql-driver/mysql, README,
//! "DSN (Data Source Name)"), and the key-value hosts of Connector/J ("Connection URL Syntax").

use super::{
    AddressShape, FoundAddress,
    authority::{self, url_authority},
};
use crate::{
    extract::parse_port,
    model::{Address, Host, Scheme},
};

/// Networks that a data source name may state. An empty network means TCP.
const DSN_NETWORKS: &[&str] = &["", "tcp", "tcp4", "tcp6", "udp", "unix"];

/// Parses `[user[:password]@][net[(addr)]]/dbname[?parameters]`. Returns `None` if the value has no address
/// in parentheses, or may be in another notation.
pub(super) fn data_source_name(value: &str) -> Option<Vec<FoundAddress>> {
    let end = value.rfind(")/").or_else(|| value.ends_with(')').then(|| value.len() - 1))?;
    let (before, address) = value[..end].rsplit_once('(')?;
    let (user, net) = before.rsplit_once('@').unwrap_or(("", before));
    // Without a network, only the user and the path show that the value is a data source name.
    let is_certain = !net.is_empty() || (!user.is_empty() && !value.ends_with(')'));
    (DSN_NETWORKS.contains(&net) && is_certain && url_authority::split_scheme(user).is_none())
        .then_some(())?;
    let hosts = authority::parse_hosts(address, Scheme::parse("mysql")).filter(|_| net != "unix");
    Some(hosts.into_iter().flatten().map(|address| FoundAddress::new(AddressShape::Url, address)).collect())
}

/// Parses `address=(host=db)(port=3306)…` or `(host=db,port=3306,…)` at the beginning of an authority, alone
/// or as a list separated by commas. Returns the hosts, or `None` if the text begins with neither form.
pub(super) fn key_value_hosts(text: &str, scheme: Option<Scheme>) -> Option<Vec<Address>> {
    let begins = |text: &str| text.starts_with("address=(") || text.starts_with('(');
    begins(text).then_some(())?;
    let mut hosts = Vec::new();
    let mut rest = text;
    while begins(rest) {
        rest = rest.strip_prefix("address=").unwrap_or(rest);
        let (mut host, mut port) = (None, None);
        while let Some(inner) = rest.strip_prefix('(') {
            let (pairs, after) = inner.split_once(')').unwrap_or((inner, ""));
            for (key, value) in pairs.split(',').filter_map(|pair| pair.split_once('=')) {
                match key.trim().to_ascii_lowercase().as_str() {
                    "host" => host = host.or_else(|| Host::parse(value.trim())),
                    "port" => port = port.or_else(|| parse_port(value.trim())).filter(|port| *port != 0),
                    _ => {}
                }
            }
            rest = after;
        }
        hosts.extend(host.map(|host| Address { scheme, host, port }));
        rest = rest.strip_prefix(',').unwrap_or_default();
    }
    Some(hosts)
}
