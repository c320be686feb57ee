//! The map as a picture: the boxes and lines of the screen, eight by sixteen pixels a cell, light and dark.

mod icon;
mod ink;
mod path;

use super::markup::escaped;
use crate::{
    layout::Rect,
    topology::Node,
    view::{
        Scene,
        map::sketch::{Line, Sketch, Spot, sketch},
        why::words,
    },
};
use path::CELL;
use std::fmt::Write;

/// How it looks: the classes of everything in it, and their colours.
pub(super) const STYLE: &str = include_str!("style.css");

/// The free pixels around the map.
const MARGIN: i32 = 16;

/// The picture of a map, to be put into a frame.
pub(super) struct Picture<'a> {
    /// What is drawn, in the order of the drawing.
    pub body: String,
    /// Columns and rows of pixels.
    pub size: (i32, i32),
    /// What it was drawn from.
    pub sketch: Sketch<'a>,
}

pub(super) fn write(scene: Scene<'_>) -> String {
    let picture = picture(scene);
    let (width, height) = (picture.size.0 + 2 * MARGIN, picture.size.1 + 2 * MARGIN);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"portolan\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"-{MARGIN} -{MARGIN} {width} {height}\">\n<title>Portolan</title>\n<style>\n{STYLE}</style>\n\
         <rect class=\"sea\" x=\"-{MARGIN}\" y=\"-{MARGIN}\" width=\"{width}\" height=\"{height}\"/>\n{}</svg>\n",
        picture.body
    )
}

/// Draws the map. Nodes are numbered as the sketch has them, and so are its lines.
pub(super) fn picture(scene: Scene<'_>) -> Picture<'_> {
    let sketch = sketch(scene);
    let mut body = String::new();
    for (title, cells) in &sketch.groups {
        group(title, *cells, scene, &mut body);
    }
    body.push_str(&ink::draw(&sketch));
    for (number, line) in sketch.lines.iter().enumerate() {
        edge(number, line, &sketch, scene, &mut body);
    }
    for (number, spot) in sketch.nodes.iter().enumerate() {
        node(number, spot, scene, &mut body);
    }
    let size = (sketch.size.0 * CELL.0, sketch.size.1 * CELL.1);
    Picture { body, size, sketch }
}

/// The pixels of a box: its border runs through the middle of its outermost cells.
pub(super) fn frame(cells: Rect) -> (i32, i32, i32, i32) {
    let (x, y) = (cells.x * CELL.0 + CELL.0 / 2, cells.y * CELL.1 + CELL.1 / 2);
    (x, y, (cells.width - 1) * CELL.0, (cells.height - 1) * CELL.1)
}

fn group(title: &str, cells: Rect, scene: Scene<'_>, out: &mut String) {
    let (x, y, width, height) = frame(cells);
    let room = usize::try_from(cells.width - 4).unwrap_or(0);
    let shown = crate::view::widget::text::cut(title, room, scene.theme.glyphs.ellipsis);
    let _ = writeln!(
        out,
        "<g class=\"group\"><title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"10\"/>\
         <text x=\"{}\" y=\"{}\">{}</text></g>",
        escaped(title),
        x + 14,
        y + 4,
        escaped(&shown)
    );
}

/// What can be pointed at of an edge: its whole way, broad and unseen, and once more to be lit up.
fn edge(number: usize, line: &Line<'_>, sketch: &Sketch<'_>, scene: Scene<'_>, out: &mut String) {
    let way = ink::way(&line.points, sketch.direction);
    let d = if way.is_empty() { around(line, sketch) } else { ink::whole(&way) };
    let strength = line.edge.strength().word();
    let own =
        if way.is_empty() { format!("<path class=\"ink {strength}\" d=\"{d}\"/>") } else { String::new() };
    let words = words::explain(scene.store, line.from, line.to, false);
    let _ = writeln!(
        out,
        "<g class=\"edge {strength}\" data-e=\"{number}\"><title>{}</title>{own}<path class=\"hit\" d=\"{d}\"/>\
         <path class=\"lit\" d=\"{d}\"/></g>",
        escaped(words.trim_end())
    );
}

/// The little way of what calls itself: over the upper right corner of its box.
fn around(line: &Line<'_>, sketch: &Sketch<'_>) -> String {
    let spot = sketch.nodes.iter().find(|spot| spot.node.id == line.from.id);
    let (x, y, width, _) = spot.map(|spot| frame(spot.cells)).unwrap_or_default();
    format!("M{} {y}v-6h16v14h-8", x + width - 8)
}

fn node(number: usize, spot: &Spot<'_>, scene: Scene<'_>, out: &mut String) {
    let Spot { node, cells, name } = spot;
    let (x, y, width, height) = frame(*cells);
    let line = y + height / 2;
    let (class, sign) = icon::of(node);
    let label = escaped(&about(node, scene));
    let (kind, health) = (node.kind.word(), node.health.word());
    let _ = write!(
        out,
        "<g class=\"node {kind} {health}\" data-n=\"{number}\"><title>{label}</title>\
         <rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"7\"/>\
         <path class=\"sign {class}\" transform=\"translate({} {})\" d=\"{sign}\"/>",
        x + 10,
        line - 6
    );
    let mut left = 28;
    if let Some(role) = icon::of_service(node) {
        let _ = write!(
            out,
            "<path class=\"role\" transform=\"translate({} {})\" d=\"{role}\"/>",
            x + left,
            line - 6
        );
        left += 18;
    }
    // Letters that no fixed font has are made to fit their cells.
    let cells = crate::view::widget::text::width(name);
    let fit = if name.is_ascii() {
        String::new()
    } else {
        format!(" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\"", cells as i32 * CELL.0)
    };
    let _ = write!(
        out,
        "<text class=\"name\" x=\"{}\" y=\"{}\"{fit}>{}</text>",
        x + left,
        line + 4,
        escaped(name)
    );
    if let Some(desired) = node.desired {
        let _ = write!(
            out,
            "<text class=\"count\" x=\"{}\" y=\"{}\">{}/{desired}</text>",
            x + width - 10,
            line + 4,
            node.running
        );
    }
    out.push_str("</g>\n");
}

/// A node in a few words.
pub(super) fn about(node: &Node, scene: Scene<'_>) -> String {
    let mut words = format!("{}: {}", node.label(), node.health.word());
    if let Some(desired) = node.desired {
        let _ = write!(words, ", {}/{desired} running", node.running);
    }
    let _ = write!(words, ", {}", node.product.map_or(node.kind.word(), |product| product.id));
    for finding in scene.store.findings_on(&node.id) {
        let _ = write!(words, "\n{}", finding.reason);
    }
    words
}
