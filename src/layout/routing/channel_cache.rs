//! Routed channel of the previous layout, which the next layout reuses if the nets in the gap are the same.
//!
//! Rows count from the uppermost row of the channel. So it needs no new routing if nodes above push it down.
use super::channel::{self, RoutedChannel};
use super::channel_net::ChannelNet;
use std::sync::Arc;

/// Nets of a gap and their routing, kept for the next layout.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CachedChannel {
    /// Nets, with rows counted from `top_row`.
    nets: Vec<ChannelNet>,
    /// Routing, with rows counted from `top_row`.
    pub channel: RoutedChannel,
    /// Uppermost row of the channel, in the rows of the subgraph.
    pub top_row: i32,
}

impl CachedChannel {
    /// Routes the nets of a gap, or reuses `before` if its nets are the same.
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
