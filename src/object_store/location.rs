//! Parser for the location of an object store in the configuration: `s3://bucket/prefix` or `file:///folder`.

use std::path::PathBuf;

/// Location of an object store: a folder or an S3 bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreLocation {
    /// An existing folder.
    Folder(PathBuf),
    /// A bucket of Amazon S3 or of a compatible service.
    Bucket {
        /// Name of the bucket.
        bucket: String,
        /// Prefix of all keys, without a slash at its end; empty for no prefix.
        prefix: String,
    },
}

impl StoreLocation {
    /// Parses `s3://bucket/prefix` or `file:///folder`.
    ///
    /// # Errors
    /// Returns a message for the user if `text` has neither form.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("file://") {
            return if path.starts_with('/') {
                Ok(Self::Folder(PathBuf::from(path)))
            } else {
                Err("a folder has an absolute path, as in file:///srv/portolan".to_owned())
            };
        }
        let Some(rest) = text.strip_prefix("s3://") else {
            return Err("expected s3://bucket/prefix or file:///folder".to_owned());
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let prefix = prefix.trim_end_matches('/');
        let is_plain = |text: &str, more: &[u8]| {
            text.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte))
        };
        if bucket.len() < 3 || !is_plain(bucket, b"-._") {
            Err("a bucket's name has letters, digits, dots and hyphens".to_owned())
        } else if !is_plain(prefix, b"-._/") || prefix.split('/').any(|part| part == "." || part == "..") {
            Err("a prefix has letters, digits, dots, hyphens and slashes".to_owned())
        } else {
            Ok(Self::Bucket { bucket: bucket.to_owned(), prefix: prefix.to_owned() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::StoreLocation;

    #[test]
    fn only_buckets_and_absolute_folders_are_locations() {
        let bucket = |bucket: &str, prefix: &str| {
            Ok(StoreLocation::Bucket { bucket: bucket.to_owned(), prefix: prefix.to_owned() })
        };
        assert_eq!(StoreLocation::parse("s3://team"), bucket("team", ""));
        assert_eq!(StoreLocation::parse("s3://team/a/b/"), bucket("team", "a/b"));
        assert_eq!(StoreLocation::parse("file:///srv/x"), Ok(StoreLocation::Folder("/srv/x".into())));
        for wrong in
            ["", "/srv", "file://srv", "http://x/y", "s3://", "s3://a b/c", "s3://abc/a b", "s3://abc/../x"]
        {
            assert!(StoreLocation::parse(wrong).is_err(), "{wrong}");
        }
    }
}
