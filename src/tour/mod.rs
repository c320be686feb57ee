//! Tour for newcomers: stops on the live map, each with one command to try. Portolan makes the stops from the
//! topology, unless the team has written its own.

mod made_stops;
mod team_file;
mod walk;

pub use made_stops::made_stops;
pub use team_file::{MAX_TEAM_FILE_BYTES, TEAM_FILE_PATH, TeamStop, TeamTour, TourFault};
pub use walk::TourWalk;

use crate::{command::Command, model::NodeId};

/// Maximum number of stops in a tour.
pub const MAX_TOUR_STOPS: usize = 12;

/// Stop of a tour: the subject, a text about it, and a command to try there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TourStop {
    /// Node that the stop selects; `None` if the stop is about the whole map.
    pub node: Option<NodeId>,
    /// Subject of the stop in a few words.
    pub title: String,
    /// One or two sentences about the subject.
    pub text: String,
    /// Command that the user should try at the stop.
    pub command: Command,
}
