//! Layout candidates: the variants of the map among which a layout request chooses the one that fits the
//! screen best.
//!
//! A request is plain data with a pure function. The map creates the request, and the runtime computes it
//! outside the drawing thread.

use crate::layout;
use std::{cmp::Ordering, sync::Arc};

/// Request to find out if a fresh layout of the map would be much better than the drawn one, which is based
/// on earlier layouts.
#[derive(Clone, Debug, PartialEq)]
pub struct LayoutComparison {
    /// Id of the layout request that produced the drawn layout.
    pub request_id: u64,
    /// Graph of the drawn layout.
    pub graph: Arc<layout::Graph>,
    /// Options of the drawn layout.
    pub options: layout::Options,
    /// Quality of the drawn layout.
    pub quality: layout::Quality,
}

impl LayoutComparison {
    /// Computes a fresh layout and returns true if it is much better.
    #[must_use]
    pub fn is_fresh_layout_better(&self) -> bool {
        self.quality.is_much_worse_than(&layout::layout(&self.graph, None, &self.options).quality)
    }
}

/// Request to compute the layout of the map. Of several candidates, which differ in detail, label width and
/// direction, it picks the one that fits the screen best.
#[derive(Clone, Debug, PartialEq)]
pub struct LayoutRequest {
    /// Id that increases with each request. The map ignores the result of an outdated id.
    pub request_id: u64,
    /// Candidates, the most detailed first.
    pub candidates: Vec<LayoutCandidate>,
    /// Index of the candidate that is drawn now; `None` after a change of focus, filter, grouping or screen
    /// size.
    pub current: Option<usize>,
    /// Columns and rows that are available for the map.
    pub available_size: (u16, u16),
}

/// Candidate of a layout request: one possible way to draw the map, as a layout graph and layout options,
/// with properties that guide the choice.
#[derive(Clone, Debug, PartialEq)]
pub struct LayoutCandidate {
    /// Graph to lay out.
    pub graph: Arc<layout::Graph>,
    /// Layout options.
    pub options: layout::Options,
    /// Earlier layout of the same variant, which the new layout stays close to; `None` for a fresh layout.
    pub seed: Option<layout::Seed>,
    /// True if the candidate shows much less detail. The request tries it only if no earlier candidate nearly
    /// fits.
    pub is_low_detail: bool,
    /// True if the candidate is hard to read because lines lie close together or names are cut very short.
    pub is_hard_to_read: bool,
}

/// Maximum overflow ratio at which a detailed candidate is preferred to all candidates of low detail.
const MAX_DETAILED_OVERFLOW: f64 = 2.0;

/// Factor by which the overflow ratio of a hard-to-read candidate is raised. A readable candidate wins even
/// if it is larger by this factor.
const HARD_TO_READ_PENALTY: f64 = 1.1;

/// Factor by which the overflow ratio of an outline is raised. An outline that does not fit is a long list,
/// so a large estate is better shown as a map of groups.
const SCROLLED_OUTLINE_PENALTY: f64 = 1.5;

/// Factor by which another candidate must fit better than the current one before it replaces the current one.
/// Without this factor, the map would switch back and forth while a deployment starts and stops services.
const MIN_FIT_GAIN: f64 = 1.25;

impl LayoutRequest {
    /// Lays out the best candidate: the first one that fits, or else the one with the smallest overflow
    /// ratio.
    ///
    /// Returns the index and the layout of that candidate. Tries candidates of low detail only if no detailed
    /// one nearly fits. Keeps the current candidate unless another one fits much better.
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

    /// Returns a fresh layout if it is much better than `diagram`, or else `diagram`. A diagram that is based
    /// on an earlier layout can become worse with each change. Compares only if the view has changed, because
    /// then nodes may move.
    fn fresh_if_tangled(&self, index: usize, diagram: layout::Diagram) -> layout::Diagram {
        let LayoutCandidate { graph, options, seed, .. } = &self.candidates[index];
        if self.current.is_some() || seed.is_none() {
            return diagram;
        }
        let fresh = layout::layout(graph, None, options);
        if diagram.quality.is_much_worse_than(&fresh.quality) { fresh } else { diagram }
    }

    /// Returns the larger of two ratios: layout width to available width, and layout height to available
    /// height. Returns 1 if the layout fits.
    ///
    /// The result is lowered for the current candidate, which favours that candidate. It is raised for
    /// candidates that are more detailed than the current one, for outlines, and for candidates that are hard
    /// to read.
    fn overflow_ratio(&self, index: usize, (width, height): (i32, i32)) -> f64 {
        let times = |size: i32, room: u16| f64::from(size) / f64::from(room.max(1));
        let bias = match self.current.map(|drawn| index.cmp(&drawn)) {
            Some(Ordering::Less) => MIN_FIT_GAIN,
            Some(Ordering::Equal) => 1.0 / MIN_FIT_GAIN,
            Some(Ordering::Greater) | None => 1.0,
        };
        let excess =
            (times(width, self.available_size.0).max(times(height, self.available_size.1)) * bias).max(1.0);
        let candidate = &self.candidates[index];
        match candidate.options.direction {
            _ if excess <= 1.0 => excess,
            layout::Direction::Outline => excess * SCROLLED_OUTLINE_PENALTY,
            _ if candidate.is_hard_to_read => excess * HARD_TO_READ_PENALTY,
            _ => excess,
        }
    }

    /// Returns the width and height of a rectangle with the proportions of the screen and the total area of
    /// the candidate's boxes. No layout of the candidate can be smaller in both dimensions.
    fn min_size(&self, index: usize) -> (i32, i32) {
        let nodes = &self.candidates[index].graph.nodes;
        let cells: f64 = nodes.iter().map(|node| f64::from(node.width) * f64::from(node.height)).sum();
        let (columns, rows) =
            (f64::from(self.available_size.0.max(1)), f64::from(self.available_size.1.max(1)));
        let scale = (cells / (columns * rows)).sqrt();
        ((columns * scale) as i32, (rows * scale) as i32)
    }
}
