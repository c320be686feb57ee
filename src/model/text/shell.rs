//! Quoting for shells, so that a command that Portolan shows can be pasted as it is.

/// Quotes a word for a POSIX shell if it needs quotes.
#[must_use]
pub fn shell_quote(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) && !word.starts_with('-') {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::shell_quote;

    #[test]
    fn a_shell_takes_each_word_as_it_is() {
        for (word, quoted) in [
            ("/ecs/shop-prod/orders", "/ecs/shop-prod/orders"),
            ("two words", "'two words'"),
            ("it's", r"'it'\''s'"),
            ("$(reboot)", "'$(reboot)'"),
            ("-rf", "'-rf'"),
            ("", "''"),
        ] {
            assert_eq!(shell_quote(word), quoted);
        }
    }
}
