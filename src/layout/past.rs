//! What is remembered from one layout to the next: the last answers of each level.
//!
//! What goes and comes back finds the very picture that it left, as long as no more than [`KEPT`] others were drawn
//! meanwhile. Layouts are counted, never time. Who has left altogether keeps the place in another way: see
//! [`super::vacant`].
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
