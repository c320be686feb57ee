//! What the commands do in the logs.

use super::{
    Aim, Logs, Sought,
    chip::{Chip, LEVELS},
    details::Details,
    histogram::Histogram,
    keep,
    pane::Pane,
    patterns::Patterns,
    reach::{self, Reach},
    spot::Spot,
};
use crate::{
    command::Command,
    decode::line::ids,
    effect::{Effect, Question},
    logs::{Key, What},
    model::{Level, NodeId},
    store::Store,
    view::widget::table,
};
use jiff::SignedDuration;
use std::collections::BTreeSet;

impl Logs {
    /// Carries out a command.
    pub(super) fn run(&mut self, command: Command, store: &Store) -> Vec<Effect> {
        let mut effects = self.carry_out(command, store);
        effects.extend(self.follow_lines(store));
        // What is opened or closed leaves more or fewer rows to the lines.
        self.on_sheet(store, Spot::keep_in_sight);
        effects
    }

    fn carry_out(&mut self, command: Command, store: &Store) -> Vec<Effect> {
        if let Some(done) = self.in_pane(command, store) {
            return done;
        }
        match command {
            Command::Logs
            | Command::LogsMarked
            | Command::LogsBelow
            | Command::LogsAround
            | Command::LogsPath
            | Command::LogsGroup => return self.reach(command, store),
            Command::NextInstance | Command::PreviousInstance => {
                let services = self.services(store);
                let next =
                    reach::stepped(&services, self.aim.alone.as_ref(), command == Command::NextInstance);
                self.aim.alone = next;
                self.leave_place();
            }
            Command::Keep => return vec![Effect::Ask(Question::Keep)],
            Command::Hide => return vec![Effect::Ask(Question::Hide)],
            Command::GoTo => return vec![Effect::Ask(Question::Time)],
            Command::Unfilter => drop(self.aim.chips.pop()),
            Command::UnfilterAll => self.aim.chips.clear(),
            Command::LevelUp | Command::LevelDown => self.level(command == Command::LevelUp),
            Command::MarkLine => self.here(store).into_iter().for_each(|line| self.marks.toggle(line)),
            Command::NextMark | Command::PreviousMark => {
                let forward = command == Command::NextMark;
                let next = self.marks.next(self.here(store), forward);
                return self.jump(next, forward, "no line is marked", store);
            }
            Command::SelectLines => self.marks.from = self.here(store).filter(|_| self.marks.from.is_none()),
            Command::SaveLogs => return keep::save(self, store),
            Command::FullScreen => return vec![Effect::Fill],
            Command::Histogram => {
                self.histogram = if self.histogram.is_some() { None } else { Some(Histogram::default()) };
            }
            Command::Patterns => self.pane = Pane::Patterns(Box::<Patterns>::default()),
            Command::Pivot => return self.pivot_on_line(store),
            Command::Open => {
                if let Some(line) = self.here(store) {
                    self.pane = Pane::Details(Details { line, row: 0 });
                    self.go(line, store);
                }
            }
            Command::Back => self.step_back(),
            _ => return self.walk(command, store),
        }
        Vec::new()
    }

    /// What moves the cursor, and what changes how lines look.
    fn walk(&mut self, command: Command, store: &Store) -> Vec<Effect> {
        // Whoever moves the cursor no longer waits for a time.
        self.sought = None;
        let page = usize::from(super::draw::areas(self, store, self.area).lines.height).max(2) as isize;
        let by = match command {
            Command::Up | Command::ScrollUp => -1,
            Command::Down | Command::ScrollDown => 1,
            Command::HalfUp => -page / 2,
            Command::HalfDown => page / 2,
            Command::PageUp => 1 - page,
            Command::PageDown => page - 1,
            Command::Top | Command::Head => {
                self.on_sheet(store, Spot::head);
                self.older(store);
                return Vec::new();
            }
            Command::Bottom => {
                self.spot.follow();
                return Vec::new();
            }
            Command::Pause => {
                self.on_sheet(store, Spot::pause);
                return Vec::new();
            }
            Command::NextError | Command::PreviousError => {
                let forward = command == Command::NextError;
                let next = self.tape.next_error(&store.logs, self.spot.cursor, forward);
                return self.jump(next, forward, "no error among these lines", store);
            }
            Command::NextMatch | Command::PreviousMatch => {
                let forward = command == Command::NextMatch;
                let next = self.tape.next_match(&store.logs, self.spot.cursor, forward);
                let none =
                    if store.search.is_empty() { "/ begins a search" } else { "the search finds nothing" };
                return self.jump(next, forward, none, store);
            }
            Command::Left | Command::Right if self.histogram.is_some() => {
                let by = if command == Command::Left { -1 } else { 1 };
                let at = self.histogram.as_mut().and_then(|histogram| histogram.walk(by));
                at.into_iter().for_each(|at| self.go_to(at, store));
                return Vec::new();
            }
            other => {
                let several = self.services(store).len() > 1;
                if !self.look.update(other, several) {
                    self.since(other, store);
                }
                return Vec::new();
            }
        };
        self.on_sheet(store, |spot, sheet| spot.step(by, sheet));
        if by < 0 && self.spot.cursor == self.tape.first(&store.logs) {
            self.older(store);
        }
        Vec::new()
    }

    /// Looks at the lines that a command asks for.
    fn reach(&mut self, command: Command, store: &Store) -> Vec<Effect> {
        match Reach::asked(command, store) {
            Ok(reach) if reach != self.aim.reach => {
                self.before.clear();
                self.look_at_those_of(reach, store);
                Vec::new()
            }
            Ok(_) => Vec::new(),
            Err(why) => vec![Effect::Say(why.to_owned())],
        }
    }

    /// What a command does to what is opened beside the lines; none where it is not about that.
    fn in_pane(&mut self, command: Command, store: &Store) -> Option<Vec<Effect>> {
        let rows = match &self.pane {
            Pane::None => return None,
            Pane::Details(details) => {
                self.tape.line(&store.logs, details.line).map_or(0, |l| super::details::rows(&l, store).len())
            }
            Pane::Patterns(patterns) => patterns.len(),
        };
        if let Some(next) = table::moved(command, self.pane.row(), rows) {
            self.pane.choose(next);
            return Some(Vec::new());
        }
        match (&self.pane, command) {
            (Pane::Details(details), Command::Open | Command::Pivot) => {
                let line = self.tape.line(&store.logs, details.line)?;
                let row = super::details::rows(&line, store).into_iter().nth(details.row)?;
                if command == Command::Pivot {
                    return Some(self.pivot(details.line, &row.value, store));
                }
                match row.filter {
                    Some(chip) => self.add(chip),
                    None => self.pane = Pane::None,
                }
            }
            (Pane::Patterns(patterns), Command::Open | Command::Keep | Command::Hide) => {
                let hide = command == Command::Hide;
                let chip = Chip::template(patterns.template()?.clone(), !hide);
                self.add(chip);
                if !hide {
                    self.pane = Pane::None;
                }
            }
            (Pane::Patterns(_), Command::Patterns) => self.pane = Pane::None,
            _ => return None,
        }
        Some(Vec::new())
    }

    /// Shows the request or trace of the cursor's line in the neighbours' logs.
    fn pivot_on_line(&mut self, store: &Store) -> Vec<Effect> {
        let Some(line) = self.here(store).and_then(|key| self.tape.line(&store.logs, key)) else {
            return Vec::new();
        };
        let Some(id) = ids(line.text, line.shape).into_iter().next() else {
            return vec![Effect::Say(
                "the line names no request and no trace; enter shows its fields".to_owned(),
            )];
        };
        let value = id.value.into_owned();
        self.pivot(line.key, &value, store)
    }

    /// Shows a value in the logs of a line's service and of its neighbours, around that time.
    fn pivot(&mut self, key: Key, value: &str, store: &Store) -> Vec<Effect> {
        let service = self.tape.line(&store.logs, key).and_then(|line| line.service.cloned());
        let Some(service) = service else { return vec![Effect::Say("the line is nobody's".to_owned())] };
        let chip = match Chip::text(value) {
            Ok(chip) => chip,
            Err(why) => return vec![Effect::Say(why)],
        };
        let reach = Reach::Around(NodeId::from(&service));
        let before = (std::mem::take(&mut self.aim), self.spot.clone());
        self.before.push(before);
        self.look_at(Aim { reach, chips: vec![chip], ..Aim::default() });
        let since = key.at.checked_sub(AROUND).unwrap_or(key.at);
        self.sought = Some(Sought { at: key.at, since, asked: BTreeSet::new() });
        Vec::new()
    }

    /// Goes a step back: closes what is open, ends the selection, or leaves a pivot.
    fn step_back(&mut self) {
        if self.pane.is_open() {
            self.pane = Pane::None;
        } else if self.marks.from.is_some() {
            self.marks.from = None;
        } else if let Some((aim, spot)) = self.before.pop() {
            self.look_at(aim);
            self.spot = spot;
        }
    }

    /// Shows only lines of a higher level, or also of a lower one.
    fn level(&mut self, up: bool) {
        let of = |chip: &Chip| match &chip.filter.what {
            What::Level(level) if chip.filter.keep => Some(*level),
            _ => None,
        };
        let now = self.aim.chips.iter().find_map(of);
        let place = now.and_then(|now| LEVELS.iter().position(|level| *level == now));
        let next = match (place, up) {
            (None, true) => LEVELS.iter().position(|level| *level == Level::Warn),
            (None, false) => None,
            (Some(place), true) => Some((place + 1).min(LEVELS.len() - 1)),
            (Some(place), false) => place.checked_sub(1).filter(|place| LEVELS[*place] > Level::Debug),
        };
        self.aim.chips.retain(|chip| of(chip).is_none());
        self.aim.chips.extend(next.map(|next| Chip::level(LEVELS[next])));
    }

    /// Shows only the last so many minutes, or all again.
    fn since(&mut self, command: Command, store: &Store) {
        let minutes = match command {
            Command::LastMinute => 1,
            Command::LastFiveMinutes => 5,
            Command::LastQuarter => 15,
            Command::LastHalfHour => 30,
            Command::LastHour => 60,
            Command::Tail => {
                self.aim.since = None;
                self.spot.follow();
                return;
            }
            _ => return,
        };
        let Ok(since) = store.now.checked_sub(SignedDuration::from_mins(minutes)) else { return };
        self.aim.since = Some(since);
        self.spot.follow();
        self.pages.ask(&store.logs, &self.targets(store), Some(since));
    }

    /// Reads the page before what is held.
    fn older(&mut self, store: &Store) {
        if self.aim.since.is_none() {
            self.pages.ask(&store.logs, &self.targets(store), None);
        }
    }

    /// Goes to a line, and says so where the way there led round the end.
    fn jump(&mut self, to: Option<Key>, forward: bool, none: &str, store: &Store) -> Vec<Effect> {
        let Some(key) = to else { return vec![Effect::Say(none.to_owned())] };
        let round = self.spot.cursor.map(|here| if forward { key <= here } else { key >= here });
        self.go(key, store);
        if let Pane::Details(details) = &mut self.pane {
            *details = Details { line: key, row: 0 };
        }
        let said = match (round, forward) {
            (Some(true), true) => "none below: on from the top",
            (Some(true), false) => "none above: on from the end",
            _ => return Vec::new(),
        };
        vec![Effect::Say(said.to_owned())]
    }
}

/// How long before a line its request is looked for in other logs.
const AROUND: SignedDuration = SignedDuration::from_mins(5);
