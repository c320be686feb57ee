//! Sockets of containers on other machines. If the configuration allows it, Portolan runs `cat` in the
//! containers to read them.

use super::{
    connections::{NamespaceMember, SocketNamespace},
    procfs::{NamespaceKey, namespace_key},
    table::{Protocol, Socket, parse_table},
};
use crate::{
    model::{InstanceState, OutputStream},
    source::docker::{
        decode::{ContainerRecord, container_positions},
        engine::client::Engine,
    },
};
use bollard::models::ExecConfig;
use futures::{StreamExt, stream};
use std::{collections::BTreeMap, sync::Arc};

/// Maximum number of containers read at a time.
const MAX_CONCURRENT_EXECS: usize = 4;
/// Maximum output of one container, in bytes.
const MAX_OUTPUT_BYTES: usize = 2 * 1024 * 1024;
/// Command that prints the socket tables.
const CAT_COMMAND: [&str; 5] = ["cat", "/proc/net/tcp", "/proc/net/tcp6", "/proc/net/udp", "/proc/net/udp6"];

/// Reads the sockets of running containers. Runs `cat` in the first container of each network namespace,
/// except the host's. A namespace is missing from the result if `cat` fails in that container.
pub(super) async fn exec_namespaces(
    engine: &Engine,
    records: &[Arc<ContainerRecord>],
) -> Vec<SocketNamespace> {
    let mut shared: BTreeMap<NamespaceKey, Vec<usize>> = BTreeMap::new();
    let by_name = container_positions(records);
    for (place, container) in records.iter().enumerate() {
        if container.instance.state == InstanceState::Running && !container.owner.is_pause_container {
            shared.entry(namespace_key(container, records, &by_name)).or_default().push(place);
        }
    }
    let asked = shared.into_iter().filter_map(|(key, places)| {
        let NamespaceKey::Container(owner) = key else { return None };
        let ips = records[owner].network.attachments.iter().flat_map(|e| e.ips.clone()).collect();
        Some(async move {
            let text = run_cat(engine, &records[*places.first()?].id).await?;
            // If the namespace has several containers, the tables do not show which of them holds a socket.
            let members = match places[..] {
                [container] => vec![NamespaceMember { container, inodes: None }],
                _ => Vec::new(),
            };
            Some(SocketNamespace {
                members,
                owner: Some(owner),
                ips,
                is_host: false,
                sockets: split_tables(&text),
            })
        })
    });
    let asked: Vec<_> = asked.collect();
    stream::iter(asked)
        .buffer_unordered(MAX_CONCURRENT_EXECS)
        .filter_map(|found| async move { found })
        .collect()
        .await
}

/// Runs `cat` on the socket tables in a container. Returns `None` if that fails or prints nothing.
async fn run_cat(engine: &Engine, id: &str) -> Option<String> {
    let config = ExecConfig {
        cmd: Some(CAT_COMMAND.iter().map(|word| (*word).to_owned()).collect()),
        attach_stdout: Some(true),
        ..ExecConfig::default()
    };
    let gather = async {
        let mut output = engine.exec(id, &config).await.ok()?;
        let mut all = String::new();
        while let Some(Ok(message)) = output.next().await {
            if message.stream == OutputStream::Stdout && all.len() < MAX_OUTPUT_BYTES {
                all += &String::from_utf8_lossy(&message.bytes);
            }
        }
        Some(all)
    };
    let text = tokio::time::timeout(engine.call_timeout(), gather).await.ok()??;
    (!text.is_empty()).then_some(text)
}

/// Splits concatenated tables into sockets. Each table begins with a header line. Only the header of a UDP
/// table has a column `drops`.
pub(super) fn split_tables(text: &str) -> Vec<Socket> {
    let mut heads: Vec<usize> = text.match_indices("  sl  ").map(|(at, _)| at).collect();
    heads.push(text.len());
    let tables = heads.windows(2).map(|ends| &text[ends[0]..ends[1]]);
    tables
        .flat_map(|table| {
            let head = table.lines().next().unwrap_or_default();
            let protocol = if head.contains("drops") { Protocol::Udp } else { Protocol::Tcp };
            parse_table(protocol, table)
        })
        .collect()
}

#[cfg(all(test, target_endian = "little"))]
mod tests {
    use super::{Protocol, split_tables};

    #[test]
    fn concatenated_tables_are_split() {
        let tcp = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 99 1 0\n";
        let udp = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n  10: 00000000:14E9 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 5 2 0 0\n";
        let found: Vec<_> =
            split_tables(&format!("{tcp}{udp}")).into_iter().map(|s| (s.protocol, s.local.1)).collect();
        assert_eq!(found, [(Protocol::Tcp, 80), (Protocol::Udp, 5353)]);
        assert!(split_tables("").is_empty());
    }
}
