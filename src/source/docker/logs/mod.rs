//! Reading of container logs from the engine: one stream of batches for each log, merged into one stream.

mod end_of_log;
#[cfg(fuzzing)]
pub(super) mod fuzzing;
mod line_assembler;
mod page;
mod container_log;

use super::engine::client::Engine;
use crate::model::{Failure, LogBatch, LogNote, LogNoteKind, LogReadOptions, LogRoute, LogTarget};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};

/// Reads the logs of `targets`. The lines of each log keep the engine's order.
pub(super) fn read_logs(
    engine: Engine,
    targets: Vec<LogTarget>,
    start: LogReadOptions,
) -> BoxStream<'static, Result<LogBatch, Failure>> {
    let opened = async move {
        if let Err(failure) = engine.bollard_client().await {
            return stream::iter([Err(failure)]).boxed();
        }
        let streams = targets.into_iter().filter_map(|t| read_target(&engine, t, start));
        stream::select_all(streams).map(Ok).boxed()
    };
    stream::once(opened).flatten().boxed()
}

/// Reads one target. Returns `None` if the target belongs to another source.
fn read_target(
    engine: &Engine,
    target: LogTarget,
    start: LogReadOptions,
) -> Option<BoxStream<'static, LogBatch>> {
    match &target.route {
        LogRoute::Engine { container } => {
            let container = container.clone();
            Some(match start.until {
                Some(until) => page::read_page(engine.clone(), target, container.to_string(), (start, until)),
                None => container_log::read_container(engine.clone(), target, container.to_string(), start),
            })
        }
        LogRoute::Unreadable { why } => {
            let note = LogNote::on_stream(&target, None, LogNoteKind::Unreadable, why.clone());
            Some(stream::iter([LogBatch { lines: Vec::new(), notes: vec![note] }]).boxed())
        }
        LogRoute::CloudWatch { .. } | LogRoute::ExpiredStreams { .. } => None,
    }
}
