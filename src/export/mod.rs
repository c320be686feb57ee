//! The map in formats that other programs read. A format is one file and its row.

mod dot;
mod json;
mod mermaid;
mod text;

use crate::view::Scene;

pub use json::{findings, status, why};

/// A format of the map.
pub struct Format {
    /// What people write behind `--format`.
    pub id: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// Writes the map of what is known.
    pub write: fn(Scene<'_>) -> String,
}

/// All formats of the map.
pub const FORMATS: &[Format] = &[
    Format { id: "text", about: "the drawing, as on the screen", write: text::write },
    Format { id: "json", about: "everything, by the schema portolan.map/1", write: json::map },
    Format { id: "dot", about: "for Graphviz", write: dot::write },
    Format { id: "mermaid", about: "for documents that draw Mermaid", write: mermaid::write },
];
