//! Removal of user information from URLs, because it may hold a password.

use std::borrow::Cow;

/// Characters that end a URL in running text: RFC 3986, appendix C names white space, quotes and angle
/// brackets.
const URL_END_CHARS: [char; 5] = ['"', '\'', '<', '>', '`'];

/// Maximum number of passes over a text. A hostile text could otherwise require very many.
const MAX_PASSES: usize = 8;

/// Separators between the URLs of a list, as in `amqp://a,amqp://b`.
const LIST_SEPARATORS: [char; 2] = [',', ';'];

/// Returns `text` without the user information (RFC 3986, section 3.2.1) of each URL in it.
///
/// Passwords often contain `/`, `?`, `#`, `@` or `://` without the escapes that the RFC requires. If such a
/// password can't be distinguished from the host, everything up to the last `@` is removed. An ssh user
/// without a password stays.
pub(super) fn without_user_info(text: &str) -> Cow<'_, str> {
    if !text.contains("://") || !text.contains('@') {
        return Cow::Borrowed(text);
    }
    // The result may contain user information again, as for `x://y@:z@`.
    let mut clean = remove_users(text);
    for _ in 1..MAX_PASSES {
        let again = remove_users(&clean);
        if again == clean {
            break;
        }
        clean = again;
    }
    Cow::Owned(clean)
}

/// Returns `text` without the user information that a single pass finds.
fn remove_users(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_inclusive(char::is_whitespace) {
        let mut start = 0;
        for (at, end_char) in word.match_indices(URL_END_CHARS) {
            // The character may belong to a password, and then an `@` follows.
            if !(word[at..].contains('@') && may_end_in_password(word, start, at)) {
                let end = at + end_char.len();
                push_list(&word[start..end], &mut out);
                start = end;
            }
        }
        push_list(&word[start..], &mut out);
    }
    out
}

/// Returns true if the first URL of `word` after `start` may have a password that continues past `end`, the
/// position of a character that usually ends URLs.
fn may_end_in_password(word: &str, start: usize, end: usize) -> bool {
    let Some((before, url)) = word[start..end].split_once("://") else { return false };
    let scheme_start = start + before.len() - scheme_before(before).len();
    let closing = word[..scheme_start].chars().next_back().map(|open| if open == '<' { '>' } else { open });
    let is_closed = closing.is_some_and(|closing| word[end..].starts_with(closing));
    let authority = url.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let port = authority.rsplit(':').next().unwrap_or_default();
    let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    // Quotes around a URL end it, unless they may be inside its password.
    let has_user = url.contains('@') || may_hold_user(authority);
    has_user && !(is_closed && (url.contains('@') || is_port))
}

fn push_list(word: &str, out: &mut String) {
    for url in split_list(word) {
        push_without_user(url, out);
    }
}

/// Splits a list of URLs at each separator that is followed by a URL of the same scheme. Any other separator
/// may belong to a password.
fn split_list(word: &str) -> impl Iterator<Item = &str> {
    let scheme = word.find("://").map_or("", |colon| scheme_before(&word[..colon]));
    let is_next_url = move |rest: &str| {
        !scheme.is_empty() && rest.strip_prefix(scheme).is_some_and(|rest| rest.starts_with("://"))
    };
    let mut start = 0;
    let ends = word
        .match_indices(LIST_SEPARATORS)
        .map(|(at, separator)| at + separator.len())
        .filter(move |end| is_next_url(&word[*end..]))
        .chain([word.len()]);
    ends.map(move |end| &word[std::mem::replace(&mut start, end)..end])
}

/// Appends `word` to `out`, without the user information of the first URL in `word` that has any.
fn push_without_user(word: &str, out: &mut String) {
    let Some(last_at) = word.rfind('@') else {
        out.push_str(word);
        return;
    };
    let first_user = word[..last_at].match_indices("://").find_map(|(colon, separator)| {
        let (before, url) = word.split_at(colon + separator.len());
        let length = user_info_length(url);
        (length > 0 && !is_ssh_user(scheme_before(&word[..colon]), url)).then(|| (before, &url[length..]))
    });
    match first_user {
        // The user information ends at the last `@`, so `rest` has no more.
        Some((before, rest)) => out.extend([before, rest]),
        None => out.push_str(word),
    }
}

/// Returns true if `url`, the part of an ssh URL after `scheme://`, has a user without a password.
fn is_ssh_user(scheme: &str, url: &str) -> bool {
    let user = url.split(['@', ':', '/']).next().unwrap_or_default();
    matches!(scheme, "ssh" | "git+ssh" | "sftp")
        && url[user.len()..].starts_with('@')
        && url.matches('@').count() == 1
}

/// Returns the length in bytes of the user information with its `@`, or zero without any. `url` is the part
/// of a URL after `scheme://`.
#[must_use]
pub fn user_info_length(url: &str) -> usize {
    let authority = url.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    match url.rfind('@') {
        Some(last) if authority.contains('@') || may_hold_user(authority) => last + 1,
        _ => 0,
    }
}

/// Returns true if `authority` may be a user and the start of a password, as in `user:pass`. A colon within
/// the brackets of an IPv6 address does not count.
fn may_hold_user(authority: &str) -> bool {
    authority.rsplit(']').next().unwrap_or(authority).contains(':')
}

/// Returns the URL scheme (RFC 3986, section 3.1) at the end of `text`, which stops before a `://`.
fn scheme_before(text: &str) -> &str {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    &text[text.trim_end_matches(is_part).len()..]
}

#[cfg(test)]
mod tests {
    use super::without_user_info;

    #[test]
    fn user_information_goes_wherever_a_url_stands() {
        for (text, expected) in [
            ("http://user:secret@host:80/path", "http://host:80/path"),
            ("http://token@host", "http://host"),
            ("at tcp://u:s@h:1, or amqp://u:s@a,amqp://u:s@b", "at tcp://h:1, or amqp://a,amqp://b"),
            ("\"http://u:s@h\"/@x", "\"http://h\"/@x"),
            ("http://u:s/e?c#r@t@host/p", "http://host/p"),
            ("http://u:se/cr@host", "http://host"),
            ("http://user:12/secret@host", "http://host"),
            ("postgres://app:it's@db", "postgres://db"),
            ("x='postgres://app:a<b>c@db' and 'http://h:80' a@b", "x='postgres://db' and 'http://h:80' a@b"),
            ("http://user:sec://ret@host", "http://host"),
            ("http://user:s@ec://ret@host", "http://host"),
            ("http://user:12,s://ecret@host", "http://host"),
            ("http://proxy/http://u:secret@host", "http://proxy/http://host"),
            ("http://[::1]/a@b", "http://[::1]/a@b"),
            ("https://registry.example/@scope/name", "https://registry.example/@scope/name"),
            ("ssh://deploy@host", "ssh://deploy@host"),
            ("ssh://deploy:secret@host", "ssh://host"),
            ("me@example.com: no URL", "me@example.com: no URL"),
            ("unix:///run/a@b.sock", "unix:///run/a@b.sock"),
        ] {
            assert_eq!(without_user_info(text), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_secret_stays_in_a_url(secret in "[a-z0-9/?#@:%.,'\"<>;-]{0,12}S3CR[a-z0-9/?#:@%.,'\"<>;-]{0,12}", path in "(/[a-z]{0,8})?") {
            let shown = without_user_info(&format!("see http://user:{secret}@db:80{path}!")).into_owned();
            proptest::prop_assert_eq!(&shown, &format!("see http://db:80{path}!"));
        }

        #[test]
        fn a_second_time_changes_nothing(text in "([a-z]|://|@|:|/|[ \"]){0,20}") {
            let once = without_user_info(&text).into_owned();
            proptest::prop_assert_eq!(without_user_info(&once), once.as_str());
        }
    }
}
