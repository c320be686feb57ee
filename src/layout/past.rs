//! What is remembered from one layout to the next: the last answers of each level, and those who are gone for a while.
//!
//! A service that restarts leaves the picture and comes back. As long as its absence lasts no more than [`KEPT`] layouts,
//! the picture that it comes back to is the very one it left; and for [`MOURNED`] layouts its rank and row are known, so
//! that it returns to its place even if something else has changed. Layouts are counted, never time.
use super::graph::Key;
use super::level::Level;
use super::plan::Plan;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many answers of a level are kept.
const KEPT: usize = 6;

/// One level as it was asked for and as it was answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Memo {
    pub level: Level,
    pub plan: Plan,
}

/// The last answers of a level, the newest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Past {
    memos: Vec<Arc<Memo>>,
}

impl Past {
    /// The newest answer.
    pub fn newest(&self) -> Option<&Arc<Memo>> {
        self.memos.first()
    }

    /// The answer to exactly this question.
    pub fn answer(&self, level: &Level) -> Option<&Arc<Memo>> {
        self.memos.iter().find(|memo| memo.level == *level)
    }

    /// The order of the gates, as it was when each was last seen.
    pub fn gates(&self) -> BTreeMap<&Key, usize> {
        let items = self.memos.iter().rev().flat_map(|memo| &memo.level.items);
        items.filter_map(|item| item.order.map(|order| (&item.key, order))).collect()
    }

    /// The past with one answer more.
    pub fn with(before: Option<&Self>, memo: &Arc<Memo>) -> Self {
        let others = before.iter().flat_map(|past| &past.memos).filter(|old| !Arc::ptr_eq(old, memo));
        let memos = [memo].into_iter().chain(others).take(KEPT).map(Arc::clone).collect();
        Self { memos }
    }
}
