//! What all that stands in one item comes to: counted when it changes, as a closed group may hold thousands of services, and
//! a frame has no time to ask each.

use super::item::{Item, wanted};
use crate::{
    model::Health,
    store::Store,
    topology::finding::{Involved, Role},
};

/// What the members of an item come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tally {
    /// How each of them is, in their order.
    pub healths: Vec<Health>,
    /// How the worst of them is.
    pub worst: Health,
    /// How many services among them are faulty.
    pub faulty: usize,
    /// How many instances run, of each member no more than are wanted, so that a surplus hides no want.
    pub running: usize,
    /// How many are wanted.
    pub desired: usize,
    /// Whether any of them is a service.
    pub has_services: bool,
    /// Whether the search finds any of them.
    pub is_found: bool,
    /// The greatest part that any of them plays in what is wrong.
    pub role: Option<Role>,
}

impl Tally {
    /// What nothing comes to.
    pub(super) const NOTHING: Self = Self {
        healths: Vec::new(),
        worst: Health::Unknown,
        faulty: 0,
        running: 0,
        desired: 0,
        has_services: false,
        is_found: false,
        role: None,
    };

    /// Counts now.
    pub(super) fn of(item: &Item, store: &Store) -> Self {
        let mut tally = Self { desired: item.desired(store), ..Self::NOTHING };
        for node in item.nodes(store) {
            tally.healths.push(node.health);
            tally.faulty += usize::from(node.health >= Health::Degraded && node.is_service());
            tally.running += node.running.min(wanted(node));
            tally.has_services |= node.is_service();
            tally.is_found |= !store.search.is_empty() && store.finds(node);
            let role = store.roles.get(&node.id).map(|Involved { role, .. }| *role);
            tally.role = tally.role.max(role);
        }
        tally.worst = tally.healths.iter().copied().max().unwrap_or(Health::Unknown);
        tally
    }
}
