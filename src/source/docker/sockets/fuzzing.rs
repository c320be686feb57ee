//! Access of the fuzz target to socket tables. Compiled only for fuzzing.

use super::{
    ContainerRecord, SocketObservations, build_observations,
    connections::{NamespaceMember, SocketNamespace},
    exec::split_tables,
};
use crate::model::{SourceId, Timestamp};
use std::{collections::BTreeSet, sync::Arc};

/// Observes the connections in `tables`, the output of `cat` in one container after the other.
pub(in crate::source::docker) fn observe_tables(
    source: &SourceId,
    records: &[Arc<ContainerRecord>],
    tables: &[&[u8]],
    now: Timestamp,
) -> SocketObservations {
    let read = records.iter().zip(tables).enumerate();
    let namespaces: Vec<_> = read
        .map(|(container, (record, table))| SocketNamespace {
            members: vec![NamespaceMember { container, inodes: None }],
            owner: Some(container),
            ips: record.network.attachments.iter().flat_map(|one| one.ips.clone()).collect(),
            is_host: false,
            sockets: split_tables(&String::from_utf8_lossy(table)),
        })
        .collect();
    build_observations(source, records, &namespaces, &BTreeSet::new(), now)
}
