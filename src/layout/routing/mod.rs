//! Routing: finds the paths of the lines through the channels between layers.

pub(super) mod channel;
pub(super) mod channel_cache;
pub(super) mod channel_net;
pub(super) mod row_occupancy;
pub(super) mod tracks;
pub(super) mod trunk;
