//! Property tests of the history with generated events.

use super::{event, history_of, snapshot};
use crate::{
    history::{Entry, EventGroup, coalesce},
    model::{Event, EventKind},
};
use proptest::prelude::*;
use std::sync::Arc;

/// Generates events of three services at random times, so that some events are equal.
fn events() -> impl Strategy<Value = Vec<Event>> {
    let kinds = prop::sample::select(vec![EventKind::Start, EventKind::Stop, EventKind::Health]);
    let one = (0i64..2_000, 0u8..3, kinds, 0u8..3).prop_map(|(second, service, kind, text)| {
        event(second, &format!("s/{service}"), kind, &format!("text {text}"))
    });
    prop::collection::vec(one, 0..40)
}

fn groups_of(events: &[Event]) -> Vec<EventGroup> {
    coalesce(history_of(&[snapshot(5_000, Vec::new(), events.to_vec())]).entries())
}

proptest! {
    #[test]
    fn the_order_of_news_is_of_no_account(mut all in events(), cut in 0usize..40) {
        let whole = |events: &[Event]| snapshot(5_000, Vec::new(), events.to_vec());
        let forward = history_of(&[whole(&all)]);
        let part = all[..cut.min(all.len())].to_vec();
        all.reverse();
        let backward = history_of(&[whole(&part), whole(&all), whole(&all)]);
        prop_assert!(forward.entries().eq(backward.entries()));
    }

    #[test]
    fn folding_loses_nothing(all in events()) {
        let kept: Vec<Arc<Entry>> =
            history_of(&[snapshot(5_000, Vec::new(), all.clone())]).entries().cloned().collect();
        let rows = groups_of(&all);
        prop_assert_eq!(rows.iter().map(|row| row.count).sum::<usize>(), kept.len());
        prop_assert!(rows.is_sorted_by(|a, b| a.last <= b.last));
        prop_assert!(rows.iter().all(|row| row.first <= row.last && (row.count > 1 || row.first == row.last)));
    }
}
