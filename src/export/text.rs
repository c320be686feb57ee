//! The map as text: the very drawing of the screen, whole, without its panel.

use crate::view::{Scene, map};

pub(super) fn write(scene: Scene<'_>) -> String {
    map::whole(scene)
}
