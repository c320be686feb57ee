//! Layout queue: limits the number of layouts that Portolan computes at the same time.
//!
//! While the user drags the edge of the window, the map requests a layout for each size, and each request
//! makes the previous one outdated. The queue therefore keeps only the newest waiting request.

use crate::{
    app::Msg,
    background::{catch_panic, run_blocking_then},
    screen::map::LayoutRequest,
};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc::Sender;

/// Maximum number of layouts computed at the same time: the newest, and one that may be outdated.
const MAX_RUNNING_LAYOUTS: usize = 2;

/// Queue of layout requests of the map. Background workers compute the layouts and send them to the app.
#[derive(Debug)]
pub(in crate::runtime) struct LayoutQueue {
    requests: Arc<Mutex<LayoutQueueState<LayoutRequest>>>,
    sender: Sender<Msg>,
}

impl LayoutQueue {
    /// Returns a queue without requests. Its workers send to `sender`.
    pub(in crate::runtime) fn new(sender: Sender<Msg>) -> Self {
        Self { requests: Arc::default(), sender }
    }

    /// Computes the layout of `request` as soon as a worker is free, unless a newer request arrives first.
    pub(in crate::runtime) fn compute(&self, request: LayoutRequest) {
        if !lock(&self.requests).push(request) {
            return;
        }
        let (requests, sender) = (Arc::clone(&self.requests), self.sender.clone());
        let work = move || {
            while let Some(request) = { lock(&requests).take() } {
                // If the program has ended meanwhile, the message has no receiver.
                let _ = sender.blocking_send(compute_layout(&request));
            }
        };
        run_blocking_then(work, |_| ());
    }
}

/// Computes a layout and returns the message for the app. A panic becomes [`Msg::LayoutFailed`].
fn compute_layout(request: &LayoutRequest) -> Msg {
    let number = request.request_id;
    match catch_panic(|| request.compute()) {
        Ok((choice, diagram)) => Msg::LayoutReady(number, choice, Box::new(diagram)),
        Err(_) => Msg::LayoutFailed(number),
    }
}

/// Locks the requests. No code panics while it holds the lock, so the requests are valid even if the lock is
/// poisoned.
fn lock<R>(requests: &Mutex<LayoutQueueState<R>>) -> impl std::ops::DerefMut<Target = LayoutQueueState<R>> {
    requests.lock().unwrap_or_else(PoisonError::into_inner)
}

/// State of a [`LayoutQueue`]: the newest waiting request, and the number of running workers.
#[derive(Debug)]
struct LayoutQueueState<R> {
    waiting: Option<R>,
    workers: usize,
}

impl<R> Default for LayoutQueueState<R> {
    fn default() -> Self {
        Self { waiting: None, workers: 0 }
    }
}

impl<R> LayoutQueueState<R> {
    /// Replaces the waiting request. Returns true if the caller must start another worker.
    fn push(&mut self, request: R) -> bool {
        self.waiting = Some(request);
        let starts = self.workers < MAX_RUNNING_LAYOUTS;
        self.workers += usize::from(starts);
        starts
    }

    /// Returns the next request for a worker. Returns `None` if no request waits; the worker must end then.
    fn take(&mut self) -> Option<R> {
        let next = self.waiting.take();
        self.workers -= usize::from(next.is_none());
        next
    }
}

#[cfg(test)]
mod tests {
    use super::LayoutQueueState;

    #[test]
    fn requests_while_the_workers_are_busy_leave_only_the_newest() {
        let mut requests = LayoutQueueState::default();
        assert!(requests.push(1) && requests.take() == Some(1), "the first worker starts");
        assert!(requests.push(2) && requests.take() == Some(2), "the second worker starts");
        assert!((3..50).all(|size| !requests.push(size)), "no third worker starts");
        assert_eq!(requests.take(), Some(49), "the worker that is done first computes the newest");
        assert_eq!((requests.take(), requests.take()), (None, None));
        assert!(requests.push(50), "both workers have ended");
    }
}
