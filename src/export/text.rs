//! Map as plain text: the whole drawing of the map screen without its panel, with a heading and a legend.

use super::heading;
use crate::{
    model::Health,
    screen::{Scene, map},
    topology::Strength,
};

pub(super) fn write(scene: Scene<'_>) -> String {
    let (store, theme) = (scene.store, scene.theme);
    let line = |strength: Strength| format!("{} {}", theme.edge_line(strength), strength.as_str());
    let lines = [Strength::Observed, Strength::Declared, Strength::Possible].map(line).join("   ");
    let health = |health: Health| format!("{} {}", theme.health_glyph(health), health.as_str());
    let signs = [Health::Healthy, Health::Starting, Health::Degraded, Health::Failing, Health::Stopped];
    let signs = signs.map(health).join("   ");
    let (title, origin) = (heading::title(store), heading::origin(store));
    format!("{title} ({origin})\n\n{}\n{lines}   {signs}\n", map::map_as_text(scene))
}
