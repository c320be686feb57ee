//! What a cluster has of one kind: listed page by page, described in turns. A listing of a big account takes many looks,
//! so it is told in pieces, and nothing is let go before a whole listing that began later lacks it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

/// A listing that is done page by page, again and again.
#[derive(Clone, Debug, Default)]
struct Listing {
    /// What the last whole listing gave, with the moment at which it began.
    whole: Option<(Duration, BTreeSet<String>)>,
    /// The listing under way: when it began, what it gave so far, where it goes on.
    under_way: Option<(Duration, BTreeSet<String>, String)>,
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
    /// Whether a thing can not change any more.
    is_final: fn(&T) -> bool,
}

impl<T: PartialEq> Roll<T> {
    /// Nothing is known; there are so many listings, and what is `is_final` is described once.
    pub(crate) fn new(listings: usize, is_final: fn(&T) -> bool) -> Self {
        let listings = (0..listings).map(|_| Listing::default()).collect();
        Self { listings, held: BTreeMap::new(), stirred: BTreeSet::new(), is_final }
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
    pub(crate) fn token(&self, listing: usize) -> Option<&str> {
        Some(self.listings.get(listing)?.under_way.as_ref()?.2.as_str())
    }

    /// Whether all listings were done once.
    pub(crate) fn is_listed(&self) -> bool {
        self.listings.iter().all(|listing| listing.whole.is_some())
    }

    /// Takes in a page of a listing. Says what it no longer has although it had it.
    pub(crate) fn page(
        &mut self,
        listing: usize,
        now: Duration,
        page: Vec<String>,
        next: Option<String>,
    ) -> Vec<String> {
        let Some(listing) = self.listings.get_mut(listing) else { return Vec::new() };
        let (began, mut so_far, before) =
            listing.under_way.take().unwrap_or_else(|| (now, BTreeSet::new(), String::new()));
        so_far.extend(page);
        // A token that comes back unchanged would go round for ever.
        if let Some(token) = next.filter(|token| !token.is_empty() && *token != before) {
            listing.under_way = Some((began, so_far, token));
            return Vec::new();
        }
        let old = listing.whole.take().map(|(_, ids)| ids).unwrap_or_default();
        let gone = old.into_iter().filter(|id| !so_far.contains(id)).collect();
        listing.whole = Some((began, so_far));
        self.let_go();
        gone
    }

    /// A listing failed: it begins from its start the next time, as its token may be worth nothing any more.
    pub(crate) fn restart(&mut self, listing: usize) {
        if let Some(listing) = self.listings.get_mut(listing) {
            listing.under_way = None;
        }
    }

    /// Lets go of what every whole listing that began after its description lacks.
    fn let_go(&mut self) {
        let listings = &self.listings;
        let lacks = |listing: &Listing, id: &str, at: Duration| {
            listing.whole.as_ref().is_some_and(|(began, whole)| *began > at && !whole.contains(id))
        };
        self.held.retain(|id, held| !listings.iter().all(|listing| lacks(listing, id, held.at)));
    }

    /// These are to be described at once.
    pub(crate) fn stir(&mut self, ids: impl IntoIterator<Item = String>) {
        let held = &self.held;
        let is_final = self.is_final;
        let open = |id: &String| held.get(id).is_none_or(|held| !is_final(&held.thing));
        self.stirred.extend(ids.into_iter().filter(open));
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
            // What is as before stays the very same, so that nobody need look into it.
            let known = self.held.get(&id).map(|held| &held.thing).filter(|known| ***known == thing);
            let thing = known.map_or_else(|| Arc::new(thing), Arc::clone);
            self.held.insert(id, Held { thing, at: now, moving });
        }
        for id in missing {
            self.held.remove(id);
            for listing in &mut self.listings {
                let under_way = listing.under_way.as_mut().map(|(_, ids, _)| ids);
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

    /// What is to be described, of what was not described since `fresh`. `watched` says what is looked at.
    pub(crate) fn due(&self, fresh: Duration, watched: impl Fn(&T) -> bool) -> Due<'_> {
        let mut due = Due::default();
        let unknown = self.known_ids().filter(|id| !self.held.contains_key(*id));
        due.new = unknown.collect::<BTreeSet<_>>().into_iter().collect();
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
        due.calm.sort();
        due
    }

    /// How many were described.
    pub(crate) fn described(&self) -> usize {
        self.held.len()
    }

    /// How many are described, of how many that are known of.
    pub(crate) fn progress(&self) -> (usize, usize) {
        let ids: BTreeSet<&String> = self.known_ids().collect();
        (ids.iter().filter(|id| self.held.contains_key(**id)).count(), ids.len())
    }

    /// What is listed, in whole or so far, or named otherwise.
    fn known_ids(&self) -> impl Iterator<Item = &String> {
        let whole = self.listings.iter().filter_map(|l| Some(&l.whole.as_ref()?.1)).flatten();
        let so_far = self.listings.iter().filter_map(|l| Some(&l.under_way.as_ref()?.1)).flatten();
        whole.chain(so_far).chain(&self.stirred)
    }
}
