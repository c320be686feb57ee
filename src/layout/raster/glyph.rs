//! From arms to characters.
//!
//! A crossing is `┼` and nothing else is; a join of four arms is `╋`. In ASCII a crossing is drawn as the vertical
//! line alone, joins and corners are `+`, and a join of four arms is `*`. All characters are one cell wide in every
//! profile that draws boxes at all; the arrows are ones that are never shown as emoji.
use super::marks::Mark;
use super::{Side, Stroke};

/// The characters to draw with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Glyphs {
    /// Box drawing characters with rounded corners.
    #[default]
    Unicode,
    /// `+ - | > < ^ v *`, with `=` for heavy, `~ !` for dashed and `. :` for dotted lines.
    Ascii,
}

/// By weights north, east, south, west: 0 nothing, 1 light, 2 heavy, read as a number of base 3.
#[rustfmt::skip]
const TABLE: [char; 81] = [
    ' ', '╴', '╸', '╷', '┐', '┑', '╻', '┒', '┓', '╶', '─', '╾', '┌', '┬', '┭', '┎', '┰', '┱', '╺', '╼', '━', '┍', '┮', '┯', '┏', '┲', '┳',
    '╵', '┘', '┙', '│', '┤', '┥', '╽', '┧', '┪', '└', '┴', '┵', '├', '┼', '┽', '┟', '╁', '╅', '┕', '┶', '┷', '┝', '┾', '┿', '┢', '╆', '╈',
    '╹', '┚', '┛', '╿', '┦', '┩', '┃', '┨', '┫', '┖', '┸', '┹', '┞', '╀', '╃', '┠', '╂', '╉', '┗', '┺', '┻', '┡', '╄', '╇', '┣', '╊', '╋',
];

/// The strokes of the arms of a cell: north, east, south, west.
pub type Arms = [Option<Stroke>; 4];

impl Glyphs {
    /// The character of a cell with these arms; `join` tells four arms that belong together from two that cross.
    #[must_use]
    pub fn of(self, arms: Arms, join: bool, mark: Option<Mark>) -> char {
        let arms = through(arms);
        match (mark, self) {
            (Some(Mark::Tick(side) | Mark::Head(side)), Self::Unicode) => ['▴', '▸', '▾', '◂'][side as usize],
            (Some(Mark::Tick(side) | Mark::Head(side)), Self::Ascii) => ['^', '>', 'v', '<'][side as usize],
            (None, Self::Unicode) => unicode(arms, join),
            (None, Self::Ascii) => ascii(arms, join),
        }
    }
}

/// A line that ends in a cell is drawn through it.
const fn through(arms: Arms) -> Arms {
    match arms {
        [Some(a), None, None, None] | [None, None, Some(a), None] => [Some(a), None, Some(a), None],
        [None, Some(a), None, None] | [None, None, None, Some(a)] => [None, Some(a), None, Some(a)],
        _ => arms,
    }
}

fn unicode(arms: Arms, join: bool) -> char {
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
                TABLE[index]
            }
        },
    }
}

const fn ascii(arms: Arms, join: bool) -> char {
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

/// The other way round of a turned picture.
pub const fn turned_arms([north, east, south, west]: Arms) -> Arms {
    [west, south, east, north]
}

/// The mark in a turned picture.
pub const fn turned_mark(mark: Mark) -> Mark {
    match mark {
        Mark::Tick(side) => Mark::Tick(side.turned()),
        Mark::Head(side) => Mark::Head(side.turned()),
    }
}

impl Side {
    const fn turned(self) -> Self {
        match self {
            Self::North => Self::West,
            Self::West => Self::North,
            Self::East => Self::South,
            Self::South => Self::East,
        }
    }
}
