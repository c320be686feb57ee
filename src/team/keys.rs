//! Keys of a team's objects. The keys of shared screens (shares) are relative to the store, all others to the
//! folder of one account and region.

/// First folder in the key of every object, after the prefix from the configuration.
pub const TEAM_FOLDER: &str = "portolan";

/// Returns the key of the shared screen `name`, such as `portolan/share/7f3k`. A shared screen belongs to no
/// account.
#[must_use]
pub fn share_key(name: &impl std::fmt::Display) -> String {
    format!("{TEAM_FOLDER}/{name}")
}

/// Key of the head, the object that names the leader and the newest reading.
pub const HEAD_KEY: &str = "head";

/// Prefix of the keys by which members claim epochs (periods of one leader).
const EPOCH_PREFIX: &str = "epoch/";

/// Prefix of the keys of the objects by which members show that they are running.
pub const MEMBER_PREFIX: &str = "member/";

/// Exclusive upper limit of the number of an epoch, so that each fits its key. Only an attacker writes higher
/// numbers, and Portolan ignores them.
pub const MAX_EPOCH: u64 = 100_000_000_000;

/// Returns the key of the object that claims an epoch. The member that creates this object may lead in the
/// epoch.
#[must_use]
pub fn epoch_key(epoch: u64) -> String {
    format!("{EPOCH_PREFIX}{epoch:012}")
}

/// Returns the key of the object that the member `id` rewrites to show that it is running.
#[must_use]
pub fn member_key(id: &str) -> String {
    format!("{MEMBER_PREFIX}{id}")
}

/// Returns the key of the object with which the member `id` tests the store. If the member is killed during
/// the test, a leader deletes the object like that of any member that is gone.
#[must_use]
pub fn probe_key(id: &str) -> String {
    format!("{MEMBER_PREFIX}{id}.probe")
}

/// Returns the highest epoch number among `keys`, or 0 if no key belongs to an epoch.
pub fn highest_epoch<'a>(keys: impl Iterator<Item = &'a str>) -> u64 {
    let epochs = keys.filter_map(|key| key.strip_prefix(EPOCH_PREFIX)?.parse().ok());
    epochs.filter(|epoch| *epoch < MAX_EPOCH).max().unwrap_or(0)
}

/// Key of an object that holds a reading (shared snapshot) or the changes to one. Each variant has the epoch
/// and the number of the reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReadingObjectKey {
    /// Whole snapshot.
    Base(u64, u64),
    /// Changes since the previous reading.
    Delta(u64, u64),
}

impl ReadingObjectKey {
    /// Parses the key of a base or a delta. Returns `None` for any other key.
    #[must_use]
    pub fn parse(key: &str) -> Option<Self> {
        let (kind, numbers) = key.split_once('/')?;
        let (epoch, number) = numbers.split_once('-')?;
        let (epoch, number) = (epoch.parse().ok()?, number.parse().ok()?);
        match kind {
            "base" => Some(Self::Base(epoch, number)),
            "delta" => Some(Self::Delta(epoch, number)),
            _ => None,
        }
    }

    /// Returns the epoch.
    #[must_use]
    pub fn epoch(self) -> u64 {
        match self {
            Self::Base(epoch, _) | Self::Delta(epoch, _) => epoch,
        }
    }
}

impl std::fmt::Display for ReadingObjectKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Base(epoch, number) => write!(f, "base/{epoch:012}-{number:012}"),
            Self::Delta(epoch, number) => write!(f, "delta/{epoch:012}-{number:012}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ReadingObjectKey, epoch_key, highest_epoch};

    #[test]
    fn keys_are_read_back_and_sort_by_number() {
        for key in [ReadingObjectKey::Base(3, 41), ReadingObjectKey::Delta(12, 7)] {
            assert_eq!(ReadingObjectKey::parse(&key.to_string()), Some(key));
        }
        assert!(epoch_key(9) < epoch_key(10));
        let keys = [epoch_key(9), epoch_key(10), epoch_key(u64::MAX), "epoch/x".into(), "head".into()];
        assert_eq!(highest_epoch(keys.iter().map(String::as_str)), 10);
        assert_eq!(ReadingObjectKey::parse("base/../x"), None);
    }
}
