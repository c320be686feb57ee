//! Totals over the nodes of one item. Portolan computes them only when the data changes, because a collapsed
//! group can contain thousands of services. These are too many to visit for every frame.

use super::item::{Item, desired_or_one};
use crate::{
    diagnosis::{FaultInvolvement, FaultRole},
    model::Health,
    store::Store,
};

/// Totals of an item over its members: health, counts, search match and fault role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::screen::map) struct ItemTotals {
    /// Health of each member, in the order of `Item::members`.
    pub healths: Vec<Health>,
    /// Health of the least healthy member.
    pub worst: Health,
    /// Number of degraded or failing services.
    pub faulty: usize,
    /// Number of running instances. Each member counts at most its desired number, so that a surplus of one
    /// member does not hide a shortage of another.
    pub running: usize,
    /// Number of desired instances.
    pub desired: usize,
    /// True if any member is a service.
    pub has_services: bool,
    /// True if the search matches any member.
    pub matches_search: bool,
    /// Most important fault role among the members; `None` if no member is involved in a fault.
    pub fault_role: Option<FaultRole>,
}

impl ItemTotals {
    /// Totals of an item without members.
    pub(in crate::screen::map) const EMPTY: Self = Self {
        healths: Vec::new(),
        worst: Health::Unknown,
        faulty: 0,
        running: 0,
        desired: 0,
        has_services: false,
        matches_search: false,
        fault_role: None,
    };

    /// Computes the totals of `item` from the current data.
    pub(in crate::screen::map) fn of(item: &Item, store: &Store) -> Self {
        let mut tally = Self { desired: item.desired_instances(store), ..Self::EMPTY };
        for node in item.nodes(store) {
            tally.healths.push(node.health);
            tally.faulty += usize::from(node.health >= Health::Degraded && node.is_service());
            tally.running += node.running.min(desired_or_one(node));
            tally.has_services |= node.is_service();
            tally.matches_search |= !store.session.search.is_empty() && store.matches_search(node);
            let role = store.world.fault_roles.get(&node.id).map(|FaultInvolvement { role, .. }| *role);
            tally.fault_role = tally.fault_role.max(role);
        }
        tally.worst = tally.healths.iter().copied().max().unwrap_or(Health::Unknown);
        tally
    }
}
