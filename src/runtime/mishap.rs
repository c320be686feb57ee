//! What becomes of a panic, which is always a fault of our own: the loop's own ends the program with the terminal given
//! back; that of a task beside it is written into the log, told, and survived.

use futures::{FutureExt, Stream, StreamExt};
use std::{
    any::Any,
    panic::{self, AssertUnwindSafe, PanicHookInfo},
    thread,
};

/// What to do about it.
pub(super) const REMEDY: &str = "this is a fault of Portolan itself: please report it, with Portolan's log";

/// From now on a panic of this thread runs `restore` before it is printed, and one of any other is only logged.
pub(super) fn watch(restore: fn()) {
    let (before, owner) = (panic::take_hook(), thread::current().id());
    panic::set_hook(Box::new(move |about: &PanicHookInfo<'_>| {
        if thread::current().id() == owner {
            restore();
            before(about);
        } else {
            tracing::error!("{about}");
        }
    }));
}

/// Runs `work`; its panic comes back in words.
pub(super) fn survive<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|payload| words(&*payload))
}

/// What comes next of a stream; the panic of one, which is not to be asked again, comes back in words.
pub(super) async fn next<S: Stream + Unpin>(stream: &mut S) -> Result<Option<S::Item>, String> {
    AssertUnwindSafe(stream.next()).catch_unwind().await.map_err(|payload| words(&*payload))
}

/// What a panic says.
pub(super) fn words(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or(payload.downcast_ref::<&str>().copied()).unwrap_or("no words").to_owned()
}

#[cfg(test)]
mod tests {
    use super::survive;

    #[test]
    fn a_panic_comes_back_in_words() {
        assert_eq!(survive(|| 7), Ok(7));
        let number = 3;
        assert_eq!(survive(|| -> u8 { panic!("box {number} is lost") }), Err("box 3 is lost".to_owned()));
        assert_eq!(survive(|| -> u8 { panic!("lost") }), Err("lost".to_owned()));
    }
}
