//! Recognition of errors that a language runtime prints without a logger: panics, exceptions and warnings.

use super::error_class;
use crate::model::LogLevel::{self, Error, Fatal, Info, Warn};

/// First words of runtime errors, in lower case, with their levels and the runtimes that print them.
const MESSAGE_BEGINNINGS: &[(&str, LogLevel, &str)] = &[
    ("panic: ", Fatal, "Go"),
    ("fatal error: ", Fatal, "Go; PHP with html_errors off"),
    ("fatal error. ", Fatal, ".NET"),
    ("fatal python error: ", Fatal, "Python, faulthandler"),
    ("fatal runtime error: ", Fatal, "Rust"),
    ("libc++abi: terminating", Fatal, "C++, libc++abi"),
    ("parse error: ", Fatal, "PHP"),
    ("unhandled ", Error, ".NET; Node.js"),
    ("uncaught ", Error, "V8; PHP"),
    ("exception in thread ", Error, "Java"),
    ("traceback (most recent call last)", Error, "Python"),
    ("caused by: ", Error, "Java"),
    ("terminate called ", Fatal, "C++, std::terminate in libstdc++ and libc++"),
    ("segmentation fault", Fatal, "Bash; glibc"),
    ("slf4j(e): ", Error, "SLF4J, Reporter"),
    ("slf4j(w): ", Warn, "SLF4J, Reporter"),
    ("** (", Error, "Elixir"),
    // Levels that Monolog's ErrorHandler gives to PHP's errors.
    ("php fatal error: ", Fatal, "PHP"),
    ("php parse error: ", Fatal, "PHP"),
    ("php core error: ", Fatal, "PHP"),
    ("php compile error: ", Fatal, "PHP"),
    ("php recoverable fatal error: ", Error, "PHP"),
    ("php user error: ", Error, "PHP"),
    ("php warning: ", Warn, "PHP"),
    ("php core warning: ", Warn, "PHP"),
    ("php compile warning: ", Warn, "PHP"),
    ("php user warning: ", Warn, "PHP"),
    ("php notice: ", Info, "PHP"),
    ("php user notice: ", Info, "PHP"),
    ("php deprecated: ", Info, "PHP"),
    ("php user deprecated: ", Info, "PHP"),
];

/// Beginnings of messages with a text that must follow on the same line, as the runtimes write them.
const BEGINNINGS_AND_TEXTS: &[(&str, &str, LogLevel, &str)] = &[
    ("thread '", " panicked at ", Fatal, "Rust"),
    ("OpenJDK ", " VM warning: ", Warn, "HotSpot"),
    ("Java HotSpot(TM) ", " VM warning: ", Warn, "HotSpot"),
    ("#<Thread:", " terminated with exception ", Error, "Ruby, Thread.report_on_exception"),
];

/// For each ASCII byte, true if an entry of [`MESSAGE_BEGINNINGS`] begins with it.
const FIRST_LETTERS: [bool; 128] = {
    let (mut letters, mut index) = ([false; 128], 0);
    while index < MESSAGE_BEGINNINGS.len() {
        letters[MESSAGE_BEGINNINGS[index].0.as_bytes()[0] as usize] = true;
        index += 1;
    }
    letters
};

/// Returns the level of an error that a runtime printed. Returns `None` if `text` is any other message.
pub(super) fn level_of_runtime_error(text: &str) -> Option<LogLevel> {
    let first = text.as_bytes().first()?.to_ascii_lowercase();
    let begins = |head: &str| {
        let start = (head.as_bytes()[0] == first).then(|| text.get(..head.len())).flatten();
        start.is_some_and(|start| start.eq_ignore_ascii_case(head))
    };
    let may_begin = FIRST_LETTERS.get(usize::from(first)).is_some_and(|is_first| *is_first);
    let found = may_begin.then(|| MESSAGE_BEGINNINGS.iter().find(|(head, ..)| begins(head))).flatten();
    if let Some((_, level, _)) = found {
        return Some(*level);
    }
    let found = BEGINNINGS_AND_TEXTS.iter().find(|(head, ..)| text.starts_with(head));
    if let Some((_, _, level, _)) = found.filter(|(head, part, ..)| text[head.len()..].contains(part)) {
        return Some(*level);
    }
    error_class::level_of_error_class(text)
}
