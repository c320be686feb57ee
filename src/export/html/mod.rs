//! Map as a self-contained HTML page: the drawing, the data of all nodes and edges, and a script that shows
//! the data of the node or edge that the reader selects. The names of services are inserted as escaped text
//! or JSON, and never as markup.

mod page_data;

use super::{
    heading,
    markup::{escape_markup, escape_script_json},
    svg::{self, SVG_STYLE},
};
use crate::screen::Scene;

/// Template of the page, with placeholders such as `@STYLE@`. `write` replaces the placeholders in the order
/// of the template.
const PAGE_TEMPLATE: &str = include_str!("page.html");

pub(super) fn write(scene: Scene<'_>) -> String {
    let drawing = svg::draw_map(scene);
    let data = escape_script_json(&page_data::page_json(scene, &drawing));
    let (width, height) = drawing.size;
    let part = heading::part(scene.store).unwrap_or_default();
    let parts = [
        ("@TITLE@", &*escape_markup(&heading::title(scene.store))),
        ("@STYLE@", SVG_STYLE),
        ("@LOOKS@", include_str!("page.css")),
        ("@PART@", &escape_markup(&part)),
        ("@SOURCES@", &escape_markup(&heading::sources(scene.store))),
        ("@TAKEN@", &escape_markup(&scene.store.world.now.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())),
        ("@BOX@", &format!("0 0 {width} {height}")),
        ("@MAP@", &drawing.body),
        ("@DATA@", &data),
        ("@SCRIPT@", include_str!("page.js")),
    ];
    let mut out = String::new();
    let mut rest = PAGE_TEMPLATE;
    for (name, part) in parts {
        if let Some((before, after)) = rest.split_once(name) {
            out.push_str(before);
            out.push_str(part);
            rest = after;
        }
    }
    out + rest
}
