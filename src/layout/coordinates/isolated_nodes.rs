//! Packing of the isolated nodes, which have no edges, in a grid below all other nodes. A node keeps its slot
//! in the grid as long as it exists.
use crate::layout::{geometry::Point, graph::Key, subgraph_layout::GridSlots};
use std::collections::BTreeMap;

/// Minimum ratio of the grid's width in columns to its height in rows. Cells are about twice as tall as wide,
/// so such a grid looks twice as wide as tall.
const GRID_COLUMNS_PER_ROW: i64 = 4;

/// The positions of the isolated nodes (those without edges) in their grid, with the size of the grid, and
/// the slots to keep in the next layout.
pub struct PackedGrid {
    /// Upper left corner of each node, relative to that of the grid.
    pub positions: Vec<Point>,
    /// Width and height in cells.
    pub size: (i32, i32),
    pub slots: GridSlots,
}

/// Packs `boxes`, each given as (key, width, height), into a grid about `width` columns wide. `gaps` are the
/// numbers of free columns and free rows between boxes. A box with a slot in `before` keeps that slot.
pub fn pack_grid(boxes: &[(Key, i32, i32)], width: i32, gaps: (i32, i32), before: &GridSlots) -> PackedGrid {
    if boxes.is_empty() {
        return PackedGrid { positions: Vec::new(), size: (0, 0), slots: GridSlots::default() };
    }
    let columns = if before.columns > 0 { before.columns } else { column_count(boxes, width, gaps.0) };
    let slots = GridSlots { columns, slot_of: assign_slots(boxes, &before.slot_of) };
    let of = |key: &Key| slots.slot_of.get(key).copied().unwrap_or(0);
    let rows = boxes.iter().map(|(key, ..)| of(key) / columns + 1).max().unwrap_or(0);
    let (mut widths, mut heights) = (vec![0; columns], vec![0; rows]);
    for (key, width, height) in boxes {
        let (row, column) = (of(key) / columns, of(key) % columns);
        widths[column] = (*width).max(widths[column]);
        heights[row] = (*height).max(heights[row]);
    }
    let lefts = offsets(&widths, gaps.0);
    let tops = offsets(&heights, gaps.1);
    let position =
        |(key, ..): &(Key, i32, i32)| Point { x: lefts[of(key) % columns], y: tops[of(key) / columns] };
    let at: Vec<Point> = boxes.iter().map(position).collect();
    let right = at.iter().zip(boxes).map(|(p, b)| p.x + b.1).max().unwrap_or(0);
    let bottom = at.iter().zip(boxes).map(|(p, b)| p.y + b.2).max().unwrap_or(0);
    PackedGrid { positions: at, size: (right, bottom), slots }
}

/// Returns the number of slots in each row of the grid: as many as fit into `width`, or more if the grid
/// would be too tall for its width.
fn column_count(boxes: &[(Key, i32, i32)], width: i32, gap: i32) -> usize {
    let gap = i64::from(gap);
    let widest = boxes.iter().map(|b| i64::from(b.1)).max().unwrap_or(1) + gap;
    let area: i64 = boxes.iter().map(|b| widest * i64::from(b.2)).sum();
    let pleasant = (area * GRID_COLUMNS_PER_ROW).isqrt();
    let wide = i64::from(width).max(pleasant) + gap;
    usize::try_from(wide / widest).unwrap_or(1).clamp(1, boxes.len())
}

/// Assigns slots: known nodes keep their slots in `before`, and new nodes get the first free slots.
fn assign_slots(boxes: &[(Key, i32, i32)], before: &BTreeMap<Key, usize>) -> BTreeMap<Key, usize> {
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

/// Returns the start of each column (or row). `sizes` are the widths (or heights), and `gap` is the number of
/// free cells between two of them.
fn offsets(sizes: &[i32], gap: i32) -> Vec<i32> {
    let next = |at: &mut i32, size: &i32| {
        let here = *at;
        *at += size + gap;
        Some(here)
    };
    sizes.iter().scan(0, next).collect()
}
