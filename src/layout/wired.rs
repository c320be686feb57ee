//! A routed channel with its question, so that a gap whose lines did not change is not routed again.
//!
//! Rows are counted from the uppermost one of the channel: what lies above may push it down without a new answer.
use super::channel::{self, Channel, Wiring};
use std::sync::Arc;

/// The lines of a gap and the way they were drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wired {
    /// Rows counted from `top`.
    nets: Vec<Wiring>,
    /// Likewise.
    pub channel: Channel,
    pub top: i32,
}

impl Wired {
    /// Routes the lines of a gap, or takes over the answer to the same question.
    pub fn route(mut nets: Vec<Wiring>, before: Option<&Arc<Self>>) -> Arc<Self> {
        let rows = nets.iter().flat_map(|n| n.ins.iter().chain([&n.out])).map(|tap| tap.row);
        let top = rows.min().unwrap_or(0);
        for net in &mut nets {
            net.ins.iter_mut().chain([&mut net.out]).for_each(|tap| tap.row -= top);
        }
        match before.filter(|b| b.nets == nets) {
            Some(same) if same.top == top => Arc::clone(same),
            Some(same) => Arc::new(Self { nets, channel: same.channel.clone(), top }),
            None => Arc::new(Self { channel: channel::route(&nets), nets, top }),
        }
    }
}
