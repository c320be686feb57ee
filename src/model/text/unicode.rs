//! Deceiving Unicode characters: invisible ones, those that reorder their neighbours, and stacked marks.

use unicode_width::UnicodeWidthChar;

/// Maximum number of marks on one letter. UTS #39 "Unicode Security Mechanisms", section 5.4, advises to
/// forbid more than four nonspacing marks in a row.
pub(super) const MAX_MARKS_PER_LETTER: usize = 4;

/// Returns true if `c` is a control character or separates lines or paragraphs. Cleaning turns it into a
/// space.
pub(super) fn is_separator(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Returns true if `c` is invisible, reorders or joins its neighbours, or is a noncharacter.
///
/// The first list is `Default_Ignorable_Code_Point` of Unicode's `DerivedCoreProperties.txt`: zero-width and
/// filler characters, variation selectors, tags, and the bidirectional marks, overrides and isolates of UAX
/// #9. The second list adds interlinear annotations (`UnicodeData.txt`, U+FFF9 to U+FFFB), the blank braille
/// pattern, which looks like a space, and the noncharacters (`PropList.txt`, `Noncharacter_Code_Point`).
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
        || matches!(c, '\u{fff9}'..='\u{fffb}' | '\u{2800}' | '\u{fdd0}'..='\u{fdef}')
        || u32::from(c) & 0xfffe == 0xfffe
}

/// Returns true if `c` combines with the letter before it and takes no terminal cell of its own.
pub(super) fn is_mark(c: char) -> bool {
    c >= '\u{300}' && c.width() == Some(0)
}
