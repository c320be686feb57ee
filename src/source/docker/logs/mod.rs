//! Logs as the engine keeps them: every target is read by itself, and its lines travel together in batches.

mod ended;
mod frames;
mod line;
mod page;
mod target;

pub(super) use frames::Frames;

use super::connect::Engine;
use crate::model::{Failure, LogBatch, LogNote, LogRoute, LogStart, LogTarget, NoteKind};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};

/// The lines of `targets`, each stream in the engine's order.
pub(super) fn read(
    engine: Engine,
    targets: Vec<LogTarget>,
    start: LogStart,
) -> BoxStream<'static, Result<LogBatch, Failure>> {
    let opened = async move {
        if let Err(failure) = engine.client().await {
            return stream::iter([Err(failure)]).boxed();
        }
        let streams = targets.into_iter().filter_map(|t| one(&engine, t, start));
        stream::select_all(streams).map(Ok).boxed()
    };
    stream::once(opened).flatten().boxed()
}

/// The stream of one target; none where another source has it.
fn one(engine: &Engine, target: LogTarget, start: LogStart) -> Option<BoxStream<'static, LogBatch>> {
    match &target.route {
        LogRoute::Engine { container } => {
            let container = container.clone();
            Some(match start.until {
                Some(until) => page::read(engine.clone(), target, container.to_string(), (start, until)),
                None => target::read(engine.clone(), target, container.to_string(), start),
            })
        }
        LogRoute::Nowhere { why } => {
            let note = LogNote {
                at: None,
                service: Some(target.service),
                label: target.label,
                kind: NoteKind::Unreadable,
                text: why.clone(),
            };
            Some(stream::iter([LogBatch { lines: Vec::new(), notes: vec![note] }]).boxed())
        }
        LogRoute::CloudWatch { .. } | LogRoute::Unlisted { .. } => None,
    }
}
