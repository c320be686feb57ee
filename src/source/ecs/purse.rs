//! Whose quota is spent: all sources of one account and region draw from one budget.

use super::budget::{Budget, Group, Share, Shares};
use crate::model::SourceId;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// The budget of one account in one region.
#[derive(Debug)]
pub(crate) struct Purse {
    spending: Mutex<Spending>,
    origin: Instant,
}

#[derive(Debug)]
struct Spending {
    budget: Budget,
    /// The sources that are drawing their first picture.
    starting: BTreeSet<SourceId>,
}

/// The purses, by whose they are.
#[derive(Debug, Default)]
pub struct Treasury {
    purses: Mutex<BTreeMap<String, Arc<Purse>>>,
}

impl Treasury {
    /// The purse of that owner; where there is none yet, `mine` becomes it.
    pub(crate) fn purse(&self, owner: String, mine: &Arc<Purse>) -> Arc<Purse> {
        let mut purses = self.purses.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(purses.entry(owner).or_insert_with(|| Arc::clone(mine)))
    }
}

impl Purse {
    /// A full purse.
    pub(crate) fn new(shares: Shares) -> Self {
        let spending = Spending { budget: Budget::new(shares), starting: BTreeSet::new() };
        Self { spending: Mutex::new(spending), origin: Instant::now() }
    }

    /// Books one call and says how long to wait before making it.
    pub(crate) fn book(&self, group: Group) -> Duration {
        self.spending().budget.book(group, self.origin.elapsed())
    }

    /// How many calls may be made now without waiting.
    pub(crate) fn affords(&self, group: Group) -> usize {
        self.spending().budget.affords(group, self.origin.elapsed())
    }

    /// AWS asked for fewer calls.
    pub(crate) fn back_off(&self, group: Group) {
        self.spending().budget.back_off(group, self.origin.elapsed());
    }

    /// The part of the account's quota that was spent within the last minute: of the group that spent most.
    pub(crate) fn part(&self) -> f64 {
        self.spending().budget.part(self.origin.elapsed())
    }

    /// Notes whether that source is drawing its first picture. While any is, the share is the greater one.
    pub(crate) fn starts(&self, source: &SourceId, starts: bool) {
        let mut spending = self.spending();
        if starts {
            spending.starting.insert(source.clone());
        } else {
            spending.starting.remove(source);
        }
        let share = if spending.starting.is_empty() { Share::Steady } else { Share::Start };
        spending.budget.take_share(share);
    }

    fn spending(&self) -> MutexGuard<'_, Spending> {
        self.spending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Purse, Treasury};
    use crate::{
        model::SourceId,
        source::ecs::budget::{Group, Shares},
    };
    use std::sync::Arc;

    #[test]
    fn sources_of_one_account_share_and_one_that_starts_widens_it_for_all() {
        let treasury = Treasury::default();
        let [a, b] = [(); 2].map(|()| Arc::new(Purse::new(Shares::default())));
        let shared = treasury.purse("1 eu-west-1".into(), &a);
        assert!(Arc::ptr_eq(&treasury.purse("1 eu-west-1".into(), &b), &shared));
        assert!(Arc::ptr_eq(&treasury.purse("1 us-east-1".into(), &b), &b));
        assert_eq!(shared.affords(Group::Services), 50);
        let [one, two] = ["one", "two"].map(SourceId::new);
        shared.starts(&one, true);
        shared.starts(&two, true);
        shared.starts(&one, false);
        assert_eq!(shared.affords(Group::Services), 50);
        shared.starts(&two, false);
        assert_eq!(shared.affords(Group::Services), 10);
    }
}
