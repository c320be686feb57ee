//! The layered layout of a service map on whole cells.
