//! Screens of the terminal interface, such as map, list and logs. Each screen draws from the store and from
//! its own small state.

pub mod request;
pub mod describe;
pub mod card;
pub mod copy_menu;
pub mod findings;
pub mod help;
pub mod list;
pub mod logs;
pub mod map;
pub mod operation;
pub mod file_to_save;
pub mod sources;
pub mod theme;
pub mod timeline;
pub mod why;
pub mod widget;

pub use file_to_save::{DeferredText, FileToSave};
pub use request::{LogPromptKind, ScreenRequest};
pub use theme::Theme;
pub use widget::{
    canvas::Canvas,
    hit_map::{ClickPlace, ClickTarget, HitMap},
};

use crate::{
    command::{Command, KeyContext},
    keymap::Keymap,
    store::Store,
    subscription::Subscription,
};
use describe::hand_over;
use ratatui::layout::Rect;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Inputs for drawing any screen: the data, the colours and glyphs, and the keys of the commands.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// Data of all sources, and the user's session.
    pub store: &'a Store,
    /// Colours and glyphs.
    pub theme: &'a Theme,
    /// Keys of the commands.
    pub keymap: &'a Keymap,
}

/// Screen of the terminal interface: it handles commands, requests data and draws itself.
///
/// The program carries out all requests that a method returns (`App::apply_requests`).
pub trait Screen {
    /// Handles a command that the program itself does not handle, and returns the requests that follow from
    /// it.
    fn update(&mut self, command: Command, store: &Store) -> Vec<ScreenRequest>;

    /// Returns true if `command` does something on this screen now.
    ///
    /// The program calls this only for commands that it does not handle itself, and for `Command::Back`. For
    /// `Back`, true means that the command undoes a step within this screen. Otherwise `Back` closes the
    /// screen.
    fn applies(&self, command: Command, store: &Store) -> bool;

    /// Returns the commands for the footer, the most useful first. The footer leaves out commands that don't
    /// apply.
    fn footer_commands(&self) -> &'static [Command];

    /// Returns the data streams that the screen needs while it is shown.
    fn subscriptions(&self, _store: &Store) -> BTreeSet<Subscription> {
        BTreeSet::new()
    }

    /// Adapts the state of the screen to changes of the store or of its area, before it is drawn.
    ///
    /// The program calls this for all shown screens, and for the map also while it is hidden.
    fn sync(&mut self, _scene: Scene<'_>, _area: Rect, _shown: bool) -> Vec<ScreenRequest> {
        Vec::new()
    }

    /// Handles a click on a row, a column heading or an overview such as the mini-map.
    fn click(&mut self, _at: ClickPlace, _store: &Store) -> Vec<ScreenRequest> {
        Vec::new()
    }

    /// Returns the text for `Command::Copy`, or `None` if there is nothing to copy.
    fn clipboard_text(&self, store: &Store) -> Option<String> {
        hand_over::report(store, store.selected_node(), None)
    }

    /// Returns the address of the page that `Command::Browse` opens, or `None` if there is no such page.
    fn link(&self, store: &Store) -> Option<String> {
        store.selected_node().and_then(|node| hand_over::main_link(&store.world, node))
    }

    /// Draws the screen into `area` and returns its clickable areas.
    fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> HitMap;
}

/// Identifier of a screen; `SCREEN_TABLE` has a row for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "SCREEN_TABLE has the title of each")]
pub enum ScreenId {
    Map,
    List,
    Card,
    Why,
    Logs,
    Findings,
    Timeline,
    Sources,
    CopyMenu,
    Help,
}

/// Row of `SCREEN_TABLE`: title and key context of one screen.
pub struct ScreenSpec {
    /// Screen that the row describes.
    pub id: ScreenId,
    /// Name of the screen in texts.
    pub title: &'static str,
    /// Context in which the keymap looks up keys on this screen.
    pub key_context: KeyContext,
}

/// Returns a row of `SCREEN_TABLE`.
const fn row(id: ScreenId, title: &'static str, key_context: KeyContext) -> ScreenSpec {
    ScreenSpec { id, title, key_context }
}

/// Table of all screens.
pub const SCREEN_TABLE: &[ScreenSpec] = &[
    row(ScreenId::Map, "map", KeyContext::Map),
    row(ScreenId::List, "services", KeyContext::List),
    row(ScreenId::Card, "card", KeyContext::Everywhere),
    row(ScreenId::Why, "why", KeyContext::Everywhere),
    row(ScreenId::Logs, "logs", KeyContext::Logs),
    row(ScreenId::Findings, "findings", KeyContext::Everywhere),
    row(ScreenId::Timeline, "timeline", KeyContext::Timeline),
    row(ScreenId::Sources, "sources", KeyContext::Everywhere),
    row(ScreenId::CopyMenu, "copy", KeyContext::Everywhere),
    row(ScreenId::Help, "help", KeyContext::Everywhere),
];

impl ScreenId {
    /// Returns the screen's row in `SCREEN_TABLE`.
    #[must_use]
    pub fn spec(self) -> &'static ScreenSpec {
        SCREEN_TABLE.iter().find(|spec| spec.id == self).unwrap_or(&SCREEN_TABLE[0])
    }
}
