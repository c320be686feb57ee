//! The parts of a page of the handbook, before a format writes them.

/// A page.
pub(super) struct Page {
    /// Name of its file without extension.
    pub(super) stem: String,
    pub(super) title: String,
    pub(super) blocks: Vec<Block>,
}

/// A part of a page.
pub(super) enum Block {
    Heading(String),
    Statement(Statement),
    /// Lines to show as they are, with the place that has them.
    Code(Vec<String>, String),
    /// The drawing of the map.
    Map,
}

/// A sentence with its source.
pub(super) struct Statement {
    pub(super) parts: Vec<Part>,
    /// The place that states it.
    pub(super) source: String,
    /// True if it was only observed, so that a later run may not see it although it still holds.
    pub(super) observed: bool,
}

/// A part of a sentence.
pub(super) enum Part {
    Text(String),
    /// The page about a node, by its stem, and the text of the link.
    Page(String, String),
    /// An address on the web.
    Url(String),
}

impl Page {
    /// Returns all statements of the page.
    pub(super) fn statements(&self) -> impl Iterator<Item = &Statement> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Statement(statement) => Some(statement),
            Block::Heading(_) | Block::Code(..) | Block::Map => None,
        })
    }
}
