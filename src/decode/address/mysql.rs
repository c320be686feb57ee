//! MySQL's own ways to name servers: data source names of Go's driver (go-sql-driver/mysql, README, "DSN (Data Source
//! Name)"), and the key-value forms of several hosts in Connector/J ("Connection URL Syntax").

use super::{Found, Shape, authority};
use crate::{
    decode::port_number,
    model::{Address, Host, Scheme},
};

/// The networks of a data source name; an empty one is TCP.
const NETWORKS: &[&str] = &["", "tcp", "tcp4", "tcp6", "udp", "unix"];

/// Reads `[user[:password]@][net[(addr)]]/dbname[?parameters]`, told by its brackets.
pub(super) fn data_source_name(value: &str) -> Option<Vec<Found>> {
    let end = value.rfind(")/").or_else(|| value.ends_with(')').then(|| value.len() - 1))?;
    let (before, address) = value[..end].rsplit_once('(')?;
    let net = before.rsplit('@').next().unwrap_or_default();
    let is_net = NETWORKS.contains(&net) && (before.contains('@') || !net.is_empty());
    is_net.then_some(())?;
    let hosts = authority::hosts(address, Scheme::parse("mysql")).filter(|_| net != "unix");
    Some(hosts.into_iter().flatten().map(|address| Found::new(Shape::Url, address)).collect())
}

/// The hosts of `address=(host=db)(port=3306)…` and `(host=db,port=3306,…)`, one or several behind commas, at the
/// beginning of an authority. Returns `None` if it does not begin with such a form.
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
                    "port" => port = port.or_else(|| port_number(value.trim())).filter(|port| *port != 0),
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
