//! Cached services or tasks of one cluster. Portolan lists them page by page, and describes them in turns. A
//! listing of a large account spans many polls. So the list drops a resource only if every kind of listing
//! was completed at least once since the resource was last described, and none of the completed listings
//! contains it.

use crate::source::ecs::client::paging::{MAX_LISTING_PAGES, PageToken, Paging, PagingError};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

/// Largest number of resources in one listing. ECS allows 5,000 services in a cluster and 5,000 tasks in a
/// service.
const MAX_LISTED: usize = 50_000;
/// Longest accepted ARN in bytes. An ARN of ECS contains two names of at most 255 characters.
const MAX_ARN_BYTES: usize = 1_024;

/// Ids from a `List…` call that the scheduler repeats all the time, page by page.
#[derive(Clone, Debug, Default)]
struct Listing {
    /// Start and ids of the last complete listing.
    last_complete: Option<(Duration, BTreeSet<String>)>,
    partial: Option<PartialListing>,
}

/// Listing that Portolan has not read to its end yet.
#[derive(Clone, Debug)]
struct PartialListing {
    began: Duration,
    /// Ids on the pages read so far.
    ids: BTreeSet<String>,
    paging: Paging,
    /// Token of the next page.
    token: Option<PageToken>,
}

/// Result of storing one page of a listing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PageOutcome {
    /// Ids that were in the previous complete listing, but not in the listing that this page completes. Empty
    /// if more pages follow.
    pub removed: Vec<String>,
    /// Error that cut the listing short, if any.
    pub error: Option<PagingError>,
}

impl Listing {
    /// Returns true if the last complete listing or the partial one contains `id`.
    fn contains(&self, id: &str) -> bool {
        let whole = self.last_complete.as_ref().map(|(_, ids)| ids);
        let so_far = self.partial.as_ref().map(|under_way| &under_way.ids);
        whole.into_iter().chain(so_far).any(|ids| ids.contains(id))
    }
}

/// Service or task as ECS last described it, with the time of that description.
#[derive(Debug)]
struct CachedResource<T> {
    resource: Arc<T>,
    described_at: Duration,
    /// True if the resource is changing or unhealthy, so every poll describes it.
    is_changing: bool,
}

impl<T> Clone for CachedResource<T> {
    fn clone(&self) -> Self {
        Self {
            resource: self.resource.clone(),
            described_at: self.described_at,
            is_changing: self.is_changing,
        }
    }
}

/// Services or tasks to describe next, by priority.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DueResources<'a> {
    /// Ids that were never described.
    pub new: Vec<&'a String>,
    /// Ids of resources that are marked, changing, unhealthy or viewed by the user.
    pub urgent: Vec<&'a String>,
    /// Ids of all other due resources with the time of their last description, oldest first.
    pub routine: Vec<(Duration, &'a String)>,
}

/// All known resources of one kind (services or tasks) in one cluster. Their ids are ARNs.
#[derive(Clone, Debug)]
pub(crate) struct ResourceList<T> {
    listings: Vec<Listing>,
    cached: BTreeMap<String, CachedResource<T>>,
    /// Ids of resources to describe next, because a response about other resources showed that they have
    /// changed.
    marked_due: BTreeSet<String>,
    /// Known ids that were never described. The list keeps this set up to date, because computing it takes
    /// too long for a large account.
    new: BTreeSet<String>,
    /// Function that returns true if a resource can no longer change.
    is_final: fn(&T) -> bool,
}

impl<T: PartialEq> ResourceList<T> {
    /// Returns a list without data. `listings` is the number of listings. Resources for which `is_final` is
    /// true are described only once.
    pub(crate) fn new(listings: usize, is_final: fn(&T) -> bool) -> Self {
        let listings = (0..listings).map(|_| Listing::default()).collect();
        Self {
            listings,
            cached: BTreeMap::new(),
            marked_due: BTreeSet::new(),
            new: BTreeSet::new(),
            is_final,
        }
    }

    /// Returns the number of listings.
    pub(crate) fn listing_count(&self) -> usize {
        self.listings.len()
    }

    /// Returns the time at which the last complete listing with the index `listing` began. Returns `None` if
    /// there was none.
    pub(crate) fn listed_at(&self, listing: usize) -> Option<Duration> {
        Some(self.listings.get(listing)?.last_complete.as_ref()?.0)
    }

    /// Returns the token of the next page of a listing; `None` if the listing is not under way.
    pub(crate) fn token(&self, listing: usize) -> Option<&PageToken> {
        self.listings.get(listing)?.partial.as_ref()?.token.as_ref()
    }

    /// Returns true if every listing was completed at least once.
    pub(crate) fn is_listed(&self) -> bool {
        self.listings.iter().all(|listing| listing.last_complete.is_some())
    }

    /// Stores a page of a listing. If an error cuts the listing short, the listing still counts as complete.
    pub(crate) fn apply_page(
        &mut self,
        listing: usize,
        now: Duration,
        page: Vec<String>,
        next: Option<String>,
    ) -> PageOutcome {
        let Some(listing) = self.listings.get_mut(listing) else { return PageOutcome::default() };
        let mut under_way = listing.partial.take().unwrap_or_else(|| PartialListing {
            began: now,
            ids: BTreeSet::new(),
            paging: Paging::new(MAX_LISTING_PAGES),
            token: None,
        });
        let room = MAX_LISTED - under_way.ids.len();
        let is_full = page.len() > room;
        let page = page.into_iter().filter(|id| id.len() <= MAX_ARN_BYTES).take(room);
        for id in page {
            if !self.cached.contains_key(&id) {
                self.new.insert(id.clone());
            }
            under_way.ids.insert(id);
        }
        let next =
            if is_full { Err(PagingError::TooManyItems(MAX_LISTED)) } else { under_way.paging.next(next) };
        let endless = match next {
            Ok(Some(token)) => {
                under_way.token = Some(token);
                listing.partial = Some(under_way);
                return PageOutcome::default();
            }
            Ok(None) => None,
            Err(endless) => Some(endless),
        };
        let old = listing.last_complete.take().map(|(_, ids)| ids).unwrap_or_default();
        let gone = old.into_iter().filter(|id| !under_way.ids.contains(id)).collect();
        listing.last_complete = Some((under_way.began, under_way.ids));
        self.evict();
        self.prune_new();
        PageOutcome { removed: gone, error: endless }
    }

    /// Restarts a listing that failed, because its token may have expired.
    pub(crate) fn restart_listing(&mut self, listing: usize) {
        if let Some(listing) = self.listings.get_mut(listing) {
            listing.partial = None;
        }
        self.prune_new();
    }

    /// Drops the resources that no longer exist. These are missing in the last complete listing of every
    /// kind, and each of these listings began after the resource was last described.
    fn evict(&mut self) {
        let listings = &self.listings;
        let lacks = |listing: &Listing, id: &str, at: Duration| {
            listing.last_complete.as_ref().is_some_and(|(began, whole)| *began > at && !whole.contains(id))
        };
        let gone = |id: &str, at: Duration| listings.iter().all(|listing| lacks(listing, id, at));
        let named = |id: &str| {
            let so_far = |listing: &Listing| {
                listing.partial.as_ref().is_some_and(|under_way| under_way.ids.contains(id))
            };
            listings.iter().any(so_far) || self.marked_due.contains(id)
        };
        let gone = self.cached.extract_if(.., |id, held| gone(id, held.described_at)).map(|(id, _)| id);
        // If a dropped resource is in a listing under way or is marked as due, it counts as new and is
        // described again.
        self.new.extend(gone.filter(|id| named(id)));
    }

    /// Drops new ids that are neither in a listing nor marked as due.
    fn prune_new(&mut self) {
        let (listings, marked) = (&self.listings, &self.marked_due);
        self.new.retain(|id| marked.contains(id) || listings.iter().any(|listing| listing.contains(id)));
    }

    /// Marks `ids` to be described next. Leaves out resources that can no longer change.
    pub(crate) fn mark_due(&mut self, ids: impl IntoIterator<Item = String>) {
        let held = &self.cached;
        let is_final = self.is_final;
        let open = |id: &String| held.get(id).is_none_or(|held| !is_final(&held.resource));
        let ids: Vec<String> = ids.into_iter().filter(open).collect();
        self.new.extend(ids.iter().filter(|id| !held.contains_key(*id)).cloned());
        self.marked_due.extend(ids);
    }

    /// Stores the descriptions of the ids in `asked`: id, resource, and true if the resource is changing. An
    /// id without a description no longer exists.
    pub(crate) fn apply_descriptions(
        &mut self,
        now: Duration,
        asked: &[String],
        descriptions: impl IntoIterator<Item = (String, T, bool)>,
    ) {
        let mut missing: BTreeSet<&String> = asked.iter().collect();
        for (id, thing, moving) in descriptions {
            missing.remove(&id);
            self.new.remove(&id);
            // An unchanged resource keeps its `Arc`. So the decoder can recognise it by comparing pointers.
            let known = self.cached.get(&id).map(|held| &held.resource).filter(|known| ***known == thing);
            let thing = known.map_or_else(|| Arc::new(thing), Arc::clone);
            self.cached
                .insert(id, CachedResource { resource: thing, described_at: now, is_changing: moving });
        }
        for id in missing {
            self.cached.remove(id);
            self.new.remove(id);
            for listing in &mut self.listings {
                let under_way = listing.partial.as_mut().map(|under_way| &mut under_way.ids);
                let whole = listing.last_complete.as_mut().map(|(_, ids)| ids);
                for ids in whole.into_iter().chain(under_way) {
                    ids.remove(id);
                }
            }
        }
        for id in asked {
            self.marked_due.remove(id);
        }
    }

    /// Returns the resource with this id as it was last described. Returns `None` if it was never described.
    pub(crate) fn get(&self, id: &str) -> Option<&Arc<T>> {
        Some(&self.cached.get(id)?.resource)
    }

    /// Returns all described resources with their ids.
    pub(crate) fn described_resources(&self) -> impl Iterator<Item = (&String, &Arc<T>)> {
        self.cached.iter().map(|(id, held)| (id, &held.resource))
    }

    /// Returns true if all known resources are described.
    pub(crate) fn is_described(&self) -> bool {
        self.new.is_empty()
    }

    /// Returns the resources to describe: new resources, resources that are marked as due, and resources
    /// whose last description is older than `fresh`. `watched` is true for resources that the user is
    /// viewing. Returns at most `max_routine` routine resources.
    pub(crate) fn due(
        &self,
        fresh: Duration,
        watched: impl Fn(&T) -> bool,
        max_routine: usize,
    ) -> DueResources<'_> {
        let mut due = DueResources { new: self.new.iter().collect(), ..DueResources::default() };
        for (id, held) in &self.cached {
            let is_marked = self.marked_due.contains(id);
            if is_marked {
                due.urgent.push(id);
            } else if held.described_at < fresh && !(self.is_final)(&held.resource) {
                if held.is_changing || watched(&held.resource) {
                    due.urgent.push(id);
                } else {
                    due.routine.push((held.described_at, id));
                }
            }
        }
        due.urgent.sort_by_key(|id| {
            (!self.marked_due.contains(*id), self.cached.get(*id).map(|held| held.described_at))
        });
        if max_routine < due.routine.len() {
            due.routine.select_nth_unstable(max_routine);
            due.routine.truncate(max_routine);
        }
        due.routine.sort_unstable();
        due
    }

    /// Returns the number of described resources.
    pub(crate) fn described_count(&self) -> usize {
        self.cached.len()
    }

    /// Returns the number of described resources, and the number of all known resources.
    pub(crate) fn progress(&self) -> (usize, usize) {
        (self.cached.len(), self.cached.len() + self.new.len())
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_ARN_BYTES, MAX_LISTED, ResourceList};
    use crate::source::ecs::client::paging::PagingError;
    use proptest::prelude::{ProptestConfig, Strategy, any, prop, prop_oneof, proptest};
    use std::{collections::BTreeSet, time::Duration};

    /// Step of a property test of a list whose resources are named `0` to `9`.
    #[derive(Clone, Debug)]
    enum Step {
        Page(usize, Vec<u8>, bool),
        Restart(usize),
        MarkDue(Vec<u8>),
        Describe(Vec<u8>, Vec<u8>),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let ids = || prop::collection::vec(0..10_u8, 0..5);
        let page = (0..2_usize, ids(), any::<bool>()).prop_map(|(n, ids, more)| Step::Page(n, ids, more));
        let describe = (ids(), ids()).prop_map(|(asked, came)| Step::Describe(asked, came));
        let step = prop_oneof![
            4 => page,
            1 => (0..2_usize).prop_map(Step::Restart),
            1 => ids().prop_map(Step::MarkDue),
            3 => describe
        ];
        prop::collection::vec(step, 0..40)
    }

    #[test]
    fn a_listing_without_end_is_bounded_and_named() {
        let mut list: ResourceList<u8> = ResourceList::new(1, |_| false);
        let page = |page: usize| (0..100).map(|n| format!("t{page}-{n}")).collect::<Vec<String>>();
        let endless = (1..)
            .find_map(|n| list.apply_page(0, Duration::from_secs(1), page(n), Some(n.to_string())).error);
        assert_eq!(endless, Some(PagingError::TooManyItems(MAX_LISTED)));
        assert_eq!((list.progress().1, list.is_listed()), (MAX_LISTED, true));
        let mut round = |n: usize| {
            let token = ["a", "b"][n % 2].to_owned();
            list.apply_page(0, Duration::from_secs(2), page(0), Some(token)).error
        };
        assert_eq!([round(0), round(1), round(2)], [None, None, Some(PagingError::Cycle)]);
        assert_eq!(list.progress().1, 100, "an endless listing is dropped");
        list.apply_page(0, Duration::from_secs(3), vec!["x".repeat(MAX_ARN_BYTES + 1)], None);
        assert_eq!(list.progress().1, 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        /// The set `new` is updated step by step. After each step, it holds exactly the ids that are known
        /// and not described.
        #[test]
        fn new_ids_are_known_and_not_described(steps in steps()) {
            let names = |ids: &[u8]| ids.iter().map(u8::to_string).collect::<Vec<String>>();
            let mut list: ResourceList<u8> = ResourceList::new(2, |_| false);
            for (second, step) in (1..).zip(steps) {
                let now = Duration::from_secs(second);
                match step {
                    Step::Page(listing, ids, more) => {
                        list.apply_page(listing, now, names(&ids), more.then(|| second.to_string()));
                    }
                    Step::Restart(listing) => list.restart_listing(listing),
                    Step::MarkDue(ids) => list.mark_due(names(&ids)),
                    Step::Describe(asked, came) => {
                        let came = came.iter().filter(|id| asked.contains(id));
                        let came: Vec<_> = came.map(|id| (id.to_string(), *id, false)).collect();
                        list.apply_descriptions(now, &names(&asked), came);
                    }
                }
                let named = names(&(0..10).collect::<Vec<u8>>()).into_iter().filter(|id| {
                    list.marked_due.contains(id) || list.listings.iter().any(|listing| listing.contains(id))
                });
                let new: BTreeSet<String> = named.filter(|id| !list.cached.contains_key(id)).collect();
                assert_eq!(list.new, new);
            }
        }
    }
}
