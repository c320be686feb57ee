//! Interaction: the user's focus and zoom, keyboard navigation, panning and mouse hover.

pub(super) mod hover;
pub(super) mod navigation;
pub(super) mod view_state;
pub(super) mod viewport;
