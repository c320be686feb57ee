//! The command line: the map on a terminal, and its headless twins for pipes.

pub mod args;
mod deployments;
mod doctor;
mod events;
mod gather;
pub mod logs;
mod record;
mod sources;
mod status;
mod tui;
mod usage;
mod why;

use crate::{
    config::{self, Config},
    export::{self, FORMATS},
    keymap::Keymap,
    model::{Failure, FailureKind, SourceState},
    output,
    store::Store,
    topology::EdgeFilter,
    view::{Scene, Theme},
};
use args::{Cli, Command, Common, Format};
use clap::CommandFactory;
use directories::ProjectDirs;
use sources::Opened;
use std::io;

/// How a command ended, as exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All went well.
    Fine,
    /// Something is wrong with the estate.
    Findings,
    /// No source could be read.
    NothingRead,
    /// A signal of that number ended it.
    Signal(i32),
}

/// Why a command could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Wrong usage or configuration, or nothing that could be done about it.
    #[error("{} ({})", .0.what, .0.remedy)]
    Failure(#[from] Failure),
    /// Nobody reads what is printed, or the terminal is gone.
    #[error(transparent)]
    Output(#[from] io::Error),
}

impl Outcome {
    /// The exit code.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Findings => 1,
            Self::NothingRead => 3,
            Self::Signal(number) => 128 + number as u8,
        }
    }
}

/// Carries out what the command line asks for.
pub async fn run(cli: Cli) -> Result<Outcome, Error> {
    let common = &cli.common;
    let Some(command) = cli.command else { return tui::run(common).await };
    match command {
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "portolan", &mut script);
            output::print_script(&script)?;
            Ok(Outcome::Fine)
        }
        Command::Map { format, edges } => {
            let Some(format) = export::Format::named(&format) else {
                let known: Vec<_> = FORMATS.iter().map(|known| known.id).collect();
                let what = format!("there is no format `{format}`");
                return Err(Failure::new(FailureKind::Invalid, what, known.join(", ")).into());
            };
            let (mut store, _) = charted(common).await?;
            store.edges = edges;
            if edges == EdgeFilter::NeverObserved {
                output::report(
                    "one look can't tell what is never observed; the open map can, after 10 minutes",
                );
            }
            print((format.write)(Scene {
                store: &store,
                theme: &plain(common)?,
                keymap: &Keymap::default(),
            }))?;
            Ok(read(&store))
        }
        Command::Status { format, fail_on } => {
            let (store, _) = charted(common).await?;
            print(if format == Format::Json { export::status(&store) } else { status::table(&store) })?;
            Ok(match read(&store) {
                Outcome::Fine if status::is_wrong(&store, fail_on.into()) => Outcome::Findings,
                outcome => outcome,
            })
        }
        Command::Findings { format } => {
            let (store, _) = charted(common).await?;
            print(if format == Format::Json { export::findings(&store) } else { status::findings(&store) })?;
            Ok(read(&store))
        }
        Command::Deployments { service, format } => {
            let (store, _) = charted(common).await?;
            print(deployments::tell(&store, &service, format, common.ascii)?)?;
            Ok(read(&store))
        }
        Command::Usage { services, format } => {
            let (mut store, opened) = charted(common).await?;
            let services = usage::measure(&mut store, &opened.sources, &services, common.wait).await?;
            print(usage::tell(&store, &services, format, common.ascii))?;
            Ok(read(&store))
        }
        Command::Why { from, to, format } => {
            let (store, _) = charted(common).await?;
            print(why::explain(&store, (&from, &to), format, common.ascii)?)?;
            Ok(read(&store))
        }
        Command::Logs(asked) => {
            let (store, opened) = charted(common).await?;
            logs::run(&store, &opened, &asked).await
        }
        Command::Events(asked) => events::run(common, &asked).await,
        Command::Doctor { format } => doctor::run(common, format).await,
        Command::Record { file, length, force } => record::run(common, &file, length, force).await,
    }
}

/// The configuration and the sources that the flags ask for.
fn open(common: &Common) -> Result<(Config, Opened), Failure> {
    let usual = config_file().filter(|file| file.exists());
    let file = common.config.clone().or(usual);
    let mut config = config::read(file.as_deref(), &common.set)?;
    config.ascii |= common.ascii;
    let invalid = |what| Failure::new(FailureKind::Invalid, what, "config.example.toml tells every setting");
    Keymap::new(&config.keys).map_err(invalid)?;
    if config.theme != "auto" {
        Theme::named(&config.theme, config.ascii).map_err(invalid)?;
    }
    let opened = sources::open(common, &config)?;
    Ok((config, opened))
}

/// One complete answer of every source.
async fn charted(common: &Common) -> Result<(Store, Opened), Failure> {
    let (config, opened) = open(common)?;
    if opened.sources.is_empty() {
        return Err(opened.nothing());
    }
    let mut store = gather::store(&opened.sources, &config);
    gather::gather(&opened.sources, &mut store, common.wait, opened.cache.as_ref()).await;
    gather::keep(&opened.sources, &mut store, opened.cache.as_ref()).await;
    for status in &store.sources {
        if let Some(failure) = &status.failure {
            output::report(format_args!("{}: {} ({})", status.id, failure.what, failure.remedy));
        }
    }
    Ok((store, opened))
}

/// The theme of what is printed: no colours.
fn plain(common: &Common) -> Result<Theme, Failure> {
    Theme::named("mono", common.ascii).map_err(|what| Failure::new(FailureKind::Invalid, what, ""))
}

/// Whether any source could be read.
fn read(store: &Store) -> Outcome {
    let any = store.sources.iter().any(|s| s.state == SourceState::Live);
    if any { Outcome::Fine } else { Outcome::NothingRead }
}

fn print(text: impl AsRef<str>) -> io::Result<()> {
    output::print(text.as_ref())
}

/// The directories that this platform gives the program.
fn directories() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "portolan")
}

/// The usual configuration file.
fn config_file() -> Option<std::path::PathBuf> {
    directories().map(|dirs| dirs.config_dir().join("config.toml"))
}
