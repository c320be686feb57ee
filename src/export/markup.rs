//! Escaping of text for XML and HTML. Without it, the name of a service could close an element, an attribute
//! or a script.

use std::fmt::Write;

/// Escapes `text` for XML and HTML, both between tags and in attributes. Replaces characters that XML forbids
/// with `�`.
pub(super) fn escape_markup(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() && !matches!(c, '\t' | '\n') => out.push('\u{fffd}'),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Escapes JSON for a `<script>` element, so that it can't begin a tag, a comment or an entity.
pub(super) fn escape_script_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            // In JSON, these characters occur only in strings, where a `\u` escape is valid.
            '<' | '>' | '&' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}' => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{escape_markup, escape_script_json};

    #[test]
    fn escaped_text_ends_no_element_or_script() {
        assert_eq!(escape_markup("\"><img x='&'>\u{0}"), "&quot;&gt;&lt;img x=&#39;&amp;&#39;&gt;\u{fffd}");
        let json = escape_script_json(&serde_json::to_string("</script><!-- &amp; \u{2028}").unwrap());
        assert!(!json.contains(['<', '>', '&', '\u{2028}']), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), "</script><!-- &amp; \u{2028}");
    }
}
