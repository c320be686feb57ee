//! Cache keys: hashes of sources' identities. An identity may contain passwords and access keys, so the cache
//! stores only its hash.

use sha2::{Digest, Sha256};

/// Returns the cache key of a source: the SHA-256 (FIPS 180-4) of its identity, in hexadecimal digits.
#[must_use]
pub fn hashed_key(identity: &str) -> String {
    hashed_bytes(identity.as_bytes())
}

/// Returns the SHA-256 of `bytes` in hexadecimal digits.
#[must_use]
pub fn hashed_bytes(bytes: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut key, byte| {
        let _ = write!(key, "{byte:02x}");
        key
    })
}

#[cfg(test)]
mod tests {
    use super::hashed_key;

    #[test]
    fn a_key_is_the_hash_and_nothing_else() {
        // The one-block example in NIST's "SHA-256" examples.
        assert_eq!(hashed_key("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(!hashed_key("http://user:secret@host").contains("secret"));
    }
}
