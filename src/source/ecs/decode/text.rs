//! Helpers for all decoders: cleaned text, times, counts, and parts of ARNs.

use crate::{
    extract,
    model::{Text, Timestamp},
};
use aws_smithy_types::DateTime;

/// Removes control characters from untrusted text. Returns an empty text for `None`.
pub(crate) fn clean_text(text: Option<&str>) -> String {
    text.map(Text::new).unwrap_or_default().to_string()
}

/// Removes control characters from untrusted text. Returns `None` if the result is empty.
pub(crate) fn non_empty_text(text: Option<&str>) -> Option<String> {
    text.map(Text::new).filter(|t| !t.trim().is_empty()).map(Into::into)
}

/// Removes control characters and secrets from a message of AWS, such as a stop reason. The message may quote
/// the output or the arguments of a task. Returns `None` if the result is empty.
pub(crate) fn clean_sentence(text: Option<&str>) -> Option<String> {
    non_empty_text(text.map(extract::redact_secrets).as_deref())
}

/// Converts a time of the AWS SDK. Returns `None` if the time is missing or out of range.
pub(crate) fn to_timestamp(at: Option<&DateTime>) -> Option<Timestamp> {
    let at = at?;
    Timestamp::new(at.secs(), i32::try_from(at.subsec_nanos()).unwrap_or(0)).ok()
}

/// Returns the text after the last slash of an ARN, such as `orders:42` for a task definition, or the name of
/// a cluster.
pub(crate) fn last_segment(arn: &str) -> String {
    Text::new(arn.rsplit('/').next().unwrap_or(arn)).to_string()
}

/// Returns the family in `family:revision`, or in the ARN of a task definition.
pub(crate) fn family_name(definition: &str) -> String {
    let name = last_segment(definition);
    match name.rsplit_once(':') {
        Some((family, revision)) if revision.chars().all(|c| c.is_ascii_digit()) => family.to_owned(),
        _ => name,
    }
}

/// Converts a count. A negative count becomes zero.
pub(crate) fn to_count(n: i32) -> u32 {
    u32::try_from(n).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{clean_sentence, family_name, last_segment};

    #[test]
    fn a_sentence_loses_its_secrets() {
        let reason = "exec failed: app --password=zzsecret https://u:zzother@db/?token=zzthird";
        let clean = clean_sentence(Some(reason)).unwrap();
        assert!(clean.starts_with("exec failed: app --password") && !clean.contains("zz"), "{clean}");
        assert_eq!(clean_sentence(Some(" ")), None);
    }

    #[test]
    fn arns_and_bare_names_read_the_same() {
        let arn = "arn:aws:ecs:eu-west-1:000000000000:task-definition/orders:42";
        assert_eq!(last_segment(arn), "orders:42");
        assert_eq!(family_name(arn), "orders");
        assert_eq!(family_name("orders:42"), "orders");
        assert_eq!(family_name("orders"), "orders");
    }
}
