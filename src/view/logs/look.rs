//! How lines look: which columns, whether folded, wrapped, and how far aside.

use super::fold::Fold;
use crate::{command::Command, view::time::Clock};

/// How lines look.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch that people turn by itself")]
pub(super) struct Look {
    /// How times are shown.
    pub clock: Clock,
    /// Whether long lines are broken.
    pub wrap: bool,
    /// How much of a line with fields is shown.
    pub fold: Fold,
    /// Whether the service is shown, where somebody said so; else where there are several.
    pub service: Option<bool>,
    /// Whether the instance is shown.
    pub instance: bool,
    /// Whether the level is shown.
    pub level: bool,
    /// How many cells of the text are left out on the left.
    pub shift: usize,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            clock: Clock::default(),
            wrap: false,
            fold: Fold::default(),
            service: None,
            instance: true,
            level: true,
            shift: 0,
        }
    }
}

/// The cells of one step aside.
const ASIDE: usize = 16;

impl Look {
    /// Carries out a command about the look. Returns whether it was one.
    pub(super) fn update(&mut self, command: Command, several: bool) -> bool {
        match command {
            Command::Wrap => (self.wrap, self.shift) = (!self.wrap, 0),
            Command::Times => self.clock = self.clock.next(),
            Command::Folded => self.fold = self.fold.next(),
            Command::ServiceColumn => self.service = Some(!self.service.unwrap_or(several)),
            Command::InstanceColumn => self.instance = !self.instance,
            Command::LevelColumn => self.level = !self.level,
            Command::Left => self.shift = self.shift.saturating_sub(ASIDE),
            Command::Right if !self.wrap => self.shift += ASIDE,
            _ => return false,
        }
        true
    }
}
