//! The logs of services, groups and instances on standard output, as one stream in the order of time; what could not be
//! read goes to standard error.

mod follow;
mod history;
mod kinds;
mod print;
mod sift;
mod targets;

use super::{Error, Outcome, args::Logs, sources::Opened};
use crate::{
    model::{Failure, FailureKind, LogStart, Timestamp},
    output,
    store::Store,
};
pub(super) use follow::nobody_reads;
use kinds::Kinds;
use print::Printer;
use sift::Sift;
use targets::Wanted;

/// The newest lines of each stream that are printed when nobody says how many or since when.
const TAIL: usize = 100;
/// The same where kinds of lines are asked for.
const MANY: usize = 10_000;

/// Prints the lines; with `--follow` until it is interrupted or nobody reads.
pub(super) async fn run(store: &Store, opened: &Opened, asked: &Logs) -> Result<Outcome, Error> {
    if asked.follow && asked.until.is_some() {
        let what = "--until and --follow can't be together";
        return Err(Failure::new(FailureKind::Invalid, what, "what comes has no end yet").into());
    }
    let wanted = Wanted::named(store, &asked.targets)?;
    let mut targets = wanted.targets(store.inventory.services());
    let since = asked.since.map(|since| since.time(store.now));
    let until = asked.until.map(|until| until.time(store.now));
    let usual = if asked.patterns { MANY } else { TAIL };
    let tail = asked.tail.unwrap_or(if since.is_some() { usize::MAX } else { usual });
    let start = LogStart { since, until, tail, follow: asked.follow };
    let kinds = asked.patterns.then(|| Kinds::new(store));
    let printer = Printer::new(asked, Sift::new(asked)?, kinds, wanted.are_several());
    // Without a beginning that would be all that the log groups keep.
    if since.is_some() && !asked.follow {
        targets.extend(wanted.unlisted(store));
    }
    for service in wanted.silent(store, &targets) {
        output::report(format_args!(
            "no instance of {service} runs or ended lately, so there is no log to read"
        ));
    }
    if asked.follow {
        follow::run(&opened.sources, wanted, targets, start, printer).await
    } else {
        history::run(&opened.sources, targets, start, printer).await
    }
}

/// A time as the command line names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// So long ago.
    Ago(jiff::SignedDuration),
    /// Then.
    At(Timestamp),
}

impl When {
    /// The time, at `now`.
    pub(super) fn time(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Ago(back) => now.checked_sub(back).unwrap_or(Timestamp::MIN),
            Self::At(at) => at,
        }
    }
}
