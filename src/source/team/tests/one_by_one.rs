//! Tests of single situations: takeover, lost responses, a failing store, other versions of Portolan.

use super::{TEST_INTERVAL, at, estate, has_leading, leaders, member, person, shown, turn};
use crate::{
    model::{Failure, FailureKind, TeamRole},
    object_store::{
        ObjectStore, WriteCondition,
        memory_store::{MemoryStore, StoreFault},
    },
    source::team::member::{Participation, Step},
    team::Rank,
};
use std::sync::Arc;

#[tokio::test]
async fn the_first_leads_and_the_others_show_what_it_reads() {
    let store = Arc::new(MemoryStore::default());
    let (mut ann, mut ben) = (person(&store, "ann"), person(&store, "ben"));
    assert_eq!(turn(&mut ann, at(0), &estate(&["web"])).await, Step::Lead);
    assert_eq!(turn(&mut ben, at(1), &estate(&[])).await, Step::Follow);
    assert_eq!(shown(&mut ben, at(1)), ["web"]);
    turn(&mut ann, at(5), &estate(&["api", "web"])).await;
    turn(&mut ben, at(6), &estate(&[])).await;
    assert_eq!(shown(&mut ben, at(6)), ["api", "web"]);
    let status = ben.status(at(6), &Step::Follow);
    let TeamRole::Following { leader, read_as, problem: None } = status.role else { panic!() };
    assert_eq!((leader.as_str(), read_as.as_str()), ("ann@host", "role Dev"));
    for seconds in (10..=40).step_by(5) {
        turn(&mut ann, at(seconds), &estate(&["web"])).await;
    }
    turn(&mut ben, at(41), &estate(&[])).await;
    assert_eq!(ben.status(at(41), &Step::Follow).members, 2, "ann has counted ben");
}

#[tokio::test]
async fn a_killed_leader_is_replaced_and_its_reading_stays_until_the_next() {
    let store = Arc::new(MemoryStore::default());
    let (mut ann, mut ben, mut cem) = (person(&store, "ann"), person(&store, "ben"), person(&store, "cem"));
    turn(&mut ann, at(0), &estate(&["web"])).await;
    for member in [&mut ben, &mut cem] {
        turn(member, at(1), &estate(&[])).await;
    }
    drop(ann);
    assert_eq!(turn(&mut ben, at(16), &estate(&[])).await, Step::Follow, "15 s are not over");
    // The new leader has not read anything yet.
    assert_eq!(ben.step(at(17), TEST_INTERVAL).await, Step::Lead);
    ben.write_next_head(at(17), TEST_INTERVAL).await;
    assert_eq!(turn(&mut cem, at(18), &estate(&[])).await, Step::Follow);
    assert_eq!(shown(&mut cem, at(18)), ["web"]);
    let snapshot = cem.readings.take_snapshot(at(18), crate::model::fixtures::ago(0));
    assert!(snapshot.taken_at <= crate::model::fixtures::ago(17), "as old as ann's poll");
    ben.publish(at(20), TEST_INTERVAL, &estate(&["api"])).await;
    turn(&mut cem, at(21), &estate(&[])).await;
    assert_eq!(shown(&mut cem, at(21)), ["api"]);
}

#[tokio::test]
async fn a_leader_that_slept_notices_the_next_one_at_its_first_write() {
    let store = Arc::new(MemoryStore::default());
    let (mut ann, mut ben) = (person(&store, "ann"), person(&store, "ben"));
    turn(&mut ann, at(0), &estate(&["web"])).await;
    turn(&mut ben, at(1), &estate(&[])).await;
    turn(&mut ben, at(17), &estate(&["api"])).await;
    assert_eq!(leaders([&ann, &ben]).len(), 2, "ann sleeps, and does not know yet");
    // Her clock stood still meanwhile.
    let before = store.objects().len();
    assert!(!ann.publish(at(5), TEST_INTERVAL, &estate(&["web", "old"])).await);
    assert_eq!(store.objects().len(), before + 1, "one delta under her own epoch");
    assert_eq!((leaders([&ann, &ben]).len(), has_leading(ann.leading.as_ref())), (1, false));
    assert_eq!(turn(&mut ann, at(6), &estate(&[])).await, Step::Follow);
    assert_eq!(shown(&mut ann, at(6)), ["api"]);
}

#[tokio::test]
async fn lost_answers_elect_one_leader() {
    // The calls of a first step: read, four writes and a deletion of the probe, list, epoch, head.
    for lost in 0..12 {
        let store = Arc::new(MemoryStore::default());
        let mut ann = person(&store, "ann");
        let mut faults = vec![None; 12];
        faults[lost] = Some(StoreFault::ResponseLost);
        store.set_faults(faults);
        for seconds in 0..4 {
            turn(&mut ann, at(seconds), &estate(&["web"])).await;
        }
        assert_eq!(leaders([&ann]).len(), 1, "call {lost}");
        let epochs = store.objects().keys().filter(|key| key.contains("/epoch/")).count();
        assert!(epochs <= 2, "call {lost}");
    }
}

#[tokio::test]
async fn a_collector_takes_the_lead_from_a_person() {
    let store = Arc::new(MemoryStore::default());
    let mut ann = person(&store, "ann");
    let mut service = member(&store, "collector", Participation::Member(Rank::Collector));
    turn(&mut ann, at(0), &estate(&["web"])).await;
    assert_eq!(turn(&mut service, at(1), &estate(&["web"])).await, Step::Lead);
    turn(&mut ann, at(5), &estate(&["web"])).await;
    assert_eq!(leaders([&ann, &service]).into_iter().collect::<Vec<_>>(), ["collector"]);
    assert_eq!(turn(&mut ann, at(6), &estate(&[])).await, Step::Follow);
}

#[tokio::test]
async fn a_leader_without_credentials_gives_up_at_once() {
    let store = Arc::new(MemoryStore::default());
    let (mut ann, mut ben) = (person(&store, "ann"), person(&store, "ben"));
    turn(&mut ann, at(0), &estate(&["web"])).await;
    turn(&mut ben, at(1), &estate(&[])).await;
    let expired = Failure::new(FailureKind::Credentials, "expired", "log in");
    ann.note_failed_poll(at(5), TEST_INTERVAL, &expired).await;
    turn(&mut ben, at(6), &estate(&[])).await;
    assert_eq!(turn(&mut ben, at(7), &estate(&["api"])).await, Step::Lead);
    assert_eq!(turn(&mut ann, at(8), &estate(&[])).await, Step::Follow);
}

#[tokio::test]
async fn members_poll_for_themselves_while_the_store_is_down_and_come_back() {
    let store = Arc::new(MemoryStore::default());
    let (mut ann, mut ben) = (person(&store, "ann"), person(&store, "ben"));
    turn(&mut ann, at(0), &estate(&["web"])).await;
    turn(&mut ben, at(1), &estate(&[])).await;
    for seconds in (5..=40).step_by(5) {
        turn(&mut ann, at(seconds), &estate(&["web"])).await;
    }
    turn(&mut ben, at(41), &estate(&[])).await;
    store.set_faults(vec![Some(StoreFault::Dropped); 1_000]);
    assert_eq!(turn(&mut ben, at(45), &estate(&[])).await, Step::Follow, "one failure is no reason");
    let Step::Alone(failure) = turn(&mut ben, at(57), &estate(&[])).await else { panic!() };
    assert_eq!((failure.kind, ben.member_count(at(57))), (FailureKind::Unreachable, 2));
    turn(&mut ann, at(45), &estate(&["web"])).await;
    assert!(
        matches!(turn(&mut ann, at(60), &estate(&["web"])).await, Step::Alone(_)),
        "her lead has expired"
    );
    store.set_faults([]);
    turn(&mut ann, at(70), &estate(&["web"])).await;
    turn(&mut ben, at(71), &estate(&["web"])).await;
    turn(&mut ben, at(75), &estate(&["web"])).await;
    assert_eq!(leaders([&ann, &ben]).len(), 1);
}

#[tokio::test]
async fn a_store_that_ignores_conditions_elects_nobody() {
    for ignored in [[true, false], [false, true], [true, true]] {
        let store = Arc::new(MemoryStore::default());
        store.ignore_conditions(ignored);
        let (mut ann, mut ben) = (person(&store, "ann"), person(&store, "ben"));
        for member in [&mut ann, &mut ben] {
            for seconds in [0, 1, 60] {
                let Step::Alone(failure) = turn(member, at(seconds), &estate(&["web"])).await else {
                    panic!()
                };
                assert!(failure.message.contains("ignores the condition"), "{failure:?}");
            }
        }
        assert!(leaders([&ann, &ben]).is_empty());
        assert!(!store.objects().keys().any(|key| key.ends_with("/head")));
    }
}

#[tokio::test]
async fn another_version_is_named_and_not_disturbed() {
    let store = Arc::new(MemoryStore::default());
    let newer = br#"{"schema":"portolan.team/9","version":"3.0"}"#.to_vec();
    store.write("portolan/1-x/head", newer.clone(), WriteCondition::Always).await.unwrap();
    let mut ann = person(&store, "ann");
    for seconds in [0, 5, 100] {
        let Step::Alone(failure) = turn(&mut ann, at(seconds), &estate(&["web"])).await else { panic!() };
        assert!(failure.message.contains("`portolan.team/9`, by Portolan 3.0"), "{failure:?}");
    }
    assert_eq!(store.objects()["portolan/1-x/head"], newer);
}

#[tokio::test]
async fn a_damaged_reading_is_named_and_the_old_one_stays() {
    let store = Arc::new(MemoryStore::default());
    let (mut ann, mut ben) = (person(&store, "ann"), person(&store, "ben"));
    turn(&mut ann, at(0), &estate(&["web"])).await;
    turn(&mut ben, at(1), &estate(&[])).await;
    turn(&mut ann, at(5), &estate(&["api", "web"])).await;
    for key in store.objects().keys().filter(|key| key.contains("/base/") || key.contains("/delta/")) {
        store.write(key, b"\x1b[2Jnonsense".to_vec(), WriteCondition::Always).await.unwrap();
    }
    for seconds in [6, 7] {
        assert_eq!(turn(&mut ben, at(seconds), &estate(&[])).await, Step::Follow);
        assert_eq!(shown(&mut ben, at(seconds)), ["web"]);
    }
    assert!(ben.readings.problem.is_some());
    let Step::Alone(failure) = turn(&mut ben, at(8), &estate(&[])).await else { panic!() };
    assert!(!failure.message.contains('\u{1b}'), "{failure:?}");
}

#[tokio::test]
async fn a_reader_never_leads_and_leaves_nothing() {
    let store = Arc::new(MemoryStore::default());
    let mut reader = member(&store, "status", Participation::Reader);
    assert!(matches!(turn(&mut reader, at(0), &estate(&["web"])).await, Step::Alone(_)));
    assert!(store.objects().is_empty());
    turn(&mut person(&store, "ann"), at(1), &estate(&["web"])).await;
    assert_eq!(turn(&mut reader, at(2), &estate(&[])).await, Step::Follow);
    assert_eq!(shown(&mut reader, at(2)), ["web"]);
}

#[tokio::test]
async fn a_member_that_leaves_gives_up_the_lead() {
    let store = Arc::new(MemoryStore::default());
    let (mut ann, mut ben) = (person(&store, "ann"), person(&store, "ben"));
    turn(&mut ann, at(0), &estate(&["web"])).await;
    turn(&mut ben, at(1), &estate(&[])).await;
    ann.leave(at(2), TEST_INTERVAL).await;
    turn(&mut ben, at(3), &estate(&[])).await;
    assert_eq!(turn(&mut ben, at(4), &estate(&["web"])).await, Step::Lead);
    ben.leave(at(5), TEST_INTERVAL).await;
    assert!(!store.objects().keys().any(|key| key.contains("/member/")));
}

#[tokio::test]
async fn objects_of_earlier_epochs_are_deleted() {
    let store = Arc::new(MemoryStore::default());
    for round in 0..5 {
        let mut ann = person(&store, &format!("ann{round}"));
        for second in 0..100 {
            let names: Vec<String> = (0..second % 9).map(|n| format!("s{round}-{n}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            turn(&mut ann, at(round * 10_000 + second * 5), &estate(&names)).await;
        }
    }
    let count = |kind: &str| store.objects().keys().filter(|key| key.contains(kind)).count();
    assert!(
        count("/epoch/") <= 2 && count("/base/") <= 4 && count("/delta/") < 100,
        "{:?}",
        store.objects().keys()
    );
}
