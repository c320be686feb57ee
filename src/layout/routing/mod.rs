//! Routing: draws the edges, through the channels between layers and, for hidden edges, through the free cells of a finished drawing.

pub(super) mod channel;
pub(super) mod maze_router;
pub(super) mod row_occupancy;
pub(super) mod tracks;
pub(super) mod trunk;
