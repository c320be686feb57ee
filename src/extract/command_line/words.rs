//! Words of commands.

/// Word of a command. `position` counts the words of the whole command line from 1; it is 0 in a text of
/// options alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CommandWord {
    pub(super) position: usize,
    pub(super) text: String,
}

/// Returns the file name of a program without its directory.
pub(super) fn program_name(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

/// Splits `name=value` if the left side is the name of an option or a variable. Returns `None` for parts of
/// URLs and for expressions.
pub(super) fn split_pair(text: &str) -> Option<(&str, &str)> {
    text.split_once('=').filter(|(name, _)| is_option_name(name.trim_start_matches('-')))
}

/// Returns true if `name` has only characters that names of options and variables have.
pub(super) fn is_option_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}
