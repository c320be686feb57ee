//! Limit on the references of one snapshot, because each may become an edge of the topology.

use crate::model::{Failure, FailureKind, Service, Snapshot, UnreadPart};
use std::sync::Arc;

/// Maximum number of references in a snapshot: 25 for each of 2,000 services. An edge takes about two
/// kilobytes, with its share of the map.
const MAX_SNAPSHOT_REFERENCES: usize = 50_000;

impl Snapshot {
    /// Returns true if the services have more than 50,000 references together.
    pub(super) fn has_too_many_references(&self) -> bool {
        let total: usize = self.services.iter().map(|service| service.references.len()).sum();
        total > MAX_SNAPSHOT_REFERENCES
    }

    /// Cuts the longest lists of references so that all services together have at most 50,000. Adds an
    /// unread part that says how many references of each service count.
    pub(super) fn limit_references(&mut self) {
        if !self.has_too_many_references() {
            return;
        }
        let counts: Vec<usize> = self.services.iter().map(|service| service.references.len()).collect();
        let limit = limit_per_service(counts, MAX_SNAPSHOT_REFERENCES);
        for service in self.services.iter_mut().filter(|service| service.references.len() > limit) {
            let service: &mut Service = Arc::make_mut(service);
            service.references.truncate(limit);
            service.references.shrink_to_fit();
        }
        // A source may have cut its lists before, so the number of addresses that are left out is unknown.
        let why = format!("too many: Portolan uses the first {limit} of each service");
        let remedy = "chart fewer services: limit the source to some clusters, services or projects";
        self.unread_parts.push(UnreadPart {
            name: "some addresses in settings".into(),
            failure: Failure::new(FailureKind::Invalid, why, remedy),
        });
    }
}

/// Returns the largest number of entries that each list may keep if lists of the lengths `counts` are to have
/// at most `budget` entries together. The sum of `counts` must be larger than `budget`.
fn limit_per_service(mut counts: Vec<usize>, budget: usize) -> usize {
    counts.sort_unstable();
    let mut left = budget;
    for (index, count) in counts.iter().enumerate() {
        let share = left / (counts.len() - index);
        if *count > share {
            return share;
        }
        left -= count;
    }
    budget
}

#[cfg(test)]
mod tests {
    use super::{MAX_SNAPSHOT_REFERENCES, limit_per_service};
    use crate::model::{Address, Inventory, Service, fixtures};
    use std::sync::Arc;

    #[test]
    fn short_lists_stay_whole_and_long_ones_share_the_rest() {
        assert_eq!(limit_per_service(vec![2, 100, 5, 100], 27), 10);
        assert_eq!(limit_per_service(vec![9, 9, 9], 10), 3);
        assert_eq!(limit_per_service(vec![4, 4, 4], 2), 0, "fewer than one each");
    }

    #[test]
    fn too_many_references_are_an_unread_part() {
        let reference = fixtures::reference("environment URL", Address::from_host_name("api"));
        let with = |name: &str, count: usize| Service {
            references: vec![reference.clone(); count],
            ..fixtures::service(name)
        };
        let services = vec![with("few", 7), with("many", MAX_SNAPSHOT_REFERENCES), with("more", 30_000)];
        let mut inventory = Inventory::default();
        inventory.replace_snapshot(Arc::new(fixtures::snapshot("docker", services)));
        let counts: Vec<usize> = inventory.services().map(|service| service.references.len()).collect();
        assert_eq!(counts, [7, 24_996, 24_996]);
        let part = &inventory.snapshots().next().unwrap().unread_parts[0];
        assert_eq!(part.name, "some addresses in settings");
        assert!(part.failure.message.contains("the first 24996 of each service"), "{part:?}");
    }
}
