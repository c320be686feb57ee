//! Names under which the cache keeps things: hashes, as what tells sources apart may hold passwords and keys.

use sha2::{Digest, Sha256};

/// The key of whatever `identity` tells from all else: its SHA-256 (FIPS 180-4) in hexadecimal digits.
#[must_use]
pub fn key_of(identity: &str) -> String {
    use std::fmt::Write;
    Sha256::digest(identity).iter().fold(String::with_capacity(64), |mut key, byte| {
        let _ = write!(key, "{byte:02x}");
        key
    })
}

#[cfg(test)]
mod tests {
    use super::key_of;

    #[test]
    fn a_key_is_the_hash_and_nothing_else() {
        // The example of one block in NIST's "SHA-256" examples.
        assert_eq!(key_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(!key_of("http://user:secret@host").contains("secret"));
    }
}
