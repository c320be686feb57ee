//! Exports of the map in formats for other programs, and of other data as JSON. Each format of the map has a
//! file here and a row in `MAP_FORMATS`.

mod csv;
mod dot;
mod handbook;
mod html;
mod json;
mod markup;
mod operations;
mod mermaid;
mod need;
mod notes;
mod deployments;
mod heading;
mod svg;
mod text;
mod usage;

use crate::{screen::Scene, store::Store};

pub use deployments::deployments_json;
pub use handbook::{
    HandbookChange, HandbookFormat, STATEMENTS_FILE, compare as compare_handbook, handbook_files,
    handbook_statements, stale_files as stale_handbook_files,
};
pub use json::{findings_json, notes_json, status_json, why_json};
pub use need::{need_compose, need_json};
pub use operations::{audit_json, plan_json};
pub use usage::usage_json;

/// Export format of the map.
pub struct MapFormat {
    /// Value of `--format` that selects the format.
    pub id: &'static str,
    /// Description for help and documentation.
    pub description: &'static str,
    /// Function that renders the map in this format.
    pub writer: MapWriter,
}

/// Function that renders the map. The variant depends on the data that the function needs.
#[derive(Clone, Copy)]
pub enum MapWriter {
    /// Renders the nodes and edges that pass the session's filters, without positions.
    Data(fn(&Store) -> String),
    /// Renders the drawing of the map screen, which also depends on the grouping.
    Drawing(fn(Scene<'_>) -> String),
}

impl MapFormat {
    /// Renders the map of `scene` in this format.
    #[must_use]
    pub fn write(&self, scene: Scene<'_>) -> String {
        match self.writer {
            MapWriter::Data(write) => write(scene.store),
            MapWriter::Drawing(write) => write(scene),
        }
    }

    /// Returns the format with the identifier `id`, or `None` if there is none.
    #[must_use]
    pub fn named(id: &str) -> Option<&'static Self> {
        MAP_FORMATS.iter().find(|known| known.id == id)
    }
}

/// All export formats of the map.
pub const MAP_FORMATS: &[MapFormat] = &[
    MapFormat {
        id: "text",
        description: "drawing, as on the screen",
        writer: MapWriter::Drawing(text::write),
    },
    MapFormat {
        id: "json",
        description: "all data, by the schema portolan.map/1",
        writer: MapWriter::Data(json::map_json),
    },
    MapFormat { id: "dot", description: "graph for Graphviz", writer: MapWriter::Data(dot::write) },
    MapFormat {
        id: "mermaid",
        description: "graph for documents that render Mermaid",
        writer: MapWriter::Data(mermaid::write),
    },
    MapFormat {
        id: "svg",
        description: "SVG drawing that follows the reader's light or dark theme",
        writer: MapWriter::Drawing(svg::write),
    },
    MapFormat {
        id: "html",
        description: "interactive page in one self-contained file",
        writer: MapWriter::Drawing(html::write),
    },
    MapFormat {
        id: "csv",
        description: "edges with their evidence, for spreadsheets",
        writer: MapWriter::Data(csv::write),
    },
];
