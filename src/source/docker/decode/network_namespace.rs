//! Search for the container that owns the network namespace in which a container runs. With `--network
//! container:NAME`, a container uses the namespace of the container NAME, which may itself use the namespace
//! of a third one.

use super::ContainerRecord;
use std::{collections::BTreeMap, sync::Arc};

/// Maximum number of steps from a container to the owner of its network namespace.
const MAX_NETWORK_CHAIN: usize = 4;

/// Maps each container id and name to its position in `records`.
pub(in crate::source::docker) fn container_positions(
    records: &[Arc<ContainerRecord>],
) -> BTreeMap<&str, usize> {
    let names = records.iter().enumerate().map(|(place, s)| (s.name.as_str(), place));
    // If a name equals an id, the id takes precedence.
    names.chain(records.iter().enumerate().map(|(place, s)| (s.id.as_str(), place))).collect()
}

/// Returns the position of the container that owns the network namespace of `container`: usually the
/// container itself. Returns `None` if the owner is not among `records`.
pub(in crate::source::docker) fn namespace_owner(
    container: &ContainerRecord,
    records: &[Arc<ContainerRecord>],
    positions: &BTreeMap<&str, usize>,
) -> Option<usize> {
    let mut owner = *positions.get(container.id.as_str())?;
    for _ in 0..MAX_NETWORK_CHAIN {
        let Some(name) = &records[owner].network.shares_network_of else { break };
        owner = *positions.get(name.as_str())?;
    }
    Some(owner)
}

#[cfg(test)]
mod tests {
    use super::{container_positions, namespace_owner};
    use crate::source::docker::decode::tests::web_container;
    use std::sync::Arc;

    #[test]
    fn a_chain_of_containers_leads_to_the_owner() {
        let chain =
            [("vpn", None), ("torrent", Some("vpn")), ("arr", Some("torrent")), ("lost", Some("gone"))];
        let records = chain.map(|(name, shares)| {
            let mut record = web_container();
            (record.id, record.name) = (name.to_owned(), name.into());
            record.network.shares_network_of = shares.map(Into::into);
            Arc::new(record)
        });
        let positions = container_positions(&records);
        let owners = records.each_ref().map(|record| namespace_owner(record, &records, &positions));
        assert_eq!(owners, [Some(0), Some(0), Some(0), None]);
    }
}
