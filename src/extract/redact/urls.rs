//! Redaction of user information, queries and webhook paths in URLs.

use super::{Cut, quotes, word_end};
use crate::model::{is_webhook, text::user_info_length};

/// Marks the user information and the query of each URL in the line, and the path of each webhook URL.
///
/// Passwords often contain `?` and `#` without the escapes that RFC 3986 requires, and queries may contain
/// `@`. If both readings of a URL are possible, everything after its `//` is marked.
pub(super) fn search(line: &str, add: &mut dyn FnMut(Cut)) {
    for (place, slashes) in line.match_indices("//") {
        let start = place + slashes.len();
        let url = &line[start..word_end(line, start)];
        let trailing = url.len() - url.trim_end_matches(quotes::CLOSING_CHARS).len();
        let end = start + url.len() - trailing;
        let query_start = url.find(['?', '#']);
        let last_at = url.rfind('@');
        let user_end = match (query_start, last_at) {
            (Some(query), Some(at)) if query < at => {
                let authority = url.split(['/', '?', '#', '\\']).next().unwrap_or_default();
                if !authority.contains(['@', ':']) {
                    0
                } else if is_user_and_password(authority) && url.matches('@').count() == 1 {
                    at + 1
                } else {
                    add(Cut::marked(start..end));
                    continue;
                }
            }
            _ => user_info_length(url),
        };
        add(Cut { range: start..start + user_end, has_mark: false });
        let ends_of_shown_part: &[char] = if is_webhook(url) { &['/', '?', '#'] } else { &['?', '#'] };
        if let Some(length) = url[user_end..].find(ends_of_shown_part) {
            add(Cut::marked((start + user_end + length + 1).min(end)..end));
        }
    }
}

/// Returns true if `text` can't be a host with a port, so that it must be a user with a password.
fn is_user_and_password(text: &str) -> bool {
    let port = text.rsplit_once(':').map(|(_, port)| port).unwrap_or_default();
    !port.is_empty() && !port.bytes().all(|b| b.is_ascii_digit()) && !text.contains(['@', ']'])
}
