//! Ways for edges that a layout left out: through the cells that a finished drawing has free, so that they can be shown
//! for a while and nothing moves.
//!
//! It is Lee's maze routing ("An algorithm for path connections and its applications", IRE Trans. EC-10, 1961), with
//! costs for turns and crossings. One wave runs from the box that is called to all that call it, so the edges to it
//! share their last stretch, as those of a layout do. An edge crosses another one, or a frame, only straight on; where
//! the free cells do not lead from one box to the other, it has no way.
use super::{Diagram, Direction, Graph, Point, Rect, Route};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};

/// The largest drawing that is searched, in cells: beyond some screens nobody could follow the line.
const LARGEST: usize = 40_000;

/// What a turn costs, and a crossing, in columns.
const TURN: u32 = 4;
const CROSSING: u32 = 3;

/// What it costs to come to another side of a box than others do.
const ASIDE: u32 = 8;

/// What a column and a row cost: cells are twice as tall as wide.
const COLUMN: u32 = 1;
const ROW: u32 = 2;

/// The steps along the rows and columns; a step and the one against it differ in the lowest bit.
const STEPS: [(i32, i32); 4] = [(1, 0), (-1, 0), (0, 1), (0, -1)];

/// A step without direction: where a wave begins.
const NONE: u8 = 4;

/// Ways for `edges`, callers first, in a drawing of `graph`; `ticks` are the cells with marks on its lines. An edge
/// without a way has no points. The rest of the answer is empty.
#[must_use]
pub fn reveal(graph: &Graph, drawn: &Diagram, ticks: &[Point], edges: &[(usize, usize)]) -> Diagram {
    let mut routes = vec![Route::default(); edges.len()];
    if let Some(mut board) = Board::new(graph, drawn, ticks) {
        let mut callers: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (index, (_, to)) in edges.iter().enumerate() {
            callers.entry(*to).or_default().push(index);
        }
        for (to, indices) in callers {
            let wave = Wave::from(&board, drawn, to);
            for index in indices {
                let way = drawn.nodes.get(edges[index].0).and_then(|caller| wave.way(&board, *caller));
                routes[index].points = way.unwrap_or_default();
            }
            board.lay(&routes);
        }
    }
    Diagram { routes, direction: drawn.direction, size: drawn.size, ..Diagram::default() }
}

/// What a line may do in a cell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ground {
    /// Anything.
    Free,
    /// Go straight on along the row.
    Across,
    /// Go straight on along the column.
    Down,
    /// Nothing.
    Taken,
}

impl Ground {
    /// What is left where a line along the row, or the column, runs.
    fn under(self, across: bool) -> Self {
        match (self, across) {
            (Self::Free | Self::Down, true) => Self::Down,
            (Self::Free | Self::Across, false) => Self::Across,
            _ => Self::Taken,
        }
    }

    /// Whether a line may pass with that step.
    const fn lets(self, step: u8) -> bool {
        match self {
            Self::Free => true,
            Self::Across => step < 2,
            Self::Down => step >= 2,
            Self::Taken => false,
        }
    }
}

/// The cells of a drawing.
struct Board {
    width: i32,
    height: i32,
    cells: Vec<Ground>,
}

impl Board {
    fn new(graph: &Graph, drawn: &Diagram, ticks: &[Point]) -> Option<Self> {
        let (width, height) = drawn.size;
        let cells = usize::try_from(i64::from(width) * i64::from(height)).ok()?;
        let mut board = Self { width, height, cells: vec![Ground::Free; cells] };
        if cells == 0 || cells > LARGEST {
            return None;
        }
        for (frame, group) in drawn.groups.iter().zip(&graph.groups) {
            board.frame(*frame, i32::from(group.title_width));
        }
        board.lay(&drawn.routes);
        ticks.iter().for_each(|tick| board.take(*tick));
        for Rect { x, y, width, height } in &drawn.nodes {
            (*y..y + height).for_each(|y| (*x..x + width).for_each(|x| board.take(Point { x, y })));
        }
        Some(board)
    }

    fn index(&self, at: Point) -> Option<usize> {
        let inside = at.x >= 0 && at.y >= 0 && at.x < self.width && at.y < self.height;
        usize::try_from(at.y * self.width + at.x).ok().filter(|_| inside)
    }

    fn at(&self, at: Point) -> Ground {
        self.index(at).map_or(Ground::Taken, |index| self.cells[index])
    }

    fn take(&mut self, at: Point) {
        if let Some(index) = self.index(at) {
            self.cells[index] = Ground::Taken;
        }
    }

    fn run(&mut self, at: Point, across: bool) {
        if let Some(index) = self.index(at) {
            self.cells[index] = self.cells[index].under(across);
        }
    }

    /// A frame is crossed straight on, but not at its corners and not at its title.
    fn frame(&mut self, Rect { x, y, width, height }: Rect, title: i32) {
        for row in y..y + height {
            [x, x + width - 1].into_iter().for_each(|x| self.run(Point { x, y: row }, false));
        }
        for column in x..x + width {
            [y, y + height - 1].into_iter().for_each(|y| self.run(Point { x: column, y }, true));
        }
        (x + 1..x + title + 3).for_each(|x| self.take(Point { x, y }));
    }

    /// Lines run here from now on.
    fn lay(&mut self, routes: &[Route]) {
        for Route { points } in routes {
            for ends in points.windows(2) {
                let (a, b) = (ends[0], ends[1]);
                for x in a.x.min(b.x)..=a.x.max(b.x) {
                    (a.y.min(b.y)..=a.y.max(b.y)).for_each(|y| self.run(Point { x, y }, a.y == b.y));
                }
            }
            points.iter().for_each(|corner| self.take(*corner));
        }
    }
}

/// How dear it is to come to each cell from the box that is called, with each of the four steps.
struct Wave {
    /// The cost, by cell and step.
    costs: Vec<u32>,
    /// The step before that one.
    before: Vec<u8>,
}

impl Wave {
    /// The wave from the sides of a box.
    fn from(board: &Board, drawn: &Diagram, to: usize) -> Self {
        let states = 4 * board.cells.len();
        let mut wave = Self { costs: vec![u32::MAX; states], before: vec![NONE; states] };
        let mut queue = BinaryHeap::new();
        for (at, step, cost) in
            drawn.nodes.get(to).map(|hub| heads(*hub, drawn.direction)).unwrap_or_default()
        {
            if board.at(at) == Ground::Free {
                wave.reach(board, (at, step), (cost, NONE), &mut queue);
            }
        }
        while let Some(Reverse((cost, y, x, step))) = queue.pop() {
            let at = Point { x, y };
            let Some(state) = state(board, at, step) else { continue };
            if wave.costs[state] < cost {
                continue;
            }
            let may_turn = board.at(at) == Ground::Free && wave.before[state] != NONE;
            for next in 0..4 {
                let (dx, dy) = STEPS[usize::from(next)];
                let there = Point { x: x + dx, y: y + dy };
                if next == step ^ 1 || (next != step && !may_turn) || !board.at(there).lets(next) {
                    continue;
                }
                let along = if next < 2 { COLUMN } else { ROW };
                let turn = if next == step { 0 } else { TURN };
                let crossing = if board.at(there) == Ground::Free { 0 } else { CROSSING };
                wave.reach(board, (there, next), (cost + along + turn + crossing, step), &mut queue);
            }
        }
        wave
    }

    /// Notes that a cell is reached with that step, if that is cheaper than before.
    fn reach(
        &mut self,
        board: &Board,
        (at, step): (Point, u8),
        (cost, before): (u32, u8),
        queue: &mut BinaryHeap<Reverse<(u32, i32, i32, u8)>>,
    ) {
        if let Some(state) = state(board, at, step).filter(|state| cost < self.costs[*state]) {
            (self.costs[state], self.before[state]) = (cost, before);
            queue.push(Reverse((cost, at.y, at.x, step)));
        }
    }

    /// The cheapest way from a caller's box, if there is any: its start, its turns and its end.
    fn way(&self, board: &Board, caller: Rect) -> Option<Vec<Point>> {
        let cost = |&(at, step, cost): &(Point, u8, u32)| {
            let reached = self.costs[state(board, at, step)?];
            (board.at(at) == Ground::Free && reached < u32::MAX).then(|| (reached + cost, at, step))
        };
        let (_, mut at, mut step) = tails(caller).iter().filter_map(cost).min()?;
        let mut points = vec![at];
        loop {
            let before = self.before[state(board, at, step)?];
            if before == NONE {
                points.push(at);
                break;
            }
            let (dx, dy) = STEPS[usize::from(step)];
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

/// The place of a cell, reached with that step, in a wave.
fn state(board: &Board, at: Point, step: u8) -> Option<usize> {
    board.index(at).map(|index| 4 * index + usize::from(step))
}

/// The cells beside a box at which a line to it may end, with the step away from it and what each costs: best where the
/// others end, in the middle of the side from which the flow comes.
fn heads(Rect { x, y, width, height }: Rect, direction: Direction) -> Vec<(Point, u8, u32)> {
    let off = |from: i32, size: i32| 2 * from.abs_diff(size / 2);
    let rows = (0..height).flat_map(|row| {
        [(x - 1, 1), (x + width, 0)].map(|(x, step)| (Point { x, y: y + row }, step, off(row, height)))
    });
    let columns = (0..width).flat_map(|column| {
        [(y - 1, 3), (y + height, 2)].map(|(y, step)| (Point { x: x + column, y }, step, off(column, width)))
    });
    let usual = if direction == Direction::LeftToRight { 1 } else { 3 };
    let all = rows.chain(columns);
    all.map(|(at, step, cost)| (at, step, if step == usual { cost } else { cost + ASIDE })).collect()
}

/// The cells beside a box at which a line from it may start, with the step towards it and what each costs.
fn tails(Rect { x, y, width, height }: Rect) -> Vec<(Point, u8, u32)> {
    let inner = if width > 2 { x + 1..x + width - 1 } else { x..x + width };
    let rows =
        (y..y + height).flat_map(|y| [(Point { x: x + width, y }, 1, 0), (Point { x: x - 1, y }, 0, TURN)]);
    let columns =
        inner.flat_map(|x| [(Point { x, y: y - 1 }, 2, TURN), (Point { x, y: y + height }, 3, TURN)]);
    rows.chain(columns).collect()
}
