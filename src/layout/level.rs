//! One flat level of the drawing, as the pipeline takes it: the inside of a group, or the outermost picture.
//!
//! Items are boxes of known size. Their edges are bundled by target: all edges to one target are one tree of lines.
//! A bordered level (a group) has a gate in its left border for each inner target that is called from outside, and
//! one in its right border for each outer target that is called from inside.
use super::graph::{Key, RankHint};

/// A box, or a gate in the border.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub key: Key,
    pub width: i32,
    pub height: i32,
    pub hint: RankHint,
    pub role: Role,
    /// The place of a gate among those of its border, if the outer picture has a wish about it.
    pub order: Option<usize>,
}

/// What an item is to the layering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Box,
    /// A gate in the left border, before all boxes.
    Entry,
    /// A gate in the right border, after all boxes.
    Exit,
}

/// Something that is called: a row of an item's left side (for an exit: the gate itself).
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    pub key: Key,
    pub item: usize,
    pub row: i32,
}

/// A line from a row of an item's right side to a target. Never from an item to itself, never twice the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    pub target: usize,
    pub from: usize,
    pub row: i32,
}

/// The question to the pipeline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Level {
    pub items: Vec<Item>,
    pub targets: Vec<Target>,
    pub links: Vec<Link>,
    /// Whether a border is drawn around, with gates in it.
    pub bordered: bool,
    /// Free rows between two boxes.
    pub gap: i32,
    /// Whether lines keep a free row between each other.
    pub airy: bool,
    /// Whether the picture is turned in the end, so that its columns are rows, of which a screen has few.
    pub down: bool,
    /// The least width and height.
    pub least: (i32, i32),
}
