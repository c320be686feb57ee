//! The tour for newcomers: stops on the live map, each with one command to try. Portolan makes the stops from the
//! topology, unless the team has written its own.

mod made_stops;
mod team_file;
mod walk;

pub use made_stops::made_stops;
pub use team_file::{MAX_TEAM_FILE_BYTES, TEAM_FILE_PATH, TeamStop, TeamTour, TourFault};
pub use walk::TourWalk;

use crate::{command::Command, model::NodeId};

/// Maximum number of stops of a tour.
pub const MAX_TOUR_STOPS: usize = 12;

/// Stop of the tour: a service to look at, and a command to try there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TourStop {
    /// The service or other node that the stop selects; `None` for the whole map.
    pub node: Option<NodeId>,
    /// The subject of the stop, in a few words.
    pub title: String,
    /// One or two sentences on the subject.
    pub text: String,
    /// The command that the reader should try.
    pub command: Command,
}
