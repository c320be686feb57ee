//! Map as text: the complete drawing of the screen without the panel.

use crate::screen::{Scene, map};

pub(super) fn write(scene: Scene<'_>) -> String {
    map::map_as_text(scene)
}
