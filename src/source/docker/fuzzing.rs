//! Entry point of the fuzz target `engine_response` to the parsers of an engine's responses. Compiled only for
//! fuzzing.

use super::{
    Config, Docker,
    api_types::{ContainerInspectResponse, ContainerList},
    decode::{self, ContainerRecord},
    discovery::{endpoint::EngineEndpoint, engines::FoundEngine},
    files, logs,
    snapshot::{
        build::{EventHistory, apply_exit_histories, build_snapshot},
        fuzzing::record_events,
    },
    sockets, usage,
};
use crate::model::{Failure, FailureKind, LogLine, Snapshot, Timestamp, UnreadPart, UsageSample};
use std::{collections::BTreeMap, sync::Arc};

/// Responses of one engine. All but the archive are as they come from the network.
#[derive(Debug, Default)]
pub struct EngineResponses<'a> {
    /// Response of the list call.
    pub list: &'a [u8],
    /// Responses of inspect calls.
    pub inspects: Vec<&'a [u8]>,
    /// Event stream.
    pub events: &'a [u8],
    /// Archive that the engine returns for each path.
    pub archive: &'a [u8],
    /// Socket tables, each from another container.
    pub tables: Vec<&'a [u8]>,
    /// Responses of stats calls, all for the same container.
    pub stats: Vec<&'a [u8]>,
    /// Log of a container, or output of a command.
    pub log: &'a [u8],
}

/// Everything that Portolan keeps of an engine's responses.
#[derive(Debug)]
pub struct EngineReading {
    /// Snapshot of the engine.
    pub snapshot: Snapshot,
    /// Lines of the log.
    pub lines: Vec<LogLine>,
    /// Usage between two responses of the stats call.
    pub samples: Vec<UsageSample>,
}

/// Reads responses as a poll does at `now`. Streams arrive in pieces of `chunk_bytes`.
pub fn read_responses(responses: &EngineResponses<'_>, chunk_bytes: usize, now: Timestamp) -> EngineReading {
    let found = FoundEngine {
        name: "docker".to_owned(),
        endpoint: EngineEndpoint::Socket("/var/run/docker.sock".into()),
        found_by: String::new(),
        warning: None,
    };
    let shared = Docker::new(found, &Config::default()).shared;
    record_events(&shared, responses.events, chunk_bytes, now);
    let listed = ContainerList::read(responses.list);
    let damage = listed.parse_error.clone().map(|error| UnreadPart {
        name: "the remaining containers".into(),
        failure: Failure::new(FailureKind::Invalid, error, ""),
    });
    let mut records = BTreeMap::new();
    for entry in &listed.entries {
        let record =
            decode::decode_container(&shared.id, &entry.to_inspect_response(), &[], decode::MAX_REFERENCES);
        let _ = decode::fingerprint(entry);
        records.extend(record.map(|record| (record.id.clone(), record)));
    }
    for response in &responses.inspects {
        let Ok(answer) = serde_json::from_slice::<ContainerInspectResponse>(response) else { continue };
        let texts = files::fuzzing::texts_in_archive(&answer, responses.archive);
        let Some(mut record) = decode::decode_container(&shared.id, &answer, &texts, decode::MAX_REFERENCES)
        else {
            continue;
        };
        let mut known: Option<ContainerRecord> = records.remove(&record.id);
        record.restore_exit(known.as_ref());
        if let Some(known) = &mut known {
            known.merge_previous(Some(&record));
        }
        records.insert(record.id.clone(), record);
    }
    let records: Vec<_> = records.into_values().map(Arc::new).collect();
    let traffic = sockets::fuzzing::observe_tables(&shared.id, &records, &responses.tables, now);
    let events = shared.cache().events();
    let exits = shared.cache().exit_histories();
    let records = apply_exit_histories(records, &exits, now);
    let history = EventHistory { events: &events, exits: &exits };
    let snapshot = build_snapshot(&shared.id, now, &records, &history, damage.into_iter().collect(), traffic);
    EngineReading {
        snapshot,
        lines: logs::fuzzing::log_lines(responses.log, chunk_bytes),
        samples: usage::fuzzing::usage_samples(&responses.stats, now),
    }
}
