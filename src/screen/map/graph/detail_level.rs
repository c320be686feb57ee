//! Detail levels of the map, from groups with one cell for each service to boxes with instances.

use serde::{Deserialize, Serialize};

/// Amount of detail on the map, in ascending order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::screen::map) enum DetailLevel {
    /// Collapsed groups, each with a grid that shows the health of every service in one cell.
    Overview,
    /// Collapsed groups with counts of services and instances.
    Groups,
    /// One row for each service, with its name.
    Names,
    /// Boxes of three rows.
    #[default]
    Boxes,
    /// Boxes with a status line.
    Status,
    /// Boxes with a status line, and one box with the instances of its service.
    Instances,
}

/// All levels with their names on the screen.
const LEVEL_NAMES: [(DetailLevel, &str); 6] = [
    (DetailLevel::Overview, "overview"),
    (DetailLevel::Groups, "groups"),
    (DetailLevel::Names, "names"),
    (DetailLevel::Boxes, "boxes"),
    (DetailLevel::Status, "status"),
    (DetailLevel::Instances, "instances"),
];

impl DetailLevel {
    /// Returns true if groups are collapsed by default at this level.
    pub(in crate::screen::map) fn is_low_detail(self) -> bool {
        self <= Self::Groups
    }

    /// Returns the name of the level on the screen.
    pub(in crate::screen::map) fn name(self) -> &'static str {
        LEVEL_NAMES[self.index()].1
    }

    /// Returns the next level with more detail if `more` is true, or else with less. If `grouped` is false,
    /// because there are no groups, the lowest level is `Names`.
    pub(in crate::screen::map) fn step(self, more: bool, grouped: bool) -> Self {
        let least = if grouped { Self::Overview } else { Self::Names };
        let place = if more { self.index() + 1 } else { self.index().saturating_sub(1) };
        LEVEL_NAMES[place.min(LEVEL_NAMES.len() - 1)].0.max(least)
    }

    fn index(self) -> usize {
        LEVEL_NAMES.iter().position(|(level, _)| *level == self).unwrap_or_default()
    }
}
