//! Format of a team's objects other than the head: a line that names the format, then `MessagePack`
//! compressed with zlib (RFC 1950).

use super::{
    decode_budget::DecodeBudget,
    head::TEAM_SCHEMA,
    object_error::{ObjectError, damaged},
};
use crate::model::Text;
use miniz_oxide::{deflate::compress_to_vec_zlib, inflate::decompress_to_vec_zlib_with_limit};
use serde::{Serialize, de::DeserializeOwned};

/// Maximum size of a compressed object in bytes. 2,000 services with 10,000 tasks take 1 MB.
pub const MAX_OBJECT_BYTES: usize = 8 << 20;

/// zlib compression level. Higher levels take twice the time and save only a few per cent.
const COMPRESSION_LEVEL: u8 = 6;

/// Encodes `value` as an object. Fails if the object is larger than a reader accepts.
pub fn pack(value: &impl Serialize) -> Result<Vec<u8>, ObjectError> {
    let raw = rmp_serde::to_vec_named(value).map_err(|error| damaged(&error))?;
    DecodeBudget::for_writing().take(&raw)?;
    let mut object = format!("{TEAM_SCHEMA}\n").into_bytes();
    object.extend(compress_to_vec_zlib(&raw, COMPRESSION_LEVEL));
    if object.len() > MAX_OBJECT_BYTES { Err(ObjectError::TooLarge("8 MiB")) } else { Ok(object) }
}

/// Decodes an object that shares its decode budget with no other object, such as a segment.
pub fn unpack<T: DeserializeOwned>(object: &[u8]) -> Result<T, ObjectError> {
    unpack_within(object, &mut DecodeBudget::default())
}

/// Decodes an object and subtracts its size from `budget`. Fails before it builds the value if the object
/// exceeds the budget.
pub(super) fn unpack_within<T: DeserializeOwned>(
    object: &[u8],
    budget: &mut DecodeBudget,
) -> Result<T, ObjectError> {
    if object.len() > MAX_OBJECT_BYTES {
        return Err(ObjectError::TooLarge("8 MiB"));
    }
    let Some(rest) = object.strip_prefix(TEAM_SCHEMA.as_bytes()).and_then(|rest| rest.strip_prefix(b"\n"))
    else {
        let line = object.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let name = String::from_utf8_lossy(&line[..line.len().min(60)]);
        return Err(ObjectError::OtherSchema(Text::new(&name)));
    };
    let raw = decompress_to_vec_zlib_with_limit(rest, budget.bytes()).map_err(|error| {
        if error.status == miniz_oxide::inflate::TINFLStatus::HasMoreOutput {
            ObjectError::TooLarge("32 MiB in all")
        } else {
            damaged(&error)
        }
    })?;
    budget.take(&raw)?;
    rmp_serde::from_slice(&raw).map_err(|error| damaged(&error))
}

#[cfg(test)]
mod tests {
    use super::{pack, unpack};
    use crate::team::{ObjectError, TEAM_SCHEMA};
    use miniz_oxide::deflate::compress_to_vec_zlib;

    #[test]
    fn an_object_is_read_back_and_a_damaged_one_is_refused() {
        let object = pack(&vec!["a".repeat(1_000); 100]).unwrap();
        assert!(object.len() < 1_000);
        assert_eq!(unpack::<Vec<String>>(&object).unwrap().len(), 100);
        for end in 0..object.len() {
            assert!(unpack::<Vec<String>>(&object[..end]).is_err(), "cut at {end}");
        }
        let other = unpack::<u8>(b"portolan.team/2\n\x1b[31m").unwrap_err();
        assert_eq!(other, ObjectError::OtherSchema("portolan.team/2".into()));
    }

    #[test]
    fn a_decompression_bomb_is_cut_off() {
        let zeros = compress_to_vec_zlib(&vec![0; 33 << 20], 1);
        let bomb = [format!("{TEAM_SCHEMA}\n").as_bytes(), &zeros].concat();
        assert_eq!(unpack::<Vec<u8>>(&bomb), Err(ObjectError::TooLarge("32 MiB in all")));
    }
}
