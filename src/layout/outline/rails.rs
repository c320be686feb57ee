//! Rails: vertical lines on the right of an outline. Each carries the lines of one class to one node.
use super::spanning_tree::SpanningTree;
use crate::layout::{
    geometry::{Point, Rect},
    graph::Edge,
};
use std::collections::BTreeMap;

/// Free columns between two rails, and between a node and a rail.
const RAIL_GAP_COLUMNS: i32 = 2;

/// Returns a route to the right of the nodes for each edge that is not in the tree. The route of an edge in
/// the tree is empty.
///
/// `spare_rows` holds the row on which each edge leaves its caller; `None` if that is the row of the caller
/// itself.
pub fn route(
    edges: &[Edge],
    tree: &SpanningTree,
    rects: &[Rect],
    spare_rows: &[Option<i32>],
) -> Vec<Vec<Point>> {
    let mut rails: BTreeMap<(usize, u8), Vec<usize>> = BTreeMap::new();
    for (index, edge) in
        edges.iter().enumerate().filter(|(index, edge)| tree.parent_edge[edge.to] != Some(*index))
    {
        rails.entry((edge.to, edge.class)).or_default().push(index);
    }
    let leaving_row = |index: usize| spare_rows[index].unwrap_or(rects[edges[index].from].y);
    let span = |to: usize, indices: &[usize]| {
        let rows = indices.iter().map(|&index| leaving_row(index)).chain([rects[to].y]);
        rows.fold((i32::MAX, i32::MIN), |(low, high), row| (low.min(row), high.max(row)))
    };
    let mut rails: Vec<((i32, i32), usize, Vec<usize>)> =
        rails.into_iter().map(|((to, _), indices)| (span(to, &indices), to, indices)).collect();
    rails.sort_by_key(|((low, high), to, indices)| {
        (high - low, *low, rects[*to].y, indices.first().map(|&index| edges[index].class))
    });
    let rows =
        rects.iter().map(|r| r.y + r.height).chain(spare_rows.iter().flatten().map(|row| row + 1)).max();
    let mut taken = vec![0_i32; usize::try_from(rows.unwrap_or(0)).unwrap_or(0)];
    for rect in rects {
        (rect.y..rect.y + rect.height).for_each(|y| {
            let end = &mut taken[usize::try_from(y).unwrap_or(0)];
            *end = (*end).max(rect.x + rect.width - 1);
        });
    }
    let mut routes = vec![Vec::new(); edges.len()];
    for ((low, high), to, indices) in rails {
        let rows = usize::try_from(low).unwrap_or(0)..usize::try_from(high + 1).unwrap_or(0);
        let x = taken[rows.clone()].iter().copied().max().unwrap_or(0) + RAIL_GAP_COLUMNS;
        taken[rows].fill(x);
        for index in indices {
            let (from, to) = (rects[edges[index].from], rects[to]);
            let row = leaving_row(index);
            let mut points = if spare_rows[index].is_some() {
                vec![Point { x: from.x, y: from.y + from.height - 1 }, Point { x: from.x, y: row }]
            } else {
                vec![Point { x: from.x + from.width, y: row }]
            };
            points.extend([Point { x, y: row }, Point { x, y: to.y }, Point { x: to.x + to.width, y: to.y }]);
            routes[index] = points;
        }
    }
    routes
}
