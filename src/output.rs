//! Standard output and standard error: all text that doesn't go to the screen of the map leaves through here.
//!
//! Text from outside is cleaned when it enters the model. This is the second wall: whatever a caller forgot, no control
//! character but the end of a line reaches a terminal, a pipe or a file. `tests/architecture.rs` allows no `println!`
//! and no `stdout()` elsewhere.

use crate::model::text::is_invisible;
use std::{
    borrow::Cow,
    fmt::Display,
    io::{self, IsTerminal, Stdout, Write},
    os::fd::{AsFd, OwnedFd},
};

/// Stands for each character that is not let through.
const REPLACEMENT: char = '\u{fffd}';

/// Prints text on standard output.
pub fn print(text: &str) -> io::Result<()> {
    let mut out = stdout(Styles::None);
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Prints a shell's completion script, which consists of our own words, as it is: it may hold tabs.
pub fn print_script(script: &[u8]) -> io::Result<()> {
    io::stdout().write_all(script)
}

/// Prints a line on standard error, after the program's name. If nobody reads it, there is nobody to tell.
pub fn report(line: impl Display) {
    let text = format!("portolan: {line}\n");
    let _ = io::stderr().write_all(guard(&text, Styles::None).as_bytes());
}

/// Prints a wrong use of the command line, which quotes what was typed, on standard error; help and version, which are
/// our own words, on standard output with their styles.
pub fn print_usage(error: &clap::Error) {
    let text = error.render().to_string();
    // Neither has a reader to tell if it can't be printed.
    let _ = if error.use_stderr() {
        io::stderr().write_all(guard(&text, Styles::None).as_bytes())
    } else {
        error.print()
    };
}

/// True if standard output is a terminal.
#[must_use]
pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// A copy of standard output's handle, to be watched for the end of its reader.
pub fn stdout_handle() -> io::Result<OwnedFd> {
    io::stdout().as_fd().try_clone_to_owned()
}

/// Standard output behind the wall.
#[must_use]
pub fn stdout(styles: Styles) -> Guarded<Stdout> {
    Guarded { inner: io::stdout(), styles }
}

/// Sequences that a [`Guarded`] lets through besides ends of line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Styles {
    /// None.
    None,
    /// Those that set colours and weight (SGR, ECMA-48 section 8.3.117), for a caller that writes its own around text
    /// from which [`without_controls`] has removed all others.
    Own,
}

/// A writer that lets no control character through.
///
/// Every call of `write` must bring whole characters, as `write!` and `write_all` of a `str` do.
#[derive(Debug)]
pub struct Guarded<W> {
    inner: W,
    styles: Styles,
}

impl<W: Write> Write for Guarded<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        self.inner.write_all(guard(&text, self.styles).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// `text` with every control character replaced but ends of line.
#[must_use]
pub fn without_controls(text: &str) -> Cow<'_, str> {
    guard(text, Styles::None)
}

/// `text` with everything replaced that could drive a terminal, but for ends of line and permitted styles.
fn guard(text: &str, styles: Styles) -> Cow<'_, str> {
    if !text.contains(is_suspect) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(is_suspect) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let permitted = permitted(rest, styles);
        if permitted == 0 {
            out.push(REPLACEMENT);
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

/// True for control characters but the line feed, for line separators, and for characters that reorder text (UAX #9,
/// section 2).
fn is_suspect(c: char) -> bool {
    (c.is_control() && c != '\n') || is_invisible(c) || matches!(c, '\u{2028}' | '\u{2029}')
}

/// The length of the permitted sequence at the start of `text`: CR LF, as CSV ends its records (RFC 4180), or a style.
fn permitted(text: &str, styles: Styles) -> usize {
    if text.starts_with("\r\n") {
        return 2;
    }
    let Some(parameters) = text.strip_prefix("\u{1b}[").filter(|_| styles == Styles::Own) else { return 0 };
    let end = parameters.find(|c: char| !c.is_ascii_digit() && c != ';');
    end.filter(|end| parameters[*end..].starts_with('m')).map_or(0, |end| 2 + end + 1)
}

#[cfg(test)]
mod tests {
    use super::{Guarded, Styles, guard, without_controls};
    use std::io::Write;

    #[test]
    fn plain_text_passes_as_it_is() {
        for text in ["", "a\nb\n", "a,b\r\nc\r\n", "日本 עברית é ⣿", "{\"a\":\"\\u001b\"}"] {
            assert!(
                matches!(guard(text, Styles::None), std::borrow::Cow::Borrowed(_)) || text.contains('\r')
            );
            assert_eq!(guard(text, Styles::None), text);
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
        let passes = |text| guard(text, Styles::Own) == text;
        assert!(passes("\u{1b}[2m12:00\u{1b}[0m \u{1b}[38;5;32mweb\u{1b}[0m"));
        for text in ["\u{1b}[2J", "\u{1b}[?25l", "\u{1b}[31", "\u{1b}]0;m", "\u{1b}m", "\u{9b}31m"] {
            assert!(!passes(text), "{text:?}");
        }
    }

    #[test]
    fn a_writer_guards_each_write() {
        let mut out = Guarded { inner: Vec::new(), styles: Styles::None };
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
