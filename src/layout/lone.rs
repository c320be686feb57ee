//! The ones without any edge: packed in a grid below the rest, each in its slot for as long as it lives.
use super::diagram::Point;
use super::graph::Key;
use std::collections::BTreeMap;

/// A terminal cell is about this many times taller than wide; a grid of its own is about twice as wide as tall.
const ASPECT: i64 = 4;

/// Who stands in which slot of a grid with this many columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slots {
    pub columns: usize,
    pub slot: BTreeMap<Key, usize>,
}

/// A packed grid.
pub struct Packed {
    pub at: Vec<Point>,
    pub size: (i32, i32),
    pub slots: Slots,
}

/// Packs boxes of these names, widths and heights into about this width, with so many columns and rows between them.
pub fn pack(boxes: &[(Key, i32, i32)], width: i32, gaps: (i32, i32), before: &Slots) -> Packed {
    if boxes.is_empty() {
        return Packed { at: Vec::new(), size: (0, 0), slots: Slots::default() };
    }
    let columns = if before.columns > 0 { before.columns } else { columns(boxes, width, gaps.0) };
    let slots = Slots { columns, slot: assign(boxes, &before.slot) };
    let of = |key: &Key| slots.slot.get(key).copied().unwrap_or(0);
    let rows = boxes.iter().map(|(key, ..)| of(key) / columns + 1).max().unwrap_or(0);
    let (mut widths, mut heights) = (vec![0; columns], vec![0; rows]);
    for (key, width, height) in boxes {
        let (row, column) = (of(key) / columns, of(key) % columns);
        widths[column] = (*width).max(widths[column]);
        heights[row] = (*height).max(heights[row]);
    }
    let lefts = offsets(&widths, gaps.0);
    let tops = offsets(&heights, gaps.1);
    let spot =
        |(key, ..): &(Key, i32, i32)| Point { x: lefts[of(key) % columns], y: tops[of(key) / columns] };
    let at: Vec<Point> = boxes.iter().map(spot).collect();
    let right = at.iter().zip(boxes).map(|(p, b)| p.x + b.1).max().unwrap_or(0);
    let bottom = at.iter().zip(boxes).map(|(p, b)| p.y + b.2).max().unwrap_or(0);
    Packed { at, size: (right, bottom), slots }
}

/// As many columns as fit the width; if there is nothing to align with, what makes a pleasant rectangle.
fn columns(boxes: &[(Key, i32, i32)], width: i32, gap: i32) -> usize {
    let gap = i64::from(gap);
    let widest = boxes.iter().map(|b| i64::from(b.1)).max().unwrap_or(1) + gap;
    let area: i64 = boxes.iter().map(|b| widest * i64::from(b.2)).sum();
    let pleasant = (area * ASPECT).isqrt();
    let wide = i64::from(width).max(pleasant) + gap;
    usize::try_from(wide / widest).unwrap_or(1).clamp(1, boxes.len())
}

/// Old ones keep their slots, new ones take the first that are free.
fn assign(boxes: &[(Key, i32, i32)], before: &BTreeMap<Key, usize>) -> BTreeMap<Key, usize> {
    let mut slots: BTreeMap<Key, usize> =
        boxes.iter().filter_map(|(key, ..)| before.get(key).map(|&slot| (key.clone(), slot))).collect();
    let mut taken: Vec<usize> = slots.values().copied().collect();
    taken.sort_unstable();
    let mut free = (0..).filter(|slot| taken.binary_search(slot).is_err());
    for (key, ..) in boxes {
        if !slots.contains_key(key) {
            slots.insert(key.clone(), free.next().unwrap_or(0));
        }
    }
    slots
}

fn offsets(sizes: &[i32], gap: i32) -> Vec<i32> {
    let next = |at: &mut i32, size: &i32| {
        let here = *at;
        *at += size + gap;
        Some(here)
    };
    sizes.iter().scan(0, next).collect()
}
