//! Removal of user information from URLs, because it may hold a password.

use std::borrow::Cow;

/// Characters that end a URL in running text: RFC 3986, appendix C names white space, quotes and angle
/// brackets.
const URL_END_CHARS: [char; 5] = ['"', '\'', '<', '>', '`'];

/// Returns `text` without the user information (RFC 3986, section 3.2.1) of each URL in it.
///
/// Passwords often contain `/`, `?`, `#` or `@` without the escapes that the RFC requires. If such a password
/// can't be distinguished from the host, everything up to the last `@` is removed. An ssh user without a
/// password stays.
pub(super) fn without_user_info(text: &str) -> Cow<'_, str> {
    let Some(mut colon) = text.find("://") else { return Cow::Borrowed(text) };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        let scheme = scheme_before(&rest[..colon]);
        let (before, url) = rest.split_at(colon + 3);
        out.push_str(before);
        let next = url.find("://");
        let end = next.map_or(url.len(), |next| next - scheme_before(&url[..next]).len());
        out.push_str(strip_user_unless_ssh(scheme, &url[..end]));
        rest = &url[end..];
        match rest.find("://") {
            Some(next) => colon = next,
            None => break,
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Returns `text`, the part of a URL after `scheme://`, without the user information; an ssh user without a
/// password stays.
fn strip_user_unless_ssh<'a>(scheme: &str, text: &'a str) -> &'a str {
    let is_ssh = matches!(scheme, "ssh" | "git+ssh" | "sftp");
    let user = text.split(['@', ':', '/']).next().unwrap_or_default();
    let is_user_alone = text[user.len()..].starts_with('@') && text.matches('@').count() == 1;
    if is_ssh && is_user_alone { text } else { strip_user_info(text) }
}

/// Returns `text`, which starts with the authority of a URL, without the user information.
fn strip_user_info(text: &str) -> &str {
    let url =
        text.split(|c: char| c.is_whitespace() || URL_END_CHARS.contains(&c)).next().unwrap_or_default();
    &text[user_info_length(url)..]
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
            proptest::prop_assume!(!format!("user:{secret}").contains("://"));
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
