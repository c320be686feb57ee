//! The screens of the app, found by their identifier.

use crate::screen::{
    Screen, ScreenId, card::Card, copy_menu::CopyMenu, findings::Findings, help::Help, list::List,
    logs::Logs, map::Map, sources::Sources, timeline::Timeline, why::Why,
};

/// State of each screen, also while it is hidden.
#[derive(Default)]
pub(super) struct Screens {
    pub map: Map,
    pub list: List,
    card: Card,
    pub why: Why,
    pub logs: Logs,
    findings: Findings,
    pub timeline: Timeline,
    sources: Sources,
    copy_menu: CopyMenu,
    pub help: Help,
}

impl Screens {
    /// Returns the screen with this identifier.
    pub(super) fn get(&self, id: ScreenId) -> &dyn Screen {
        match id {
            ScreenId::Map => &self.map,
            ScreenId::List => &self.list,
            ScreenId::Card => &self.card,
            ScreenId::Why => &self.why,
            ScreenId::Logs => &self.logs,
            ScreenId::Findings => &self.findings,
            ScreenId::Timeline => &self.timeline,
            ScreenId::Sources => &self.sources,
            ScreenId::CopyMenu => &self.copy_menu,
            ScreenId::Help => &self.help,
        }
    }

    /// Returns the screen with this identifier, to change its state.
    pub(super) fn get_mut(&mut self, id: ScreenId) -> &mut dyn Screen {
        match id {
            ScreenId::Map => &mut self.map,
            ScreenId::List => &mut self.list,
            ScreenId::Card => &mut self.card,
            ScreenId::Why => &mut self.why,
            ScreenId::Logs => &mut self.logs,
            ScreenId::Findings => &mut self.findings,
            ScreenId::Timeline => &mut self.timeline,
            ScreenId::Sources => &mut self.sources,
            ScreenId::CopyMenu => &mut self.copy_menu,
            ScreenId::Help => &mut self.help,
        }
    }
}
