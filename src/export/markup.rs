//! Text in markup: nothing that a service is called can end an element, an attribute or a script.

use std::fmt::Write;

/// `text` as XML and HTML have it between tags and in attributes. What XML can not hold becomes `�`.
pub(super) fn escaped(text: &str) -> String {
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

/// JSON as it may stand in a `<script>`: in it nothing begins a tag, a comment or an entity.
pub(super) fn in_script(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            // Outside of strings JSON has none of these.
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
    use super::{escaped, in_script};

    #[test]
    fn nothing_ends_an_element_or_a_script() {
        assert_eq!(escaped("\"><img x='&'>\u{0}"), "&quot;&gt;&lt;img x=&#39;&amp;&#39;&gt;\u{fffd}");
        let json = in_script(&serde_json::to_string("</script><!-- &amp; \u{2028}").unwrap());
        assert!(!json.contains(['<', '>', '&', '\u{2028}']), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), "</script><!-- &amp; \u{2028}");
    }
}
