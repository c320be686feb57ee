//! `logs --patterns`: counts line patterns while it reads, and prints them at the end, the most frequent
//! first.

use crate::{
    cli::{args::LogFormat, status::format_columns},
    extract::log_line::{self, ParsedLine},
    log_store::pattern::{LoggedMessage, Pattern, PatternSet},
    model::{LogLevel, LogLine, ServiceId, Timestamp},
    output,
    store::{World, deployment_time},
};
use serde::Serialize;
use std::{
    cmp::Reverse,
    collections::BTreeMap,
    io::{self, Write},
};

/// Report of `logs --patterns`: the patterns of the lines read so far, with their counts.
pub(super) struct PatternReport {
    patterns: PatternSet,
    /// Time of the last deployment of each service.
    deployed: BTreeMap<ServiceId, Timestamp>,
}

/// One pattern as JSON, schema `portolan.log-pattern/1`.
#[derive(Serialize)]
struct PatternJson<'a> {
    schema: &'static str,
    count: u64,
    level: Option<&'static str>,
    first: Timestamp,
    last: Timestamp,
    new: Option<bool>,
    services: Vec<&'a str>,
    template: String,
    example: &'a str,
}

impl PatternReport {
    /// Returns a report without lines. Takes the deployment times of services from `world`.
    pub(super) fn new(world: &World) -> Self {
        let services = world.inventory.services();
        let deployed = services.filter_map(|service| Some((service.id.clone(), deployment_time(service)?)));
        Self { patterns: PatternSet::default(), deployed: deployed.collect() }
    }

    /// Records that a line was read, whether or not it passes the filters. The time of the first line of a
    /// service decides which of its patterns are new.
    pub(super) fn note_line(&mut self, line: &LogLine) {
        self.patterns.record_read_from(&line.service, line.at);
    }

    /// Adds a line that passed the filters.
    pub(super) fn add_line(&mut self, line: &LogLine, parsed: &ParsedLine) {
        let range = parsed.message.start as usize..parsed.message.end as usize;
        let message = &log_line::message_text(&line.text, range, parsed.format);
        self.patterns.add(LoggedMessage {
            service: &line.service,
            at: line.at,
            level: parsed.level,
            message,
        });
    }

    /// Prints all patterns, the most frequent first.
    pub(super) fn print(&self, out: &mut impl Write, format: LogFormat) -> io::Result<()> {
        let mut kinds: Vec<&Pattern> = self.patterns.iter().collect();
        kinds.sort_by_key(|kind| (Reverse(kind.count), kind.id));
        match format {
            LogFormat::Text => {
                let rows = kinds.iter().map(|kind| self.pattern_row(kind)).collect();
                out.write_all(
                    format_columns(&["COUNT", "LEVEL", "FIRST", "LAST", "NEW", "PATTERN"], rows).as_bytes(),
                )?;
            }
            LogFormat::Json => {
                for kind in kinds {
                    writeln!(out, "{}", serde_json::to_string(&self.pattern_json(kind)).unwrap_or_default())?;
                }
            }
        }
        if self.patterns.dropped > 0 {
            output::print_stderr(format_args!(
                "{} patterns not seen recently were dropped",
                self.patterns.dropped
            ));
        }
        Ok(())
    }

    fn pattern_row(&self, kind: &Pattern) -> Vec<String> {
        let time = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let new = self.patterns.is_new(kind, &self.deployed) == Some(true);
        vec![
            kind.count.to_string(),
            kind.level.map_or("", LogLevel::as_str).to_owned(),
            time(kind.first_seen()),
            time(kind.last_seen),
            if new { "new" } else { "" }.to_owned(),
            kind.template.to_string(),
        ]
    }

    fn pattern_json<'a>(&self, kind: &'a Pattern) -> PatternJson<'a> {
        PatternJson {
            schema: "portolan.log-pattern/1",
            count: kind.count,
            level: kind.level.map(LogLevel::as_str),
            first: kind.first_seen(),
            last: kind.last_seen,
            new: self.patterns.is_new(kind, &self.deployed),
            services: kind.first_seen_by_service.keys().map(ServiceId::as_str).collect(),
            template: kind.template.to_string(),
            example: &kind.example,
        }
    }
}
