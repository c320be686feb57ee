//! Tour that the team writes in [`TEAM_FILE_PATH`]: parsing, and matching with the running services.

use super::{MAX_TOUR_STOPS, TourStop, made_stops::closing_stops};
use crate::{
    command::{COMMAND_TABLE, Command},
    model::{NodeId, Text, text::nearest},
    store::World,
};
use serde::Deserialize;
use std::fmt;

/// Path of the file within a team's repository.
pub const TEAM_FILE_PATH: &str = ".portolan/tour.toml";

/// Maximum size of the file, in bytes.
pub const MAX_TEAM_FILE_BYTES: u64 = 64 * 1024;

/// Tour that the team has written.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamTour {
    /// Stops in order. The stops about current faults and about questions follow them.
    #[serde(default, rename = "stop")]
    pub stops: Vec<TeamStop>,
}

/// Stop of a tour that the team has written.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamStop {
    /// Name of the service, or `group/name`. Without it, the stop is about the whole map.
    pub service: Option<Text>,
    /// Title in a few words. Without it, the title is the name of the service, or else the number of the
    /// stop.
    pub title: Option<Text>,
    /// One or two sentences about the service or the map.
    pub text: Text,
    /// Id of the command to try. Without it, the command is `card`.
    pub command: Option<Text>,
}

/// Mistake in a tour that the team has written. The numbers of stops begin at one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TourFault {
    /// The file has too many stops; the value is their number.
    TooManyStops(usize),
    /// The stop with this number has an empty text.
    EmptyText(usize),
    /// The stop with this number refers to a name that no service or other node has. The last value is the
    /// similar name of a node, if there is one.
    UnknownService(usize, Text, Option<String>),
    /// The stop with this number refers to a name that several services have.
    SharedName(usize, Text),
    /// The stop with this number has a command that does not exist or is not possible in a tour. The last
    /// value is a similar command, if there is one.
    UnknownCommand(usize, Text, Option<String>),
}

impl fmt::Display for TourFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let similar = |name: &Option<String>| match name {
            Some(name) => format!("; did you mean `{name}`?"),
            None => String::new(),
        };
        match self {
            Self::TooManyStops(count) => {
                write!(f, "{count} stops, but a tour has at most {MAX_TEAM_STOPS} of the team's own")
            }
            Self::EmptyText(number) => write!(f, "stop {number}: `text` is empty"),
            Self::UnknownService(number, name, near) => {
                write!(f, "stop {number}: no service `{name}`{}", similar(near))
            }
            Self::SharedName(number, name) => {
                write!(f, "stop {number}: several services are called `{name}`; write group/name")
            }
            Self::UnknownCommand(number, id, near) => {
                write!(f, "stop {number}: no command `{id}` for a tour{}", similar(near))
            }
        }
    }
}

/// Maximum number of stops that the team can write. The two stops that end every tour come in addition.
const MAX_TEAM_STOPS: usize = MAX_TOUR_STOPS - 2;

impl TeamTour {
    /// Parses the text of the file. The error message includes the line.
    pub fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| {
            let start = error.span().map(|span| span.start);
            let line =
                start.and_then(|start| text.get(..start)).map(|before| before.matches('\n').count() + 1);
            let place = line.map(|line| format!("line {line}: ")).unwrap_or_default();
            format!("{place}{}", error.message().trim())
        })
    }

    /// Returns the stops of a tour through `world`, including the two that end every tour. Leaves out stops
    /// with mistakes, and also returns these mistakes.
    #[must_use]
    pub fn stops(&self, world: &World) -> (Vec<TourStop>, Vec<TourFault>) {
        let mut faults = Vec::new();
        if self.stops.len() > MAX_TEAM_STOPS {
            faults.push(TourFault::TooManyStops(self.stops.len()));
        }
        let mut stops = Vec::new();
        for (number, stop) in (1..).zip(self.stops.iter().take(MAX_TEAM_STOPS)) {
            match stop.matched(number, world) {
                Ok(stop) => stops.push(stop),
                Err(fault) => faults.push(fault),
            }
        }
        stops.extend(closing_stops(world));
        (stops, faults)
    }
}

impl TeamStop {
    fn matched(&self, number: usize, world: &World) -> Result<TourStop, TourFault> {
        if self.text.trim().is_empty() {
            return Err(TourFault::EmptyText(number));
        }
        let node = self.service.as_ref().map(|name| node_called(name, number, world)).transpose()?;
        let command = match &self.command {
            Some(id) => command_called(id, number)?,
            None => Command::Card,
        };
        let title = self.title.as_ref().or(self.service.as_ref());
        let title = title.map_or_else(|| format!("stop {number}"), ToString::to_string);
        Ok(TourStop { node, title, text: self.text.to_string(), command })
    }
}

fn node_called(name: &Text, number: usize, world: &World) -> Result<NodeId, TourFault> {
    let topology = world.topology();
    match topology.nodes_named(name)[..] {
        [node] => Ok(node.id.clone()),
        [] => {
            let known = topology.nodes.values().map(|node| (node.name.as_str(), node.name.clone()));
            Err(TourFault::UnknownService(number, name.clone(), nearest(name, known)))
        }
        _ => Err(TourFault::SharedName(number, name.clone())),
    }
}

fn command_called(id: &Text, number: usize) -> Result<Command, TourFault> {
    let ends_program = |command: &Command| matches!(command, Command::Quit | Command::Abort);
    let found = Command::named(id).filter(|command| !command.is_for_actions() && !ends_program(command));
    found.ok_or_else(|| {
        let known = COMMAND_TABLE.iter().map(|spec| (spec.id, spec.id.to_owned()));
        TourFault::UnknownCommand(number, id.clone(), nearest(id, known))
    })
}
