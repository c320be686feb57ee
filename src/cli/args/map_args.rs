//! Arguments of the command `map`.

use super::candidates;
use crate::topology::{EdgeFilter, drift::EDGE_FILTERS};
use clap::Args;
use clap_complete::ArgValueCandidates;

/// Arguments of `map`.
#[derive(Debug, Args)]
pub struct MapArgs {
    /// Print only this group, or this service and its neighbours
    #[arg(value_name = "GROUP|SERVICE", add = ArgValueCandidates::new(candidates::log_targets))]
    pub part: Option<String>,
    /// Also show services up to this many calls away [default: 0 for a group, 1 for a service]
    #[arg(long, value_name = "CALLS", requires = "part")]
    pub depth: Option<usize>,
    /// Output format: text, json, dot, mermaid, svg, html or csv
    #[arg(long, default_value = "text", add = ArgValueCandidates::new(candidates::map_formats))]
    pub format: String,
    /// Calls to show: all, observed, never-observed or undeclared
    #[arg(
        long = "calls",
        value_name = "CALLS",
        default_value = "all",
        value_parser = parse_edge_filter,
        add = ArgValueCandidates::new(candidates::edge_filters),
    )]
    pub edges: EdgeFilter,
}

/// Parses an edge filter by its id in `EDGE_FILTERS`.
fn parse_edge_filter(text: &str) -> Result<EdgeFilter, String> {
    let known: Vec<_> = EDGE_FILTERS.iter().map(|(_, id, _)| *id).collect();
    EdgeFilter::from_id(text).ok_or_else(|| format!("possible values: {}", known.join(", ")))
}
