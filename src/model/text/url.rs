//! User information in URLs: a password in an address is not shown, whoever wrote it there.

use std::borrow::Cow;

/// Characters that end a URL in running text: RFC 3986, appendix C names white space, quotes and angle brackets.
const END_OF_URL: [char; 5] = ['"', '\'', '<', '>', '`'];

/// `text` without the user information (RFC 3986, section 3.2.1) of each URL in it.
///
/// Passwords are often written without the escapes that the RFC asks for. So where the host can't be told from a password
/// that holds `/`, `?`, `#` or `@`, everything up to the last `@` is removed. A user of ssh without a password stays.
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
        out.push_str(without_own(scheme, &url[..end]));
        rest = &url[end..];
        match rest.find("://") {
            Some(next) => colon = next,
            None => break,
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// What stands behind `scheme://`, without its user information.
fn without_own<'a>(scheme: &str, text: &'a str) -> &'a str {
    let is_ssh = matches!(scheme, "ssh" | "git+ssh" | "sftp");
    let user = text.split(['@', ':', '/']).next().unwrap_or_default();
    let is_user_alone = text[user.len()..].starts_with('@') && text.matches('@').count() == 1;
    if is_ssh && is_user_alone { text } else { after_user(text) }
}

/// `text`, which begins with a URL's authority, without the user information.
fn after_user(text: &str) -> &str {
    let url = text.split(|c: char| c.is_whitespace() || END_OF_URL.contains(&c)).next().unwrap_or_default();
    let authority = url.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    match url.rfind('@') {
        Some(last) if authority.contains('@') || may_be_user(authority) => &text[last + 1..],
        _ => text,
    }
}

/// True if `authority` may be a user with the beginning of a password: it has a colon behind the name or address.
fn may_be_user(authority: &str) -> bool {
    authority.rsplit(']').next().unwrap_or(authority).contains(':')
}

/// The scheme at the end of `text` (RFC 3986, section 3.1).
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
