//! Interactive program: opens the sources and the theme, then starts the event loop.

mod team_tour;

use super::{Error, Outcome, args::CommonArgs, collect, open_sources_as, state_dir, team};
use crate::{
    app::App,
    audit::AuditLog,
    keymap::Keymap,
    model::{Failure, FailureKind},
    output,
    runtime::{self, ExitReason, logging},
    screen::Theme,
    source::{Source, replay, team::Participation},
    store::Store,
    team::Rank,
};
use std::{
    io::{IsTerminal, stdin},
    sync::Arc,
};
pub(super) use team_tour::check_team_tour;

/// Runs the interactive program, with the tour if `shows_tour`. Shows the demo if no source is found.
pub(super) async fn run(common: &CommonArgs, shows_tour: bool) -> Result<Outcome, Error> {
    if !output::is_terminal() || !stdin().is_terminal() {
        let remedy = "without a terminal, use portolan map, status, findings or logs";
        return Err(Failure::new(FailureKind::Invalid, "the map needs a terminal", remedy).into());
    }
    let (config, mut opened) = open_sources_as(common, Participation::Member(Rank::Person))?;
    let found = !opened.sources.is_empty();
    if !found {
        let demo = replay::demo()?;
        opened.sources.extend(demo.into_iter().map(|source| Arc::new(source) as Arc<dyn Source>));
    }
    let (name, ascii) = detect_theme(&config.theme, config.ascii);
    let invalid = |what| Failure::new(FailureKind::Invalid, what, "config.example.toml lists every setting");
    let theme = Theme::named(name, ascii).map_err(invalid)?;
    let keymap = Keymap::new(&config.keys).map_err(invalid)?;
    let state = state_dir();
    let is_first_start = state.as_ref().is_some_and(|state| !state.exists());
    let log = state.as_deref().map(logging::start);
    let world = collect::new_world(&opened.sources, &config);
    let store = Store { world, session: collect::new_session(&config) };
    let size = runtime::size()?;
    let mut app = App::new(store, theme, keymap, size, config.mouse);
    if !found {
        app.notify(
            "no Docker engine and no AWS configuration found, showing the demo; portolan doctor has details",
        );
    } else if is_first_start && !common.demo {
        app.notify(&first_start_notice(&opened.sources));
    }
    if found && !common.demo {
        app.set_team_tour(team_tour::find());
    }
    if shows_tour {
        app.toggle_tour();
    }
    if let Some(words) = config.unknown_settings.first() {
        app.notify(words);
    }
    // Portolan works without its log, but then a bug can't be investigated.
    if let Some(Err(error)) = log {
        app.notify(&format!("can't write portolan.log: {error}"));
    }
    let audit = state_dir().map(|folder| AuditLog::new(&folder));
    let running = runtime::run(
        app,
        opened.sources.clone(),
        collect::checkout_reader(&config),
        config.mouse,
        opened.cache.as_ref(),
        audit,
    );
    let ended = Box::pin(running).await;
    team::close_sources(&opened.sources).await;
    Ok(match ended? {
        ExitReason::Quit => Outcome::Success,
        ExitReason::Signal(number) => Outcome::Signal(number),
    })
}

/// Returns the line that greets a new user: the sources that Portolan found, and the key for help.
fn first_start_notice(sources: &[Arc<dyn Source>]) -> String {
    let ids: Vec<&str> = sources.iter().map(|source| source.id().as_str()).collect();
    let found = match ids[..] {
        [] => "no source".to_owned(),
        [one] => one.to_owned(),
        [ref others @ .., last] if others.len() < 4 => format!("{} and {last}", others.join(", ")),
        _ => format!("{} sources", ids.len()),
    };
    format!("found {found}   ctrl-t tour   ? help   : any command   q quit")
}

/// Returns the theme and character set for this terminal: no colour if `NO_COLOR` is set (no-color.org) or
/// the terminal has none, 16 colours if it has few, and ASCII if it can't draw boxes.
fn detect_theme(theme: &str, ascii: bool) -> (&str, bool) {
    let variable = |name| std::env::var(name).unwrap_or_default();
    let term = variable("TERM");
    let many = term.contains("256color") || !variable("COLORTERM").is_empty();
    let name = match theme {
        _ if !variable("NO_COLOR").is_empty() => "mono",
        "auto" if matches!(term.as_str(), "dumb" | "vt100" | "vt220") => "mono",
        "auto" if many => "night",
        "auto" => "ansi",
        named => named,
    };
    (name, ascii || matches!(term.as_str(), "dumb" | "linux" | "vt100" | "vt220"))
}
