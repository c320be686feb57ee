//! Pictures of several unlinked parts.
use super::picture::{Picture, graph};
use super::shapes::{check, system};
use super::stability::linked;
use crate::layout::{Diagram, Direction, Edge, Glyphs, Graph, Key, Node, Options, Rect, layout};

const PARTS: &str = "
    a > b c
    b > d
    c > d
    d > e
    f > g
    h > i
    j > k
    l > m n";

const PACKED: &str = "
    ╭─▸▐b▌─┬─▸▐d▌──▸▐e▌
    │      │
▐a▌─┴─▸▐c▌─╯

    ╭─▸▐m▌    ▐f▌──▸▐g▌
    │
▐l▌─┴─▸▐n▌    ▐h▌──▸▐i▌

▐j▌───▸▐k▌
";

/// Lines that keep a free row between each other need no way round, which might lead across a neighbour's.
const AIRY: Options = Options { direction: Direction::LeftToRight, gap_rows: 1, gap_columns: 2, airy: true };

#[test]
fn unlinked_parts_stand_side_by_side_where_the_screen_is_wide() {
    let graph = graph(PARTS, 1);
    let picture = Picture::new(&graph, &layout(&graph, None, &AIRY), Glyphs::Unicode);
    assert_eq!(picture.text_of().trim_end(), PACKED.trim_matches('\n'));
}

/// Several systems that know nothing of each other, the first the largest.
fn systems() -> Graph {
    let mut all = Graph::default();
    for (number, count) in [40, 9, 25, 6, 14, 5].into_iter().enumerate() {
        let first = all.nodes.len();
        let part = linked(system(count, number as u64, 1, 0));
        let named = |node: Node| Node { key: Key::from(format!("{number} {}", node.key)), ..node };
        all.nodes.extend(part.nodes.into_iter().map(named));
        all.edges.extend(part.edges.iter().map(|e| Edge { from: e.from + first, to: e.to + first }));
    }
    all
}

/// The nodes that calls join with each node, as the least of them.
fn part_of(graph: &Graph) -> Vec<usize> {
    let mut part: Vec<usize> = (0..graph.nodes.len()).collect();
    for _ in 0..graph.nodes.len() {
        for edge in &graph.edges {
            let least = part[edge.from].min(part[edge.to]);
            (part[edge.from], part[edge.to]) = (least, least);
        }
    }
    part
}

/// The cells of a line.
fn cells(diagram: &Diagram, edge: usize) -> Vec<Rect> {
    let leg = |w: &[crate::layout::Point]| Rect {
        x: w[0].x.min(w[1].x),
        y: w[0].y.min(w[1].y),
        width: (w[0].x - w[1].x).abs() + 1,
        height: (w[0].y - w[1].y).abs() + 1,
    };
    diagram.routes[edge].points.windows(2).map(leg).collect()
}

fn meet(a: &Rect, b: &Rect) -> bool {
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

#[test]
fn lines_of_unlinked_parts_never_cross() {
    let graph = systems();
    let part = part_of(&graph);
    for direction in [Direction::LeftToRight, Direction::TopDown] {
        let diagram = layout(&graph, None, &Options { direction, ..AIRY });
        check(&graph, &diagram);
        for a in 0..graph.edges.len() {
            for b in 0..a {
                let strangers = part[graph.edges[a].from] != part[graph.edges[b].from];
                let crossed = strangers
                    && cells(&diagram, a).iter().any(|x| cells(&diagram, b).iter().any(|y| meet(x, y)));
                assert!(!crossed, "{direction:?}: {:?} and {:?}", graph.edges[a], graph.edges[b]);
            }
        }
    }
}
