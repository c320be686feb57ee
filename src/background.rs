//! Background work: tasks and blocking jobs outside the event loop, whose panics come back as values.
//!
//! A panic is a bug in Portolan. Code that waits for the work gets [`Panicked`] instead of waiting for ever,
//! and the panic hook (`runtime::panic_hook`) logs it and notifies the user. `tests/architecture.rs` allows
//! spawning only in this module, so that no work can end unnoticed.

use crate::model::{Failure, FailureKind, Text};
use futures::{FutureExt, Stream, StreamExt};
use std::{
    any::Any,
    fmt, io,
    panic::{self, AssertUnwindSafe},
    thread,
    time::Duration,
};
use tokio::{task, time::sleep};
use tokio_util::task::AbortOnDropHandle;

/// Remedy of every failure that is a bug in Portolan.
const BUG_REPORT_REMEDY: &str = "this is a bug in Portolan: please report it with portolan.log";

/// Message of the panic that ended a piece of background work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panicked(Text);

impl Panicked {
    /// Extracts the message from the payload of a panic.
    ///
    /// Cuts the message at the first quotation mark: the standard library quotes the text at which slicing
    /// failed, and that text may come from outside or be a secret.
    #[must_use]
    pub fn from_payload(payload: &(dyn Any + Send)) -> Self {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let text = text.or(payload.downcast_ref::<&str>().copied()).unwrap_or("no message");
        let plain = text.split(['`', '"']).next().unwrap_or_default();
        Self(Text::new(plain.trim_end()))
    }

    /// Returns the failure to show to the user. `what` names the work that the panic ended.
    #[must_use]
    pub fn failure(&self, what: impl fmt::Display) -> Failure {
        Failure::new(FailureKind::Invalid, format!("{what}: {self}"), BUG_REPORT_REMEDY)
    }
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Runs `work` on this thread and returns its panic as an error.
pub fn catch_panic<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|payload| Panicked::from_payload(&*payload))
}

/// Awaits `work` and returns its panic as an error.
pub async fn catch_panic_async<T>(work: impl Future<Output = T>) -> Result<T, Panicked> {
    AssertUnwindSafe(work).catch_unwind().await.map_err(|payload| Panicked::from_payload(&*payload))
}

/// Returns the next item of `stream`, or the panic of the stream. After a panic, the stream must not be
/// polled again.
pub async fn next_item<S: Stream + Unpin>(stream: &mut S) -> Result<Option<S::Item>, Panicked> {
    catch_panic_async(stream.next()).await
}

/// Runs `work` on a thread that may block, and returns its result.
pub async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Panicked> {
    match task::spawn_blocking(|| catch_panic(work)).await {
        Ok(outcome) => outcome,
        Err(error) => Err(Panicked(Text::new(&error.to_string()))),
    }
}

/// Runs `work` on a thread that may block, and passes its result or panic to `then` on the same thread.
///
/// For work that no task awaits: `then` sends the result, so the receiver gets an answer even after a panic.
pub fn run_blocking_then<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
    then: impl FnOnce(Result<T, Panicked>) + Send + 'static,
) {
    drop(task::spawn_blocking(|| then(catch_panic(work))));
}

/// Starts a thread called `name` for work that no async task may delay, such as the handling of signals. The
/// thread may run until the program ends.
pub fn spawn_thread(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name(name.to_owned()).spawn(work).map(drop)
}

/// Spawns a task, which ends when the returned handle is dropped. If the task panics, `then` gets the panic.
pub fn spawn(
    work: impl Future<Output = ()> + Send + 'static,
    then: impl FnOnce(Panicked) + Send + 'static,
) -> AbortOnDropHandle<()> {
    AbortOnDropHandle::new(tokio::spawn(async move {
        if let Err(panicked) = catch_panic_async(work).await {
            then(panicked);
        }
    }))
}

/// Awaits the work that `make` returns, and starts it again after a panic. Returns once the work ends without
/// a panic.
///
/// After a panic, calls `on_panic` with the message, waits for `pause`, and calls `make` again.
pub async fn restart_on_panic<W: Future<Output = ()>, T: Future<Output = ()>>(
    pause: Duration,
    mut make: impl FnMut() -> W,
    mut on_panic: impl FnMut(Panicked) -> T,
) {
    while let Err(panicked) = catch_panic_async(make()).await {
        on_panic(panicked).await;
        sleep(pause).await;
    }
}

#[cfg(test)]
mod tests {
    use super::{Panicked, catch_panic, next_item, restart_on_panic, run_blocking, run_blocking_then, spawn};
    use crate::model::Text;
    use futures::stream;
    use std::{
        cell::{Cell, RefCell},
        time::Duration,
    };
    use tokio::sync::oneshot;

    fn panicked(message: &str) -> Panicked {
        Panicked(Text::new(message))
    }

    #[test]
    fn a_panic_comes_back_as_its_message() {
        assert_eq!(catch_panic(|| 7), Ok(7));
        let number = 3;
        assert_eq!(catch_panic(|| -> u8 { panic!("box {number} is lost") }), Err(panicked("box 3 is lost")));
        assert_eq!(catch_panic(|| -> u8 { panic!("\u{1b}[2Jlost") }), Err(panicked("lost")));
    }

    #[test]
    fn a_message_quotes_no_text_from_outside() {
        let secret = "hunter2é".to_owned();
        let cut = catch_panic(|| secret[..8].len()).unwrap_err();
        assert!(!cut.to_string().contains("hunter2") && !cut.to_string().is_empty(), "{cut}");
        let fail = || if secret.is_empty() { Ok(0) } else { Err(secret.clone()) };
        let wrong = catch_panic(|| -> u8 { fail().unwrap() }).unwrap_err();
        assert!(!wrong.to_string().contains("hunter2"), "{wrong}");
    }

    #[tokio::test]
    async fn whatever_waits_for_work_that_panics_gets_an_answer() {
        let lost = || -> u8 { panic!("lost") };
        assert_eq!(run_blocking(lost).await, Err(panicked("lost")));
        let (answer, heard) = oneshot::channel();
        run_blocking_then(lost, |outcome| answer.send(outcome).unwrap());
        assert_eq!(heard.await.unwrap(), Err(panicked("lost")));
        let (answer, heard) = oneshot::channel();
        let _task = spawn(async { panic!("lost") }, |panicked| answer.send(panicked).unwrap());
        assert_eq!(heard.await.unwrap(), panicked("lost"));
        let mut broken = Box::pin(stream::once(async { panic!("lost") }));
        assert_eq!(next_item::<_>(&mut broken).await.map(|_: Option<u8>| ()), Err(panicked("lost")));
    }

    #[tokio::test]
    async fn work_that_is_kept_up_begins_again_after_each_panic() {
        let (begun, told) = (Cell::new(0), RefCell::new(Vec::new()));
        let make = || async {
            begun.set(begun.get() + 1);
            assert!(begun.get() > 2, "try {}", begun.get());
        };
        let tell = |panicked: Panicked| {
            told.borrow_mut().push(panicked.to_string());
            std::future::ready(())
        };
        restart_on_panic(Duration::ZERO, make, tell).await;
        assert_eq!(*told.borrow(), ["try 1", "try 2"]);
    }
}
