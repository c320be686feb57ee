//! Cached routing of a channel. The next layout reuses it if the nets in the gap are the same.
//!
//! Rows are counted from the top row of the channel. So a channel needs no new routing if nodes above it push
//! it down.
use super::channel::{self, RoutedChannel};
use super::channel_net::ChannelNet;
use std::sync::Arc;

/// The routes of the lines in one channel (the gap between two layers), with their nets, for reuse in the
/// next layout.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CachedChannel {
    /// Nets, with rows counted from `top_row`.
    nets: Vec<ChannelNet>,
    /// Routing, with rows counted from `top_row`.
    pub channel: RoutedChannel,
    /// Top row of the channel, as a row of the subgraph.
    pub top_row: i32,
}

impl CachedChannel {
    /// Routes the nets of a gap, or reuses the routing in `before` if its nets are the same.
    pub fn route_or_reuse(mut nets: Vec<ChannelNet>, before: Option<&Arc<Self>>) -> Arc<Self> {
        let rows = nets.iter().flat_map(|n| n.inputs.iter().chain([&n.output])).map(|pin| pin.row);
        let top = rows.min().unwrap_or(0);
        for net in &mut nets {
            net.inputs.iter_mut().chain([&mut net.output]).for_each(|pin| pin.row -= top);
        }
        match before.filter(|b| b.nets == nets) {
            Some(same) if same.top_row == top => Arc::clone(same),
            Some(same) => Arc::new(Self { nets, channel: same.channel.clone(), top_row: top }),
            None => Arc::new(Self { channel: channel::route_channel(&nets), nets, top_row: top }),
        }
    }
}
