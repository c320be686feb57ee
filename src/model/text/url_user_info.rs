//! Removal of user information from URLs, because it may hold a password.

use std::borrow::Cow;

/// Characters that end a URL in running text: RFC 3986, appendix C names white space, quotes and angle
/// brackets.
const URL_END_CHARS: [char; 5] = ['"', '\'', '<', '>', '`'];

/// Separators of the URLs of a list, as in `amqp://a,amqp://b`.
const LIST_SEPARATORS: [char; 2] = [',', ';'];

/// Returns `text` without the user information (RFC 3986, section 3.2.1) of each URL in it.
///
/// Passwords often contain `/`, `?`, `#`, `@` or `://` without the escapes that the RFC requires. If such a password
/// can't be distinguished from the host, everything up to the last `@` is removed. An ssh user without a password stays.
pub(super) fn without_user_info(text: &str) -> Cow<'_, str> {
    if !text.contains("://") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split_inclusive(|c: char| c.is_whitespace() || URL_END_CHARS.contains(&c)) {
        for url in split_list(word) {
            push_without_user(url, &mut out);
        }
    }
    Cow::Owned(out)
}

/// Splits a list of URLs with one scheme. Other separators, and other schemes behind them, may belong to a password.
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

/// Adds `word` to `out`, without the user information of the first URL in it that has some.
fn push_without_user(word: &str, out: &mut String) {
    let first_user = word.match_indices("://").find_map(|(colon, separator)| {
        let (before, url) = word.split_at(colon + separator.len());
        let length = user_info_length(url);
        (length > 0 && !is_ssh_user(scheme_before(&word[..colon]), url)).then(|| (before, &url[length..]))
    });
    match first_user {
        // No `@` is left behind the last one.
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

/// Returns the length in bytes of the user information and its `@`. `url` is the part of a URL after `scheme://`.
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
        fn no_secret_stays_in_a_url(secret in "[a-z0-9/?#@:%.,-]{0,12}S3CR[a-z0-9/?#:@%.,-]{0,12}", path in "(/[a-z]{0,8})?") {
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
