//! Statements of a handbook as JSON of the schema `portolan.handbook/1`.

use super::page::{Page, Part, Statement};
use crate::export::json::to_pretty_json;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Name of the schema.
pub(super) const SCHEMA_NAME: &str = "portolan.handbook/1";

/// Statements and page names of a handbook, as a JSON document of the schema `portolan.handbook/1`.
#[derive(Serialize, Deserialize)]
pub(super) struct Document {
    pub(super) schema: String,
    /// Names of the pages' files, without extension.
    #[serde(default)]
    pub(super) pages: BTreeSet<String>,
    pub(super) statements: Vec<StatementOut>,
}

/// Statement on a page of the handbook, in the JSON document of all statements.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct StatementOut {
    /// Title of the page.
    pub(super) page: String,
    /// Text of the statement, without its source.
    pub(super) text: String,
    /// True if Portolan knows the statement only from observed connections.
    pub(super) observed: bool,
}

/// Returns the statements of all pages as JSON, sorted and without duplicates.
pub(super) fn to_json(pages: &[Page]) -> String {
    let all = pages.iter().flat_map(|page| {
        page.statements().map(|statement| StatementOut {
            page: page.title.clone(),
            text: plain_text(statement),
            observed: statement.observed,
        })
    });
    let mut statements: Vec<StatementOut> = all.collect();
    statements.sort();
    statements.dedup();
    let stems = pages.iter().map(|page| page.stem.clone()).collect();
    to_pretty_json(&Document { schema: SCHEMA_NAME.to_owned(), pages: stems, statements })
}

/// Returns the text of a statement, without its links.
pub(super) fn plain_text(statement: &Statement) -> String {
    let text = |part: &Part| match part {
        Part::Text(text) | Part::Page(_, text) | Part::Url(text) => text.clone(),
    };
    statement.parts.iter().map(text).collect()
}
