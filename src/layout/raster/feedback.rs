//! Feedback: the stretches on which edges run against the flow, and the room for text on them.
//!
//! A reader follows lines from left to right. So a stretch that runs to the left needs an explanation, such
//! as the name of the node that it leads to. The text stands where no other line crosses the stretch.
use super::Raster;
use crate::layout::{geometry::Point, graph::Direction};
use std::collections::BTreeMap;

/// A part of a row on which edges run against the flow. It has room for a text, because no other line crosses
/// or joins it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedbackStretch {
    /// Index of one of the edges on the stretch. All of them lead to the same node.
    pub edge: usize,
    /// Leftmost cell.
    pub start: Point,
    /// Width in cells.
    pub width: i32,
}

/// Returns true for each edge whose route runs to the left anywhere. Returns false for all edges of an
/// outline, because there every line on the right ends with a stretch to the left.
pub fn runs_backward(routes: &[Vec<Point>], direction: Direction) -> Vec<bool> {
    routes
        .iter()
        .map(|points| direction != Direction::Outline && backward_runs(points).next().is_some())
        .collect()
}

/// Returns the parts of a route that run to the left, each as its left and right end.
fn backward_runs(points: &[Point]) -> impl Iterator<Item = (Point, Point)> + '_ {
    points.windows(2).filter(|ends| ends[1].x < ends[0].x).map(|ends| (ends[1], ends[0]))
}

/// Returns, for each stretch of a row on which edges run to the left, its longest part that no vertical line
/// touches. Stretches with the same left end count as one. Leaves out stretches without such a part.
pub fn feedback_stretches(raster: &Raster, routes: &[Vec<Point>]) -> Vec<FeedbackStretch> {
    let mut longest: BTreeMap<(i32, i32), FeedbackStretch> = BTreeMap::new();
    for (edge, points) in routes.iter().enumerate() {
        for (left, right) in backward_runs(points) {
            let entry =
                longest.entry((left.y, left.x)).or_insert(FeedbackStretch { edge, start: left, width: 0 });
            let found = longest_uncrossed(raster, left, right.x);
            if found.1 > entry.width {
                *entry = FeedbackStretch { edge, start: found.0, width: found.1 };
            }
        }
    }
    longest.into_values().filter(|stretch| stretch.width > 0).collect()
}

/// Returns the first cell and the length of the longest run of cells between `left` and the column `right`
/// that no vertical line touches.
fn longest_uncrossed(raster: &Raster, left: Point, right: i32) -> (Point, i32) {
    let is_touched = |x: i32| {
        raster.columns.segment_after(x, left.y).is_some()
            || raster.columns.segment_after(x, left.y - 1).is_some()
    };
    let (mut best, mut start) = ((left, 0), left.x);
    for x in left.x..=right + 1 {
        if x <= right && !is_touched(x) {
            continue;
        }
        if x - start > best.1 {
            best = (Point { x: start, ..left }, x - start);
        }
        start = x + 1;
    }
    best
}
