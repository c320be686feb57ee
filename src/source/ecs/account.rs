//! The account that an access key belongs to, read from its id. Undocumented, and only good for telling pictures of
//! different accounts apart without asking anybody: the temporary keys of one account differ from hour to hour.

/// How many letters say what kind of key it is, such as `ASIA`.
const KIND: usize = 4;

/// How many letters behind them hold the account.
const LETTERS: usize = 10;

/// The number in an access key's id: that of its account, for keys made since 2019.
///
/// Found by Aidan Steele (<https://awsteele.com/blog/2020/09/26/aws-access-key-format.html>) and Tal Be'ery: behind the
/// kind stands base 32; the account are the forty bits after the first one.
#[must_use]
pub(crate) fn of_key(id: &str) -> Option<u64> {
    let letters = id.get(KIND..KIND + LETTERS)?;
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
    use super::of_key;

    #[test]
    fn the_keys_of_an_account_tell_it() {
        assert_eq!(of_key("ASIAQNZGKIQY56JQ7WML"), Some(29_608_264_753));
        assert_eq!(of_key("ASIAY34FZKBOKMUTVV7A"), Some(609_629_065_308));
        assert_eq!(of_key("test"), None);
        assert_eq!(of_key("ASIA0000000000000000"), None);
    }
}
