//! Layout candidates: the ways in which the map may be drawn, and the choice among them.
//!
//! The requests are plain data with a pure function. The map makes them, and the runtime computes them off the
//! drawing thread.

use crate::layout;
use std::{cmp::Ordering, sync::Arc};

/// Request to compare an incremental layout with a fresh one, off the drawing thread.
#[derive(Clone, Debug, PartialEq)]
pub struct LayoutComparison {
    /// Id of the layout request that produced the layout.
    pub request_id: u64,
    /// Graph that was laid out.
    pub graph: Arc<layout::Graph>,
    /// Options of that layout.
    pub options: layout::Options,
    /// Quality of that layout.
    pub quality: layout::Quality,
}

impl LayoutComparison {
    /// Computes a fresh layout and returns true if it is much better.
    #[must_use]
    pub fn is_fresh_layout_better(&self) -> bool {
        self.quality.is_much_worse_than(&layout::layout(&self.graph, None, &self.options).quality)
    }
}

/// Request to compute a layout off the drawing thread.
#[derive(Clone, Debug, PartialEq)]
pub struct LayoutRequest {
    /// Increasing id, by which the map ignores an outdated answer.
    pub request_id: u64,
    /// Candidates, the most detailed first.
    pub candidates: Vec<LayoutCandidate>,
    /// Index of the candidate on screen; `None` after a change of focus, filter, grouping or screen size.
    pub current: Option<usize>,
    /// Available columns and rows.
    pub available_size: (u16, u16),
}

/// One way to draw the map.
#[derive(Clone, Debug, PartialEq)]
pub struct LayoutCandidate {
    /// Graph to lay out.
    pub graph: Arc<layout::Graph>,
    /// Layout options.
    pub options: layout::Options,
    /// Previous layout of the same kind, to stay close to; `None` without one.
    pub seed: Option<layout::Seed>,
    /// True if it shows much less detail. It is used only if no earlier candidate comes close to fitting.
    pub is_low_detail: bool,
    /// True if it is hard to read because lines lie close together or names are cut very short.
    pub is_hard_to_read: bool,
}

/// Largest overflow ratio at which a detailed candidate still wins over all low-detail ones.
const MAX_DETAILED_OVERFLOW: f64 = 2.0;

/// Factor on the overflow ratio of candidates that are hard to read. An easier one may be this much larger.
const HARD_TO_READ_PENALTY: f64 = 1.1;

/// Factor by which another candidate must fit better than the current one. Without it the map would switch
/// back and forth while a deployment starts and stops services.
const MIN_FIT_GAIN: f64 = 1.25;

impl LayoutRequest {
    /// Computes the best candidate: the first that fits, else the one with the smallest overflow ratio.
    ///
    /// Returns its index and its layout. Low-detail candidates are tried only if no detailed one comes close
    /// to fitting. The current candidate stays unless another fits much better; a more detailed one needs
    /// spare room.
    #[must_use]
    pub fn compute(&self) -> (usize, layout::Diagram) {
        let drawn = self.current.map(|index| (index, self.lay_out(index)));
        let bound = drawn.as_ref().map_or(f64::INFINITY, |(index, now)| {
            self.overflow_ratio(*index, now.size).max(if self.candidates[*index].is_low_detail {
                MAX_DETAILED_OVERFLOW
            } else {
                1.0
            })
        });
        let mut best: Option<(f64, usize, layout::Diagram)> = None;
        for (index, choice) in self.candidates.iter().enumerate() {
            if choice.is_low_detail
                && best.as_ref().is_some_and(|(least, ..)| *least <= MAX_DETAILED_OVERFLOW)
            {
                break;
            }
            let diagram = match &drawn {
                Some((now, diagram)) if *now == index => diagram.clone(),
                _ if self.overflow_ratio(index, self.min_size(index)) > bound => continue,
                _ => self.lay_out(index),
            };
            let excess = self.overflow_ratio(index, diagram.size);
            if best.as_ref().is_none_or(|(least, ..)| excess < *least) {
                best = Some((excess, index, diagram));
            }
            if excess <= 1.0 {
                break;
            }
        }
        best.map(|(_, index, diagram)| (index, self.fresh_if_tangled(index, diagram))).unwrap_or_default()
    }

    fn lay_out(&self, index: usize) -> layout::Diagram {
        let LayoutCandidate { graph, options, seed, .. } = &self.candidates[index];
        layout::layout(graph, seed.as_ref(), options)
    }

    /// Returns `diagram`, or a fresh layout if that is much better. After many changes the previous layout is
    /// more of a burden than a help.
    fn fresh_if_tangled(&self, index: usize, diagram: layout::Diagram) -> layout::Diagram {
        let LayoutCandidate { graph, options, seed, .. } = &self.candidates[index];
        if self.current.is_some() || seed.is_none() {
            return diagram;
        }
        let fresh = layout::layout(graph, None, options);
        if diagram.quality.is_much_worse_than(&fresh.quality) { fresh } else { diagram }
    }

    /// Returns how many times larger than the available size a drawing is in its worse direction; 1 if it
    /// fits.
    ///
    /// The current candidate may be a little larger. Candidates that are more detailed or hard to read must
    /// be a little smaller.
    fn overflow_ratio(&self, index: usize, (width, height): (i32, i32)) -> f64 {
        let times = |size: i32, room: u16| f64::from(size) / f64::from(room.max(1));
        let bias = match self.current.map(|drawn| index.cmp(&drawn)) {
            Some(Ordering::Less) => MIN_FIT_GAIN,
            Some(Ordering::Equal) => 1.0 / MIN_FIT_GAIN,
            Some(Ordering::Greater) | None => 1.0,
        };
        let excess =
            (times(width, self.available_size.0).max(times(height, self.available_size.1)) * bias).max(1.0);
        if self.candidates[index].is_hard_to_read && excess > 1.0 {
            excess * HARD_TO_READ_PENALTY
        } else {
            excess
        }
    }

    /// Returns a lower bound of the drawing's size: the available size, scaled until all boxes exactly fill
    /// it.
    fn min_size(&self, index: usize) -> (i32, i32) {
        let nodes = &self.candidates[index].graph.nodes;
        let cells: f64 = nodes.iter().map(|node| f64::from(node.width) * f64::from(node.height)).sum();
        let (columns, rows) =
            (f64::from(self.available_size.0.max(1)), f64::from(self.available_size.1.max(1)));
        let scale = (cells / (columns * rows)).sqrt();
        ((columns * scale) as i32, (rows * scale) as i32)
    }
}
