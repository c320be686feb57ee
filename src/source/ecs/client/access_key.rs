//! Account id that is encoded in an AWS access key id. Portolan uses the account id to keep cached data of
//! different accounts apart. It can't use the whole key id, because temporary keys of one account change
//! every hour. If STS can't be reached, Portolan also uses the encoded account id to share snapshots in a
//! team. AWS does not document the encoding, so nothing else depends on it.

/// Length of the prefix that gives the kind of key, such as `ASIA`.
const KEY_PREFIX_CHARS: usize = 4;

/// Number of characters after the prefix that encode the account id.
const ACCOUNT_CHARS: usize = 10;

/// Returns the account id encoded in an access key id. Returns `None` if the key id is too short or not base
/// 32. The returned number is wrong for a key that AWS made before 2019.
///
/// The characters after the prefix are base 32. The first of their bits has no meaning here, and the next
/// forty are the account id. Sources: Aidan Steele
/// (<https://awsteele.com/blog/2020/09/26/aws-access-key-format.html>) and Tal Be'ery.
#[must_use]
pub(crate) fn account_id(id: &str) -> Option<u64> {
    let letters = id.get(KEY_PREFIX_CHARS..KEY_PREFIX_CHARS + ACCOUNT_CHARS)?;
    let bits = letters.bytes().try_fold(0_u64, |bits, letter| {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'2'..=b'7' => letter - b'2' + 26,
            _ => return None,
        };
        Some(bits << 5 | u64::from(value))
    })?;
    Some(bits >> 9 & ((1 << 40) - 1))
}

#[cfg(test)]
mod tests {
    use super::account_id;

    #[test]
    fn the_keys_of_an_account_tell_it() {
        assert_eq!(account_id("ASIAQNZGKIQY56JQ7WML"), Some(29_608_264_753));
        assert_eq!(account_id("ASIAY34FZKBOKMUTVV7A"), Some(609_629_065_308));
        assert_eq!(account_id("test"), None);
        assert_eq!(account_id("ASIA0000000000000000"), None);
    }
}
