//! Background work: tasks and blocking jobs beside the loop, whose panics come back as values.
//!
//! A panic is a fault of Portolan itself. Whoever waits for the work gets [`Panicked`] instead of waiting for ever; the
//! panic hook (`runtime::panics`) logs it and tells the user. `tests/architecture.rs` allows spawning only here, so that
//! no work can die without anybody noticing.

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

/// Advice that goes with every fault of our own.
const REMEDY: &str = "this is a fault of Portolan itself: please report it, with Portolan's log";

/// Message of a panic that ended a piece of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panicked(Text);

impl Panicked {
    /// Reads the message of a panic's payload.
    ///
    /// Quoted parts are left out: the standard library quotes the text at which slicing failed, and that may be a value
    /// from outside, even a secret.
    #[must_use]
    pub fn of(payload: &(dyn Any + Send)) -> Self {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let text = text.or(payload.downcast_ref::<&str>().copied()).unwrap_or("no message");
        let plain = text.split(['`', '"']).next().unwrap_or_default();
        Self(Text::new(plain.trim_end()))
    }

    /// Returns the failure that says what could not be done because of the panic.
    #[must_use]
    pub fn failure(&self, what: impl fmt::Display) -> Failure {
        Failure::new(FailureKind::Invalid, format!("{what}: {self}"), REMEDY)
    }
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Runs `work` here and returns its panic as a value.
pub fn catch<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|payload| Panicked::of(&*payload))
}

/// Awaits `work` and returns its panic as a value.
pub async fn caught<T>(work: impl Future<Output = T>) -> Result<T, Panicked> {
    AssertUnwindSafe(work).catch_unwind().await.map_err(|payload| Panicked::of(&*payload))
}

/// Returns the next item of a stream. A stream that panicked must not be asked again.
pub async fn next<S: Stream + Unpin>(stream: &mut S) -> Result<Option<S::Item>, Panicked> {
    caught(stream.next()).await
}

/// Runs `work` on a thread that may block, and returns what it gives.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Panicked> {
    match task::spawn_blocking(|| catch(work)).await {
        Ok(outcome) => outcome,
        Err(error) => Err(Panicked(Text::new(&error.to_string()))),
    }
}

/// Runs `work` on a thread that may block, and hands what it gives, or its panic, to `then` on the same thread.
///
/// For work that is not awaited: `then` sends the answer, so that there is one in any case.
pub fn blocking_then<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
    then: impl FnOnce(Result<T, Panicked>) + Send + 'static,
) {
    drop(task::spawn_blocking(|| then(catch(work))));
}

/// Starts a thread of that name, for what must not wait for tasks: signals. It lives as long as the program may.
pub fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name(name.to_owned()).spawn(work).map(drop)
}

/// Spawns a task that is aborted when the handle is dropped. Its panic ends it and is given to `then`.
pub fn spawn(
    work: impl Future<Output = ()> + Send + 'static,
    then: impl FnOnce(Panicked) + Send + 'static,
) -> AbortOnDropHandle<()> {
    AbortOnDropHandle::new(tokio::spawn(async move {
        if let Err(panicked) = caught(work).await {
            then(panicked);
        }
    }))
}

/// Awaits the work that `make` makes, and makes it anew `pause` after each panic, which `tell` hears of.
pub async fn keep_up<W: Future<Output = ()>, T: Future<Output = ()>>(
    pause: Duration,
    mut make: impl FnMut() -> W,
    mut tell: impl FnMut(Panicked) -> T,
) {
    while let Err(panicked) = caught(make()).await {
        tell(panicked).await;
        sleep(pause).await;
    }
}

#[cfg(test)]
mod tests {
    use super::{Panicked, blocking, blocking_then, catch, keep_up, next, spawn};
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
        assert_eq!(catch(|| 7), Ok(7));
        let number = 3;
        assert_eq!(catch(|| -> u8 { panic!("box {number} is lost") }), Err(panicked("box 3 is lost")));
        assert_eq!(catch(|| -> u8 { panic!("\u{1b}[2Jlost") }), Err(panicked("lost")));
    }

    #[test]
    fn a_message_quotes_no_text_from_outside() {
        let secret = "hunter2é".to_owned();
        let cut = catch(|| secret[..8].len()).unwrap_err();
        assert!(!cut.to_string().contains("hunter2") && !cut.to_string().is_empty(), "{cut}");
        let fail = || if secret.is_empty() { Ok(0) } else { Err(secret.clone()) };
        let wrong = catch(|| -> u8 { fail().unwrap() }).unwrap_err();
        assert!(!wrong.to_string().contains("hunter2"), "{wrong}");
    }

    #[tokio::test]
    async fn whatever_waits_for_work_that_panics_gets_an_answer() {
        let lost = || -> u8 { panic!("lost") };
        assert_eq!(blocking(lost).await, Err(panicked("lost")));
        let (answer, heard) = oneshot::channel();
        blocking_then(lost, |outcome| answer.send(outcome).unwrap());
        assert_eq!(heard.await.unwrap(), Err(panicked("lost")));
        let (answer, heard) = oneshot::channel();
        let _task = spawn(async { panic!("lost") }, |panicked| answer.send(panicked).unwrap());
        assert_eq!(heard.await.unwrap(), panicked("lost"));
        let mut broken = Box::pin(stream::once(async { panic!("lost") }));
        assert_eq!(next::<_>(&mut broken).await.map(|_: Option<u8>| ()), Err(panicked("lost")));
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
        keep_up(Duration::ZERO, make, tell).await;
        assert_eq!(*told.borrow(), ["try 1", "try 2"]);
    }
}
