//! Cleaning of profile values: removes everything that may be a secret.

use crate::model::{DisplayUrl, ProfileField, Text, network::webhook};

/// Maximum length of a profile value, in characters.
const MAX_VALUE_CHARS: usize = 500;
/// Characters besides white space that separate or surround words.
const DELIMITER_CHARS: &[char] =
    &['"', '\'', '`', '<', '>', '(', ')', '[', ']', '{', '}', ',', ';', '|', '='];

/// Returns `raw` without control characters, and without the user information, query and fragment of each URL
/// in it. Returns `None` if nothing is left, or if `raw` contains a credential, such as a webhook URL or the
/// key of an on-call service.
pub(super) fn clean_value(field: ProfileField, raw: &str) -> Option<Text> {
    let text = Text::with_max_chars(raw.trim(), MAX_VALUE_CHARS);
    let is_key = matches!(field, ProfileField::OnCall | ProfileField::Chat) && webhook::looks_random(&text);
    if is_key {
        return None;
    }
    if text.split(|c: char| c.is_whitespace() || DELIMITER_CHARS.contains(&c)).any(webhook::is_webhook) {
        return None;
    }
    let mut clean = String::with_capacity(text.len());
    for part in text.split_inclusive(char::is_whitespace) {
        // A delimiter inside a word may be a part of a password, so only the delimiters around the word are
        // split off.
        let start = part.len() - part.trim_start_matches(DELIMITER_CHARS).len();
        let end = start + part[start..].trim_end().trim_end_matches(DELIMITER_CHARS).len();
        clean += &part[..start];
        clean += &without_credentials(&part[start..end]);
        clean += &part[end..];
    }
    let clean = Text::new(clean.trim());
    (!clean.is_empty()).then_some(clean)
}

/// Removes user information, query and fragment if `word` is a URL. A word without a scheme counts as a URL
/// only if it has a password or a query with `=`. Returns any other word unchanged.
fn without_credentials(word: &str) -> String {
    let has_password = word.split_once('@').is_some_and(|(user, _)| user.contains(':'));
    let has_query = word.split_once('?').is_some_and(|(_, query)| query.contains('='));
    let is_mail = word.starts_with("mailto:");
    if word.contains("://") || ((has_password || has_query) && !is_mail) {
        DisplayUrl::new(word).to_string()
    } else {
        word.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::clean_value;
    use crate::model::{PROFILE_FIELDS, ProfileField};

    #[test]
    fn no_field_keeps_a_secret() {
        for spec in PROFILE_FIELDS {
            for raw in [
                "see https://me:s3cret@wiki.example/x?token=s3cret#s3cret for more",
                "(https://wiki.example/x?token=s3cret)",
                "wiki.example/x?token=s3cret",
                "me:s3cret@wiki.example",
                "page https://hooks.slack.com/services/T0/B0/s3cret",
                "hooks.slack.com/services/T0/B0/s3cret",
                "https://events.pagerduty.com/integration/s3cret/enqueue",
            ] {
                let value = clean_value(spec.field, raw).unwrap_or_default();
                assert!(!value.contains("s3cret"), "{}: {raw}: {value}", spec.id);
            }
        }
        assert_eq!(clean_value(ProfileField::OnCall, "0a1b2c3d4e5f60718293a4b5c6d7e8f9"), None);
    }

    #[test]
    fn words_stay() {
        for text in [
            "Takes orders. Who pays?",
            "#checkout",
            "@acme/checkout, me@acme.example",
            "https://acme.slack.com/archives/C0123456789",
            "Terraform acme/infra ecs/orders.tf",
            "PagerDuty service PABC",
        ] {
            assert_eq!(clean_value(ProfileField::OnCall, text).unwrap(), text);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_user_and_no_query_is_kept(secret in "[a-z0-9/?#@:%.-]{0,12}S3CR[a-z0-9/?#:@%.-]{0,12}") {
            for raw in [format!("see http://user:{secret}@db now"), format!("http://db?{secret}"), format!("http://db#{secret}")] {
                for spec in PROFILE_FIELDS {
                    let value = clean_value(spec.field, &raw).unwrap_or_default();
                    proptest::prop_assert!(!value.contains("S3CR"), "{}: {}", raw, value);
                }
            }
        }
    }
}
