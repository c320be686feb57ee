//! Ends of a container as the engine's events tell them: with which code, whether somebody asked for it, and since when one
//! end has followed the other. An inspect answer knows the last end alone, and forgets its code as the engine starts the
//! container again.

use crate::model::{Ending, Exit, Instance, Onset, State, Timestamp};
use jiff::SignedDuration;

/// How long after a signal an end counts as what it asked for; `docker stop` waits ten seconds unless told otherwise.
const SIGNAL_WORKS: SignedDuration = SignedDuration::from_mins(1);

/// How far apart an event and the time in the container's own record may be.
const SAME_END: SignedDuration = SignedDuration::from_secs(2);

/// The longest time between two ends of one row.
const ROW_GAP: SignedDuration = SignedDuration::from_mins(15);

/// Ends in one row that are no accident any more.
const ROW: u32 = 2;

/// How long a container that was started again must run before it counts as well: at least, and at most. The engine itself
/// takes a start for good after ten seconds (moby, `restartmanager`); a loop with a slower start is one all the same.
const SHORTEST_HOLD: SignedDuration = SignedDuration::from_secs(30);
const LONGEST_HOLD: SignedDuration = SignedDuration::from_mins(15);

/// Something in the life of a container that bears on its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// It was started.
    Start,
    /// It ended, with that code.
    Die(Option<i64>),
    /// The kernel killed a process in it for want of memory.
    OutOfMemory,
    /// Somebody had a signal sent that ends processes.
    Kill,
    /// Somebody stopped it, and it has ended.
    Stop,
}

/// What the events of one container tell of its ends. Events may come twice.
#[derive(Clone, Debug, Default)]
pub(super) struct Ends {
    started: Option<Timestamp>,
    died: Option<(Timestamp, Option<i64>)>,
    out_of_memory: Option<Timestamp>,
    killed: Option<Timestamp>,
    stopped: Option<Timestamp>,
    row: Option<Row>,
}

/// Ends that nobody asked for, none long after the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Row {
    first: Timestamp,
    last: Timestamp,
    ends: u32,
    /// The longest run between two of them.
    longest: SignedDuration,
    /// Whether the start of the run before the first end is known, so that nothing of the row was missed.
    whole: bool,
}

impl Ends {
    /// Takes in what happened at that time.
    pub(super) fn note(&mut self, sign: Sign, at: Timestamp) {
        match sign {
            Sign::Start => self.started = self.started.max(Some(at)),
            Sign::OutOfMemory => self.out_of_memory = self.out_of_memory.max(Some(at)),
            Sign::Kill => self.killed = self.killed.max(Some(at)),
            Sign::Stop => {
                self.stopped = self.stopped.max(Some(at));
                self.row = self.row.filter(|row| row.last > at);
            }
            Sign::Die(code) if self.died.is_none_or(|(known, _)| known < at) => {
                self.died = Some((at, code));
                self.row = if self.was_asked(self.started, at) { None } else { Some(self.lengthened(at)) };
            }
            Sign::Die(_) => {}
        }
    }

    /// The row with an end more.
    fn lengthened(&self, at: Timestamp) -> Row {
        let lived = self.started.filter(|started| *started < at).map(|started| at.duration_since(started));
        match self.row.filter(|row| at.duration_since(row.last) <= ROW_GAP) {
            Some(row) => Row {
                last: at,
                ends: row.ends + 1,
                longest: row.longest.max(lived.unwrap_or_default()),
                ..row
            },
            None => {
                Row { first: at, last: at, ends: 1, longest: SignedDuration::ZERO, whole: lived.is_some() }
            }
        }
    }

    /// Whether somebody asked for the end at `ended` of a run that began at `started`.
    fn was_asked(&self, started: Option<Timestamp>, ended: Timestamp) -> bool {
        let in_this_run = |at: &Timestamp| started.is_none_or(|started| *at >= started);
        let by_signal = |at: &Timestamp| {
            let before = ended.duration_since(*at);
            before <= SIGNAL_WORKS && before >= -SAME_END
        };
        self.killed.filter(in_this_run).is_some_and(|at| by_signal(&at))
            || self.stopped.filter(in_this_run).is_some_and(|at| ended.duration_since(at) <= SAME_END)
    }

    /// The instance, with what its own record does not tell of its last end, and of whether it has recovered.
    pub(super) fn complete(&self, instance: &mut Instance, now: Timestamp) {
        let ended = matches!(instance.state, State::Stopped | State::Failed);
        let started = instance.started;
        if let Some(exit) = &mut instance.exit {
            self.complete_exit(exit);
            let asked = exit.at.is_some_and(|at| self.was_asked(started, at));
            if ended && asked && !exit.ending.is_obstacle() {
                exit.ending = Ending::Asked;
                instance.state = State::Stopped;
            }
            instance.containers.iter_mut().for_each(|container| container.exit = Some(exit.clone()));
        }
        let held = started.map_or(SignedDuration::ZERO, |at| now.duration_since(at));
        if instance.state == State::Running && self.is_looping(instance) && held < self.hold() {
            instance.state = State::Restarting;
        }
    }

    /// The exit with its code, where the engine has forgotten that.
    fn complete_exit(&self, exit: &mut Exit) {
        let near = |at: Timestamp| exit.at.is_some_and(|end| end.duration_since(at).abs() <= SAME_END);
        if let (None, Some((at, code))) = (exit.code, self.died)
            && near(at)
        {
            exit.code = code;
            exit.ending = if self.out_of_memory.is_some_and(near) && code != Some(0) {
                Ending::OutOfMemory
            } else {
                Ending::of_code(code)
            };
        }
    }

    /// Whether the engine has started it again and again.
    fn is_looping(&self, instance: &Instance) -> bool {
        match self.row {
            Some(row) if row.whole || row.ends >= ROW => instance.restarts > 0 && row.ends >= ROW,
            // The first ends were not heard of: the engine's count has them.
            _ => instance.restarts >= ROW,
        }
    }

    /// How long it must run before it counts as well: twice the longest of its short runs.
    fn hold(&self) -> SignedDuration {
        let longest = self.row.map_or(SignedDuration::ZERO, |row| row.longest);
        longest.saturating_mul(2).clamp(SHORTEST_HOLD, LONGEST_HOLD)
    }

    /// Since when an instance that is out of order keeps ending.
    pub(super) fn failing_since(&self, instance: &Instance) -> Option<Onset> {
        let last = instance.exit.as_ref().and_then(|exit| exit.at)?;
        match self.row.filter(|row| row.last.duration_since(last).abs() <= SAME_END) {
            Some(row) => {
                let missed = instance.restarts >= row.ends && !row.whole;
                Some(Onset { at: row.first.min(last), at_least: missed })
            }
            None => Some(Onset { at: last, at_least: instance.restarts > 0 }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Ends, Sign};
    use crate::model::{Ending, Exit, Instance, Onset, State, sample::*};

    /// What was told of a container, each so many seconds ago.
    fn told(signs: &[(Sign, i64)]) -> Ends {
        let mut ends = Ends::default();
        signs.iter().for_each(|(sign, seconds)| ends.note(*sign, ago(*seconds)));
        ends
    }

    fn ended(code: Option<i64>, at: i64, state: State, restarts: u32) -> Instance {
        let exit = Exit { code, ending: Ending::of_code(code), reason: None, at: Some(ago(at)) };
        Instance { state, restarts, exit: Some(exit), started: Some(ago(at + 10)), ..instance("web") }
    }

    fn completed(ends: &Ends, mut instance: Instance) -> Instance {
        ends.complete(&mut instance, ago(0));
        instance
    }

    /// State and ending of a container that ended with that code 60 s ago, and had run for 10 s.
    fn judged(signs: &[(Sign, i64)], code: i64) -> (State, Ending) {
        let state = if code == 137 { State::Stopped } else { State::Failed };
        let done = completed(&told(signs), ended(Some(code), 60, state, 0));
        (done.state, done.exit.unwrap().ending)
    }

    #[test]
    fn an_end_that_was_asked_for_is_no_failure() {
        let asked = (State::Stopped, Ending::Asked);
        assert_eq!(judged(&[(Sign::Kill, 65), (Sign::Die(Some(1)), 60), (Sign::Stop, 60)], 1), asked);
        assert_eq!(judged(&[(Sign::Kill, 60), (Sign::Die(Some(137)), 60)], 137), asked, "docker kill");
        assert_eq!(judged(&[(Sign::Die(Some(137)), 60)], 137), (State::Stopped, Ending::Killed));
        assert_eq!(judged(&[(Sign::Die(Some(1)), 60)], 1), (State::Failed, Ending::Itself));
        let before = [(Sign::Kill, 90), (Sign::Stop, 80), (Sign::Start, 70), (Sign::Die(Some(1)), 60)];
        assert_eq!(judged(&before, 1), (State::Failed, Ending::Itself), "it was started again since");
    }

    #[test]
    fn a_signal_long_before_did_not_end_it() {
        let ends = told(&[(Sign::Start, 900), (Sign::Kill, 800), (Sign::Die(Some(1)), 60)]);
        let instance = Instance { started: Some(ago(900)), ..ended(Some(1), 60, State::Failed, 0) };
        assert_eq!(completed(&ends, instance).state, State::Failed);
    }

    #[test]
    fn the_code_that_the_engine_forgets_is_kept() {
        let ends = told(&[(Sign::OutOfMemory, 61), (Sign::Die(Some(137)), 60), (Sign::Start, 50)]);
        let exit = completed(&ends, ended(None, 60, State::Running, 1)).exit.unwrap();
        assert_eq!((exit.code, exit.ending), (Some(137), Ending::OutOfMemory));
        let other = completed(&ends, ended(None, 20, State::Running, 1)).exit.unwrap();
        assert_eq!(other.code, None, "that is another end");
    }

    /// A container that runs for `run` seconds, ends, and is started again a second later; the last end was `last` seconds
    /// ago, and the oldest are forgotten.
    fn looping(run: i64, last: i64, ends: i64, forgotten: i64) -> (Ends, Instance) {
        let mut signs = Vec::new();
        for number in (0..ends - forgotten).rev() {
            let end = last + number * (run + 1);
            signs.extend([(Sign::Start, end + run), (Sign::Die(Some(1)), end)]);
        }
        // The start of the oldest run is forgotten with the ends before it.
        let known: Vec<_> = signs.into_iter().skip(usize::from(forgotten > 0)).collect();
        let restarts = u32::try_from(ends).unwrap();
        let instance =
            Instance { started: Some(ago(last - 1)), ..ended(None, last, State::Running, restarts) };
        (told(&known), instance)
    }

    #[test]
    fn a_loop_is_one_while_it_runs_until_it_has_held_for_twice_its_runs() {
        for (run, last, state) in [
            (5, 20, State::Restarting),
            (5, 40, State::Running),
            (80, 100, State::Restarting),
            (80, 170, State::Running),
        ] {
            let (ends, instance) = looping(run, last, 4, 0);
            assert_eq!(completed(&ends, instance).state, state, "{run} s, {last} s ago");
        }
        let (ends, instance) = looping(5, 10, 1, 0);
        assert_eq!(completed(&ends, instance).state, State::Running, "once is an accident");
    }

    #[test]
    fn it_fails_since_its_first_end_and_at_least_since_the_first_that_is_known() {
        let since = |forgotten| {
            let (ends, instance) = looping(9, 5, 6, forgotten);
            ends.failing_since(&instance)
        };
        assert_eq!(since(0), Some(Onset::exact(ago(55))));
        assert_eq!(since(3), Some(Onset::at_least(ago(25))));
        assert_eq!(since(6), Some(Onset::at_least(ago(5))), "what it says itself");
    }

    #[test]
    fn the_same_events_twice_say_the_same() {
        let signs =
            [(Sign::Start, 30), (Sign::Die(Some(1)), 20), (Sign::Start, 19), (Sign::Die(Some(1)), 10)];
        let (once, twice) = (told(&signs), told(&[signs, signs].concat()));
        assert_eq!((once.row, once.died), (twice.row, twice.died));
        let stopped = told(&[&signs[..], &[(Sign::Stop, 10)]].concat());
        assert_eq!(stopped.row, None, "it was stopped in the end");
    }
}
