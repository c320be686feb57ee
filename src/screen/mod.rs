//! Screens of the terminal interface. Each draws from the store and from a small state of its own.

pub mod describe;
pub mod card;
pub mod findings;
pub mod help;
pub mod hit_map;
pub mod list;
pub mod logs;
pub mod map;
pub mod sources;
pub mod theme;
pub mod timeline;
pub mod why;
pub mod widget;

pub use hit_map::{ClickTarget, HitMap};
pub use theme::Theme;
pub use widget::canvas::Canvas;

use crate::{
    command::{Command, KeyContext},
    effect::{Effect, PromptKind, ScreenId, Subscription},
    keymap::Keymap,
    layout::Diagram,
    model::{LogReadOptions, LogTarget, NodeId, Timestamp},
    store::Store,
};
use ratatui::layout::Rect;
use std::collections::BTreeSet;

/// Data that every screen is drawn from.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// State of all sources, and the selection.
    pub store: &'a Store,
    /// Colours and glyphs.
    pub theme: &'a Theme,
    /// Keys of the commands.
    pub keymap: &'a Keymap,
}

/// Screen of the terminal interface: it handles commands, requests data and draws itself.
pub trait Screen {
    /// Handles a command that the program itself does not handle.
    fn update(&mut self, command: Command, store: &Store) -> Vec<Effect>;

    /// Returns the commands for the footer, the most useful first.
    fn footer_commands(&self) -> &'static [Command];

    /// Returns the data streams that the screen needs while it is shown.
    fn subscriptions(&self, _store: &Store) -> BTreeSet<Subscription> {
        BTreeSet::new()
    }

    /// Adapts the screen to changes of the store, the selection or its area.
    ///
    /// The program calls this for all shown screens, and for the map also while it is hidden.
    fn sync(&mut self, _scene: Scene<'_>, _area: Rect, _shown: bool) -> Vec<Effect> {
        Vec::new()
    }

    /// Returns true if `Command::Back` is a step within this screen instead of out of it.
    fn handles_back(&self) -> bool {
        false
    }

    /// Returns true if the screen has an overlay open. `Command::Back` closes it before it ends a search.
    fn has_overlay(&self) -> bool {
        false
    }

    /// Notifies the screen that it was opened on top of a screen with the given key context.
    fn on_open(&mut self, _over: KeyContext) {}

    /// Notifies the screen that it was closed.
    fn on_close(&mut self) {}

    /// Delivers a requested layout: the request's id, the index of the chosen candidate, and the layout.
    fn on_layout_ready(&mut self, _number: u64, _choice: usize, _diagram: Diagram, _store: &Store) {}

    /// Notifies the screen that the layout request with this id failed.
    fn on_layout_failed(&mut self, _number: u64) {}

    /// Delivers the user's input for a prompt that the screen opened.
    fn on_answer(&mut self, _question: PromptKind, _answer: &str, _store: &Store) -> Vec<Effect> {
        Vec::new()
    }

    /// Shows the data of the selected node at the given time.
    fn jump_to_time(&mut self, _at: Timestamp, _store: &Store) -> Vec<Effect> {
        Vec::new()
    }

    /// Notifies the screen that one read of a part of a log stream has ended.
    fn on_log_page_end(&mut self, _target: &LogTarget, _start: &LogReadOptions) {}

    /// Returns the time of the log lines on screen, or `None` if these are the newest. The log store drops
    /// lines near that time last.
    fn log_focus_time(&self) -> Option<Timestamp> {
        None
    }

    /// Moves the content by the given number of cells, following a mouse drag.
    fn drag(&mut self, _columns: i32, _rows: i32) {}

    /// Delivers the result of a layout comparison: true if a fresh layout would be much better than the one
    /// of the request with this id.
    fn on_layout_compared(&mut self, _number: u64, _tangled: bool) {}

    /// Takes the cell under the mouse; `None` if the mouse is elsewhere. Returns true if the screen has to be
    /// redrawn.
    fn hover(&mut self, _at: Option<(u16, u16)>) -> bool {
        false
    }

    /// Makes a node visible that was selected elsewhere. A focus on other nodes ends.
    fn reveal_node(&mut self, _node: &NodeId, _store: &Store) {}

    /// Returns the nodes in focus, or `None` if all nodes are shown.
    fn focused_nodes(&self, _store: &Store) -> Option<BTreeSet<NodeId>> {
        None
    }

    /// Handles a click on a cell of an overview, such as the mini-map or the histogram.
    fn click_overview(&mut self, _column: u16, _row: u16, _store: &Store) {}

    /// Handles a click on the row with this index.
    fn click_row(&mut self, _row: usize, _store: &Store) -> Vec<Effect> {
        Vec::new()
    }

    /// Returns the text for `Command::Copy`, or `None` if there is nothing to copy.
    fn clipboard_text(&self, store: &Store) -> Option<String> {
        store.selected_node().map(|node| node.name.clone())
    }

    /// Draws the screen into `area` and returns its clickable areas.
    fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> HitMap;
}

/// Row of the screen table: title, key context and constructor of one screen.
pub struct ScreenSpec {
    /// Screen that the row describes.
    pub id: ScreenId,
    /// Title of the screen.
    pub title: &'static str,
    /// Context of the keys on this screen.
    pub key_context: KeyContext,
    /// Creates the screen in its initial state.
    pub create: fn() -> Box<dyn Screen>,
}

/// Table of all screens.
pub const SCREEN_TABLE: &[ScreenSpec] = &[
    ScreenSpec {
        id: ScreenId::Map,
        title: "map",
        key_context: KeyContext::Map,
        create: || Box::new(map::Map::default()),
    },
    ScreenSpec {
        id: ScreenId::List,
        title: "services",
        key_context: KeyContext::Everywhere,
        create: || Box::new(list::List),
    },
    ScreenSpec {
        id: ScreenId::Card,
        title: "card",
        key_context: KeyContext::Everywhere,
        create: || Box::new(card::Card::default()),
    },
    ScreenSpec {
        id: ScreenId::Why,
        title: "why",
        key_context: KeyContext::Everywhere,
        create: || Box::new(why::Why::default()),
    },
    ScreenSpec {
        id: ScreenId::Logs,
        title: "logs",
        key_context: KeyContext::Logs,
        create: || Box::new(logs::Logs::default()),
    },
    ScreenSpec {
        id: ScreenId::Findings,
        title: "findings",
        key_context: KeyContext::Everywhere,
        create: || Box::new(findings::Findings::default()),
    },
    ScreenSpec {
        id: ScreenId::Timeline,
        title: "timeline",
        key_context: KeyContext::Timeline,
        create: || Box::new(timeline::Timeline::default()),
    },
    ScreenSpec {
        id: ScreenId::Sources,
        title: "sources",
        key_context: KeyContext::Everywhere,
        create: || Box::new(sources::Sources::default()),
    },
    ScreenSpec {
        id: ScreenId::Help,
        title: "help",
        key_context: KeyContext::Everywhere,
        create: || Box::new(help::Help::default()),
    },
];

impl ScreenId {
    /// Returns the screen's row in the table.
    #[must_use]
    pub fn spec(self) -> &'static ScreenSpec {
        SCREEN_TABLE.iter().find(|spec| spec.id == self).unwrap_or(&SCREEN_TABLE[0])
    }
}
