//! Decode budget: limits for the bytes, values and list lengths in objects from a store.
//!
//! Portolan counts them in the `MessagePack` bytes before it builds any value, because a value takes far more
//! memory than its encoding: a list of 1 MB may have a million items.

use super::object_error::{ObjectError, damaged};

/// Maximum size in bytes, after decompression, of a base (a whole snapshot) and its deltas (the changes since
/// then).
const MAX_READING_BYTES: usize = 32 << 20;

/// Maximum number of values in a base and its deltas. Each number, text, list and field name counts as one.
const MAX_READING_VALUES: usize = 6_000_000;

/// Maximum length of a list or map, by the number of lists and maps around it. The lists of a snapshot have
/// depth 1, those of a service 3, and those of a task 5. The last limit applies to all deeper lists.
const MAX_LIST_LENGTHS: [u64; 6] = [100_000, 100_000, 100_000, 10_000, 10_000, 1_000];

/// Maximum number of lists and maps around a value.
const MAX_VALUE_DEPTH: usize = 64;

/// Budget for decoding objects from a store: the bytes and values that Portolan may still decode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeBudget {
    bytes: usize,
    values: usize,
}

impl Default for DecodeBudget {
    fn default() -> Self {
        Self { bytes: MAX_READING_BYTES, values: MAX_READING_VALUES }
    }
}

impl DecodeBudget {
    /// Returns the budget for an object that Portolan writes: half of a reader's, so that a base leaves the
    /// other half for its deltas.
    #[must_use]
    pub(super) fn for_writing() -> Self {
        Self { bytes: MAX_READING_BYTES / 2, values: MAX_READING_VALUES / 2 }
    }

    /// Returns the number of bytes left.
    #[must_use]
    pub(super) fn bytes(self) -> usize {
        self.bytes
    }

    /// Subtracts the `MessagePack` bytes `raw` and the values in them from the budget.
    ///
    /// # Errors
    /// Fails if `raw` exceeds the budget, contains a list that is too long or too deep, or is cut off.
    pub(super) fn take(&mut self, raw: &[u8]) -> Result<(), ObjectError> {
        self.bytes = self.bytes.checked_sub(raw.len()).ok_or(ObjectError::TooLarge("32 MiB in all"))?;
        // Number of values still missing in each open list, the outermost first.
        let mut open: Vec<u64> = Vec::new();
        let mut rest = raw;
        loop {
            self.values = self.values.checked_sub(1).ok_or(ObjectError::TooLarge("6 million values"))?;
            let (header, after) = read_header(rest).ok_or_else(|| damaged(&"it is cut off"))?;
            rest = after;
            if let ValueHeader::List { length, values } = header {
                check_list(length, open.len())?;
                open.push(values);
            }
            while open.last() == Some(&0) {
                open.pop();
            }
            match open.last_mut() {
                Some(missing) => *missing -= 1,
                None => return Ok(()),
            }
        }
    }
}

/// Checks the length and the depth of a list or map. `depth` is the number of lists and maps around it.
fn check_list(length: u64, depth: usize) -> Result<(), ObjectError> {
    let longest = MAX_LIST_LENGTHS[depth.min(MAX_LIST_LENGTHS.len() - 1)];
    if depth >= MAX_VALUE_DEPTH {
        Err(ObjectError::TooLarge("64 lists in each other"))
    } else if length <= longest {
        Ok(())
    } else {
        Err(ObjectError::TooLarge(match longest {
            1_000 => "1,000 parts of one task or deployment",
            10_000 => "10,000 tasks or other parts of one service",
            _ => "100,000 services, events or connections",
        }))
    }
}

/// Header of a `MessagePack` value.
enum ValueHeader {
    /// Number, text or other value that contains no values.
    Plain,
    /// Array or map, with its length and the number of values in it: two for each entry of a map.
    List { length: u64, values: u64 },
}

/// Reads the header of a value, and skips the content of a plain value. Returns the header and the bytes
/// after it. Returns `None` if `raw` ends too early.
/// (<https://github.com/msgpack/msgpack/blob/master/spec.md>)
fn read_header(raw: &[u8]) -> Option<(ValueHeader, &[u8])> {
    let (marker, rest) = raw.split_first()?;
    let array = |length| ValueHeader::List { length, values: length };
    let map = |length| ValueHeader::List { length, values: length * 2 };
    let low = |mask: u8| u64::from(marker & mask);
    let (size, rest) = match marker {
        0x80..=0x8f => return Some((map(low(0x0f)), rest)),
        0x90..=0x9f => return Some((array(low(0x0f)), rest)),
        0xdc => return big_endian(rest, 2).map(|(length, rest)| (array(length), rest)),
        0xdd => return big_endian(rest, 4).map(|(length, rest)| (array(length), rest)),
        0xde => return big_endian(rest, 2).map(|(length, rest)| (map(length), rest)),
        0xdf => return big_endian(rest, 4).map(|(length, rest)| (map(length), rest)),
        0xa0..=0xbf => (low(0x1f), rest),
        0xc4 | 0xd9 => big_endian(rest, 1)?,
        0xc5 | 0xda => big_endian(rest, 2)?,
        0xc6 | 0xdb => big_endian(rest, 4)?,
        // Extensions have one more byte for their type.
        0xc7 => big_endian(rest, 1).map(|(length, rest)| (length + 1, rest))?,
        0xc8 => big_endian(rest, 2).map(|(length, rest)| (length + 1, rest))?,
        0xc9 => big_endian(rest, 4).map(|(length, rest)| (length + 1, rest))?,
        0xcc | 0xd0 => (1, rest),
        0xcd | 0xd1 | 0xd4 => (2, rest),
        0xd5 => (3, rest),
        0xca | 0xce | 0xd2 => (4, rest),
        0xd6 => (5, rest),
        0xcb | 0xcf | 0xd3 => (8, rest),
        0xd7 => (9, rest),
        0xd8 => (17, rest),
        _ => (0, rest),
    };
    Some((ValueHeader::Plain, rest.get(usize::try_from(size).ok()?..)?))
}

/// Reads an unsigned number of `size` bytes. Returns the number and the bytes after it, or `None` if `raw` is
/// shorter.
fn big_endian(raw: &[u8], size: usize) -> Option<(u64, &[u8])> {
    let (digits, rest) = raw.split_at_checked(size)?;
    Some((digits.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte)), rest))
}

#[cfg(test)]
mod tests {
    use super::DecodeBudget;
    use crate::team::ObjectError;
    use proptest::prelude::*;
    use serde::Serialize;

    fn encoded(value: &impl Serialize) -> Vec<u8> {
        rmp_serde::to_vec_named(value).unwrap()
    }

    /// Returns the budget left after subtracting `raw`.
    fn left(raw: &[u8]) -> Result<DecodeBudget, ObjectError> {
        let mut budget = DecodeBudget::default();
        budget.take(raw).map(|()| budget)
    }

    #[test]
    fn every_value_counts_once() {
        let whole = DecodeBudget::default();
        let value =
            serde_json::json!({ "a": [1, -1, 70_000, 1e9, null, true], "b": { "c": "x".repeat(300) } });
        let raw = encoded(&value);
        let spent = left(&raw).unwrap();
        assert_eq!((whole.bytes - spent.bytes, whole.values - spent.values), (raw.len(), 13));
        for end in 0..raw.len() {
            assert!(left(&raw[..end]).is_err(), "cut at {end}");
        }
        for value in
            [&0u8 as &dyn erased::Value, &u64::MAX, &f32::MAX, &vec![0u8; 70_000], &"x".repeat(70_000)]
        {
            assert!(left(&value.encoded()).is_ok());
        }
    }

    /// Values of several types in one list.
    mod erased {
        pub(super) trait Value {
            fn encoded(&self) -> Vec<u8>;
        }

        impl<T: serde::Serialize> Value for T {
            fn encoded(&self) -> Vec<u8> {
                super::encoded(self)
            }
        }
    }

    #[test]
    fn long_lists_are_refused_by_their_depth() {
        let containers = |count: usize| serde_json::json!({ "services": [{ "instances": [{ "containers": vec![0; count] }] }] });
        assert!(left(&encoded(&containers(1_000))).is_ok());
        let refused = ObjectError::TooLarge("1,000 parts of one task or deployment");
        assert_eq!(left(&encoded(&containers(1_001))), Err(refused));
        assert!(
            left(&encoded(&serde_json::json!({ "services": [{ "instances": vec![0; 10_001] }] }))).is_err()
        );
        assert!(left(&encoded(&serde_json::json!({ "events": vec![0; 100_001] }))).is_err());
        let deep = [vec![0x91; 100], vec![0]].concat();
        assert_eq!(left(&deep), Err(ObjectError::TooLarge("64 lists in each other")));
    }

    #[test]
    fn the_budget_is_one_for_all_objects_of_a_reading() {
        let raw = encoded(&vec![vec![0u8; 9_000]; 300]);
        let mut budget = DecodeBudget::default();
        assert_eq!((budget.take(&raw), budget.take(&raw)), (Ok(()), Ok(())));
        assert_eq!(budget.take(&raw), Err(ObjectError::TooLarge("6 million values")));
    }

    proptest! {
        /// Bytes that the decoder accepts as a value also pass the count of values.
        #[test]
        fn arbitrary_bytes_neither_panic_nor_pass_if_they_are_cut_off(bytes: Vec<u8>) {
            let is_whole = rmp_serde::from_slice::<serde_json::Value>(&bytes).is_ok();
            prop_assert!(!is_whole || left(&bytes).is_ok());
        }
    }
}
