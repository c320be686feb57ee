//! Screens of the app, which other modules access by their identifier.

use crate::{
    screen::{
        Screen, ScreenId,
        card::Card,
        copy_menu::CopyMenu,
        findings::Findings,
        help::Help,
        list::List,
        logs::{Logs, SavedLogs},
        map::{Map, SavedMap},
        sources::Sources,
        timeline::Timeline,
        why::Why,
    },
    store::Store,
};
use serde::{Deserialize, Serialize};

/// State of every screen, including the hidden ones.
#[derive(Default)]
pub(super) struct Screens {
    pub map: Map,
    pub list: List,
    card: Card,
    pub why: Why,
    pub logs: Logs,
    pub findings: Findings,
    pub timeline: Timeline,
    sources: Sources,
    copy_menu: CopyMenu,
    pub help: Help,
}

/// State of the screens, such as their cursors, borrowed to be written into a share.
#[derive(Serialize)]
pub(super) struct WrittenViews<'a> {
    map: SavedMap,
    list: &'a List,
    card: &'a Card,
    why: &'a Why,
    logs: SavedLogs,
    findings: &'a Findings,
    timeline: &'a Timeline,
    sources: &'a Sources,
    copy_menu: &'a CopyMenu,
    help: &'a Help,
}

/// State of the screens, such as their cursors, as read from a share.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ReadViews {
    map: SavedMap,
    list: List,
    card: Card,
    why: Why,
    logs: SavedLogs,
    findings: Findings,
    timeline: Timeline,
    sources: Sources,
    copy_menu: CopyMenu,
    help: Help,
}

impl ReadViews {
    /// Creates screens with this state over the data in `store`.
    pub(super) fn restore(self, store: &Store) -> Screens {
        let Self { map, list, card, why, logs, findings, timeline, sources, copy_menu, help } = self;
        let (mut map_screen, mut logs_screen) = (Map::default(), Logs::default());
        map_screen.restore(map);
        logs_screen.restore(logs, store);
        Screens {
            map: map_screen,
            list,
            card,
            why,
            logs: logs_screen,
            findings,
            timeline,
            sources,
            copy_menu,
            help,
        }
    }
}

impl Screens {
    /// Returns the state of each screen to be written into a share.
    pub(super) fn views(&self) -> WrittenViews<'_> {
        WrittenViews {
            map: self.map.view(),
            list: &self.list,
            card: &self.card,
            why: &self.why,
            logs: self.logs.view(),
            findings: &self.findings,
            timeline: &self.timeline,
            sources: &self.sources,
            copy_menu: &self.copy_menu,
            help: &self.help,
        }
    }

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

    /// Returns a mutable reference to the screen with this identifier.
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
