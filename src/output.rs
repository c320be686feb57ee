//! Standard output and standard error. All text that is not drawn on the screen passes through this module.
//!
//! The model cleans text from outside. This module is the second barrier: it replaces every control character
//! except line ends and permitted styles. Only Portolan's own text and the output of commands in containers
//! pass without changes. `tests/architecture.rs` forbids `println!` and `stdout()` in other modules.

use crate::model::text::is_invisible;
use std::{
    borrow::Cow,
    fmt::Display,
    io::{self, IsTerminal, Stdout, Write},
    os::fd::{AsFd, OwnedFd},
};

/// Character that replaces each forbidden character.
const REPLACEMENT_CHAR: char = '\u{fffd}';

/// Prints `text` on standard output. Replaces control characters.
pub fn print(text: &str) -> io::Result<()> {
    let mut out = stdout(PermittedEscapes::None);
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Prints a completion script or a man page without changes, because it is Portolan's own text and may
/// contain tabs.
pub fn print_own_text(text: &[u8]) -> io::Result<()> {
    io::stdout().write_all(text)
}

/// Writes the output of a command in a container without changes, to standard error if `is_error` is true.
/// The user has asked for that command, and terminal programs need their escape sequences.
pub fn write_shell_output(bytes: &[u8], is_error: bool) -> io::Result<()> {
    if is_error {
        return io::stderr().write_all(bytes);
    }
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// Prints a line on standard error, after the name of the program. Ignores errors, because there is no way to
/// report them.
pub fn print_stderr(line: impl Display) {
    let text = format!("portolan: {line}\n");
    let _ = io::stderr().write_all(sanitize(&text, PermittedEscapes::None).as_bytes());
}

/// Prints a message of the command line parser. An error goes to standard error with control characters
/// replaced, because it quotes the user's input. Help and version keep their styles, because they are
/// Portolan's own text.
pub fn print_clap_error(error: &clap::Error) {
    let text = error.render().to_string();
    // A failure to print can't be reported.
    let _ = if error.use_stderr() {
        io::stderr().write_all(sanitize(&text, PermittedEscapes::None).as_bytes())
    } else {
        error.print()
    };
}

/// Returns true if standard output is a terminal.
#[must_use]
pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Returns a copy of the file descriptor of standard output, with which the caller detects that the reader
/// has closed the pipe.
pub fn stdout_handle() -> io::Result<OwnedFd> {
    io::stdout().as_fd().try_clone_to_owned()
}

/// Returns a writer to standard output that replaces control characters, except for the escape sequences that
/// `styles` permits.
#[must_use]
pub fn stdout(styles: PermittedEscapes) -> SanitizedWriter<Stdout> {
    SanitizedWriter { inner: io::stdout(), styles }
}

/// Escape sequences that a [`SanitizedWriter`] leaves in the text: none, or styles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PermittedEscapes {
    /// No escape sequences.
    None,
    /// Sequences that set colours and weight (SGR, ECMA-48 section 8.3.117). For callers that write their own
    /// styles around text from outside, and that clean this text with [`without_controls`].
    Styles,
}

/// Writer that replaces control characters in the text before it passes the text on.
///
/// Every call of `write` must pass whole characters, as `write!` and `write_all` do for a `str`.
#[derive(Debug)]
pub struct SanitizedWriter<W> {
    inner: W,
    styles: PermittedEscapes,
}

impl<W: Write> Write for SanitizedWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        self.inner.write_all(sanitize(&text, self.styles).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Returns `text` with every control character replaced, except line ends.
#[must_use]
pub fn without_controls(text: &str) -> Cow<'_, str> {
    sanitize(text, PermittedEscapes::None)
}

/// Replaces every character in `text` that could control a terminal, except for line ends and the permitted
/// `styles`.
fn sanitize(text: &str, styles: PermittedEscapes) -> Cow<'_, str> {
    if !text.contains(is_suspect) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(is_suspect) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let permitted = permitted_len(rest, styles);
        if permitted == 0 {
            out.push(REPLACEMENT_CHAR);
            let mut chars = rest.chars();
            chars.next();
            rest = chars.as_str();
        } else {
            out.push_str(&rest[..permitted]);
            rest = &rest[permitted..];
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Returns true if a character must be replaced, unless it begins a permitted sequence. These characters are
/// line separators, invisible characters (including those that reorder text, UAX #9, section 2), and all
/// control characters but the line feed.
fn is_suspect(c: char) -> bool {
    (c.is_control() && c != '\n') || is_invisible(c) || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Returns the length, in bytes, of a permitted sequence at the start of `text`, or 0 if there is none. CR
/// LF, the line end of CSV (RFC 4180), is always permitted, and a style only if `styles` permits it.
fn permitted_len(text: &str, styles: PermittedEscapes) -> usize {
    if text.starts_with("\r\n") {
        return 2;
    }
    let Some(parameters) = text.strip_prefix("\u{1b}[").filter(|_| styles == PermittedEscapes::Styles) else {
        return 0;
    };
    let end = parameters.find(|c: char| !c.is_ascii_digit() && c != ';');
    end.filter(|end| parameters[*end..].starts_with('m')).map_or(0, |end| 2 + end + 1)
}

#[cfg(test)]
mod tests {
    use super::{PermittedEscapes, SanitizedWriter, sanitize, without_controls};
    use std::io::Write;

    #[test]
    fn plain_text_passes_as_it_is() {
        for text in ["", "a\nb\n", "a,b\r\nc\r\n", "日本 עברית é ⣿", "{\"a\":\"\\u001b\"}"] {
            assert!(
                matches!(sanitize(text, PermittedEscapes::None), std::borrow::Cow::Borrowed(_))
                    || text.contains('\r')
            );
            assert_eq!(sanitize(text, PermittedEscapes::None), text);
        }
    }

    #[test]
    fn controls_are_replaced_one_by_one() {
        for (text, expected) in [
            ("a\u{1b}]52;c;x\u{7}b", "a\u{fffd}]52;c;x\u{fffd}b"),
            ("a\u{9b}2Jb\u{7f}\tc\rd", "a\u{fffd}2Jb\u{fffd}\u{fffd}c\u{fffd}d"),
            ("a\u{202e}b\u{2066}c\u{2028}", "a\u{fffd}b\u{fffd}c\u{fffd}"),
            ("\u{1b}[31mred", "\u{fffd}[31mred"),
        ] {
            assert_eq!(without_controls(text), expected);
        }
    }

    #[test]
    fn only_styles_pass_where_styles_may() {
        let passes = |text| sanitize(text, PermittedEscapes::Styles) == text;
        assert!(passes("\u{1b}[2m12:00\u{1b}[0m \u{1b}[38;5;32mweb\u{1b}[0m"));
        for text in ["\u{1b}[2J", "\u{1b}[?25l", "\u{1b}[31", "\u{1b}]0;m", "\u{1b}m", "\u{9b}31m"] {
            assert!(!passes(text), "{text:?}");
        }
    }

    #[test]
    fn a_writer_guards_each_write() {
        let mut out = SanitizedWriter { inner: Vec::new(), styles: PermittedEscapes::None };
        let raw = "\u{1b}[2J";
        writeln!(out, "a{raw}b").unwrap();
        out.write_all(b"\xff\r\n").unwrap();
        assert_eq!(String::from_utf8(out.inner).unwrap(), "a\u{fffd}[2Jb\n\u{fffd}\r\n");
    }

    proptest::proptest! {
        #[test]
        fn nothing_drives_a_terminal(text in "(\\PC|[\\x00-\\x1f\\x7f-\\x9f\\[\\]m;0-9])*") {
            let out = without_controls(&text).replace("\r\n", "\n");
            proptest::prop_assert!(!out.chars().any(|c| c.is_control() && c != '\n'));
        }
    }
}
