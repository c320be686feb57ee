//! Map as plain text: the whole drawing of the map screen, without the side panel.

use crate::screen::{Scene, map};

pub(super) fn write(scene: Scene<'_>) -> String {
    map::map_as_text(scene)
}
