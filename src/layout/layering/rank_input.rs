//! Input of ranking: the size, hint and links of each node.
use crate::layout::graph::RankHint;

/// Properties of a node that ranking reads.
pub struct RankInput {
    pub hint: RankHint,
    pub width: i32,
    pub height: i32,
    /// True if the node has an edge that the previous layout did not have.
    pub newly_linked: bool,
    /// True if the node is linked to a port in the border.
    pub linked_to_border: bool,
}
