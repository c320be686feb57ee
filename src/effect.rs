//! What the program wants of the world outside, as data: effects to carry out once, subscriptions to keep up.

use crate::{
    layout,
    model::{LogStart, LogTarget, NodeId},
};

/// A screen that can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each is told in `view::VIEWS`")]
pub enum Screen {
    Map,
    List,
    Card,
    Logs,
    Findings,
    Sources,
    Help,
}

/// Something to carry out once.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Select that node, on every screen.
    Select(NodeId),
    /// Show that screen, over the present one.
    Show(Screen),
    /// Say something in the last row, until the next key.
    Say(String),
    /// Look at all sources again.
    Refresh,
    /// Put text into the clipboard.
    Copy(String),
    /// Take the mouse, or give it back to the terminal.
    Mouse(bool),
    /// Compute a layout of the map.
    Lay(Box<LayoutJob>),
    /// End the program.
    Quit,
}

/// A layout to compute, off the drawing path.
#[derive(Clone, Debug, PartialEq)]
pub struct LayoutJob {
    /// Counts up, so that an answer that comes late is known.
    pub number: u64,
    /// What to lay out.
    pub graph: layout::Graph,
    /// The layout before it.
    pub seed: Option<layout::Seed>,
    /// How.
    pub options: layout::Options,
}

/// Something to keep up for as long as it is wanted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subscription {
    /// The lines of a log stream.
    Logs(LogTarget, LogStart),
}
