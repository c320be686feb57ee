//! Ports that `portolan forward` and the palette take, such as `8080:80`.

use std::str::FromStr;

/// Ports to forward: the local port, and the port to which the container connects, with its host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForwardedPorts {
    /// Port of this machine; 0 for any free one.
    pub local_port: u16,
    /// Host that the container connects to; `None` for the container itself.
    pub host: Option<String>,
    /// Port of the container or of the host.
    pub port: u16,
}

impl FromStr for ForwardedPorts {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (before, port) =
            text.rsplit_once(':').map_or((None, text), |(before, port)| (Some(before), port));
        let port = parse_port(port).filter(|port| *port > 0).ok_or("the port is a number from 1 to 65535")?;
        let Some(before) = before else { return Ok(Self { local_port: port, host: None, port }) };
        let (local, host) =
            before.split_once(':').map_or((before, None), |(local, host)| (local, Some(host)));
        let local_port = if local.is_empty() { Some(0) } else { parse_port(local) };
        let local_port = local_port.ok_or("the local port is a number from 0 to 65535")?;
        let host = host.map(parse_host).transpose()?;
        Ok(Self { local_port, host, port })
    }
}

fn parse_port(text: &str) -> Option<u16> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Returns a host name or an address without its brackets.
fn parse_host(text: &str) -> Result<String, String> {
    let bracketed = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_host_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let is_host = match bracketed {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !text.is_empty() && text.bytes().all(is_host_byte),
    };
    if is_host {
        Ok(bracketed.unwrap_or(text).to_owned())
    } else {
        Err(format!("`{text}` is no host; write LOCAL:HOST:PORT, an IPv6 address in brackets"))
    }
}

#[cfg(test)]
mod tests {
    use super::ForwardedPorts;

    fn parse(text: &str) -> Result<(u16, Option<String>, u16), String> {
        text.parse().map(|ports: ForwardedPorts| (ports.local_port, ports.host, ports.port))
    }

    #[test]
    fn a_port_may_have_a_local_port_and_a_host() {
        assert_eq!(parse("80"), Ok((80, None, 80)));
        assert_eq!(parse("8080:80"), Ok((8080, None, 80)));
        assert_eq!(parse(":80"), Ok((0, None, 80)));
        assert_eq!(parse("5432:db.internal:5432"), Ok((5432, Some("db.internal".to_owned()), 5432)));
        assert_eq!(parse(":[fd00::2]:6379"), Ok((0, Some("fd00::2".to_owned()), 6379)));
    }

    #[test]
    fn anything_else_is_refused_with_the_reason() {
        for text in
            ["", "0", "web", "65536", "80:", "x:80", "+1:80", "1::80", "1:a b:80", "1:fd00::2:80", "1:-:x"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
