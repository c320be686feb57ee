//! The program as a pure function: a message in, a new state and effects as data out.

mod answered;
mod draw;
mod hand;
mod mouse;
mod msg;
mod panes;
mod prompt;
mod select;
mod watched;

use crate::{
    command::Command,
    effect::{Effect, Screen, Subscription},
    keymap::{Key, Keymap},
    store::{Search, Store},
    topology::EdgeFilter,
    view::{self, Hits, Theme, VIEWS, View},
};
pub use mouse::Mouse;
pub use msg::Msg;
use prompt::Prompt;
use ratatui::layout::Rect;
use std::collections::{BTreeMap, BTreeSet};

/// The whole state of the program.
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct App {
    /// What is known.
    pub store: Store,
    theme: Theme,
    keymap: Keymap,
    views: BTreeMap<Screen, Box<dyn View>>,
    /// The screens on top of each other; the last one is shown. Never empty.
    stack: Vec<Screen>,
    prompt: Option<Prompt>,
    /// What was last searched for among services.
    searched: Search,
    notice: Option<String>,
    /// Whether the logs are below the map.
    split: bool,
    /// Whether the logs, when they are shown, have the whole terminal.
    filled: bool,
    size: Rect,
    /// Where what can be clicked was in the last frame.
    hits: Hits,
    pointer: (u16, u16),
    mouse: bool,
    /// Whether something has happened since the last frame that it may not show.
    unseen: bool,
}

impl App {
    /// The program at its start, with the map on a screen of that size.
    #[must_use]
    pub fn new(store: Store, theme: Theme, keymap: Keymap, size: (u16, u16), mouse: bool) -> Self {
        Self {
            store,
            theme,
            keymap,
            views: VIEWS.iter().map(|spec| (spec.screen, (spec.make)())).collect(),
            stack: vec![Screen::Map],
            prompt: None,
            searched: Search::default(),
            notice: None,
            split: false,
            filled: false,
            size: Rect::new(0, 0, size.0, size.1),
            hits: Hits::default(),
            pointer: (0, 0),
            mouse,
            unseen: true,
        }
    }

    /// Says something in the last row, until the next key.
    pub fn say(&mut self, words: &str) {
        self.notice = Some(words.to_owned());
    }

    /// Takes a message. What comes back is for the runtime to carry out.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        if let Msg::Mouse(mouse @ Mouse::Over(..)) = msg {
            return self.point(mouse);
        }
        self.unseen = true;
        let mut effects = match msg {
            Msg::Key(key) => self.key(key),
            Msg::Paste(text) => self.paste(&text),
            Msg::Mouse(mouse) => self.point(mouse),
            Msg::Resize(width, height) => {
                self.size = Rect::new(0, 0, width, height);
                Vec::new()
            }
            Msg::Tick(now) => {
                self.store.follows(&self.subscriptions(), now);
                self.store.tick(now);
                let due = self.store.due_memories();
                due.into_iter().map(|(source, memory)| Effect::KeepOutages(source, memory)).collect()
            }
            Msg::Looked(source, outcome) => {
                let before = self.store.node().map(|node| (node.id.clone(), node.name.clone()));
                self.store.absorb(&source, outcome);
                self.tell_gone(before);
                Vec::new()
            }
            Msg::Recalled(source, snapshot) => {
                self.store.recall(&source, *snapshot);
                Vec::new()
            }
            Msg::Remembered(source, earlier) => {
                self.store.remember(&source, earlier);
                Vec::new()
            }
            Msg::Paced(source, pace) => {
                self.store.paced(&source, pace);
                Vec::new()
            }
            Msg::Nudged(source, nudged) => {
                self.store.nudged(&source, nudged);
                Vec::new()
            }
            Msg::Logs(news) => {
                return self.hear(news);
            }
            Msg::Measured(service, outcome) => {
                self.store.usage.hear(service, outcome);
                return Vec::new();
            }
            Msg::Again => return self.follow_logs(),
            Msg::Laid(number, choice, diagram) => {
                if let Some(map) = self.views.get_mut(&Screen::Map) {
                    map.laid(number, choice, *diagram, &self.store);
                }
                Vec::new()
            }
            Msg::Unlaid(number) => {
                if let Some(map) = self.views.get_mut(&Screen::Map) {
                    map.unlaid(number);
                }
                self.say("the map could not be laid out: a fault of Portolan itself, told in its log");
                Vec::new()
            }
            Msg::Compared(number, tangled) => {
                if let Some(map) = self.views.get_mut(&Screen::Map) {
                    map.compared(number, tangled);
                }
                Vec::new()
            }
            Msg::Said(words) => {
                self.say(&words);
                return Vec::new();
            }
        };
        effects.extend(self.follow());
        effects
    }

    /// What should be kept up now.
    #[must_use]
    pub fn subscriptions(&self) -> BTreeSet<Subscription> {
        let panes = self.panes();
        let shown = panes.iter().filter_map(|(screen, _)| self.views.get(screen));
        shown.flat_map(|view| view.wants(&self.store)).collect()
    }

    /// The screen that is shown.
    #[must_use]
    pub fn screen(&self) -> Screen {
        self.stack.last().copied().unwrap_or(Screen::Map)
    }

    /// Returns the size that the screens are fitted to, in columns and rows.
    #[must_use]
    pub fn size(&self) -> (u16, u16) {
        (self.size.width, self.size.height)
    }

    /// Whether another frame would show something else than the last.
    #[must_use]
    pub fn is_unseen(&self) -> bool {
        self.unseen
    }

    /// Remembers where what can be clicked is in the frame that was drawn.
    pub fn drawn(&mut self, hits: Hits) {
        self.unseen = false;
        self.hits = hits;
    }

    fn key(&mut self, key: Key) -> Vec<Effect> {
        self.notice = None;
        if let Some(prompt) = &mut self.prompt {
            let answer = prompt.key(key);
            return self.answered(answer);
        }
        match self.keymap.command(self.screen().spec().place, key) {
            Some(command) => self.run(command),
            None => Vec::new(),
        }
    }

    fn paste(&mut self, text: &str) -> Vec<Effect> {
        let answer = self.prompt.as_mut().map(|prompt| prompt.paste(text));
        answer.map(|answer| self.answered(answer)).unwrap_or_default()
    }

    /// Carries out a command: the program's own ones here, the others by the shown screen.
    fn run(&mut self, command: Command) -> Vec<Effect> {
        match command {
            Command::Map => self.show(Screen::Map),
            Command::List => self.show(Screen::List),
            Command::Card => self.show(Screen::Card),
            Command::Why => self.show(Screen::Why),
            Command::Logs
            | Command::LogsMarked
            | Command::LogsBelow
            | Command::LogsAround
            | Command::LogsPath
            | Command::LogsGroup => {
                if let Some(why) = view::logs::refusal(command, &self.store) {
                    self.say(why);
                    return Vec::new();
                }
                self.show(Screen::Logs);
                return self.ask_view(|view, store| view.update(command, store));
            }
            Command::Split => self.split = !self.split,
            Command::Findings => self.show(Screen::Findings),
            Command::Timeline => self.show(Screen::Timeline),
            Command::Sources => self.show(Screen::Sources),
            Command::Help => self.show(Screen::Help),
            Command::Palette => self.prompt = Some(Prompt::command()),
            Command::Search => self.prompt = Some(Prompt::search(self.store.selected.clone())),
            Command::Back => return self.back(false),
            Command::Quit => return self.back(true),
            Command::Abort => return vec![Effect::Quit],
            Command::OnlyFaulty => self.store.only_faulty = !self.store.only_faulty,
            Command::NextSource => self.next_source(),
            Command::GroupBy => {
                let grouping =
                    self.store.charting.grouping.next(&self.store, &self.store.charting.configured);
                self.notice = Some(format!("grouped by: {}", grouping.id()));
                self.store.charting.grouping = grouping;
            }
            Command::Earlier | Command::Later => {
                if self.store.retrace(command == Command::Earlier) {
                    self.bring_into_focus();
                } else {
                    self.notice = Some("nothing was selected there".to_owned());
                }
            }
            Command::Edges => {
                self.store.edges = self.store.edges.next();
                self.notice = Some(self.store.tell_edges());
            }
            Command::Refresh => {
                self.notice = Some("looking again".to_owned());
                return vec![Effect::Refresh];
            }
            Command::ToggleMouse => {
                self.mouse = !self.mouse;
                self.hover(None);
                return vec![Effect::Mouse(self.mouse)];
            }
            Command::Copy => return self.copy(),
            Command::ExportHtml => return self.save("html"),
            Command::ExportSvg => return self.save("svg"),
            Command::NextFinding => self.select_finding(1),
            Command::PreviousFinding => self.select_finding(-1),
            Command::NextMatch | Command::PreviousMatch if !self.searches_itself() => {
                self.select_match(command == Command::NextMatch);
            }
            _ => return self.ask_view(|view, store| view.update(command, store)),
        }
        Vec::new()
    }

    /// Asks the shown screen, and carries out what of its effects is the program's own affair.
    fn ask_view(&mut self, ask: impl FnOnce(&mut dyn View, &Store) -> Vec<Effect>) -> Vec<Effect> {
        let screen = self.screen();
        let Some(view) = self.views.get_mut(&screen) else { return Vec::new() };
        let mut outside = Vec::new();
        for effect in ask(view.as_mut(), &self.store) {
            match effect {
                Effect::Select(node) => self.store.select(node),
                Effect::Show(screen) => self.show(screen),
                Effect::LogsAt(node, at) => {
                    self.store.select(node);
                    self.show(Screen::Logs);
                    let logs = self.views.get_mut(&Screen::Logs);
                    outside.extend(logs.into_iter().flat_map(|logs| logs.show_at(at, &self.store)));
                }
                Effect::Mark(node) => self.store.mark(node),
                Effect::Unmark => self.store.marks.clear(),
                Effect::Say(words) => self.notice = Some(words),
                Effect::Ask(question) => self.prompt = Some(Prompt::asking(question)),
                Effect::Fill => self.filled = !self.filled,
                effect => outside.push(effect),
            }
        }
        outside
    }

    /// Puts a screen on top; one that is below already comes up, so that going back never goes round.
    fn show(&mut self, screen: Screen) {
        if screen != self.screen() {
            self.store.search = Search::default();
        }
        if let Some(place) = self.stack.iter().position(|shown| *shown == screen) {
            return self.close_above(place + 1);
        }
        let over = self.screen().spec().place;
        self.stack.push(screen);
        if let Some(view) = self.views.get_mut(&screen) {
            view.open(over);
        }
    }

    /// Takes away all screens but the lowest `kept`.
    fn close_above(&mut self, kept: usize) {
        for screen in self.stack.drain(kept..) {
            if let Some(view) = self.views.get_mut(&screen) {
                view.close();
            }
        }
    }

    /// Goes back: first out of what is opened over the screen, then out of a search, then out of the full screen, then
    /// where the screen itself has come from, then a screen; at the root out of filters and focus, or out of the program.
    fn back(&mut self, quit: bool) -> Vec<Effect> {
        let view = self.views.get(&self.screen());
        let (steps, covered) = view.map_or((false, false), |view| (view.steps_back(), view.is_covered()));
        let above = self.stack.len() > 1;
        let here = !quit && !covered;
        if here && !self.store.search.is_empty() {
            self.store.search = Search::default();
        } else if here && self.is_filled() {
            self.filled = false;
        } else if above && (quit || !steps) {
            self.close_above(self.stack.len() - 1);
        } else if quit {
            return vec![Effect::Quit];
        } else if !above && self.store.only_faulty {
            self.store.only_faulty = false;
        } else if !above && self.store.only_source.is_some() {
            self.store.only_source = None;
        } else if !above && self.store.edges != EdgeFilter::All {
            self.store.edges = EdgeFilter::All;
        } else {
            return self.ask_view(|view, store| view.update(Command::Back, store));
        }
        Vec::new()
    }
}
