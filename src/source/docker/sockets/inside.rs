//! Sockets read inside the containers, for engines on other machines: `cat` is run in each, only where the configuration
//! allows it.

use super::{
    join::{Member, Namespace},
    read::{Key, key, places},
    table::{Protocol, Socket, sockets},
};
use crate::{
    model::{LogStream, State},
    source::docker::{connect::Engine, decode::Seen},
};
use bollard::models::ExecConfig;
use futures::{StreamExt, stream};
use std::{collections::BTreeMap, sync::Arc};

/// How many containers are asked at a time.
const AT_ONCE: usize = 4;
/// The most text of one container, in bytes.
const LARGEST: usize = 2 * 1024 * 1024;
/// What is run.
const COMMAND: [&str; 5] = ["cat", "/proc/net/tcp", "/proc/net/tcp6", "/proc/net/udp", "/proc/net/udp6"];

/// The namespaces of the containers that run and have `cat`, each through one of them.
pub(super) async fn namespaces(engine: &Engine, seen: &[Arc<Seen>]) -> Vec<Namespace> {
    let mut shared: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    let by_name = places(seen);
    for (place, container) in seen.iter().enumerate() {
        if container.instance.state == State::Running && !container.owner.hidden {
            shared.entry(key(container, seen, &by_name)).or_default().push(place);
        }
    }
    let asked = shared.into_iter().filter_map(|(key, places)| {
        let Key::Of(lender) = key else { return None };
        let ips = seen[lender].network.endpoints.iter().flat_map(|e| e.ips.clone()).collect();
        Some(async move {
            let text = cat(engine, &seen[*places.first()?].id).await?;
            // Whose a socket is can't be told from inside, where several share a namespace.
            let members = match places[..] {
                [container] => vec![Member { container, inodes: None }],
                _ => Vec::new(),
            };
            Some(Namespace { members, lender: Some(lender), ips, host: false, sockets: split(&text) })
        })
    });
    let asked: Vec<_> = asked.collect();
    stream::iter(asked).buffer_unordered(AT_ONCE).filter_map(|found| async move { found }).collect().await
}

/// What `cat` prints of the tables in a container; none where it can't be run.
async fn cat(engine: &Engine, id: &str) -> Option<String> {
    let config = ExecConfig {
        cmd: Some(COMMAND.iter().map(|word| (*word).to_owned()).collect()),
        attach_stdout: Some(true),
        ..ExecConfig::default()
    };
    let gather = async {
        let mut output = engine.exec(id, &config).await.ok()?;
        let mut all = String::new();
        while let Some(Ok(message)) = output.next().await {
            if message.stream == LogStream::Out && all.len() < LARGEST {
                all += &String::from_utf8_lossy(&message.bytes);
            }
        }
        Some(all)
    };
    let text = tokio::time::timeout(engine.call_limit(), gather).await.ok()??;
    (!text.is_empty()).then_some(text)
}

/// The sockets of several tables in a row: each begins with its head, and only those of UDP count drops.
fn split(text: &str) -> Vec<Socket> {
    let mut heads: Vec<usize> = text.match_indices("  sl  ").map(|(at, _)| at).collect();
    heads.push(text.len());
    let tables = heads.windows(2).map(|ends| &text[ends[0]..ends[1]]);
    tables
        .flat_map(|table| {
            let head = table.lines().next().unwrap_or_default();
            let protocol = if head.contains("drops") { Protocol::Udp } else { Protocol::Tcp };
            sockets(protocol, table)
        })
        .collect()
}

#[cfg(all(test, target_endian = "little"))]
mod tests {
    use super::{Protocol, split};

    #[test]
    fn tables_in_a_row_are_told_apart() {
        let tcp = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 99 1 0\n";
        let udp = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n  10: 00000000:14E9 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 5 2 0 0\n";
        let found: Vec<_> =
            split(&format!("{tcp}{udp}")).into_iter().map(|s| (s.protocol, s.local.1)).collect();
        assert_eq!(found, [(Protocol::Tcp, 80), (Protocol::Udp, 5353)]);
        assert!(split("").is_empty());
    }
}
