//! Access of the fuzz target to logs. Compiled only for fuzzing.

use super::{container_log::log_line, line_assembler::LineAssembler};
use crate::{
    model::{InstanceId, LogLine, LogRoute, LogTarget, ServiceId},
    source::docker::engine::output_reader::messages_in_chunks,
};

/// Returns the lines of a log that arrives in pieces of `chunk_bytes`.
pub(in crate::source::docker) fn log_lines(log: &[u8], chunk_bytes: usize) -> Vec<LogLine> {
    let target = LogTarget {
        service: ServiceId::new("docker/web"),
        instance: InstanceId::new("docker/1"),
        label: "web".into(),
        route: LogRoute::Engine { container: "1".into() },
    };
    let (mut assembler, mut lines) = (LineAssembler::default(), Vec::new());
    for message in messages_in_chunks(log, chunk_bytes) {
        assembler.push_message(&message, &mut lines);
    }
    lines.extend(assembler.finish());
    lines.into_iter().map(|line| log_line(&target, line)).collect()
}
