//! The logs of one or of many services, in one stream in time order: followed, walked, searched, filtered, counted.

mod chip;
mod details;
mod draw;
mod fold;
mod histogram;
mod keep;
mod line;
mod look;
mod mark;
mod pages;
mod pane;
mod patterns;
mod reach;
mod row;
mod run;
mod spot;
mod tape;
mod when;

use super::{Canvas, Hits, Scene, View};
use crate::{
    command::Command,
    effect::{Effect, Question, Subscription},
    logs::{Key, Line, Scope},
    model::{InstanceId, LogStart, LogTarget, NodeId, Service, Timestamp},
    store::Store,
};
use chip::Chip;
use histogram::Histogram;
use line::Margin;
use look::Look;
use mark::Marks;
use pages::Pages;
use pane::Pane;
use ratatui::layout::Rect;
use reach::Reach;
use spot::{Sheet, Spot};
use std::collections::BTreeSet;
use tape::{Asked, Tape};

/// The logs.
#[derive(Default)]
pub struct Logs {
    aim: Aim,
    /// What was looked at before a pivot led away from it.
    before: Vec<Before>,
    /// The node that was selected when the lines were last shown.
    of: Option<NodeId>,
    tape: Tape,
    spot: Spot,
    /// The time to go to once its lines are read.
    sought: Option<Sought>,
    pages: Pages,
    look: Look,
    pane: Pane,
    histogram: Option<Histogram>,
    marks: Marks,
    area: Rect,
}

/// Which lines are looked at.
#[derive(Clone, Debug, Default, PartialEq)]
struct Aim {
    /// Whose.
    reach: Reach,
    /// The instance whose lines alone are shown.
    alone: Option<InstanceId>,
    /// What they must be.
    chips: Vec<Chip>,
    /// How far back.
    since: Option<Timestamp>,
}

/// A time to go to.
#[derive(Clone, Debug)]
struct Sought {
    at: Timestamp,
    /// How far back to read for it.
    since: Timestamp,
    /// The streams whose older lines were asked for.
    asked: BTreeSet<LogTarget>,
}

/// Where a pivot came from.
type Before = (Aim, Spot);

impl View for Logs {
    fn update(&mut self, command: Command, store: &Store) -> Vec<Effect> {
        self.run(command, store)
    }

    fn told(&mut self, question: Question, answer: &str, store: &Store) -> Vec<Effect> {
        match question {
            Question::Keep | Question::Hide => {
                let services = self.aim.reach.services(store);
                match Chip::typed(answer, question == Question::Keep, &services) {
                    Ok(chip) => self.add(chip),
                    Err(why) => return vec![Effect::Say(why)],
                }
            }
            Question::Time => match when::when(answer, store.now, &store.zone) {
                Ok(at) => self.seek(at, store),
                Err(why) => return vec![Effect::Say(why)],
            },
        }
        self.follow_lines(store)
    }

    fn offers(&self) -> &'static [Command] {
        use Command::{
            Back, Copy, Folded, Head, Help, Hide, Histogram, Keep, NextError, Open, Patterns, Pause, Pivot,
            PreviousError, Search, Wrap,
        };
        match self.pane {
            Pane::None => &[
                Help,
                Pause,
                Search,
                PreviousError,
                Keep,
                Hide,
                Open,
                Patterns,
                Histogram,
                Folded,
                Wrap,
                NextError,
                Back,
            ],
            Pane::Details(_) => &[Help, Open, Pivot, PreviousError, NextError, Copy, Back],
            Pane::Patterns(_) => &[Help, Open, Hide, Head, Copy, Back],
        }
    }

    fn wants(&self, store: &Store) -> BTreeSet<Subscription> {
        self.pages.wants(&self.targets(store))
    }

    fn follow(&mut self, scene: Scene<'_>, area: Rect, _shown: bool) -> Vec<Effect> {
        let store = scene.store;
        if self.of != store.selected {
            self.of.clone_from(&store.selected);
            // Filters were made for another service's lines: kept unseen, they would hide what is looked for.
            if self.aim.reach == Reach::Selected {
                self.look_at(Aim::default());
            }
        }
        self.area = area;
        self.follow_lines(store)
    }

    fn show_at(&mut self, at: Timestamp, store: &Store) -> Vec<Effect> {
        // Filters that were made for another service's lines would hide what is looked for.
        let same = self.of == store.selected;
        self.of.clone_from(&store.selected);
        let chips = if same { std::mem::take(&mut self.aim.chips) } else { Vec::new() };
        self.look_at(Aim { chips, ..Aim::default() });
        self.seek(at, store);
        self.follow_lines(store)
    }

    fn closed(&mut self, target: &LogTarget, start: &LogStart) {
        self.pages.closed(target, start);
    }

    fn looks_at(&self) -> Option<Timestamp> {
        self.spot.cursor.map(|cursor| cursor.at)
    }

    fn steps_back(&self) -> bool {
        self.pane.is_open() || self.marks.from.is_some() || !self.before.is_empty()
    }

    fn is_covered(&self) -> bool {
        self.pane.is_open()
    }

    fn pick(&mut self, row: usize, store: &Store) -> Vec<Effect> {
        if self.pane.is_open() {
            let again = self.pane.row() == row;
            self.pane.choose(row);
            return if again { self.run(Command::Open, store) } else { Vec::new() };
        }
        let key = self.shown(store, self.area).get(row).map(|line| line.key);
        if key.is_some() && key == self.spot.cursor {
            return self.run(Command::Open, store);
        }
        if let Some(key) = key {
            self.go(key, store);
        }
        Vec::new()
    }

    fn point(&mut self, column: u16, row: u16, store: &Store) {
        let areas = draw::areas(self, store, self.area);
        if let Some(index) = draw::chip_at(self, areas.chips, (column, row)) {
            self.remove(index);
        }
        let at =
            self.histogram.as_mut().and_then(|histogram| histogram.click(column.checked_sub(areas.bars.x)?));
        if let Some(at) = at.filter(|_| areas.bars.contains((column, row).into())) {
            self.go_to(at, store);
        }
    }

    fn copied(&self, store: &Store) -> Option<String> {
        keep::copied(self, store)
    }

    fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> Hits {
        draw::draw(self, scene, area, buf)
    }
}

/// Why the lines that a command asks for can't be shown, where they can't.
#[must_use]
pub fn refusal(command: Command, store: &Store) -> Option<&'static str> {
    Reach::asked(command, store).err()
}

impl Logs {
    /// Lets the tape follow, and what is drawn from it. Where that is not all, it asks to go on.
    fn follow_lines(&mut self, store: &Store) -> Vec<Effect> {
        if self.pages.are_read() {
            self.pages.keep(&self.targets(store));
        }
        let asked = self.asked(store);
        let mut whole = self.tape.follow(&store.logs, asked);
        if whole {
            self.go_to_sought(store);
        }
        let services = self.aim.reach.services(store);
        if let Some(histogram) = &mut self.histogram {
            let width = self.area.width.saturating_sub(2);
            histogram.follow(&self.tape, &store.logs, &services, store, width);
        }
        if let Pane::Patterns(patterns) = &mut self.pane {
            whole &= patterns.follow(&self.tape, &store.logs, &services, store.now);
        }
        if whole { Vec::new() } else { vec![Effect::Again] }
    }

    /// What is to be on the tape.
    fn asked(&self, store: &Store) -> Asked {
        let services = self.aim.reach.services(store);
        let scope = match &self.aim.alone {
            Some(instance) => Scope::Instances(BTreeSet::from([instance.clone()])),
            None => Scope::Services(services.iter().map(|service| service.id.clone()).collect()),
        };
        let filters = self.aim.chips.iter().map(|chip| chip.filter.clone()).collect();
        Asked { scope, filters, since: self.aim.since, search: store.search.clone() }
    }

    /// The streams that are read.
    fn targets(&self, store: &Store) -> Vec<LogTarget> {
        reach::streams(&self.aim.reach.services(store), self.aim.alone.as_ref()).0
    }

    /// The services whose lines are shown.
    fn services<'a>(&self, store: &'a Store) -> Vec<&'a Service> {
        self.aim.reach.services(store)
    }

    /// Looks at other lines.
    fn look_at(&mut self, aim: Aim) {
        self.aim = aim;
        self.leave_place();
    }

    /// Looks at other services' lines. The filters stay that may fit those as well.
    fn look_at_those_of(&mut self, reach: Reach, store: &Store) {
        let services = reach.services(store);
        let mut chips = std::mem::take(&mut self.aim.chips);
        chips.retain(|chip| chip.may_fit(&services));
        self.look_at(Aim { reach, chips, ..Aim::default() });
    }

    /// Forgets where one was: the lines are others.
    fn leave_place(&mut self) {
        (self.spot, self.sought, self.marks.from) = (Spot::default(), None, None);
        self.close_details();
        if let Some(histogram) = &mut self.histogram {
            *histogram = Histogram::default();
        }
    }

    /// Shows only lines that a filter lets through too. The place stays, or what is next to it.
    fn add(&mut self, chip: Chip) {
        if !self.aim.chips.contains(&chip) {
            self.aim.chips.push(chip);
        }
        self.close_details();
    }

    /// Closes what tells of one line, which may not be among the lines any more.
    fn close_details(&mut self) {
        if matches!(self.pane, Pane::Details(_)) {
            self.pane = Pane::None;
        }
    }

    fn remove(&mut self, index: usize) {
        if index < self.aim.chips.len() {
            self.aim.chips.remove(index);
        }
    }

    /// Goes to a time, and reads up to it where it lies before what is held.
    fn seek(&mut self, at: Timestamp, store: &Store) {
        self.aim.since = self.aim.since.filter(|since| *since <= at);
        self.sought = Some(Sought { at, since: at, asked: BTreeSet::new() });
        self.go_to_sought(store);
    }

    /// Goes to the sought time as soon as a line from before it is held, or everything was read that there is. Streams
    /// that are opened only now are asked for older lines once their newest ones are there.
    fn go_to_sought(&mut self, store: &Store) {
        let Some(mut sought) = self.sought.take() else { return };
        let targets = self.targets(store);
        let settled = self.pages.seek(&store.logs, &targets, sought.since, &mut sought.asked);
        let held = self.tape.first(&store.logs).is_some_and(|first| first.at <= sought.at);
        if held || (settled && !self.pages.are_read()) {
            self.go_to(sought.at, store);
        } else {
            self.sought = Some(sought);
        }
    }

    /// Goes to the first line of that time, or to the last line where all are older.
    fn go_to(&mut self, at: Timestamp, store: &Store) {
        match self.tape.at(&store.logs, at) {
            Some(key) => self.go(key, store),
            None => self.spot.follow(),
        }
    }

    fn go(&mut self, key: Key, store: &Store) {
        self.on_sheet(store, |spot, sheet| spot.go(key, sheet));
    }

    /// Lets the spot move over the lines as they are broken into rows.
    fn on_sheet(&mut self, store: &Store, then: impl FnOnce(&mut Spot, &Sheet<'_>)) {
        let mut spot = std::mem::take(&mut self.spot);
        then(&mut spot, &self.sheet(store, self.area));
        self.spot = spot;
    }

    /// The sheet of lines as a screen of that area has it.
    fn sheet<'a>(&'a self, store: &'a Store, area: Rect) -> Sheet<'a> {
        let rows = usize::from(draw::areas(self, store, area).lines.height).max(1);
        let width = usize::from(area.width.saturating_sub(2));
        let room = Margin::of(self, &self.services(store), width).room(width);
        let takes = Box::new(move |line: &Line<'_>| line::takes(self, line, room));
        Sheet { held: &store.logs, tape: &self.tape, rows, takes }
    }

    /// The lines on a screen of that area, the oldest first.
    fn shown<'a>(&'a self, store: &'a Store, area: Rect) -> Vec<Line<'a>> {
        self.sheet(store, area).shown(self.spot.bottom)
    }

    /// The line of the cursor; while it follows, the last one.
    fn here(&self, store: &Store) -> Option<Key> {
        self.spot.cursor.or_else(|| self.tape.last(&store.logs))
    }
}
