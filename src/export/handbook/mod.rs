//! The handbook: a page about the estate and one about each service, in Markdown or HTML. Each sentence names its
//! source. It contains nothing that changes by itself, such as health or ages, so a changed sentence is a changed
//! estate.

mod compare;
mod html;
mod markdown;
mod page;
mod pages;
mod service_page;
mod statements;

pub use compare::{HandbookChange, compare, stale_files};

use crate::screen::Scene;

/// Name of the file with all statements, by which a later run finds what no longer holds.
pub const STATEMENTS_FILE: &str = "handbook.json";

/// Format of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandbookFormat {
    /// Markdown, with the map as an SVG file.
    Markdown,
    /// HTML pages that load nothing, with a search.
    Html,
}

/// Returns the pages of the handbook, each with the name of its file, and the map.
#[must_use]
pub fn handbook_files(scene: Scene<'_>, format: HandbookFormat) -> Vec<(String, String)> {
    let pages = pages::pages(&scene.store.world);
    match format {
        HandbookFormat::Markdown => markdown::files(&pages, scene),
        HandbookFormat::Html => html::files(&pages, scene),
    }
}

/// Returns the statements of the handbook as JSON, to compare with those of an earlier one.
#[must_use]
pub fn handbook_statements(scene: Scene<'_>) -> String {
    statements::to_json(&pages::pages(&scene.store.world))
}

/// Returns the drawing of the map as an SVG document.
fn map_svg(scene: Scene<'_>) -> String {
    super::svg::write(scene)
}

#[cfg(test)]
mod tests;
