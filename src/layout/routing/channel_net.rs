//! Nets of a channel, which are the input of channel routing.

/// A pin: the row and side at which a line enters or leaves a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChannelPin {
    pub row: i32,
    /// True if the pin is on the right side of the channel.
    pub right: bool,
}

/// A net of a channel: the lines to one target. It has several input pins and one output pin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelNet {
    pub inputs: Vec<ChannelPin>,
    pub output: ChannelPin,
}
