//! Command line arguments. The doc comments of the fields are the text of `--help`.

mod actions;
mod candidates;
mod map_args;
mod note_args;
mod version;

pub use actions::{ActArgs, ExecArgs, ForwardArgs, SessionArgs};
pub use map_args::MapArgs;
pub use note_args::NoteArgs;

use super::time_range::parse_duration;
use crate::{
    history::{EVENT_KIND_TABLE, EventKindSpec},
    log_store::{Predicate, parse_field_condition},
    model::{EventKind, LogLevel, Severity, TimeExpression},
};
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::ArgValueCandidates;
use jiff::SignedDuration;
use std::path::PathBuf;

/// A live map of your running services on Amazon ECS and Docker.
#[derive(Debug, Parser)]
#[command(
    version = version::version_text(),
    about,
    after_help = "Exit codes: 0 success, 1 findings (status) or a failed check (doctor, \
                  handbook, tour), 2 usage or configuration \
                  error, 3 no source could be read, 4 action refused, 5 action done but not healthy, \
                  6 a call of an action failed"
)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten, next_help_heading = "Options of every command")]
    pub common: CommonArgs,
    /// Command to run; `None` opens the map.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options of every command.
#[derive(Debug, Args)]
pub struct CommonArgs {
    /// Use this configuration file instead of the default one
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
    /// Override a setting, such as theme=day (repeatable)
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Use only the source with this id (repeatable)
    #[arg(long, global = true, value_name = "ID", add = ArgValueCandidates::new(candidates::sources))]
    pub source: Vec<String>,
    /// AWS profile to use
    #[arg(long, global = true, add = ArgValueCandidates::new(candidates::configured_profiles))]
    pub profile: Option<String>,
    /// AWS region to use
    #[arg(long, global = true)]
    pub region: Option<String>,
    /// Never act on a service, whatever the configuration permits
    #[arg(long, global = true)]
    pub read_only: bool,
    /// Show the built-in demo
    #[arg(long, global = true)]
    pub demo: bool,
    /// Draw with ASCII characters only
    #[arg(long, global = true)]
    pub ascii: bool,
    /// Longest wait for the sources, for commands that print and exit
    #[arg(long, global = true, value_name = "DURATION", default_value = "30s", value_parser = parse_duration)]
    pub wait: SignedDuration,
}

/// Commands besides the map, which opens if none is given.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print the map
    Map(MapArgs),
    /// Print services and findings; exit code 1 if any is a warning or worse
    Status {
        /// Output format
        #[arg(long, default_value = "table")]
        format: Format,
        /// Minimum severity of a finding for exit code 1
        #[arg(long, value_name = "SEVERITY", default_value = "warning")]
        fail_on: FailOn,
    },
    /// Print findings
    Findings {
        /// Output format
        #[arg(long, default_value = "table")]
        format: Format,
    },
    /// Print the logs of services, groups and instances, merged in time order
    Logs(LogsArgs),
    /// Print events: deployments, starts, stops, health changes, findings that started or were resolved
    Events(EventsArgs),
    /// Print the deployments of a service, their progress, and the changes from the previous version
    Deployments {
        /// Service name
        #[arg(add = ArgValueCandidates::new(candidates::services))]
        service: String,
        /// Output format
        #[arg(long, default_value = "table")]
        format: Format,
    },
    /// Print CPU, memory and network usage of running instances
    Usage {
        /// Service names
        #[arg(required = true, value_name = "SERVICE", add = ArgValueCandidates::new(candidates::services))]
        services: Vec<String>,
        /// Output format
        #[arg(long, default_value = "table")]
        format: Format,
    },
    /// Explain why one service is shown as a caller of another, or show the paths between them
    Why {
        /// Calling service
        #[arg(add = ArgValueCandidates::new(candidates::services))]
        from: String,
        /// Called service or dependency
        #[arg(add = ArgValueCandidates::new(candidates::services))]
        to: String,
        /// Output format
        #[arg(long, default_value = "table")]
        format: Format,
    },
    /// List the services and settings that a service needs to run
    Need {
        /// Service name
        service: String,
        /// Output format
        #[arg(long, default_value = "table")]
        format: NeedFormat,
    },
    /// Open the map with a tour for newcomers, or check the team's own tour
    Tour(TourArgs),
    /// Write a handbook of all services, or check whether one is up to date (exit code 1 if not)
    Handbook(HandbookArgs),
    /// Check configuration, sources and permissions, and show what to fix
    Doctor {
        /// Output format
        #[arg(long, default_value = "table")]
        format: Format,
    },
    /// Poll AWS accounts for the team, without a screen, until stopped
    Collect,
    /// List, add or remove notes on services
    Note(NoteArgs),
    /// Open a shared screen, or play a recording
    Open {
        /// File of a shared screen or a recording, or the name of a share in the team's store, such as share/7f3k
        #[arg(value_hint = ValueHint::FilePath)]
        share: String,
    },
    /// Record snapshots and logs to a file for replay
    Record {
        /// Output file
        file: PathBuf,
        /// Duration of the recording
        #[arg(long = "for", value_name = "DURATION", default_value = "60s", value_parser = parse_duration)]
        length: SignedDuration,
        /// Overwrite an existing file
        #[arg(long)]
        force: bool,
    },
    /// Act on services: show the plan, ask, carry it out (only if the source allows actions)
    Act(ActArgs),
    /// Run a shell or a command in a container of a service (only if the source allows actions)
    Exec(ExecArgs),
    /// Forward a port of this machine to a container of a service (only if the source allows actions)
    Forward(ForwardArgs),
    /// Print the audit log of actions
    Audit {
        /// Output format
        #[arg(long, default_value = "text")]
        format: LogFormat,
    },
    /// Print the default configuration with its comments, or the settings in use
    Config {
        /// Print the settings in use, after your file and --set
        #[arg(long)]
        effective: bool,
    },
    /// Print the shell completion script
    Completions {
        /// Shell
        shell: clap_complete::Shell,
    },
    /// Print the man page of the program or of a command
    Man {
        /// Command, such as logs
        command: Option<String>,
    },
}

/// Arguments of `logs`.
#[derive(Debug, Args)]
pub struct LogsArgs {
    /// Services, projects, clusters or instances, by name, group/name or full id
    #[arg(required = true, value_name = "TARGET", add = ArgValueCandidates::new(candidates::log_targets))]
    pub targets: Vec<String>,
    /// Follow new lines, including lines of new instances
    #[arg(short, long)]
    pub follow: bool,
    /// Start time: 10m, 14:05, yesterday, yesterday 14:05, or a date with a time
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    pub since: Option<TimeExpression>,
    /// End time, written like the start time
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    pub until: Option<TimeExpression>,
    /// Show only the newest lines (with --follow, of each stream)
    #[arg(long, value_name = "LINES", value_parser = parse_line_count)]
    pub tail: Option<usize>,
    /// Only lines that match this regular expression, ignoring case unless it has a capital letter (repeatable; all must match)
    #[arg(long, value_name = "RE")]
    pub grep: Vec<String>,
    /// Skip lines that match this regular expression, ignoring case unless it has a capital letter (repeatable)
    #[arg(long, value_name = "RE")]
    pub exclude: Vec<String>,
    /// Minimum log level: trace, debug, info, warn, error or fatal
    #[arg(long, value_parser = parse_level, add = ArgValueCandidates::new(candidates::log_levels))]
    pub level: Option<LogLevel>,
    /// Only JSON or logfmt lines with this field: status=500, status!=200 or status>=500 (repeatable; all must match)
    #[arg(long, value_name = "CONDITION", value_parser = parse_field)]
    pub field: Vec<Predicate>,
    /// Print line patterns with counts instead of lines
    #[arg(long, conflicts_with = "follow")]
    pub patterns: bool,
    /// Output format
    #[arg(long, default_value = "text")]
    pub format: LogFormat,
}

/// Arguments of `events`.
#[derive(Debug, Args)]
pub struct EventsArgs {
    /// Start time: 10m, 14:05, yesterday, yesterday 14:05, or a date with a time
    #[arg(long, value_name = "WHEN", default_value = "1h", allow_hyphen_values = true)]
    pub since: TimeExpression,
    /// Follow new events
    #[arg(short, long)]
    pub follow: bool,
    /// Only events of this service, by name, group/name or full id (repeatable)
    #[arg(long, value_name = "SERVICE", add = ArgValueCandidates::new(candidates::services))]
    pub service: Vec<String>,
    /// Only events of this kind, such as deployment or out-of-memory (repeatable)
    #[arg(
        long,
        value_name = "KIND",
        value_parser = parse_event_kind,
        add = ArgValueCandidates::new(candidates::event_kinds),
    )]
    pub kind: Vec<EventKind>,
    /// Output format
    #[arg(long, default_value = "text")]
    pub format: LogFormat,
}

/// Output format of log lines and events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Plain text
    #[value(alias = "table")]
    Text,
    /// JSON
    Json,
}

/// Least severity of a finding that makes `status` exit with code 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Degraded or misconfigured
    Warning,
    /// Down
    Critical,
}

impl From<FailOn> for Severity {
    fn from(least: FailOn) -> Self {
        match least {
            FailOn::Warning => Self::Warning,
            FailOn::Critical => Self::Critical,
        }
    }
}

/// Output format of a headless command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Plain text
    Table,
    /// JSON
    Json,
}

/// Arguments of `tour`.
#[derive(Debug, Args)]
pub struct TourArgs {
    /// Compare the stops of the team's own tour with what runs; exit code 1 if one is wrong
    #[arg(long)]
    pub check: bool,
    /// File of the team's own tour, instead of .portolan/tour.toml in this directory or a parent
    #[arg(requires = "check", value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,
}

/// Arguments of `handbook`.
#[derive(Debug, Args)]
pub struct HandbookArgs {
    /// Format of the pages
    #[arg(long, default_value = "html")]
    pub format: PageFormat,
    /// Directory for the pages; a new one, or one with a handbook
    #[arg(long, value_name = "DIR", default_value = "handbook")]
    pub output: PathBuf,
    /// Compare the handbook in this directory with the running services, and write nothing
    #[arg(long, value_name = "DIR", conflicts_with_all = ["output", "format"])]
    pub check: Option<PathBuf>,
}

/// Format of the handbook's pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PageFormat {
    /// HTML
    Html,
    /// Markdown
    Markdown,
}

/// Output format of `need`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum NeedFormat {
    /// Plain text
    Table,
    /// JSON
    Json,
    /// Compose file
    Compose,
}

/// Parses a log level.
fn parse_level(text: &str) -> Result<LogLevel, String> {
    LogLevel::named(text).ok_or_else(|| format!("possible values: {}", LogLevel::all_names()))
}

/// Parses a number of lines.
fn parse_line_count(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "expected a number of lines, such as 100".to_owned())
}

/// Parses a condition on a field, in the syntax of the log screen.
fn parse_field(text: &str) -> Result<Predicate, String> {
    parse_field_condition(text)
        .unwrap_or_else(|| Err("expected a field and a value, such as status=500 or status>=500".to_owned()))
}

/// Parses an event kind by its id.
fn parse_event_kind(text: &str) -> Result<EventKind, String> {
    let known: Vec<_> = EVENT_KIND_TABLE.iter().map(|kind| kind.id).collect();
    EventKindSpec::named(text)
        .map(|kind| kind.kind)
        .ok_or_else(|| format!("possible values: {}", known.join(", ")))
}
