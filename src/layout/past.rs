//! What is remembered from one layout to the next: the last answers of each level, and those who are gone for a while.
//!
//! A service that restarts leaves the picture and comes back. As long as its absence lasts no more than [`KEPT`] layouts,
//! the picture that it comes back to is the very one it left; and for [`MOURNED`] layouts its rank and row are known, so
//! that it returns to its place even if something else has changed. Layouts are counted, never time.
use super::graph::Key;
use super::level::{Level, Role};
use super::plan::{Memory, Plan};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many answers of a level are kept.
const KEPT: usize = 6;
/// For how many layouts the place of one who is gone is kept.
const MOURNED: u32 = 32;

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
    /// Layouts since the level was last asked for.
    unasked: u32,
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
        Self { memos, unasked: 0 }
    }

    /// The past of a level that is not there now, unless it is forgotten.
    pub fn unasked(&self) -> Option<Self> {
        let unasked = self.unasked + 1;
        (unasked <= MOURNED).then(|| Self { memos: self.memos.clone(), unasked })
    }
}

/// Where one who is gone stood, and for how many layouts it is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone {
    pub rank: i32,
    pub row: i32,
    since: u32,
}

/// Those of the last layout who are not in this one, and those who were gone before; ranks were shifted by so much.
pub fn gone(level: &Level, before: &Memory, shift: i32) -> BTreeMap<Key, Gone> {
    let here: BTreeSet<&Key> = level.items.iter().filter(|i| i.role == Role::Box).map(|i| &i.key).collect();
    let left = before.ranks.iter().filter_map(|(key, &rank)| {
        let row = *before.rows.get(key)?;
        Some((key, Gone { rank, row, since: 0 }))
    });
    let all = before.gone.iter().map(|(key, gone)| (key, *gone)).chain(left);
    let absent = all.filter(|(key, gone)| !here.contains(key) && gone.since < MOURNED);
    absent
        .map(|(key, g)| (key.clone(), Gone { rank: g.rank + shift, row: g.row, since: g.since + 1 }))
        .collect()
}
