//! Handbook: a page about the estate (all services together) and a page about each service, in Markdown or
//! HTML. Each statement includes its source. The handbook contains nothing that changes by itself, such as
//! health or ages, so every changed statement means a change of the estate.

mod compare;
mod html;
mod markdown;
mod page;
mod pages;
mod service_page;
mod statements;

pub use compare::{HandbookChange, compare, stale_files};

use crate::screen::Scene;

/// Name of the file with all statements. A later run uses it to find the statements that are no longer true.
pub const STATEMENTS_FILE: &str = "handbook.json";

/// File format of the handbook's pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandbookFormat {
    /// Markdown files, and the map as an SVG file.
    Markdown,
    /// HTML pages with a search, which load nothing from outside.
    Html,
}

/// Returns the files of the handbook as pairs of name and content: the pages, and for Markdown the map.
#[must_use]
pub fn handbook_files(scene: Scene<'_>, format: HandbookFormat) -> Vec<(String, String)> {
    let pages = pages::pages(&scene.store.world);
    match format {
        HandbookFormat::Markdown => markdown::files(&pages, scene),
        HandbookFormat::Html => html::files(&pages, scene),
    }
}

/// Returns the statements of the handbook as JSON, for the comparison with an earlier handbook.
#[must_use]
pub fn handbook_statements(scene: Scene<'_>) -> String {
    statements::to_json(&pages::pages(&scene.store.world))
}

/// Returns the map as an SVG document.
fn map_svg(scene: Scene<'_>) -> String {
    super::svg::write(scene)
}

#[cfg(test)]
mod tests;
