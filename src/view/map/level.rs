//! How much of each service the map shows: from groups with a cell for each service to the instances inside one.

/// How much each node shows. The order is from little to much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Groups alone, with a health cell for each of their services.
    Overview,
    /// Groups alone, with counts.
    Groups,
    /// One row for each service.
    Pills,
    /// A frame of three rows.
    #[default]
    Boxes,
    /// A frame with a line about what happens.
    Status,
    /// The same, and in one of them its instances.
    Instances,
}

/// All levels, with their names.
const LEVELS: [(Level, &str); 6] = [
    (Level::Overview, "estate"),
    (Level::Groups, "groups"),
    (Level::Pills, "names"),
    (Level::Boxes, "boxes"),
    (Level::Status, "status"),
    (Level::Instances, "instances"),
];

impl Level {
    /// Whether groups are closed unless somebody opens them.
    pub(super) fn is_coarse(self) -> bool {
        self <= Self::Groups
    }

    /// Its name.
    pub(super) fn word(self) -> &'static str {
        LEVELS[self.place()].1
    }

    /// The level that shows a little more, or less; where `grouped` is false nothing can be closed.
    pub(super) fn step(self, more: bool, grouped: bool) -> Self {
        let least = if grouped { Self::Overview } else { Self::Pills };
        let place = if more { self.place() + 1 } else { self.place().saturating_sub(1) };
        LEVELS[place.min(LEVELS.len() - 1)].0.max(least)
    }

    fn place(self) -> usize {
        LEVELS.iter().position(|(level, _)| *level == self).unwrap_or_default()
    }
}
