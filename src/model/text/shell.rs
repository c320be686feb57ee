//! Quoting of words in command lines that a user pastes into a POSIX shell. Names of services come from
//! outside, so the shell must take each word literally, and no program may mistake a name for an option.

/// Quotes a word for a POSIX shell if it needs quotes.
#[must_use]
pub fn shell_quote(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    // zsh replaces a word that begins with `=` by the path of a program (zshexpn(1), "`=' expansion").
    if !word.is_empty() && word.chars().all(is_plain) && !word.starts_with(['-', '=']) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Returns `option`, such as `--name`, with its value. Puts `=` between them if the value begins with `-`,
/// because argparse and clap would read such a value after a space as another option.
#[must_use]
pub fn shell_option(option: &str, value: &str) -> String {
    let between = if value.starts_with('-') { '=' } else { ' ' };
    format!("{option}{between}{}", shell_quote(value))
}

/// Returns `argument` for the end of a command line. Puts `--`, which ends the options, before an argument
/// that begins with `-` (POSIX, "Utility Syntax Guidelines", guideline 10).
#[must_use]
pub fn shell_operand(argument: &str) -> String {
    let end_of_options = if argument.starts_with('-') { "-- " } else { "" };
    format!("{end_of_options}{}", shell_quote(argument))
}

#[cfg(test)]
mod tests {
    use super::{shell_operand, shell_option, shell_quote};

    #[test]
    fn a_shell_takes_each_word_as_it_is() {
        for (word, quoted) in [
            ("/ecs/shop-prod/orders", "/ecs/shop-prod/orders"),
            ("two words", "'two words'"),
            ("it's", r"'it'\''s'"),
            ("$(reboot)", "'$(reboot)'"),
            ("web; rm -rf ~", "'web; rm -rf ~'"),
            ("=reboot", "'=reboot'"),
            ("-rf", "'-rf'"),
            ("", "''"),
        ] {
            assert_eq!(shell_quote(word), quoted);
        }
    }

    #[test]
    fn no_value_becomes_an_option() {
        assert_eq!(shell_option("--cluster", "two words"), "--cluster 'two words'");
        assert_eq!(shell_option("--cluster", "--debug"), "--cluster='--debug'");
        assert_eq!(shell_operand("web"), "web");
        assert_eq!(shell_operand("--follow"), "-- '--follow'");
    }
}
