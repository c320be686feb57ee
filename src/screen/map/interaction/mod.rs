//! Interaction with the map: keyboard navigation, panning and mouse hover.

pub(super) mod hover;
pub(super) mod navigation;
pub(super) mod viewport;
