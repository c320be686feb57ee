//! Map as SVG: the boxes and lines of the map screen, with 8 by 16 pixels for each terminal cell, in light
//! and dark colours.

mod icon;
mod edge_lines;
mod path;

use super::{heading, markup::escape_markup};
use crate::{
    layout::Rect,
    screen::{
        Scene,
        describe::edge_text,
        map::export_model::{ExportEdge, ExportNode, MapExport, export_map},
    },
    topology::Node,
};
use path::CELL_PIXELS;
use std::fmt::Write;

/// Style sheet with the classes of all elements and their colours.
pub(super) const SVG_STYLE: &str = include_str!("style.css");

/// Margin around the map, in pixels.
const MARGIN_PIXELS: i32 = 16;

/// Drawing of a map, without the `<svg>` element around it.
pub(super) struct SvgDrawing<'a> {
    /// SVG elements in drawing order.
    pub body: String,
    /// Width and height in pixels.
    pub size: (i32, i32),
    /// Positions of nodes and lines from which `body` was drawn.
    pub map: MapExport<'a>,
}

pub(super) fn write(scene: Scene<'_>) -> String {
    let drawing = draw_map(scene);
    let (width, height) = (drawing.size.0 + 2 * MARGIN_PIXELS, drawing.size.1 + 2 * MARGIN_PIXELS);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"portolan\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"-{MARGIN_PIXELS} -{MARGIN_PIXELS} {width} {height}\">\n<title>{}</title>\n<desc>{}; {}</desc>\n\
         <style>\n{SVG_STYLE}</style>\n<rect class=\"sea\" x=\"-{MARGIN_PIXELS}\" y=\"-{MARGIN_PIXELS}\" width=\"{width}\" height=\"{height}\"/>\n{}</svg>\n",
        escape_markup(&heading::title(scene.store)),
        escape_markup(&heading::origin(scene.store)),
        heading::LINE_LEGEND,
        drawing.body
    )
}

/// Draws the map. The values of the attributes `data-n` and `data-e` are indices of nodes and edges in
/// `MapExport`.
pub(super) fn draw_map(scene: Scene<'_>) -> SvgDrawing<'_> {
    let map = export_map(scene);
    let mut body = String::new();
    for (title, cells) in &map.groups {
        write_group(title, *cells, scene, &mut body);
    }
    body.push_str(&edge_lines::draw_edges(&map));
    for (number, line) in map.edges.iter().enumerate() {
        write_edge(number, line, &map, scene, &mut body);
    }
    for (number, node) in map.nodes.iter().enumerate() {
        write_node(number, node, scene, &mut body);
    }
    let size = (map.size.0 * CELL_PIXELS.0, map.size.1 * CELL_PIXELS.1);
    SvgDrawing { body, size, map }
}

/// Returns left, top, width and height of a box, in pixels. The border of the box runs through the centres of
/// its outermost cells.
pub(super) fn box_pixels(cells: Rect) -> (i32, i32, i32, i32) {
    let (x, y) = (cells.x * CELL_PIXELS.0 + CELL_PIXELS.0 / 2, cells.y * CELL_PIXELS.1 + CELL_PIXELS.1 / 2);
    (x, y, (cells.width - 1) * CELL_PIXELS.0, (cells.height - 1) * CELL_PIXELS.1)
}

fn write_group(title: &str, cells: Rect, scene: Scene<'_>, out: &mut String) {
    let (x, y, width, height) = box_pixels(cells);
    let room = usize::try_from(cells.width - 4).unwrap_or(0);
    let shown = crate::screen::widget::text::cut_end(title, room, scene.theme.glyphs.ellipsis);
    let _ = writeln!(
        out,
        "<g class=\"group\"><title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"10\"/>\
         <text x=\"{}\" y=\"{}\">{}</text></g>",
        escape_markup(title),
        x + 14,
        y + 4,
        escape_markup(&shown)
    );
}

/// Writes the interactive parts of an edge: a broad invisible path for the mouse, and a path that highlights
/// the edge.
fn write_edge(number: usize, line: &ExportEdge<'_>, map: &MapExport<'_>, scene: Scene<'_>, out: &mut String) {
    let way = edge_lines::extend_to_borders(&line.points, map.direction);
    let d = if way.is_empty() { self_loop_path(line, map) } else { edge_lines::edge_path(&way) };
    let strength = line.edge.strength().as_str();
    let own =
        if way.is_empty() { format!("<path class=\"ink {strength}\" d=\"{d}\"/>") } else { String::new() };
    let words = edge_text::explain(&scene.store.world, line.from, line.to, false);
    let _ = writeln!(
        out,
        "<g class=\"edge {strength}\" data-e=\"{number}\"><title>{}</title>{own}<path class=\"hit\" d=\"{d}\"/>\
         <path class=\"lit\" d=\"{d}\"/></g>",
        escape_markup(words.trim_end())
    );
}

/// Returns the path of an edge from a node to itself: a small loop at the upper right corner of the box.
fn self_loop_path(line: &ExportEdge<'_>, map: &MapExport<'_>) -> String {
    let spot = map.nodes.iter().find(|spot| spot.node.id == line.from.id);
    let (x, y, width, _) = spot.map(|spot| box_pixels(spot.rect)).unwrap_or_default();
    format!("M{} {y}v-6h16v14h-8", x + width - 8)
}

fn write_node(number: usize, exported: &ExportNode<'_>, scene: Scene<'_>, out: &mut String) {
    let ExportNode { node, rect: cells, name } = exported;
    let (x, y, width, height) = box_pixels(*cells);
    let line = y + height / 2;
    let (class, sign) = icon::node_icon(node);
    let label = escape_markup(&node_title(node, scene));
    let (kind, health) = (node.kind.as_str(), node.health.as_str());
    let _ = write!(
        out,
        "<g class=\"node {kind} {health}\" data-n=\"{number}\"><title>{label}</title>\
         <rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"7\"/>\
         <path class=\"sign {class}\" transform=\"translate({} {})\" d=\"{sign}\"/>",
        x + 10,
        line - 6
    );
    let mut left = 28;
    if let Some(role) = icon::service_role_icon(node) {
        let _ = write!(
            out,
            "<path class=\"role\" transform=\"translate({} {})\" d=\"{role}\"/>",
            x + left,
            line - 6
        );
        left += 18;
    }
    // The monospace font may lack characters outside of ASCII, so the text is fitted to the width of its
    // cells.
    let cells = crate::screen::widget::text::display_width(name);
    let fit = if name.is_ascii() {
        String::new()
    } else {
        format!(" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\"", cells as i32 * CELL_PIXELS.0)
    };
    let _ = write!(
        out,
        "<text class=\"name\" x=\"{}\" y=\"{}\"{fit}>{}</text>",
        x + left,
        line + 4,
        escape_markup(name)
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

/// Returns the tooltip of a node: label, health, counts and findings.
pub(super) fn node_title(node: &Node, scene: Scene<'_>) -> String {
    let mut words = format!("{}: {}", node.label(), node.health.as_str());
    if let Some(desired) = node.desired {
        let _ = write!(words, ", {}/{desired} running", node.running);
    }
    let _ = write!(words, ", {}", node.product.map_or(node.kind.as_str(), |product| product.id));
    for finding in scene.store.world.findings_on(&node.id) {
        let _ = write!(words, "\n{}", finding.reason);
    }
    words
}
