//! Text about the previous occurrence of a finding.

use crate::{
    model::{Finding, Timestamp},
    screen::{Scene, describe::time},
};

/// Returns a sentence about when the same fault last began and ended. Returns `None` if the history has no
/// earlier occurrence of it.
pub(super) fn earlier_text(finding: &Finding, scene: Scene<'_>) -> Option<String> {
    let store = scene.store;
    let earlier = store.world.history.earlier_occurrence(finding)?;
    let local = |at: Timestamp, format: &str| {
        at.to_zoned_datetime(store.session.time_zone.clone()).strftime(format).to_string()
    };
    let ago = time::age(earlier.ended, store.world.now);
    let Some(began) = earlier.began else {
        let ended = local(earlier.ended, "%Y-%m-%d %H:%M");
        return Some(format!("the same until {ended}, resolved {ago} ago"));
    };
    let is_same_day = local(began, "%Y-%m-%d") == local(earlier.ended, "%Y-%m-%d");
    let ended = local(earlier.ended, if is_same_day { "%H:%M" } else { "%Y-%m-%d %H:%M" });
    Some(format!("the same from {} to {ended}, resolved {ago} ago", local(began, "%Y-%m-%d %H:%M")))
}
