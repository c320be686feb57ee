//! Characters for cells with lines, chosen by the sides of the cell that the lines reach.
//!
//! In Unicode, `┼` always means a crossing (`┿` or `╂` if one of the lines is heavy), and `╋` means lines
//! that join on all four sides. In ASCII, a crossing shows only the vertical line, joins and corners are `+`,
//! and a join on all four sides is `*`. Each character is one cell wide in every terminal that can draw
//! boxes. The arrow heads are characters that terminals never show as emoji.
use super::{Side, Stroke};

/// The character set for lines and arrow heads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Glyphs {
    /// Box-drawing characters with rounded corners.
    #[default]
    Unicode,
    /// `+ - | > < ^ v *`, with `=` for heavy lines, `~` and `!` for dashed lines, and `.` and `:` for dotted
    /// lines.
    Ascii,
}

/// Box-drawing characters by the weights of the four lines from the centre of a cell (0 none, 1 light, 2
/// heavy). The index is a number in base 3, whose digits are the weights towards north, east, south and west.
#[rustfmt::skip]
const WEIGHTED_GLYPHS: [char; 81] = [
    ' ', '╴', '╸', '╷', '┐', '┑', '╻', '┒', '┓', '╶', '─', '╾', '┌', '┬', '┭', '┎', '┰', '┱', '╺', '╼', '━', '┍', '┮', '┯', '┏', '┲', '┳',
    '╵', '┘', '┙', '│', '┤', '┥', '╽', '┧', '┪', '└', '┴', '┵', '├', '┼', '┽', '┟', '╁', '╅', '┕', '┶', '┷', '┝', '┾', '┿', '┢', '╆', '╈',
    '╹', '┚', '┛', '╿', '┦', '┩', '┃', '┨', '┫', '┖', '┸', '┹', '┞', '╀', '╃', '┠', '╂', '╉', '┗', '┺', '┻', '┡', '╄', '╇', '┣', '╊', '╋',
];

/// Strokes of the arms of a cell, which are the lines from its centre to the north, east, south and west;
/// `None` if there is no line.
pub type Arms = [Option<Stroke>; 4];

impl Glyphs {
    /// Returns the character for a cell with these arms. If all four arms exist, `join` is true for a join
    /// and false for a crossing. An arrow head towards the side `arrow_head` replaces the line.
    #[must_use]
    pub fn glyph_for(self, arms: Arms, join: bool, arrow_head: Option<Side>) -> char {
        let arms = extend_ends(arms);
        match (arrow_head, self) {
            (Some(side), Self::Unicode) => ['▴', '▸', '▾', '◂'][side as usize],
            (Some(side), Self::Ascii) => ['^', '>', 'v', '<'][side as usize],
            (None, Self::Unicode) => unicode_glyph(arms, join),
            (None, Self::Ascii) => ascii_glyph(arms, join),
        }
    }
}

/// Extends a line that ends in the centre of a cell through the whole cell, because half a line does not look
/// right.
const fn extend_ends(arms: Arms) -> Arms {
    match arms {
        [Some(a), None, None, None] | [None, None, Some(a), None] => [Some(a), None, Some(a), None],
        [None, Some(a), None, None] | [None, None, None, Some(a)] => [None, Some(a), None, Some(a)],
        _ => arms,
    }
}

fn unicode_glyph(arms: Arms, join: bool) -> char {
    let heavy = |arm: Option<Stroke>| arm == Some(Stroke::Heavy);
    match arms {
        [Some(n), Some(e), Some(s), Some(w)] => match (join, heavy(Some(e.max(w))), heavy(Some(n.max(s)))) {
            (true, ..) => '╋',
            (false, false, false) => '┼',
            (false, true, _) => '┿',
            (false, false, true) => '╂',
        },
        [None, Some(e), None, Some(w)] if e == w => ['┈', '╌', '─', '━'][e as usize],
        [Some(n), None, Some(s), None] if n == s => ['┊', '╎', '│', '┃'][n as usize],
        [n, e, s, w] => match (n, e, s, w) {
            (None, Some(a), Some(b), None) if !heavy(Some(a.max(b))) => '╭',
            (None, None, Some(a), Some(b)) if !heavy(Some(a.max(b))) => '╮',
            (Some(a), Some(b), None, None) if !heavy(Some(a.max(b))) => '╰',
            (Some(a), None, None, Some(b)) if !heavy(Some(a.max(b))) => '╯',
            _ => {
                let weight = |arm: Option<Stroke>| arm.map_or(0, |a| 1 + usize::from(a == Stroke::Heavy));
                let index = arms.iter().fold(0, |sum, &arm| sum * 3 + weight(arm));
                WEIGHTED_GLYPHS[index]
            }
        },
    }
}

const fn ascii_glyph(arms: Arms, join: bool) -> char {
    match arms {
        [None, None, None, None] => ' ',
        [None, Some(stroke), None, Some(_)] => match stroke {
            Stroke::Dotted => '.',
            Stroke::Dashed => '~',
            Stroke::Solid => '-',
            Stroke::Heavy => '=',
        },
        [Some(stroke), None, Some(_), None] => match stroke {
            Stroke::Dotted => ':',
            Stroke::Dashed => '!',
            Stroke::Solid | Stroke::Heavy => '|',
        },
        [Some(_), Some(_), Some(_), Some(_)] => {
            if join {
                '*'
            } else {
                '|'
            }
        }
        _ => '+',
    }
}

/// Returns the arms of a cell in the transposed diagram.
pub const fn transpose_arms([north, east, south, west]: Arms) -> Arms {
    [west, south, east, north]
}

impl Side {
    /// Returns the side in the transposed diagram.
    #[must_use]
    pub const fn transposed(self) -> Self {
        match self {
            Self::North => Self::West,
            Self::West => Self::North,
            Self::East => Self::South,
            Self::South => Self::East,
        }
    }
}
