//! Maze router: finds routes through the free cells of a finished diagram for edges that are not in the
//! layout. So the map can show hidden edges temporarily without moving anything.
//!
//! The method is Lee's maze routing ("An algorithm for path connections and its applications", IRE Trans.
//! EC-10, 1961), with additional costs for turns and crossings. One search runs from the callee's box to all
//! its callers, so edges to the same box share their last stretch, as in a layout. An edge crosses another
//! edge, or the frame of a group, only in a straight line. If no path of free cells connects two boxes, the
//! edge gets no route.
use super::{
    diagram::{Diagram, Route},
    geometry::{Point, Rect},
    graph::{Direction, Graph},
};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    ops::Range,
};

/// Maximum size of a diagram to search, in cells. In a larger diagram, no reader could follow a line.
const MAX_CELLS: usize = 40_000;

/// Cost of a turn, as a number of columns.
const TURN_COST: u32 = 4;
/// Cost of a crossing, as a number of columns.
const CROSSING_COST: u32 = 3;

/// Cost, as a number of columns, of reaching a box on a side other than the one at which the layout's edges
/// arrive.
const OTHER_SIDE_COST: u32 = 8;

/// Cost of a step to the left or right.
const COLUMN_COST: u32 = 1;
/// Cost of a step up or down. Cells are about twice as tall as wide.
const ROW_COST: u32 = 2;

/// Offsets of the steps with the numbers 0 to 3: right, left, down and up. The numbers of opposite steps
/// differ only in the lowest bit.
const STEP_OFFSETS: [(i32, i32); 4] = [(1, 0), (-1, 0), (0, 1), (0, -1)];

/// Value for "no previous step", at the start of a search.
const NO_STEP: u8 = 4;

/// Finds routes for hidden edges in `drawn`, the diagram of `graph`. `edges` are pairs of node indices
/// (caller, callee).
///
/// The result contains only the routes of `edges`, the direction and the size. A route without points means
/// that the router found none.
#[must_use]
pub fn route_hidden_edges(graph: &Graph, drawn: &Diagram, edges: &[(usize, usize)]) -> Diagram {
    let mut routes = vec![Route::default(); edges.len()];
    if let Some(mut grid) = ObstacleGrid::new(graph, drawn) {
        let mut callers: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (index, (_, to)) in edges.iter().enumerate() {
            callers.entry(*to).or_default().push(index);
        }
        for (to, indices) in callers {
            let field = CostField::from_target(&grid, drawn, to);
            for index in indices {
                let way =
                    drawn.nodes.get(edges[index].0).and_then(|caller| field.cheapest_path(&grid, *caller));
                routes[index].points = way.unwrap_or_default();
            }
            grid.add_routes(&routes);
        }
    }
    Diagram { routes, direction: drawn.direction, size: drawn.size, ..Diagram::default() }
}

/// The directions in which a new line may run through one cell of an [`ObstacleGrid`].
#[derive(Clone, Copy, PartialEq, Eq)]
enum CellState {
    /// Lines may pass in all directions, and may turn.
    Free,
    /// Lines may pass only horizontally.
    HorizontalOnly,
    /// Lines may pass only vertically.
    VerticalOnly,
    /// No line may enter.
    Blocked,
}

impl CellState {
    /// Returns the state after adding a line, which is horizontal if `across` is true and vertical otherwise.
    /// Later lines may only cross it.
    fn with_line(self, across: bool) -> Self {
        match (self, across) {
            (Self::Free | Self::VerticalOnly, true) => Self::VerticalOnly,
            (Self::Free | Self::HorizontalOnly, false) => Self::HorizontalOnly,
            _ => Self::Blocked,
        }
    }

    /// Returns true if a line may enter the cell with the step `step`.
    const fn allows(self, step: u8) -> bool {
        match self {
            Self::Free => true,
            Self::HorizontalOnly => step < 2,
            Self::VerticalOnly => step >= 2,
            Self::Blocked => false,
        }
    }
}

/// The cells of a diagram, with the directions in which new lines may run through them.
struct ObstacleGrid {
    width: i32,
    height: i32,
    /// State of each cell, row by row.
    cells: Vec<CellState>,
}

impl ObstacleGrid {
    fn new(graph: &Graph, drawn: &Diagram) -> Option<Self> {
        let (width, height) = drawn.size;
        let cells = usize::try_from(i64::from(width) * i64::from(height)).ok()?;
        let mut grid = Self { width, height, cells: vec![CellState::Free; cells] };
        if cells == 0 || cells > MAX_CELLS {
            return None;
        }
        for (frame, group) in drawn.groups.iter().zip(&graph.groups) {
            grid.add_frame(*frame, i32::from(group.title_width));
        }
        grid.add_routes(&drawn.routes);
        for Rect { x, y, width, height } in &drawn.nodes {
            (*y..y + height).for_each(|y| (*x..x + width).for_each(|x| grid.block(Point { x, y })));
        }
        Some(grid)
    }

    fn index(&self, at: Point) -> Option<usize> {
        let inside = at.x >= 0 && at.y >= 0 && at.x < self.width && at.y < self.height;
        usize::try_from(at.y * self.width + at.x).ok().filter(|_| inside)
    }

    fn state_at(&self, at: Point) -> CellState {
        self.index(at).map_or(CellState::Blocked, |index| self.cells[index])
    }

    fn block(&mut self, at: Point) {
        if let Some(index) = self.index(at) {
            self.cells[index] = CellState::Blocked;
        }
    }

    fn add_line_cell(&mut self, at: Point, across: bool) {
        if let Some(index) = self.index(at) {
            self.cells[index] = self.cells[index].with_line(across);
        }
    }

    /// Adds the frame of a group. Lines may cross it in a straight line, except at its corners and its title.
    fn add_frame(&mut self, Rect { x, y, width, height }: Rect, title: i32) {
        for row in y..y + height {
            [x, x + width - 1].into_iter().for_each(|x| self.add_line_cell(Point { x, y: row }, false));
        }
        for column in x..x + width {
            [y, y + height - 1].into_iter().for_each(|y| self.add_line_cell(Point { x: column, y }, true));
        }
        (x + 1..x + title + 3).for_each(|x| self.block(Point { x, y }));
    }

    /// Adds the lines of `routes`. A line blocks the cells in which it starts, turns or ends.
    fn add_routes(&mut self, routes: &[Route]) {
        for Route { points } in routes {
            for ends in points.windows(2) {
                let (a, b) = (ends[0], ends[1]);
                for x in a.x.min(b.x)..=a.x.max(b.x) {
                    (a.y.min(b.y)..=a.y.max(b.y))
                        .for_each(|y| self.add_line_cell(Point { x, y }, a.y == b.y));
                }
            }
            points.iter().for_each(|corner| self.block(*corner));
        }
    }
}

/// Costs of the cheapest paths from one callee's box to all cells. Each cell has four paths, one for each
/// last step.
struct CostField {
    /// Cost of the cheapest path, by cell and last step; `u32::MAX` if there is none.
    costs: Vec<u32>,
    /// For each cell and last step, the step before that last step on the cheapest path.
    previous_step: Vec<u8>,
}

impl CostField {
    /// Searches from all sides of the box of `to`, the callee.
    fn from_target(grid: &ObstacleGrid, drawn: &Diagram, to: usize) -> Self {
        let states = 4 * grid.cells.len();
        let mut field = Self { costs: vec![u32::MAX; states], previous_step: vec![NO_STEP; states] };
        let mut queue = BinaryHeap::new();
        for (at, step, cost) in
            drawn.nodes.get(to).map(|hub| arrival_cells(*hub, drawn.direction)).unwrap_or_default()
        {
            if grid.state_at(at) == CellState::Free {
                field.relax(grid, (at, step), (cost, NO_STEP), &mut queue);
            }
        }
        while let Some(Reverse((cost, y, x, step))) = queue.pop() {
            let at = Point { x, y };
            let Some(state) = state_index(grid, at, step) else { continue };
            if field.costs[state] < cost {
                continue;
            }
            let may_turn = grid.state_at(at) == CellState::Free && field.previous_step[state] != NO_STEP;
            for next in 0..4 {
                let (dx, dy) = STEP_OFFSETS[usize::from(next)];
                let there = Point { x: x + dx, y: y + dy };
                if next == step ^ 1 || (next != step && !may_turn) || !grid.state_at(there).allows(next) {
                    continue;
                }
                let along = if next < 2 { COLUMN_COST } else { ROW_COST };
                let turn = if next == step { 0 } else { TURN_COST };
                let crossing = if grid.state_at(there) == CellState::Free { 0 } else { CROSSING_COST };
                field.relax(grid, (there, next), (cost + along + turn + crossing, step), &mut queue);
            }
        }
        field
    }

    /// Records a path to a cell if it is cheaper than the best path found so far.
    fn relax(
        &mut self,
        grid: &ObstacleGrid,
        (at, step): (Point, u8),
        (cost, before): (u32, u8),
        queue: &mut BinaryHeap<Reverse<(u32, i32, i32, u8)>>,
    ) {
        if let Some(state) = state_index(grid, at, step).filter(|state| cost < self.costs[*state]) {
            (self.costs[state], self.previous_step[state]) = (cost, before);
            queue.push(Reverse((cost, at.y, at.x, step)));
        }
    }

    /// Returns the cheapest path from the box `caller` to the callee's box, as its start, turns and end.
    /// Returns `None` if there is no path.
    fn cheapest_path(&self, grid: &ObstacleGrid, caller: Rect) -> Option<Vec<Point>> {
        let cost = |&(at, step, cost): &(Point, u8, u32)| {
            let reached = self.costs[state_index(grid, at, step)?];
            (grid.state_at(at) == CellState::Free && reached < u32::MAX).then(|| (reached + cost, at, step))
        };
        let (_, mut at, mut step) = departure_cells(caller).iter().filter_map(cost).min()?;
        let mut points = vec![at];
        loop {
            let before = self.previous_step[state_index(grid, at, step)?];
            if before == NO_STEP {
                points.push(at);
                break;
            }
            let (dx, dy) = STEP_OFFSETS[usize::from(step)];
            at = Point { x: at.x - dx, y: at.y - dy };
            if before != step {
                points.push(at);
            }
            step = before;
        }
        points.dedup();
        Some(points)
    }
}

/// Returns the index of a cell and last step in the vectors of a [`CostField`]; `None` if the cell is outside
/// the diagram.
fn state_index(grid: &ObstacleGrid, at: Point, step: u8) -> Option<usize> {
    grid.index(at).map(|index| 4 * index + usize::from(step))
}

/// Returns the cells beside a box at which a line to the box may end. Each cell comes with the step from the
/// box to the cell, and with the cost of ending there.
///
/// The cheapest cell is the one where edges of the layout end: the middle of the side from which the flow
/// comes.
fn arrival_cells(Rect { x, y, width, height }: Rect, direction: Direction) -> Vec<(Point, u8, u32)> {
    let off = |from: i32, size: i32| 2 * from.abs_diff(size / 2);
    let rows = without_corners(height).flat_map(|row| {
        [(x - 1, 1), (x + width, 0)].map(|(x, step)| (Point { x, y: y + row }, step, off(row, height)))
    });
    let columns = without_corners(width).flat_map(|column| {
        [(y - 1, 3), (y + height, 2)].map(|(y, step)| (Point { x: x + column, y }, step, off(column, width)))
    });
    let usual = if direction == Direction::LeftToRight { 1 } else { 3 };
    let all = rows.chain(columns);
    all.map(|(at, step, cost)| (at, step, if step == usual { cost } else { cost + OTHER_SIDE_COST }))
        .collect()
}

/// Returns the cells beside a box at which a line from the box may start. Each cell comes with the step from
/// the cell to the box, and with the cost of starting there.
fn departure_cells(Rect { x, y, width, height }: Rect) -> Vec<(Point, u8, u32)> {
    let rows = without_corners(height)
        .map(|row| y + row)
        .flat_map(|y| [(Point { x: x + width, y }, 1, 0), (Point { x: x - 1, y }, 0, TURN_COST)]);
    let columns = without_corners(width)
        .map(|column| x + column)
        .flat_map(|x| [(Point { x, y: y - 1 }, 2, TURN_COST), (Point { x, y: y + height }, 3, TURN_COST)]);
    rows.chain(columns).collect()
}

/// Returns the cells of a side at which lines may meet the box. Corners are excluded, because a line beside a
/// corner would look like part of the border.
const fn without_corners(side: i32) -> Range<i32> {
    if side > 2 { 1..side - 1 } else { 0..side }
}
