//! Page of the handbook and its parts, independent of the output format.

/// Page of the handbook: its file name, its title and its blocks of content.
pub(super) struct Page {
    /// Name of the page's file, without extension.
    pub(super) stem: String,
    pub(super) title: String,
    pub(super) blocks: Vec<Block>,
}

/// Block of a page: a heading, a statement, code or the map.
pub(super) enum Block {
    Heading(String),
    Statement(Statement),
    /// Lines that are shown unchanged, and the file that contains them.
    Code(Vec<String>, String),
    /// Drawing of the map.
    Map,
}

/// Sentence of the handbook, with the setting, label or file that states it.
pub(super) struct Statement {
    pub(super) parts: Vec<Part>,
    /// Place that states the sentence, such as a setting, a label or a file.
    pub(super) source: String,
    /// True if Portolan knows the sentence only from observed connections. A later run might not observe them
    /// again, although the sentence is still true.
    pub(super) observed: bool,
}

/// Part of a statement: plain text or a link.
pub(super) enum Part {
    Text(String),
    /// Link to the page about a node: the name of its file without extension, and the text of the link.
    Page(String, String),
    /// Link to an address on the web.
    Url(String),
}

impl Page {
    /// Returns all statements on the page.
    pub(super) fn statements(&self) -> impl Iterator<Item = &Statement> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Statement(statement) => Some(statement),
            Block::Heading(_) | Block::Code(..) | Block::Map => None,
        })
    }
}
