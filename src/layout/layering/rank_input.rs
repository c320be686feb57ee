//! Input of the rank assignment: the properties of a node that affect its rank.
use crate::layout::graph::RankHint;

/// Size, hint and links of a node, as far as they affect its rank.
pub struct RankInput {
    pub hint: RankHint,
    pub width: i32,
    pub height: i32,
    /// True if the node has a link that the previous layout did not have.
    pub newly_linked: bool,
    /// True if the node is linked to a port in the border.
    pub linked_to_border: bool,
}
