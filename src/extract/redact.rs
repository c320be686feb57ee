//! Removal of secrets from messages of engines and of health checks, which quote command lines and URLs.

use super::{
    command_line,
    env_key::{self, ValueKind},
};
use std::borrow::Cow;

/// Text in place of a secret.
const REDACTION_MARK: &str = "…";
/// Words before a secret in a sentence, such as `invalid token a1b2`.
const SECRET_WORDS: &[&str] =
    &["password", "passwd", "pass", "token", "secret", "bearer", "basic", "apikey", "key", "credential"];
/// Characters around a value in a message.
const QUOTE_CHARS: [char; 8] = ['"', '\'', '`', '(', ')', '[', ']', ','];

/// Returns `text` without secrets. Replaced are: the values of secret options and keys, the queries of URLs,
/// passwords attached to an option letter (`-pSECRET`), and everything after a header with a secret.
#[must_use]
pub fn redact_secrets(text: &str) -> String {
    text.split_inclusive('\n').map(redact_line).collect()
}

fn redact_line(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    // True if the previous word was an option or a word before a secret.
    let (mut after_option, mut after_word) = (false, false);
    for piece in line.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        let bare = word.trim_matches(QUOTE_CHARS);
        let has_digit = bare.bytes().any(|b| b.is_ascii_digit());
        if !bare.is_empty() && (after_option || (after_word && has_digit)) {
            out += &piece.replace(bare, REDACTION_MARK);
            (after_option, after_word) = (false, false);
            continue;
        }
        let is_header = |key: &&str| !key.contains('=') && env_key::value_kind(key) == ValueKind::Secret;
        if let Some(key) = bare.strip_suffix(':').filter(is_header) {
            // `Authorization: Bearer …`
            out += word;
            let end = if line.ends_with('\n') { "\n" } else { "" };
            let is_last = line.trim_end().ends_with(key) || line.trim_end().ends_with(word);
            return if is_last { out + end } else { format!("{out} {REDACTION_MARK}{end}") };
        }
        out += &word_without_secret(word);
        out += &piece[word.len()..];
        after_option = bare.strip_prefix('-').is_some_and(|flag| {
            !flag.contains('=') && command_line::is_secret_option(flag.trim_start_matches('-'))
        });
        after_word = SECRET_WORDS.iter().any(|known| known.eq_ignore_ascii_case(bare));
    }
    out
}

/// Returns a word without the secret in it.
fn word_without_secret(word: &str) -> Cow<'_, str> {
    if let Some(at) = word.find("//") {
        let (scheme, rest) = word.split_at(at + 2);
        let end = rest.find(['?', '#']).unwrap_or(rest.len());
        // User information ends at the last `@`.
        let host = rest[..end].rfind('@').map_or(&rest[..end], |at| &rest[at + 1..end]);
        let query = rest.get(end..=end).unwrap_or_default();
        let mark = if query.is_empty() { "" } else { REDACTION_MARK };
        return format!("{scheme}{host}{query}{mark}").into();
    }
    let start = word.find(|c| !QUOTE_CHARS.contains(&c)).unwrap_or(0);
    let is_attached = word[start..].strip_prefix('-').is_some_and(|flag| {
        !flag.starts_with('-')
            && flag.len() > 1
            && flag.starts_with(['p', 'a', 'u', 'w'])
            && !flag.contains('=')
    });
    if is_attached {
        return format!("{}{REDACTION_MARK}", &word[..start + 2]).into();
    }
    let Some((name, value)) = word.split_once(['=', ':']).filter(|(_, value)| !value.is_empty()) else {
        return Cow::Borrowed(word);
    };
    let key = name.trim_start_matches(|c| QUOTE_CHARS.contains(&c) || c == '-').trim_end_matches(QUOTE_CHARS);
    if env_key::value_kind(key) != ValueKind::Secret {
        return Cow::Borrowed(word);
    }
    let is_end = |c: char| QUOTE_CHARS.contains(&c) || matches!(c, ':' | ';');
    let tail = &value[value.trim_end_matches(is_end).len()..];
    format!("{}{REDACTION_MARK}{tail}", &word[..word.len() - value.len()]).into()
}

#[cfg(test)]
mod tests {
    use super::redact_secrets;

    #[test]
    fn secrets_are_replaced_and_the_message_stays() {
        for (text, expected) in [
            (
                "curl: (22) http://u:zz@localhost/?token=zz 401 password=zz",
                "curl: (22) http://localhost/?… 401 password=…",
            ),
            (
                "exec: \"mysqld --password=zz\": executable file not found in $PATH: unknown",
                "exec: \"mysqld --password=…\": executable file not found in $PATH: unknown",
            ),
            ("invalid mount //u:zz9@nas/share: password=zz", "invalid mount //nas/share: password=…"),
            ("redis-cli -a zz ping", "redis-cli -a … ping"),
            ("mysqladmin -uroot -pzz ping", "mysqladmin -u… -p… ping"),
            ("> Authorization: Basic zz\n< HTTP/1.1 401\n", "> Authorization: …\n< HTTP/1.1 401\n"),
            ("invalid token zz1", "invalid token …"),
            ("password authentication failed", "password authentication failed"),
            ("wget: server returned error: HTTP/1.1 500", "wget: server returned error: HTTP/1.1 500"),
            (
                "Bind for 0.0.0.0:80 failed: port is already allocated",
                "Bind for 0.0.0.0:80 failed: port is already allocated",
            ),
            (
                "dial tcp 10.0.0.1:5432: connect: connection refused",
                "dial tcp 10.0.0.1:5432: connect: connection refused",
            ),
        ] {
            assert_eq!(redact_secrets(text), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "\\PC{0,60}|[-=:/@?'\" a-z0-9\\n]{0,60}") {
            let _ = redact_secrets(&text);
        }
    }
}
