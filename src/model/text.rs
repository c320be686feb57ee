//! Text from outside, made harmless: it can not drive the terminal, nor pass for other text.

/// The longest name, reason or message kept of outside text, in characters.
const LONGEST: usize = 2_000;

/// Removes what could drive the terminal or deceive the eye, and bounds the length.
///
/// Escape sequences (ECMA-48) go as a whole, other control characters become a space, and bidirectional overrides
/// (Unicode TR 36) and zero-width characters vanish. Ends of line are kept as a space.
#[must_use]
pub fn clean(raw: &str) -> String {
    clean_within(raw, LONGEST)
}

/// [`clean`], keeping at most `longest` characters: log lines may be longer than names, quotations are shorter.
#[must_use]
pub fn clean_within(raw: &str, longest: usize) -> String {
    scrub(raw, longest, &mut |_, _| {})
}

/// [`clean_within`], telling of each sequence that sets colours (SGR, ECMA-48 section 8.3.117): where in the clean text
/// it stood, and its parameters.
pub fn scrub(raw: &str, longest: usize, sgr: &mut dyn FnMut(usize, &str)) -> String {
    let mut out = String::with_capacity(raw.len().min(longest));
    let (mut kept, mut chars) = (0, raw.chars());
    loop {
        // Nearly all text is plain, and is taken as it stands.
        let rest = chars.as_str();
        let plain = plain(rest.as_bytes()).min(longest - kept);
        out.push_str(&rest[..plain]);
        (kept, chars) = (kept + plain, rest[plain..].chars());
        let Some(c) = chars.next() else { break };
        if kept == longest {
            out.push('…');
            break;
        }
        match c {
            '\u{1b}' if !take(&mut chars, '[') => skip_escape(&mut chars),
            '\u{1b}' | '\u{9b}' => control(&mut chars, |parameters| sgr(out.len(), parameters)),
            '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' => skip_string(&mut chars),
            // Line and paragraph separators (Unicode Standard, section 5.8) separate words.
            '\u{2028}' | '\u{2029}' => {
                out.push(' ');
                kept += 1;
            }
            c if is_invisible(c) => {}
            c => {
                out.push(if c.is_control() { ' ' } else { c });
                kept += 1;
            }
        }
    }
    out
}

/// How many bytes at the beginning are printable ASCII.
fn plain(bytes: &[u8]) -> usize {
    const STEP: usize = 16;
    let is_plain = |byte: &u8| (b' '..=b'~').contains(byte);
    // Whole steps without a branch for each byte: the compiler makes few instructions of them.
    let whole = |step: &&[u8]| step.iter().fold(true, |all, byte| all & is_plain(byte));
    let steps = STEP * bytes.chunks_exact(STEP).take_while(whole).count();
    steps + bytes[steps..].iter().take_while(|byte| is_plain(byte)).count()
}

/// Takes the next character, if it is that one.
fn take(chars: &mut Chars<'_>, wanted: char) -> bool {
    let is = chars.as_str().starts_with(wanted);
    if is {
        chars.next();
    }
    is
}

/// How much is kept of the parameters of a sequence, in bytes: several colours fit in.
const MOST_PARAMETERS: usize = 64;

type Chars<'a> = std::str::Chars<'a>;

/// Skips a control sequence behind its introducer; if it sets colours, tells its parameters.
fn control(chars: &mut Chars<'_>, sgr: impl FnOnce(&str)) {
    let mut parameters = String::new();
    for c in chars.by_ref() {
        match c {
            'm' => return sgr(&parameters),
            '\u{40}'..='\u{7e}' => return,
            c if parameters.len() < MOST_PARAMETERS => parameters.push(c),
            _ => {}
        }
    }
}

/// Skips what follows ESC but a control sequence: a string (OSC, DCS, APC, PM, SOS), or a two-character sequence.
fn skip_escape(chars: &mut Chars<'_>) {
    match chars.next() {
        Some(']' | 'P' | 'X' | '^' | '_') => skip_string(chars),
        Some('\u{20}'..='\u{2f}') => skip_until(chars, |c| ('\u{30}'..='\u{7e}').contains(&c)),
        _ => {}
    }
}

/// Skips up to and with the first character that `ends` accepts.
fn skip_until(chars: &mut Chars<'_>, ends: impl Fn(char) -> bool) {
    for c in chars.by_ref() {
        if ends(c) {
            return;
        }
    }
}

/// Skips a control string up to its terminator: BEL, ST, or ESC \.
fn skip_string(chars: &mut Chars<'_>) {
    while let Some(c) = chars.next() {
        match c {
            '\u{7}' | '\u{9c}' => return,
            '\u{1b}' => {
                take(chars, '\\');
                return;
            }
            _ => {}
        }
    }
}

/// Whether the character shows nothing, or reorders or joins what stands around it.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn escapes_go_as_a_whole() {
        assert_eq!(clean("a\u{1b}[31mred\u{1b}[0m b"), "ared b");
        assert_eq!(clean("x\u{1b}]52;c;aGk=\u{7}y"), "xy");
        assert_eq!(clean("x\u{1b}]0;title\u{1b}\\y"), "xy");
        assert_eq!(clean("x\u{9b}2Jy\u{90}dcs\u{9c}z"), "xyz");
    }

    #[test]
    fn what_deceives_the_eye_goes() {
        assert_eq!(clean("ab\u{202e}cd\u{200b}e\u{feff}"), "abcde");
        assert_eq!(clean("bell\u{7}\ttab\nline"), "bell  tab line");
    }

    #[test]
    fn other_scripts_stay() {
        assert_eq!(clean("日本 עברית é"), "日本 עברית é");
    }

    proptest::proptest! {
        #[test]
        fn nothing_that_drives_a_terminal_passes(raw in "\\PC*|[\\x00-\\x1f\\x7f-\\x9f\\[\\]a-z;]*") {
            proptest::prop_assert!(!clean(&raw).chars().any(char::is_control));
        }
    }
}
