//! What a cluster has of one kind: listed page by page, described in turns. A listing of a big account takes many looks,
//! so it is told in pieces, and nothing is let go before a whole listing that began later lacks it.

use crate::source::ecs::paging::{Endless, MAX_LISTING_PAGES, Paging, Token};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

/// The most things of one listing. ECS has up to 5,000 tasks in a service and 5,000 services in a cluster.
const MAX_LISTED: usize = 50_000;
/// The longest ARN that is taken, in bytes: those of ECS have two names of at most 255 letters in them.
const MAX_ARN_BYTES: usize = 1_024;

/// A listing that is done page by page, again and again.
#[derive(Clone, Debug, Default)]
struct Listing {
    /// What the last whole listing gave, with the moment at which it began.
    whole: Option<(Duration, BTreeSet<String>)>,
    under_way: Option<UnderWay>,
}

/// A listing that is not at its end.
#[derive(Clone, Debug)]
struct UnderWay {
    began: Duration,
    /// What it gave so far.
    ids: BTreeSet<String>,
    paging: Paging,
    /// Where it goes on.
    token: Option<Token>,
}

/// What a page of a listing changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Paged {
    /// What the listing no longer has although it had it.
    pub gone: Vec<String>,
    /// Why the listing was not read to its end, if it was not.
    pub endless: Option<Endless>,
}

impl Listing {
    /// Whether it has that one, in whole or so far.
    fn names(&self, id: &str) -> bool {
        let whole = self.whole.as_ref().map(|(_, ids)| ids);
        let so_far = self.under_way.as_ref().map(|under_way| &under_way.ids);
        whole.into_iter().chain(so_far).any(|ids| ids.contains(id))
    }
}

/// A thing as it was described at that moment.
#[derive(Debug)]
struct Held<T> {
    thing: Arc<T>,
    at: Duration,
    /// Whether it is on the move or in trouble, so that it is worth describing at every look.
    moving: bool,
}

impl<T> Clone for Held<T> {
    fn clone(&self) -> Self {
        Self { thing: self.thing.clone(), at: self.at, moving: self.moving }
    }
}

/// What is to be described, the most urgent first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Due<'a> {
    /// Never described yet.
    pub new: Vec<&'a String>,
    /// On the move, in trouble, or looked at.
    pub urgent: Vec<&'a String>,
    /// The others, with the moment of their last description, the oldest first.
    pub calm: Vec<(Duration, &'a String)>,
}

/// All of one kind in one cluster.
#[derive(Clone, Debug)]
pub(crate) struct Roll<T> {
    listings: Vec<Listing>,
    held: BTreeMap<String, Held<T>>,
    /// What is named by other ways than a whole listing, or is to be described at once.
    stirred: BTreeSet<String>,
    /// What is known of and was never described: kept, as telling it anew from all that is known takes too long.
    new: BTreeSet<String>,
    /// Whether a thing can not change any more.
    is_final: fn(&T) -> bool,
}

impl<T: PartialEq> Roll<T> {
    /// Nothing is known; there are so many listings, and what is `is_final` is described once.
    pub(crate) fn new(listings: usize, is_final: fn(&T) -> bool) -> Self {
        let listings = (0..listings).map(|_| Listing::default()).collect();
        Self { listings, held: BTreeMap::new(), stirred: BTreeSet::new(), new: BTreeSet::new(), is_final }
    }

    /// How many listings there are.
    pub(crate) fn listings(&self) -> usize {
        self.listings.len()
    }

    /// When the last whole listing of that number began; none where there was none.
    pub(crate) fn listed(&self, listing: usize) -> Option<Duration> {
        Some(self.listings.get(listing)?.whole.as_ref()?.0)
    }

    /// Whether a listing of that number is under way, and its token.
    pub(crate) fn token(&self, listing: usize) -> Option<&Token> {
        self.listings.get(listing)?.under_way.as_ref()?.token.as_ref()
    }

    /// Whether all listings were done once.
    pub(crate) fn is_listed(&self) -> bool {
        self.listings.iter().all(|listing| listing.whole.is_some())
    }

    /// Takes in a page of a listing. One that does not end counts as whole with what it gave.
    pub(crate) fn page(
        &mut self,
        listing: usize,
        now: Duration,
        page: Vec<String>,
        next: Option<String>,
    ) -> Paged {
        let Some(listing) = self.listings.get_mut(listing) else { return Paged::default() };
        let mut under_way = listing.under_way.take().unwrap_or_else(|| UnderWay {
            began: now,
            ids: BTreeSet::new(),
            paging: Paging::new(MAX_LISTING_PAGES),
            token: None,
        });
        let room = MAX_LISTED - under_way.ids.len();
        let is_full = page.len() > room;
        let page = page.into_iter().filter(|id| id.len() <= MAX_ARN_BYTES).take(room);
        for id in page {
            if !self.held.contains_key(&id) {
                self.new.insert(id.clone());
            }
            under_way.ids.insert(id);
        }
        let next = if is_full { Err(Endless::Items(MAX_LISTED)) } else { under_way.paging.next(next) };
        let endless = match next {
            Ok(Some(token)) => {
                under_way.token = Some(token);
                listing.under_way = Some(under_way);
                return Paged::default();
            }
            Ok(None) => None,
            Err(endless) => Some(endless),
        };
        let old = listing.whole.take().map(|(_, ids)| ids).unwrap_or_default();
        let gone = old.into_iter().filter(|id| !under_way.ids.contains(id)).collect();
        listing.whole = Some((under_way.began, under_way.ids));
        self.let_go();
        self.forget();
        Paged { gone, endless }
    }

    /// A listing failed: it begins from its start the next time, as its token may be worth nothing any more.
    pub(crate) fn restart(&mut self, listing: usize) {
        if let Some(listing) = self.listings.get_mut(listing) {
            listing.under_way = None;
        }
        self.forget();
    }

    /// Lets go of what every whole listing that began after its description lacks.
    fn let_go(&mut self) {
        let listings = &self.listings;
        let lacks = |listing: &Listing, id: &str, at: Duration| {
            listing.whole.as_ref().is_some_and(|(began, whole)| *began > at && !whole.contains(id))
        };
        let gone = |id: &str, at: Duration| listings.iter().all(|listing| lacks(listing, id, at));
        let named = |id: &str| {
            let so_far = |listing: &Listing| {
                listing.under_way.as_ref().is_some_and(|under_way| under_way.ids.contains(id))
            };
            listings.iter().any(so_far) || self.stirred.contains(id)
        };
        let gone = self.held.extract_if(.., |id, held| gone(id, held.at)).map(|(id, _)| id);
        // What another listing has come upon since is to be described anew.
        self.new.extend(gone.filter(|id| named(id)));
    }

    /// Lets go of what is new and that nothing names any more.
    fn forget(&mut self) {
        let (listings, stirred) = (&self.listings, &self.stirred);
        self.new.retain(|id| stirred.contains(id) || listings.iter().any(|listing| listing.names(id)));
    }

    /// These are to be described at once.
    pub(crate) fn stir(&mut self, ids: impl IntoIterator<Item = String>) {
        let held = &self.held;
        let is_final = self.is_final;
        let open = |id: &String| held.get(id).is_none_or(|held| !is_final(&held.thing));
        let ids: Vec<String> = ids.into_iter().filter(open).collect();
        self.new.extend(ids.iter().filter(|id| !held.contains_key(*id)).cloned());
        self.stirred.extend(ids);
    }

    /// Takes in what the description of `asked` gave. What did not come does not exist any more.
    pub(crate) fn describe(
        &mut self,
        now: Duration,
        asked: &[String],
        came: impl IntoIterator<Item = (String, T, bool)>,
    ) {
        let mut missing: BTreeSet<&String> = asked.iter().collect();
        for (id, thing, moving) in came {
            missing.remove(&id);
            self.new.remove(&id);
            // What is as before stays the very same, so that nobody need look into it.
            let known = self.held.get(&id).map(|held| &held.thing).filter(|known| ***known == thing);
            let thing = known.map_or_else(|| Arc::new(thing), Arc::clone);
            self.held.insert(id, Held { thing, at: now, moving });
        }
        for id in missing {
            self.held.remove(id);
            self.new.remove(id);
            for listing in &mut self.listings {
                let under_way = listing.under_way.as_mut().map(|under_way| &mut under_way.ids);
                let whole = listing.whole.as_mut().map(|(_, ids)| ids);
                for ids in whole.into_iter().chain(under_way) {
                    ids.remove(id);
                }
            }
        }
        for id in asked {
            self.stirred.remove(id);
        }
    }

    /// What that one is, as far as it was described.
    pub(crate) fn get(&self, id: &str) -> Option<&Arc<T>> {
        Some(&self.held.get(id)?.thing)
    }

    /// All that were described.
    pub(crate) fn things(&self) -> impl Iterator<Item = (&String, &Arc<T>)> {
        self.held.iter().map(|(id, held)| (id, &held.thing))
    }

    /// Whether all that is known of was described.
    pub(crate) fn is_described(&self) -> bool {
        self.new.is_empty()
    }

    /// What is to be described, of what was not described since `fresh`; of the calm ones at most so many. `watched` says
    /// what is looked at.
    pub(crate) fn due(&self, fresh: Duration, watched: impl Fn(&T) -> bool, most: usize) -> Due<'_> {
        let mut due = Due { new: self.new.iter().collect(), ..Due::default() };
        for (id, held) in &self.held {
            let is_stirred = self.stirred.contains(id);
            if is_stirred {
                due.urgent.push(id);
            } else if held.at < fresh && !(self.is_final)(&held.thing) {
                if held.moving || watched(&held.thing) {
                    due.urgent.push(id);
                } else {
                    due.calm.push((held.at, id));
                }
            }
        }
        due.urgent.sort_by_key(|id| (!self.stirred.contains(*id), self.held.get(*id).map(|held| held.at)));
        if most < due.calm.len() {
            due.calm.select_nth_unstable(most);
            due.calm.truncate(most);
        }
        due.calm.sort_unstable();
        due
    }

    /// How many were described.
    pub(crate) fn described(&self) -> usize {
        self.held.len()
    }

    /// How many are described, of how many that are known of.
    pub(crate) fn progress(&self) -> (usize, usize) {
        (self.held.len(), self.held.len() + self.new.len())
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_ARN_BYTES, MAX_LISTED, Roll};
    use crate::source::ecs::paging::Endless;
    use proptest::prelude::{ProptestConfig, Strategy, any, prop, prop_oneof, proptest};
    use std::{collections::BTreeSet, time::Duration};

    /// Something that happens to a roll of things named `0` to `9`.
    #[derive(Clone, Debug)]
    enum Step {
        Page(usize, Vec<u8>, bool),
        Restart(usize),
        Stir(Vec<u8>),
        Describe(Vec<u8>, Vec<u8>),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let ids = || prop::collection::vec(0..10_u8, 0..5);
        let page = (0..2_usize, ids(), any::<bool>()).prop_map(|(n, ids, more)| Step::Page(n, ids, more));
        let describe = (ids(), ids()).prop_map(|(asked, came)| Step::Describe(asked, came));
        let step = prop_oneof![
            4 => page,
            1 => (0..2_usize).prop_map(Step::Restart),
            1 => ids().prop_map(Step::Stir),
            3 => describe
        ];
        prop::collection::vec(step, 0..40)
    }

    #[test]
    fn a_listing_without_end_is_bounded_and_named() {
        let mut roll: Roll<u8> = Roll::new(1, |_| false);
        let page = |page: usize| (0..100).map(|n| format!("t{page}-{n}")).collect::<Vec<String>>();
        let endless =
            (1..).find_map(|n| roll.page(0, Duration::from_secs(1), page(n), Some(n.to_string())).endless);
        assert_eq!(endless, Some(Endless::Items(MAX_LISTED)));
        assert_eq!((roll.progress().1, roll.is_listed()), (MAX_LISTED, true));
        let mut round = |n: usize| {
            let token = ["a", "b"][n % 2].to_owned();
            roll.page(0, Duration::from_secs(2), page(0), Some(token)).endless
        };
        assert_eq!([round(0), round(1), round(2)], [None, None, Some(Endless::Circle)]);
        assert_eq!(roll.progress().1, 100, "what was listed without end is forgotten");
        roll.page(0, Duration::from_secs(3), vec!["x".repeat(MAX_ARN_BYTES + 1)], None);
        assert_eq!(roll.progress().1, 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        /// What is new is kept step by step: it is what is named somewhere and was not described.
        #[test]
        fn what_is_new_is_named_and_not_described(steps in steps()) {
            let names = |ids: &[u8]| ids.iter().map(u8::to_string).collect::<Vec<String>>();
            let mut roll: Roll<u8> = Roll::new(2, |_| false);
            for (second, step) in (1..).zip(steps) {
                let now = Duration::from_secs(second);
                match step {
                    Step::Page(listing, ids, more) => {
                        roll.page(listing, now, names(&ids), more.then(|| second.to_string()));
                    }
                    Step::Restart(listing) => roll.restart(listing),
                    Step::Stir(ids) => roll.stir(names(&ids)),
                    Step::Describe(asked, came) => {
                        let came = came.iter().filter(|id| asked.contains(id));
                        let came: Vec<_> = came.map(|id| (id.to_string(), *id, false)).collect();
                        roll.describe(now, &names(&asked), came);
                    }
                }
                let named = names(&(0..10).collect::<Vec<u8>>()).into_iter().filter(|id| {
                    roll.stirred.contains(id) || roll.listings.iter().any(|listing| listing.names(id))
                });
                let new: BTreeSet<String> = named.filter(|id| !roll.held.contains_key(id)).collect();
                assert_eq!(roll.new, new);
            }
        }
    }
}
