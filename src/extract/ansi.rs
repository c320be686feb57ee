//! Parser of ANSI colours. It removes the escape sequences from a log line, and returns colours and bold as
//! spans of the text.

use crate::model::{Colour, LineText, TextStyle};
use std::borrow::Cow;

/// The maximum number of coloured or bold spans to keep for one line.
const MAX_STYLED_SPANS: usize = 128;

/// The colour and weight in effect at a position of a line.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct AnsiStyle {
    colour: Option<Colour>,
    bold: bool,
}

/// The replacement for a tab: two spaces, because Portolan recognises columns by two or more spaces.
const TAB_REPLACEMENT: &str = "  ";

/// Returns the text of a line without escape sequences, and the spans of it that are coloured or bold.
///
/// Spans have foreground colours and bold: ECMA-48 SGR 0, 1, 22, 30 to 39 and 90 to 97. After SGR 38 comes a
/// palette number, or red, green and blue as in ITU-T T.416, separated by semicolons or colons. All other
/// sequences are dropped.
#[must_use]
pub fn parse_ansi(raw: &str) -> (LineText, Vec<TextStyle>) {
    let mut parts: Vec<TextStyle> = Vec::new();
    let (mut pen, mut since) = (AnsiStyle::default(), 0);
    let mut close = |pen: AnsiStyle, start: usize, end: usize| {
        if pen != AnsiStyle::default() && start < end && parts.len() < MAX_STYLED_SPANS {
            let AnsiStyle { colour, bold } = pen;
            parts.push(TextStyle { start: start as u32, end: end as u32, colour, bold });
        }
    };
    let spaced =
        if raw.contains('\t') { Cow::Owned(raw.replace('\t', TAB_REPLACEMENT)) } else { Cow::Borrowed(raw) };
    let text = LineText::new_reporting_sgr(&spaced, &mut |place, parameters| {
        let next = pen.apply_sgr(parameters);
        if next != pen {
            close(pen, since, place);
            (pen, since) = (next, place);
        }
    });
    close(pen, since, text.len());
    (text, parts)
}

impl AnsiStyle {
    /// Returns the style after an SGR sequence with these parameters. Ignores unknown parameters.
    fn apply_sgr(mut self, parameters: &str) -> Self {
        let parse = |number: &str| if number.is_empty() { Ok(0) } else { number.parse::<u16>() };
        let mut parameters = parameters.split(';');
        while let Some(parameter) = parameters.next() {
            // Parameters of a colour are separated by colons or, in an older form, by semicolons.
            let mut parts = parameter.split(':').map(parse);
            let Some(Ok(number)) = parts.next() else { break };
            let mut colour = || {
                if parameter.contains(':') {
                    extended_colour(&mut parts, true)
                } else {
                    extended_colour(&mut parameters.by_ref().map(parse), false)
                }
            };
            match number {
                0 => self = Self::default(),
                1 => self.bold = true,
                22 => self.bold = false,
                30..=37 => self.colour = Some(Colour::Palette(number as u8 - 30)),
                90..=97 => self.colour = Some(Colour::Palette(number as u8 - 90 + 8)),
                39 => self.colour = None,
                38 => self.colour = colour().or(self.colour),
                // The numbers after 48 are a background colour, not SGR codes. They are skipped.
                48 => {
                    colour();
                }
                _ => {}
            }
        }
        self
    }
}

/// Parses the colour after 38 or 48. If the parameters are separated by colons, a colour space may precede
/// red, green and blue (ITU-T T.416). Returns `None` if the colour is malformed.
fn extended_colour<E>(numbers: &mut impl Iterator<Item = Result<u16, E>>, colons: bool) -> Option<Colour> {
    let mut byte = || numbers.next()?.ok().and_then(|n| u8::try_from(n).ok());
    match byte()? {
        5 => Some(Colour::Palette(byte()?)),
        2 => {
            let first = byte()?;
            let (second, third) = (byte()?, byte()?);
            match if colons { byte() } else { None } {
                Some(fourth) => Some(Colour::Rgb(second, third, fourth)),
                None => Some(Colour::Rgb(first, second, third)),
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{TAB_REPLACEMENT, parse_ansi};
    use crate::model::{Colour, LineText, TextStyle};

    fn part(start: u32, end: u32, colour: Option<Colour>, bold: bool) -> TextStyle {
        TextStyle { start, end, colour, bold }
    }

    #[test]
    fn colours_are_kept_beside_the_text() {
        let (text, parts) = parse_ansi("\u{1b}[31mred\u{1b}[0m and \u{1b}[1;92mgreen");
        assert_eq!(text, "red and green");
        let bright = Some(Colour::Palette(10));
        assert_eq!(parts, [part(0, 3, Some(Colour::Palette(1)), false), part(8, 13, bright, true)]);
    }

    #[test]
    fn colours_of_many_come_in_several_forms() {
        for form in ["38;2;1;2;3", "38:2:1:2:3", "38:2::1:2:3", "48;5;31;38;2;1;2;3"] {
            let (text, parts) = parse_ansi(&format!("\u{1b}[{form}mx\u{1b}[39my"));
            assert_eq!(
                (text.as_str(), &parts[..]),
                ("xy", &[part(0, 1, Some(Colour::Rgb(1, 2, 3)), false)][..]),
                "{form}"
            );
        }
        let bold = part(0, 1, Some(Colour::Rgb(1, 2, 3)), true);
        for form in ["38:2:1:2:3;1", "1;38:2:1:2:3", "38;2;1;2;3;1"] {
            assert_eq!(parse_ansi(&format!("\u{1b}[{form}mx")).1, [bold], "{form}");
        }
        assert_eq!(parse_ansi("\u{9b}38;5;200mx").1, [part(0, 1, Some(Colour::Palette(200)), false)]);
    }

    #[test]
    fn what_is_no_colour_paints_nothing() {
        for raw in [
            "\u{1b}[2Jx",
            "\u{1b}]52;c;aGk=\u{7}x",
            "\u{1b}[?25mx",
            "\u{1b}[31",
            "\u{1b}[38;5mx",
            "x\u{1b}[31m",
        ] {
            assert!(parse_ansi(raw).1.is_empty(), "{raw:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn the_text_is_the_clean_one_and_parts_lie_in_it(raw in "(\\x1b\\[[0-9;:]{0,9}m|\\PC|[\\x00-\\x1f\\x7f-\\x9f]){0,40}") {
            let (text, parts) = parse_ansi(&raw);
            proptest::prop_assert_eq!(&text, &LineText::new(&raw.replace('\t', TAB_REPLACEMENT)));
            let mut end = 0;
            for part in parts {
                proptest::prop_assert!(part.start >= end && part.start < part.end);
                proptest::prop_assert!(text.get(part.start as usize..part.end as usize).is_some());
                end = part.end;
            }
        }
    }
}
