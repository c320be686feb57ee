//! The screens: what is drawn is a function of the store and of each screen's own small state.

pub mod card;
pub mod findings;
pub mod freshness;
pub mod help;
pub mod hits;
pub mod instance;
pub mod list;
pub mod logs;
pub mod map;
pub mod rollout;
pub mod sources;
pub mod summary;
pub mod theme;
pub mod time;
pub mod timeline;
pub mod usage;
pub mod why;
pub mod widget;

pub use hits::{Hits, Target};
pub use theme::Theme;
pub use widget::canvas::Canvas;

use crate::{
    command::{Command, Place},
    effect::{Effect, Question, Screen, Subscription},
    keymap::Keymap,
    layout::Diagram,
    model::{LogStart, LogTarget, NodeId, Timestamp},
    store::Store,
};
use ratatui::layout::Rect;
use std::collections::BTreeSet;

/// What every screen is drawn from.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// What is known.
    pub store: &'a Store,
    /// How it looks.
    pub theme: &'a Theme,
    /// Which keys do what.
    pub keymap: &'a Keymap,
}

/// A screen.
pub trait View {
    /// Carries out a command that is this screen's own affair.
    fn update(&mut self, command: Command, store: &Store) -> Vec<Effect>;

    /// The commands that the last row offers, the most useful first.
    fn offers(&self) -> &'static [Command];

    /// What it needs from outside while it is shown.
    fn wants(&self, _store: &Store) -> BTreeSet<Subscription> {
        BTreeSet::new()
    }

    /// Follows a change of the store, the selection or the size of its area; the map does so also while it is not
    /// shown.
    fn follow(&mut self, _scene: Scene<'_>, _area: Rect, _shown: bool) -> Vec<Effect> {
        Vec::new()
    }

    /// Whether going back is a step on this screen before it is a step out of it.
    fn steps_back(&self) -> bool {
        false
    }

    /// Whether something is opened over it, which going back closes before it ends a search.
    fn is_covered(&self) -> bool {
        false
    }

    /// Is put on top of a screen with those keys.
    fn open(&mut self, _over: Place) {}

    /// Forgets what it came by, as it is taken away.
    fn close(&mut self) {}

    /// Takes a layout that was asked for, and which of the choices it is.
    fn laid(&mut self, _number: u64, _choice: usize, _diagram: Diagram, _store: &Store) {}

    /// Hears that the layout of that number failed.
    fn unlaid(&mut self, _number: u64) {}

    /// Takes the answer to what it asked for.
    fn told(&mut self, _question: Question, _answer: &str, _store: &Store) -> Vec<Effect> {
        Vec::new()
    }

    /// Shows what was there at that time, of the selected node.
    fn show_at(&mut self, _at: Timestamp, _store: &Store) -> Vec<Effect> {
        Vec::new()
    }

    /// Hears that a reading of a part of a log has come to its end.
    fn closed(&mut self, _target: &LogTarget, _start: &LogStart) {}

    /// The time around which it looks at log lines, where that is not the newest: what is held there goes last.
    fn looks_at(&self) -> Option<Timestamp> {
        None
    }

    /// Moves what is shown by so many cells, as the mouse drags it.
    fn drag(&mut self, _columns: i32, _rows: i32) {}

    /// Takes whether a fresh layout would be better by much than that of this number.
    fn compared(&mut self, _number: u64, _tangled: bool) {}

    /// The mouse is over that cell of the screen, or over none of its own. Returns whether that changes the picture.
    fn hover(&mut self, _at: Option<(u16, u16)>) -> bool {
        false
    }

    /// Makes room for a node that was selected elsewhere, where only a part of the estate is shown.
    fn bring(&mut self, _node: &NodeId, _store: &Store) {}

    /// The nodes that alone are shown, where it is not everything.
    fn focused(&self, _store: &Store) -> Option<BTreeSet<NodeId>> {
        None
    }

    /// Goes to what that cell of the screen shows small.
    fn point(&mut self, _column: u16, _row: u16, _store: &Store) {}

    /// Selects the row of that number, as a click does.
    fn pick(&mut self, _row: usize, _store: &Store) -> Vec<Effect> {
        Vec::new()
    }

    /// What `copy` would copy.
    fn copied(&self, store: &Store) -> Option<String> {
        store.node().map(|node| node.name.clone())
    }

    /// Draws itself, and says where what can be clicked is.
    fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> Hits;
}

/// A screen as people meet it.
pub struct Spec {
    /// Which.
    pub screen: Screen,
    /// Its title.
    pub title: &'static str,
    /// Whose keys count on it.
    pub place: Place,
    /// Makes it, empty.
    pub make: fn() -> Box<dyn View>,
}

/// All screens.
pub const VIEWS: &[Spec] = &[
    Spec { screen: Screen::Map, title: "map", place: Place::Map, make: || Box::new(map::Map::default()) },
    Spec { screen: Screen::List, title: "services", place: Place::Everywhere, make: || Box::new(list::List) },
    Spec {
        screen: Screen::Card,
        title: "card",
        place: Place::Everywhere,
        make: || Box::new(card::Card::default()),
    },
    Spec {
        screen: Screen::Why,
        title: "why",
        place: Place::Everywhere,
        make: || Box::new(why::Why::default()),
    },
    Spec {
        screen: Screen::Logs,
        title: "logs",
        place: Place::Logs,
        make: || Box::new(logs::Logs::default()),
    },
    Spec {
        screen: Screen::Findings,
        title: "findings",
        place: Place::Everywhere,
        make: || Box::new(findings::Findings::default()),
    },
    Spec {
        screen: Screen::Timeline,
        title: "timeline",
        place: Place::Timeline,
        make: || Box::new(timeline::Timeline::default()),
    },
    Spec {
        screen: Screen::Sources,
        title: "sources",
        place: Place::Everywhere,
        make: || Box::new(sources::Sources::default()),
    },
    Spec {
        screen: Screen::Help,
        title: "help",
        place: Place::Everywhere,
        make: || Box::new(help::Help::default()),
    },
];

impl Screen {
    /// Its row in the table.
    #[must_use]
    pub fn spec(self) -> &'static Spec {
        VIEWS.iter().find(|spec| spec.screen == self).unwrap_or(&VIEWS[0])
    }
}
