//! Time shift: moves all times of recorded data by the same duration, so that a replay looks live.

use crate::model::{
    Event, Exit, HealthCheckStatus, Instance, LogBatch, MonitoredService, ObservedConnection, Onset, Service,
    Timestamp,
};
use jiff::SignedDuration;
use std::sync::Arc;

/// Recorded data whose times can all be moved by one duration.
pub trait TimeShift {
    /// Moves every time in `self` by `by`. A time that would leave the range of `Timestamp` stays.
    fn shift_times(&mut self, by: SignedDuration);
}

impl TimeShift for Timestamp {
    fn shift_times(&mut self, by: SignedDuration) {
        *self = self.checked_add(by).unwrap_or(*self);
    }
}

impl<T: TimeShift> TimeShift for Option<T> {
    fn shift_times(&mut self, by: SignedDuration) {
        if let Some(inner) = self {
            inner.shift_times(by);
        }
    }
}

impl<T: TimeShift + Clone> TimeShift for Arc<T> {
    fn shift_times(&mut self, by: SignedDuration) {
        Self::make_mut(self).shift_times(by);
    }
}

impl<T: TimeShift> TimeShift for Vec<T> {
    fn shift_times(&mut self, by: SignedDuration) {
        for inner in self {
            inner.shift_times(by);
        }
    }
}

impl TimeShift for Exit {
    fn shift_times(&mut self, by: SignedDuration) {
        self.at.shift_times(by);
    }
}

impl TimeShift for Instance {
    fn shift_times(&mut self, by: SignedDuration) {
        self.created.shift_times(by);
        self.started.shift_times(by);
        if let HealthCheckStatus::Unhealthy { since, .. } = &mut self.health_check {
            since.shift_times(by);
        }
        self.exit.shift_times(by);
        for container in &mut self.containers {
            container.exit.shift_times(by);
        }
    }
}

impl TimeShift for Onset {
    fn shift_times(&mut self, by: SignedDuration) {
        self.at.shift_times(by);
    }
}

impl TimeShift for Service {
    fn shift_times(&mut self, by: SignedDuration) {
        self.failing_since.shift_times(by);
        self.instances.shift_times(by);
        for deployment in &mut self.deployments {
            deployment.created.shift_times(by);
            deployment.updated.shift_times(by);
        }
    }
}

impl TimeShift for Event {
    fn shift_times(&mut self, by: SignedDuration) {
        self.at.shift_times(by);
    }
}

impl TimeShift for ObservedConnection {
    fn shift_times(&mut self, by: SignedDuration) {
        self.first_seen.shift_times(by);
        self.last_seen.shift_times(by);
    }
}

impl TimeShift for MonitoredService {
    fn shift_times(&mut self, by: SignedDuration) {
        self.since.shift_times(by);
    }
}

impl TimeShift for LogBatch {
    fn shift_times(&mut self, by: SignedDuration) {
        for line in &mut self.lines {
            line.at.shift_times(by);
        }
        for note in &mut self.notes {
            note.at.shift_times(by);
        }
    }
}
