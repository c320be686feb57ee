//! The head of a line of words: a time, a process, a thread, a logger, and among them the level.
//!
//! Tokens are gone through from the left for as long as they are of the kinds that libraries put before a message. The
//! first other word ends the head, so that a level in a sentence is none.

use super::word;
use crate::model::Level;

/// How many tokens a head may have.
const MOST_TOKENS: usize = 12;

/// The months as they are written in short.
const MONTHS: &[&str] = &["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The level, and where the message begins.
pub(super) fn read(text: &str) -> (Option<Level>, usize) {
    if let Some(found) = special(text) {
        return found;
    }
    // Where the message begins if there is no level: behind the time.
    let mut plain = 0;
    let (mut timed, mut month) = (true, false);
    for (index, token) in (Tokens { text, at: 0, open: false }).take(MOST_TOKENS).enumerate() {
        if let Some(level) = token.level(index == 0, timed && plain > 0, text) {
            return (Some(level), message(text, token.level_end()));
        }
        let time = token.is_time() || (month && token.is_day());
        (timed, month) = (timed && time, MONTHS.contains(&token.text));
        if timed {
            plain = token.end;
        }
        if !(time || token.may_lead(text)) {
            break;
        }
    }
    (unnamed(text), if plain == 0 { 0 } else { message(text, plain) })
}

/// Where the message begins, behind what separates it from the head.
fn message(text: &str, from: usize) -> usize {
    let rest = &text[from..];
    let start = text.len() - rest.trim_start_matches([' ', ':', ']', ')', '|', '>']).len();
    let rest = &text[start..];
    let start = start + if rest.starts_with("- ") { 2 } else { 0 };
    // A head without a message is all there is to show.
    if start >= text.len() { 0 } else { start }
}

/// The heads that are not made of tokens: klog (`E1125 16:00:00`), syslog (`<3>`), Redis (`1:M … *`), Ruby (`E, [`),
/// npm.
fn special(text: &str) -> Option<(Option<Level>, usize)> {
    let bytes = text.as_bytes();
    let digits = |from: usize, count: usize| {
        bytes.len() > from + count && bytes[from..from + count].iter().all(u8::is_ascii_digit)
    };
    match bytes {
        [level @ (b'I' | b'W' | b'E' | b'F'), ..] if digits(1, 4) && bytes[5] == b' ' => {
            let start = text.find("] ").map_or(0, |at| at + 2);
            Some((word::letter(*level), start))
        }
        [b'<', tens @ b'0'..=b'9', rest @ ..] => {
            let more = rest.iter().take_while(|c| c.is_ascii_digit()).count();
            if more > 2 || rest.get(more) != Some(&b'>') {
                return None;
            }
            let number = text[1..2 + more].parse::<u32>().unwrap_or(u32::from(tens - b'0'));
            Some((word::number(number & 7), 3 + more))
        }
        [level, b',', b' ', b'[', ..] => {
            Some((Some(word::letter(*level)?), message(text, text.find(']')? + 1)))
        }
        _ if text.starts_with("npm ERR!") => Some((Some(Level::Error), 9.min(text.len()))),
        _ => redis(text),
    }
}

/// A line of Redis: `1:M 25 Nov 2026 16:00:00.000 * message`.
fn redis(text: &str) -> Option<(Option<Level>, usize)> {
    let (process, rest) = text.split_once(' ')?;
    let (number, role) = process.split_once(':')?;
    let known = ["M", "S", "C", "X"].contains(&role) && number.bytes().all(|c| c.is_ascii_digit());
    let at = known.then(|| rest.bytes().enumerate().filter(|(_, c)| *c == b' ').nth(3)).flatten()?.0;
    let level = match rest.as_bytes().get(at + 1)? {
        b'#' => Level::Warn,
        b'*' => Level::Info,
        b'-' | b'.' => Level::Debug,
        _ => return None,
    };
    Some((Some(level), (process.len() + 1 + at + 3).min(text.len())))
}

/// What runtimes print of an error that nobody caught.
fn unnamed(text: &str) -> Option<Level> {
    const FATAL: &[&str] = &["panic: ", "fatal error: ", "thread '"];
    const ERROR: &[&str] =
        &["Exception in thread ", "Traceback (most recent call last)", "Caused by: ", "Unhandled "];
    let begins = |heads: &[&str]| heads.iter().any(|head| text.starts_with(head));
    if begins(FATAL) && (!text.starts_with("thread '") || text.contains(" panicked at ")) {
        return Some(Level::Fatal);
    }
    let first = text.split(' ').next().unwrap_or_default();
    let thrown = first.strip_suffix(':').unwrap_or(first);
    let class = (thrown.ends_with("Exception") || thrown.ends_with("Error"))
        && thrown.bytes().all(|c| c.is_ascii_alphanumeric() || b"._$".contains(&c))
        && (first.ends_with(':') || thrown.contains('.'));
    (begins(ERROR) || class).then_some(Level::Error)
}

/// A token of the head, without the brackets around it.
#[derive(Clone, Copy, Debug)]
struct Token<'t> {
    text: &'t str,
    start: usize,
    /// Where it ends, brackets and signs behind it included.
    end: usize,
    bracketed: bool,
    /// Whether a colon stands right behind the word.
    colon: bool,
}

impl Token<'_> {
    /// The level it names: a word in capitals or in brackets anywhere in the head, a small one with a colon at its
    /// beginning or behind the time, and a small one behind the time with a place in a program's text behind it, as zap
    /// has it.
    fn level(&self, first: bool, timed: bool, text: &str) -> Option<Level> {
        let end = self.text.find(['/', ':']).unwrap_or(self.text.len());
        let word = &self.text[..end];
        let capitals = word.len() >= 3 && word.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
        let opens = (first || timed) && self.colon;
        let told = capitals || self.bracketed || opens || (first && end < self.text.len());
        let told = told || (timed && end == self.text.len() && is_called(&text[self.end..]));
        // `default`, `config` and `system` are words of a message as well.
        let common = ["default", "config", "system", "fine", "note", "log", "fail"];
        let plain = common.iter().any(|known| known.eq_ignore_ascii_case(word));
        let sure = !plain || self.bracketed || self.colon;
        (told && sure).then(|| word::level(word)).flatten()
    }

    /// Where the word of the level ends.
    fn level_end(&self) -> usize {
        match self.text.find(':') {
            Some(at) => self.start + at + 1,
            None => self.end,
        }
    }

    /// Whether it is a part of a time: of a date, a clock, a zone, or seconds since 1970.
    fn is_time(&self) -> bool {
        const NAMES: &[&str] =
            &["UTC", "GMT", "CET", "CEST", "AM", "PM", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let text = self.text;
        if NAMES.contains(&text) || MONTHS.contains(&text) {
            return true;
        }
        let (mut digits, mut dots, mut colons, mut strokes) = (0, 0, 0, 0);
        for c in text.bytes() {
            match c {
                b'0'..=b'9' => digits += 1,
                b'.' | b',' => dots += 1,
                b':' => colons += 1,
                b'-' | b'/' | b'+' => strokes += 1,
                b'T' | b'Z' | b'P' | b'M' | b'A' => {}
                _ => return strokes == 2 && digits >= 6 && text.len() >= 11 && text.as_bytes()[2] == b'/',
            }
        }
        let address = dots == 3;
        let epoch = digits >= 10 && colons == 0 && strokes == 0 && dots <= 1;
        digits > 0 && !address && (colons > 0 || strokes > 0 || epoch)
    }

    /// Whether it may be the day behind a month.
    fn is_day(&self) -> bool {
        self.text.len() <= 2 && self.text.bytes().all(|c| c.is_ascii_digit())
    }

    /// Whether a level may stand behind it: what is in brackets, numbers, signs, the name of a logger before one, and
    /// `user@database` as PostgreSQL's `log_line_prefix` often has it.
    fn may_lead(&self, text: &str) -> bool {
        let sign = self.text.bytes().all(|c| c.is_ascii_punctuation());
        let number = self.text.bytes().all(|c| c.is_ascii_digit());
        let behind = text[self.end..].trim_start();
        let named = (behind.starts_with("- ") || behind.starts_with("| "))
            && self.text.bytes().all(|c| c.is_ascii_alphanumeric() || b"._-:/$".contains(&c));
        let user =
            self.text.contains('@') && behind.split(' ').next().is_some_and(|word| word.ends_with(':'));
        self.bracketed || sign || number || named || user
    }
}

/// Whether one of the next two words is a place in a program's text: `shop/main.go:12`.
fn is_called(behind: &str) -> bool {
    const ENDS: &[&str] =
        &[".go", ".rs", ".py", ".js", ".ts", ".java", ".kt", ".rb", ".c", ".cc", ".cpp", ".cs", ".php"];
    let place = |word: &str| {
        word.rsplit_once(':').is_some_and(|(file, line)| {
            line.bytes().all(|c| c.is_ascii_digit()) && ENDS.iter().any(|end| file.ends_with(end))
        })
    };
    behind.split_ascii_whitespace().take(2).any(place)
}

/// The tokens of a line: words, and what is in brackets, also where no space stands between these.
struct Tokens<'t> {
    text: &'t str,
    at: usize,
    open: bool,
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        let bytes = self.text.as_bytes();
        let mut bracketed = self.open;
        while let Some(c) = bytes.get(self.at) {
            match c {
                b'[' | b'(' | b'<' | b'{' => (self.open, bracketed) = (true, true),
                b' ' => {}
                b']' | b')' | b'>' | b'}' => (self.open, bracketed) = (false, false),
                _ => break,
            }
            self.at += 1;
        }
        let start = self.at;
        let ends = |c: &u8| matches!(c, b' ' | b'[' | b']' | b'(' | b')' | b'<' | b'>' | b'{' | b'}');
        let length = bytes.get(start..)?.iter().position(ends).unwrap_or(bytes.len() - start);
        if length == 0 {
            return None;
        }
        let raw = self.text.get(start..start + length)?;
        self.at = start + length;
        let word = raw.trim_end_matches([':', ',', '|']);
        // A sign alone is a token too.
        let word = if word.is_empty() { raw } else { word };
        let colon = raw.len() > word.len() && raw.as_bytes()[word.len()] == b':';
        Some(Token { text: word, start, end: self.at, bracketed, colon })
    }
}
