//! Count of a team's members, made by the leader. A member is counted as long as its object in the store
//! keeps changing. All times are on the leader's own clock.

use std::{collections::BTreeMap, time::Duration};

/// Time for which a member's object may stay unchanged before the member is no longer counted. Members write
/// their objects every minute.
const MEMBER_TIMEOUT: Duration = Duration::from_secs(150);

/// Time for which a member's object may stay unchanged before the leader deletes it.
const MEMBER_REMOVAL: Duration = Duration::from_mins(15);

/// Maximum number of members that a leader counts, including itself.
pub const MAX_MEMBERS: u32 = 1_000;

/// Count of a team's members: the other members that the leader sees in the store, and the leader itself.
#[derive(Debug, Default)]
pub struct MemberCount {
    /// Version of each member's object by key, and the time of its last change on the leader's clock.
    seen: BTreeMap<String, (String, Duration)>,
}

impl MemberCount {
    /// Replaces the known members by those in `listed`: keys and versions of the members' objects, as listed
    /// at `now`. Ignores `own_key`. Returns the keys of objects that can be deleted.
    pub fn update(
        &mut self,
        now: Duration,
        listed: impl Iterator<Item = (String, String)>,
        own_key: &str,
    ) -> Vec<String> {
        let others = listed.filter(|(key, _)| key != own_key).take(MAX_MEMBERS as usize - 1);
        let mut seen = BTreeMap::new();
        for (key, version) in others {
            let changed_at = match self.seen.get(&key) {
                Some((old, at)) if *old == version => *at,
                _ => now,
            };
            seen.insert(key, (version, changed_at));
        }
        self.seen = seen;
        let is_old = |at: &Duration| now.saturating_sub(*at) > MEMBER_REMOVAL;
        self.seen.iter().filter(|(_, (_, at))| is_old(at)).map(|(key, _)| key.clone()).collect()
    }

    /// Returns the number of members at `now`, including the leader.
    #[must_use]
    pub fn count(&self, now: Duration) -> u32 {
        let is_there = |at: Duration| now.saturating_sub(at) <= MEMBER_TIMEOUT;
        1 + self.seen.values().filter(|(_, at)| is_there(*at)).count() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::MemberCount;
    use std::time::Duration;

    #[test]
    fn a_member_is_gone_once_its_object_stays_the_same() {
        let mut members = MemberCount::default();
        let list = |entries: &[(&str, &str)]| {
            entries.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<Vec<_>>()
        };
        let at = Duration::from_secs;
        let update = |members: &mut MemberCount, now, entries: &[(&str, &str)]| {
            members.update(now, list(entries).into_iter(), "member/me")
        };
        update(&mut members, at(0), &[("member/a", "1"), ("member/b", "1"), ("member/me", "1")]);
        assert_eq!(members.count(at(0)), 3);
        update(&mut members, at(120), &[("member/a", "2"), ("member/b", "1")]);
        assert_eq!(members.count(at(200)), 2, "b did not change");
        let gone = update(&mut members, at(1_000), &[("member/a", "3"), ("member/b", "1")]);
        assert_eq!((gone, members.count(at(1_000))), (vec!["member/b".to_owned()], 2));
    }
}
