//! Form of the parts of a reading: a line that names the format, then `MessagePack`, compressed (RFC 1950).

use super::head::TEAM_SCHEMA;
use crate::model::Text;
use miniz_oxide::{deflate::compress_to_vec_zlib, inflate::decompress_to_vec_zlib_with_limit};
use serde::{Serialize, de::DeserializeOwned};

/// Maximum size of a compressed object in bytes. 2,000 services with 10,000 tasks take 1 MB.
pub const MAX_OBJECT_BYTES: usize = 12 << 20;

/// Maximum size of an object in bytes after decompression.
const MAX_UNPACKED_BYTES: usize = 96 << 20;

/// Level of compression: higher ones take twice the time for a few per cent.
const COMPRESSION_LEVEL: u8 = 6;

/// Reason why an object can't be written or used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectError {
    /// It has another format.
    #[error("it has the format `{0}`, but this version of Portolan reads `{TEAM_SCHEMA}`")]
    OtherSchema(Text),
    /// It is larger than the limits allow.
    #[error("it is larger than {0}")]
    TooLarge(&'static str),
    /// It is not what its key says.
    #[error("it is damaged: {0}")]
    Damaged(Text),
}

/// Returns `value` as an object.
pub fn pack(value: &impl Serialize) -> Result<Vec<u8>, ObjectError> {
    let raw = rmp_serde::to_vec_named(value).map_err(|error| damaged(&error))?;
    if raw.len() > MAX_UNPACKED_BYTES {
        return Err(ObjectError::TooLarge("96 MiB before compression"));
    }
    let mut object = format!("{TEAM_SCHEMA}\n").into_bytes();
    object.extend(compress_to_vec_zlib(&raw, COMPRESSION_LEVEL));
    if object.len() > MAX_OBJECT_BYTES { Err(ObjectError::TooLarge("12 MiB")) } else { Ok(object) }
}

/// Returns the value in an object.
pub fn unpack<T: DeserializeOwned>(object: &[u8]) -> Result<T, ObjectError> {
    if object.len() > MAX_OBJECT_BYTES {
        return Err(ObjectError::TooLarge("12 MiB"));
    }
    let Some(rest) = object.strip_prefix(TEAM_SCHEMA.as_bytes()).and_then(|rest| rest.strip_prefix(b"\n"))
    else {
        let line = object.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let name = String::from_utf8_lossy(&line[..line.len().min(60)]);
        return Err(ObjectError::OtherSchema(Text::new(&name)));
    };
    let raw = decompress_to_vec_zlib_with_limit(rest, MAX_UNPACKED_BYTES).map_err(|error| {
        if error.status == miniz_oxide::inflate::TINFLStatus::HasMoreOutput {
            ObjectError::TooLarge("96 MiB after decompression")
        } else {
            damaged(&error)
        }
    })?;
    rmp_serde::from_slice(&raw).map_err(|error| damaged(&error))
}

fn damaged(error: &dyn std::fmt::Display) -> ObjectError {
    ObjectError::Damaged(Text::with_max_chars(&error.to_string(), 200))
}

#[cfg(test)]
mod tests {
    use super::{MAX_UNPACKED_BYTES, ObjectError, pack, unpack};
    use crate::team::TEAM_SCHEMA;
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
        let zeros = compress_to_vec_zlib(&vec![0; MAX_UNPACKED_BYTES + 1], 1);
        let bomb = [format!("{TEAM_SCHEMA}\n").as_bytes(), &zeros].concat();
        assert_eq!(unpack::<Vec<u8>>(&bomb), Err(ObjectError::TooLarge("96 MiB after decompression")));
    }
}
