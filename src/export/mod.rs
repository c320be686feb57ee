//! The map in formats that other programs read. A format is one file and its row.

mod csv;
mod dot;
mod html;
mod json;
mod markup;
mod mermaid;
mod rollout;
mod svg;
mod text;
mod usage;

use crate::view::Scene;

pub use json::{findings, status, why};
pub use rollout::deployments;
pub use usage::usage;

/// A format of the map.
pub struct Format {
    /// What people write behind `--format`.
    pub id: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// Writes the map of what is known.
    pub write: fn(Scene<'_>) -> String,
}

impl Format {
    /// The format with that id.
    #[must_use]
    pub fn named(id: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|known| known.id == id)
    }
}

/// All formats of the map.
pub const FORMATS: &[Format] = &[
    Format { id: "text", about: "the drawing, as on the screen", write: text::write },
    Format { id: "json", about: "everything, by the schema portolan.map/1", write: json::map },
    Format { id: "dot", about: "for Graphviz", write: dot::write },
    Format { id: "mermaid", about: "for documents that draw Mermaid", write: mermaid::write },
    Format { id: "svg", about: "a picture, light or dark as the reader likes", write: svg::write },
    Format {
        id: "html",
        about: "a page to look around in, in one file that asks for nothing",
        write: html::write,
    },
    Format { id: "csv", about: "the edges with their evidence, for spreadsheets", write: csv::write },
];
