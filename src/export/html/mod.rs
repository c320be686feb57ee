//! The map as one page that asks for nothing: the picture, what there is to say about each node and line, and a script
//! that shows it. What services are called reaches the page as text and as JSON, never as markup.

mod data;

use super::{
    markup::{escaped, in_script},
    svg::{self, STYLE},
};
use crate::view::Scene;

/// The page, with `@NAME@` for each part that is put in, in the order in which they stand.
const PAGE: &str = include_str!("page.html");

pub(super) fn write(scene: Scene<'_>) -> String {
    let picture = svg::picture(scene);
    let data = in_script(&data::json(scene, &picture));
    let (width, height) = picture.size;
    let parts = [
        ("@STYLE@", STYLE),
        ("@LOOKS@", include_str!("page.css")),
        ("@TAKEN@", &escaped(&scene.store.now.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())),
        ("@BOX@", &format!("0 0 {width} {height}")),
        ("@MAP@", &picture.body),
        ("@DATA@", &data),
        ("@SCRIPT@", include_str!("page.js")),
    ];
    let mut out = String::new();
    let mut rest = PAGE;
    for (name, part) in parts {
        if let Some((before, after)) = rest.split_once(name) {
            out.push_str(before);
            out.push_str(part);
            rest = after;
        }
    }
    out + rest
}
