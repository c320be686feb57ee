//! Command `logs`: prints log lines of services, groups and instances to standard output in time order, and
//! failures to standard error.

mod follow;
mod history;
mod patterns;
mod print;
mod filter;
mod targets;

use super::{Error, Outcome, args::LogsArgs, sources::OpenedSources, time_range::TimeRange};
use crate::{
    model::{Failure, FailureKind, LogReadOptions},
    output,
    store::World,
};
use filter::line_filters;
pub(super) use follow::stdout_closed;
use jiff::SignedDuration;
use patterns::PatternReport;
use print::Printer;
use std::time::Duration;
use targets::TargetSelector;

/// Default number of newest lines to print without `--since`; with `--follow`, from each stream.
const DEFAULT_TAIL_LINES: usize = 100;
/// Default number of newest lines to count for `--patterns` without `--since`.
const PATTERN_TAIL_LINES: usize = 10_000;

/// Prints the log lines. Without `--follow`, `wait` limits the wait for them. With `--follow`, runs until an
/// interrupt, or until standard output has no reader.
pub(super) async fn run(
    world: &World,
    opened: &OpenedSources,
    args: &LogsArgs,
    wait: SignedDuration,
) -> Result<Outcome, Error> {
    if args.follow && args.until.is_some() {
        let what = "--until and --follow can't be combined";
        return Err(Failure::new(FailureKind::Invalid, what, "drop one of them").into());
    }
    let selector = TargetSelector::from_names(world, &args.targets)?;
    let mut targets = selector.targets(world.inventory.services());
    let TimeRange { since, until } = TimeRange::resolve(args.since, args.until, world.now)?;
    let usual = if args.patterns { PATTERN_TAIL_LINES } else { DEFAULT_TAIL_LINES };
    let tail = args.tail.unwrap_or(if since.is_some() { usize::MAX } else { usual });
    let start = LogReadOptions { since, until, tail, follow: args.follow };
    let patterns = args.patterns.then(|| PatternReport::new(world));
    let printer = Printer::new(args, line_filters(args)?, patterns);
    // Without a start time, reading the streams of tasks that ECS no longer lists would read whole log
    // groups.
    if since.is_some() && !args.follow {
        targets.extend(selector.expired_targets(world));
    }
    for service in selector.services_without_logs(world, &targets) {
        output::print_stderr(format_args!("no logs: {service} has no running or recently stopped instances"));
    }
    if args.follow {
        follow::run(&opened.sources, selector, targets, start, printer).await
    } else {
        let wait = Duration::try_from(wait).unwrap_or(Duration::ZERO);
        history::run(&opened.sources, targets, start, wait, printer).await
    }
}
