//! Moving what was recorded to another time: every time in a snapshot, by the same distance.

use super::{Check, Event, Exit, Flow, Instance, LogBatch, Onset, Service, Timestamp, Watched};
use jiff::SignedDuration;
use std::sync::Arc;

/// Something that holds times.
pub trait Shift {
    /// Moves every time in it. A time that would leave the calendar stays.
    fn shift(&mut self, by: SignedDuration);
}

impl Shift for Timestamp {
    fn shift(&mut self, by: SignedDuration) {
        *self = self.checked_add(by).unwrap_or(*self);
    }
}

impl<T: Shift> Shift for Option<T> {
    fn shift(&mut self, by: SignedDuration) {
        if let Some(inner) = self {
            inner.shift(by);
        }
    }
}

impl<T: Shift + Clone> Shift for Arc<T> {
    fn shift(&mut self, by: SignedDuration) {
        Self::make_mut(self).shift(by);
    }
}

impl<T: Shift> Shift for Vec<T> {
    fn shift(&mut self, by: SignedDuration) {
        for inner in self {
            inner.shift(by);
        }
    }
}

impl Shift for Exit {
    fn shift(&mut self, by: SignedDuration) {
        self.at.shift(by);
    }
}

impl Shift for Instance {
    fn shift(&mut self, by: SignedDuration) {
        self.made.shift(by);
        self.started.shift(by);
        if let Check::Unhealthy { since, .. } = &mut self.check {
            since.shift(by);
        }
        self.exit.shift(by);
        for container in &mut self.containers {
            container.exit.shift(by);
        }
    }
}

impl Shift for Onset {
    fn shift(&mut self, by: SignedDuration) {
        self.at.shift(by);
    }
}

impl Shift for Service {
    fn shift(&mut self, by: SignedDuration) {
        self.failing_since.shift(by);
        self.instances.shift(by);
        for deployment in &mut self.deployments {
            deployment.created.shift(by);
            deployment.updated.shift(by);
        }
    }
}

impl Shift for Event {
    fn shift(&mut self, by: SignedDuration) {
        self.at.shift(by);
    }
}

impl Shift for Flow {
    fn shift(&mut self, by: SignedDuration) {
        self.first.shift(by);
        self.last.shift(by);
    }
}

impl Shift for Watched {
    fn shift(&mut self, by: SignedDuration) {
        self.since.shift(by);
    }
}

impl Shift for LogBatch {
    fn shift(&mut self, by: SignedDuration) {
        for line in &mut self.lines {
            line.at.shift(by);
        }
        for note in &mut self.notes {
            note.at.shift(by);
        }
    }
}
