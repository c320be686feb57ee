//! Conversion between graphs, diagrams and text for the tests.
use crate::layout::{
    Diagram, Edge, Glyphs, Graph, Group, Key, LineStyle, Node, Point, RankHint, Raster, Rect,
};

/// Parses lines such as `web > gateway orders` into a graph. Each box is as wide as its name.
///
/// A name such as `shop/web` puts the node `web` into the group `shop`.
pub fn parse_graph(text: &str, height: u16) -> Graph {
    let mut graph = Graph::default();
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty()) {
        let (from, to) = line.split_once('>').unwrap_or((line, ""));
        let from = find_or_add_node(&mut graph, from.trim(), height);
        for to in to.split_whitespace() {
            let to = find_or_add_node(&mut graph, to, height);
            graph.edges.push(Edge::new(from, to));
        }
    }
    graph
}

fn find_or_add_node(graph: &mut Graph, name: &str, height: u16) -> usize {
    if let Some(found) = graph.nodes.iter().position(|n| &*n.key == name) {
        return found;
    }
    let group = name.split_once('/').map(|(group, _)| {
        graph.groups.iter().position(|g| &*g.key == group).unwrap_or_else(|| {
            graph.groups.push(Group { key: Key::from(group), title_width: group.len() as u16 });
            graph.groups.len() - 1
        })
    });
    let frame = if height > 1 { 4 } else { 2 };
    let label = name.rsplit('/').next().unwrap_or(name);
    graph.nodes.push(Node {
        key: Key::from(name),
        width: label.len() as u16 + frame,
        height,
        group,
        hint: RankHint::Free,
    });
    graph.nodes.len() - 1
}

/// A diagram as rows of characters.
pub struct TextDrawing {
    pub cells: Vec<Vec<char>>,
}

impl TextDrawing {
    pub fn new(graph: &Graph, diagram: &Diagram, glyphs: Glyphs) -> Self {
        let (width, height) = diagram.size;
        let mut picture = Self { cells: vec![vec![' '; width as usize]; height as usize] };
        for (group, rect) in graph.groups.iter().zip(&diagram.groups) {
            picture.draw_frame(*rect, ['┌', '┐', '└', '┘', '┄', '┆']);
            picture.write_text(rect.x + 2, rect.y, &group.key);
        }
        let view = Rect { x: 0, y: 0, width, height };
        Raster::new(diagram).draw(view, glyphs, &|_| Some(LineStyle::default()), &mut |cell| {
            picture.set_cell(cell.at, cell.glyph);
        });
        for (node, rect) in graph.nodes.iter().zip(&diagram.nodes) {
            let frame = if rect.height > 2 { 4 } else { 2 };
            let label = node.key.rsplit('/').next().unwrap_or_default();
            let label: String = label.chars().take(rect.width as usize - frame).collect();
            if rect.height > 2 {
                picture.draw_frame(*rect, ['╔', '╗', '╚', '╝', '═', '║']);
                picture.write_text(rect.x + 2, rect.y + (rect.height - 1) / 2, &label);
            } else {
                let text = format!("▐{:<1$}▌", label, rect.width as usize - 2);
                picture.write_text(rect.x, rect.y, &text);
            }
        }
        picture
    }

    fn set_cell(&mut self, at: Point, glyph: char) {
        self.cells[at.y as usize][at.x as usize] = glyph;
    }

    fn write_text(&mut self, x: i32, y: i32, text: &str) {
        for (x, glyph) in (x..).zip(text.chars()) {
            self.set_cell(Point { x, y }, glyph);
        }
    }

    fn draw_frame(&mut self, r: Rect, [nw, ne, sw, se, across, down]: [char; 6]) {
        let (right, bottom) = (r.x + r.width - 1, r.y + r.height - 1);
        for x in r.x..=right {
            self.set_cell(Point { x, y: r.y }, across);
            self.set_cell(Point { x, y: bottom }, across);
        }
        for y in r.y..=bottom {
            self.set_cell(Point { x: r.x, y }, down);
            self.set_cell(Point { x: right, y }, down);
        }
        self.set_cell(Point { x: r.x, y: r.y }, nw);
        self.set_cell(Point { x: right, y: r.y }, ne);
        self.set_cell(Point { x: r.x, y: bottom }, sw);
        self.set_cell(Point { x: right, y: bottom }, se);
    }

    pub fn to_text(&self) -> String {
        let rows = self.cells.iter().map(|row| row.iter().collect::<String>().trim_end().to_owned());
        rows.collect::<Vec<_>>().join("\n")
    }
}
