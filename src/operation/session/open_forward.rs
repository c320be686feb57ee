//! Ports that Portolan forwards while the screen is open.

use super::ForwardRequest;
use crate::model::ServiceId;

/// Port that Portolan forwards, or is about to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenForward {
    /// Number of the forward, counted from one in this run of the program.
    pub number: u64,
    /// Request that the user confirmed.
    pub request: ForwardRequest,
    /// True once the session is open and connections pass.
    pub is_open: bool,
}

/// All ports that Portolan forwards, the oldest first.
#[derive(Clone, Debug, Default)]
pub struct OpenForwards {
    forwards: Vec<OpenForward>,
    count: u64,
}

impl OpenForwards {
    /// Adds a confirmed request that is about to open, and returns its number.
    pub fn begin(&mut self, request: ForwardRequest) -> u64 {
        self.count += 1;
        self.forwards.push(OpenForward { number: self.count, request, is_open: false });
        self.count
    }

    /// Records that the session of a forward is open. Returns the forward, or `None` if it has ended.
    pub fn open(&mut self, number: u64) -> Option<&OpenForward> {
        let forward = self.forwards.iter_mut().find(|forward| forward.number == number)?;
        forward.is_open = true;
        Some(forward)
    }

    /// Removes a forward that has ended, and returns it.
    pub fn end(&mut self, number: u64) -> Option<OpenForward> {
        let index = self.forwards.iter().position(|forward| forward.number == number)?;
        Some(self.forwards.remove(index))
    }

    /// Returns all forwards, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &OpenForward> {
        self.forwards.iter()
    }

    /// Returns the forwards to containers of `service`, the oldest first.
    pub fn of_service<'a>(&'a self, service: &'a ServiceId) -> impl Iterator<Item = &'a OpenForward> {
        self.forwards.iter().filter(move |forward| forward.request.target.service == *service)
    }

    /// Returns the number of forwards that are open.
    #[must_use]
    pub fn open_count(&self) -> usize {
        self.forwards.iter().filter(|forward| forward.is_open).count()
    }
}
