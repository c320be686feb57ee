//! Names of shares in a team's store, which are short enough to say on the phone.

use std::fmt;

/// Characters of share names: digits and letters that are not easily confused with each other.
const NAME_CHARS: &[u8; 32] = b"23456789abcdefghijkmnpqrstuvwxyz";

/// Number of characters in a share name after its prefix.
const NAME_LEN: usize = 4;

/// Prefix of the keys of shares in the store, and of the names that the user types.
const SHARE_PREFIX: &str = "share/";

/// Name of a share in a team's store, such as `share/7f3k`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareName(String);

impl ShareName {
    /// Creates a name from a random number.
    #[must_use]
    pub fn from_number(number: u64) -> Self {
        let digit =
            |place: usize| char::from(NAME_CHARS[(number >> (5 * place)) as usize % NAME_CHARS.len()]);
        Self((0..NAME_LEN).map(digit).collect())
    }

    /// Parses a name that the user typed, such as `share/7f3k`. Returns `None` for any other text.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let name = typed.strip_prefix(SHARE_PREFIX)?;
        let is_name = name.len() == NAME_LEN && name.bytes().all(|byte| NAME_CHARS.contains(&byte));
        is_name.then(|| Self(name.to_owned()))
    }
}

impl fmt::Display for ShareName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SHARE_PREFIX}{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::ShareName;

    #[test]
    fn a_name_is_short_and_read_back() {
        for number in [0, 1, 31, 32, 1 << 20, u64::MAX] {
            let name = ShareName::from_number(number);
            assert_eq!(name.to_string().len(), 10);
            assert_eq!(ShareName::parse(&name.to_string()), Some(name));
        }
        assert_ne!(ShareName::from_number(1), ShareName::from_number(2));
        for wrong in ["share/", "share/7f3", "share/7f3k2", "share/../a", "share/l0o1", "7f3k", "x.jsonl"] {
            assert_eq!(ShareName::parse(wrong), None, "{wrong}");
        }
    }
}
