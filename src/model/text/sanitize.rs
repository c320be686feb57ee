//! Removal of terminal sequences (ECMA-48) and of deceiving characters.

use super::unicode::{MAX_MARKS_PER_LETTER, is_invisible, is_mark, is_separator};

type Chars<'a> = std::str::Chars<'a>;

/// Maximum length of the parameters of a colour sequence that [`scrub`] reports, in bytes; enough for several
/// colours.
const MAX_PARAMETER_BYTES: usize = 64;

/// Introducers of control strings as single characters: DCS, SOS, OSC, PM, APC (ECMA-48 section 5.6).
const STRING_INTRODUCERS: [char; 5] = ['\u{90}', '\u{98}', '\u{9d}', '\u{9e}', '\u{9f}'];

/// Returns `raw` without terminal sequences and deceiving characters, cut after `max_chars` characters with
/// an ellipsis `…`. Calls `sgr` for each sequence that sets colours, with the byte offset in the result and
/// the sequence's parameters.
pub(super) fn scrub(raw: &str, max_chars: usize, sgr: &mut dyn FnMut(usize, &str)) -> String {
    let mut out = String::with_capacity(raw.len().min(max_chars));
    let (mut kept, mut marks, mut chars) = (0, 0, raw.chars());
    // If one control string has no end, no later one has an end either. Searching for the end each time would
    // take quadratic time.
    let mut strings_end = true;
    loop {
        // Nearly all text is printable ASCII, and is copied unchanged.
        let rest = chars.as_str();
        let plain = printable_ascii_prefix(rest.as_bytes()).min(max_chars - kept);
        if plain > 0 {
            out.push_str(&rest[..plain]);
            (kept, marks, chars) = (kept + plain, 0, rest[plain..].chars());
        }
        let Some(c) = chars.next() else { break };
        if kept == max_chars {
            out.push('…');
            break;
        }
        match c {
            '\u{1b}' => match skip_escape(&mut chars) {
                SequenceKind::ControlSequence => {
                    skip_control(&mut chars, |parameters| sgr(out.len(), parameters));
                }
                SequenceKind::ControlString => strings_end = strings_end && skip_string(&mut chars),
                SequenceKind::Nothing => {}
            },
            '\u{9b}' => skip_control(&mut chars, |parameters| sgr(out.len(), parameters)),
            c if STRING_INTRODUCERS.contains(&c) => strings_end = strings_end && skip_string(&mut chars),
            c if is_invisible(c) => {}
            // A mark without a letter would combine with the text printed before.
            c if is_mark(c) && (out.is_empty() || marks == MAX_MARKS_PER_LETTER) => {}
            c => {
                marks = if is_mark(c) { marks + 1 } else { 0 };
                out.push(if is_separator(c) { ' ' } else { c });
                kept += 1;
            }
        }
    }
    out
}

/// Returns the number of printable ASCII bytes at the start of `bytes`.
pub(super) fn printable_ascii_prefix(bytes: &[u8]) -> usize {
    const STEP_BYTES: usize = 16;
    let is_plain = |byte: &u8| (b' '..=b'~').contains(byte);
    // The compiler vectorises a step, because the step has no branch for each byte.
    let whole = |step: &&[u8]| step.iter().fold(true, |all, byte| all & is_plain(byte));
    let steps = STEP_BYTES * bytes.chunks_exact(STEP_BYTES).take_while(whole).count();
    steps + bytes[steps..].iter().take_while(|byte| is_plain(byte)).count()
}

/// The kind of terminal sequence that follows the character ESC.
enum SequenceKind {
    /// A control sequence, such as one that sets colours or moves the cursor.
    ControlSequence,
    /// A control string, such as one that sets the window's title.
    ControlString,
    /// Nothing: the escape sequence is complete.
    Nothing,
}

/// Skips the intermediate and final characters after ESC (ECMA-35 section 13.1). Returns the kind of sequence
/// that they introduce, whose rest the caller has to skip.
fn skip_escape(chars: &mut Chars<'_>) -> SequenceKind {
    skip_while(chars, |c| ('\u{20}'..='\u{2f}').contains(&c));
    match chars.as_str().chars().next() {
        Some(c @ '\u{30}'..='\u{7e}') => {
            chars.next();
            match c {
                '[' => SequenceKind::ControlSequence,
                ']' | 'P' | 'X' | '^' | '_' => SequenceKind::ControlString,
                _ => SequenceKind::Nothing,
            }
        }
        _ => SequenceKind::Nothing,
    }
}

/// Skips a control sequence after its introducer (ECMA-48 section 5.4), and passes its parameters to `sgr` if
/// it sets colours.
fn skip_control(chars: &mut Chars<'_>, sgr: impl FnOnce(&str)) {
    let rest = chars.as_str();
    skip_while(chars, |c| ('\u{20}'..='\u{3f}').contains(&c));
    let parameters = &rest[..rest.len() - chars.as_str().len()];
    if let Some(end @ '\u{40}'..='\u{7e}') = chars.as_str().chars().next() {
        chars.next();
        if end == 'm' {
            sgr(&parameters[..parameters.len().min(MAX_PARAMETER_BYTES)]);
        }
    }
}

/// Skips characters as long as `belongs` returns true for them.
fn skip_while(chars: &mut Chars<'_>, belongs: impl Fn(char) -> bool) {
    *chars = chars.as_str().trim_start_matches(belongs).chars();
}

/// Skips a control string and its end: ST, BEL (an xterm extension), or a control character that cancels it
/// (CAN, SUB, ESC). Returns false and skips nothing if the string has no end, so that the text after a stray
/// introducer stays readable.
fn skip_string(chars: &mut Chars<'_>) -> bool {
    let rest = chars.as_str();
    let Some(end) = rest.find(['\u{7}', '\u{9c}', '\u{18}', '\u{1a}', '\u{1b}']) else { return false };
    *chars = rest[end..].chars();
    // ESC starts the next sequence; `ESC \` is the string terminator.
    if !rest[end..].starts_with('\u{1b}') {
        chars.next();
    }
    true
}
