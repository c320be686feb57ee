//! Tests of stores that can be read but not written, that lose objects, or that respond late.

use super::{TEST_INTERVAL, at, estate, leaders, person, shown, turn};
use crate::{
    model::{FailureKind, TeamRole},
    object_store::{
        ObjectStore, WriteCondition,
        memory_store::{MemoryStore, StoreFault},
    },
    source::team::member::{Member, Step},
    team::MAX_EPOCH,
};
use std::sync::Arc;

/// Returns the number of epochs that members have claimed in the store.
fn epoch_keys(store: &MemoryStore) -> usize {
    store.objects().keys().filter(|key| key.contains("/epoch/")).count()
}

#[tokio::test]
async fn members_poll_for_themselves_while_the_store_can_be_read_but_not_written() {
    for part in ["", "/head"] {
        let store = Arc::new(MemoryStore::default());
        let (mut ann, mut ben) = (person(&store, "ann"), person(&store, "ben"));
        turn(&mut ann, at(0), &estate(&["web"])).await;
        turn(&mut ben, at(1), &estate(&[])).await;
        store.fail_writes(Some((part, FailureKind::Unreachable)));
        let before = epoch_keys(&store);
        for seconds in 2..60 {
            for (member, last_follow) in [(&mut ann, 20), (&mut ben, 25)] {
                let step = turn(member, at(seconds), &estate(&["web"])).await;
                if let Step::Alone(failure) = &step {
                    assert!(failure.message.contains("can't be written"), "{failure:?}");
                    member.readings.remember(&estate(&["web"]), at(seconds));
                }
                assert!(seconds <= last_follow || matches!(step, Step::Alone(_)), "{seconds}: {step:?}");
            }
        }
        assert!(epoch_keys(&store) <= before + 2, "one key for each member: {:?}", store.objects().keys());
        store.fail_writes(None);
        for seconds in 60..64 {
            turn(&mut ann, at(seconds), &estate(&["web"])).await;
            turn(&mut ben, at(seconds), &estate(&["web"])).await;
        }
        assert_eq!(leaders([&ann, &ben]).len(), 1);
    }
}

/// Returns two members of a store that was emptied: `old` followed a leader of the second epoch before, and
/// `new` leads in the first epoch now.
async fn restart_team(store: &Arc<MemoryStore>) -> (Member, Member) {
    let mut first = person(store, "first");
    turn(&mut first, at(0), &estate(&["web"])).await;
    first.leave(at(0), TEST_INTERVAL).await;
    let (mut last, mut old, mut new) = (person(store, "last"), person(store, "old"), person(store, "new"));
    turn(&mut last, at(0), &estate(&["web"])).await;
    turn(&mut last, at(1), &estate(&["web"])).await;
    turn(&mut old, at(2), &estate(&["web"])).await;
    assert_eq!(shown(&mut old, at(2)), ["web"]);
    store.clear();
    turn(&mut new, at(3), &estate(&["api"])).await;
    (old, new)
}

#[tokio::test]
async fn a_member_that_knows_a_higher_epoch_follows_the_leader_of_an_emptied_store() {
    let store = Arc::new(MemoryStore::default());
    let (mut old, mut new) = restart_team(&store).await;
    for seconds in [4, 8, 9] {
        turn(&mut old, at(seconds), &estate(&["none"])).await;
        turn(&mut new, at(seconds), &estate(&["api"])).await;
    }
    assert_eq!(turn(&mut old, at(10), &estate(&["none"])).await, Step::Follow);
    assert_eq!(shown(&mut old, at(10)), ["api"]);
    assert_eq!(
        (leaders([&old, &new]).into_iter().collect::<Vec<_>>(), epoch_keys(&store)),
        (vec!["new".into()], 1)
    );
}

#[tokio::test]
async fn a_member_that_knows_a_higher_epoch_replaces_a_dead_leader_of_an_emptied_store() {
    let store = Arc::new(MemoryStore::default());
    let (mut old, new) = restart_team(&store).await;
    drop(new);
    for seconds in 4..60 {
        turn(&mut old, at(seconds), &estate(&["db"])).await;
    }
    assert_eq!((leaders([&old]).len(), epoch_keys(&store)), (1, 2));
}

#[tokio::test]
async fn a_store_that_denied_writes_for_some_time_is_led_later() {
    for part in ["", ".probe", "/member/ann"] {
        let store = Arc::new(MemoryStore::default());
        let mut ann = person(&store, "ann");
        store.fail_writes(Some((part, FailureKind::Denied)));
        if part == "/member/ann" {
            let mut ben = person(&store, "ben");
            turn(&mut ben, at(0), &estate(&["web"])).await;
            turn(&mut ann, at(1), &estate(&["web"])).await;
            ben.leave(at(2), TEST_INTERVAL).await;
        }
        turn(&mut ann, at(3), &estate(&["web"])).await;
        let Step::Alone(failure) = turn(&mut ann, at(4), &estate(&["web"])).await else { panic!("{part}") };
        assert_eq!(failure.kind, FailureKind::Denied);
        store.fail_writes(None);
        let step = turn(&mut ann, at(30), &estate(&["web"])).await;
        assert!(matches!(step, Step::Alone(_)), "it asks again after a minute: {step:?}");
        assert_eq!(turn(&mut ann, at(64), &estate(&["web"])).await, Step::Lead, "{part}");
    }
}

#[tokio::test]
async fn a_probe_whose_answer_was_lost_does_not_keep_a_member_from_leading() {
    // The calls of a first step: read the head, four writes of the probe.
    for call in 1..5 {
        let store = Arc::new(MemoryStore::default());
        let mut faults = vec![None; 5];
        faults[call] = Some(StoreFault::Retried);
        store.set_faults(faults);
        assert_eq!(turn(&mut person(&store, "ann"), at(0), &estate(&["web"])).await, Step::Lead);
    }
}

#[tokio::test]
async fn a_leader_that_can_not_share_its_readings_gives_the_lead_up() {
    for (part, kind) in [("/base/", FailureKind::Unreachable), ("/base/", FailureKind::Denied)] {
        let store = Arc::new(MemoryStore::default());
        let (mut ann, mut ben) = (person(&store, "ann"), person(&store, "ben"));
        store.fail_writes(Some((part, kind)));
        let mut seconds = 0;
        while leaders([&ann]).len() == 1 || seconds == 0 {
            turn(&mut ann, at(seconds), &estate(&["web"])).await;
            turn(&mut ben, at(seconds), &estate(&[])).await;
            if let TeamRole::Leading { problem, .. } = ann.status(at(seconds), &Step::Lead).role {
                assert!(problem.is_some_and(|failure| failure.message.contains("/base/")));
                assert_eq!(ben.status(at(seconds), &Step::Follow).role, TeamRole::Joining, "nothing is read");
            }
            seconds += 5;
            assert!(seconds <= 20, "after three polls");
        }
        let Step::Alone(failure) = turn(&mut ann, at(seconds + 2), &estate(&[])).await else { panic!() };
        assert!(failure.message.contains("/base/"), "{failure:?}");
        store.fail_writes(None);
        assert_eq!(turn(&mut ben, at(seconds + 3), &estate(&["api"])).await, Step::Lead);
        assert_eq!(turn(&mut ann, at(seconds + 4), &estate(&[])).await, Step::Follow);
        assert_eq!(shown(&mut ann, at(seconds + 4)), ["api"]);
    }
}

#[tokio::test]
async fn a_follower_polls_for_itself_if_the_leader_shares_no_reading() {
    let store = Arc::new(MemoryStore::default());
    let (mut ann, mut ben) = (person(&store, "ann"), person(&store, "ben"));
    let names_ann =
        |step: &Step| matches!(step, Step::Alone(why) if why.message.starts_with("ann@host leads"));
    assert_eq!(ann.step(at(0), TEST_INTERVAL).await, Step::Lead);
    for seconds in (5..200).step_by(5) {
        ann.write_next_head(at(seconds), TEST_INTERVAL).await;
        let step = turn(&mut ben, at(seconds), &estate(&[])).await;
        assert_eq!(names_ann(&step), seconds > 95, "{seconds}: {step:?}");
    }
    ann.publish(at(200), TEST_INTERVAL, &estate(&["web"])).await;
    for seconds in (200..900).step_by(5) {
        ann.write_next_head(at(seconds), TEST_INTERVAL).await;
        let step = turn(&mut ben, at(seconds), &estate(&[])).await;
        assert_eq!(names_ann(&step), seconds > 795, "{seconds}: {step:?}");
    }
}

#[tokio::test]
async fn numbers_that_only_an_attacker_writes_split_no_team() {
    let store = Arc::new(MemoryStore::default());
    let (mut ann, mut ben) = (person(&store, "ann"), person(&store, "ben"));
    turn(&mut ann, at(0), &estate(&["web"])).await;
    let head = String::from_utf8(store.objects()["portolan/1-x/head"].clone()).unwrap();
    let evil = head.replace("\"epoch\":1", &format!("\"epoch\":{}", MAX_EPOCH - 1)).into_bytes();
    store.write("portolan/1-x/head", evil, WriteCondition::Always).await.unwrap();
    for seconds in 1..40 {
        for member in [&mut ann, &mut ben] {
            turn(member, at(seconds), &estate(&["web"])).await;
        }
    }
    assert!(leaders([&ann, &ben]).is_empty());
    let Step::Alone(failure) = turn(&mut ben, at(40), &estate(&["web"])).await else { panic!() };
    assert!(failure.message.contains("attacker"), "{failure:?}");
    store.clear();
    for seconds in 41..44 {
        turn(&mut ben, at(seconds), &estate(&["web"])).await;
        turn(&mut ann, at(seconds), &estate(&["web"])).await;
    }
    assert_eq!(leaders([&ann, &ben]).len(), 1);
}
