//! Tests of readings that a leader writes to a store and followers read.

use crate::{
    model::{
        ConnectionOutcome, Container, Event, EventKind, InstanceState, LogRoute, ObservedConnection, Service,
        Snapshot, SnapshotDelta, SourceId, fixtures,
    },
    team::{ObjectError, Reading, ReadingObjectKey, ReadingRef, ReadingWriter, missing_objects, pack},
};
use proptest::prelude::*;
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// Objects in a store.
type Objects = BTreeMap<ReadingObjectKey, Vec<u8>>;

fn source() -> SourceId {
    SourceId::new("docker")
}

/// Writes a reading to the store as a leader does.
fn publish(
    writer: &mut ReadingWriter,
    objects: &mut Objects,
    now: Duration,
    snapshot: &Snapshot,
) -> ReadingRef {
    let draft = writer.prepare(now, snapshot).unwrap();
    objects.extend(draft.objects.iter().cloned());
    draft.obsolete.iter().for_each(|key| drop(objects.remove(key)));
    writer.commit(draft);
    writer.reading(now).unwrap()
}

/// Updates a follower from `known` to the reading `wanted`.
fn follow(known: Option<Reading>, objects: &Objects, wanted: &ReadingRef) -> Reading {
    let keys = missing_objects(known.as_ref().map(|reading| (reading.epoch, reading.number)), wanted);
    let mut reading = known;
    for key in keys {
        let object = objects.get(&key).unwrap_or_else(|| panic!("{key} is missing"));
        match key {
            ReadingObjectKey::Base(epoch, number) => {
                reading = Some(Reading::from_base(epoch, number, object, &source()).unwrap());
            }
            ReadingObjectKey::Delta(..) => reading.as_mut().unwrap().apply(object, &source()).unwrap(),
        }
    }
    let reading = reading.unwrap();
    reading.check(wanted).unwrap();
    reading
}

/// Returns a snapshot with all lists in a fixed order, and without connections.
fn sorted(snapshot: &Snapshot) -> Snapshot {
    let mut sorted = snapshot.clone();
    sorted.services.sort_by(|a, b| a.id.cmp(&b.id));
    sorted.events.sort_by(|a, b| (a.at, &a.service, &a.text).cmp(&(b.at, &b.service, &b.text)));
    sorted.connections.clear();
    sorted.taken_at = fixtures::ago(0);
    sorted
}

/// Random service for a snapshot: its name, true if it runs, its number of instances, and its number of
/// events.
type ServiceDraft = (u8, bool, u8, u8);

/// Returns a snapshot with one service for each draft.
fn snapshot(drafts: &[ServiceDraft]) -> Snapshot {
    let by_name: BTreeMap<u8, &ServiceDraft> = drafts.iter().map(|draft| (draft.0, draft)).collect();
    let mut snapshot = fixtures::snapshot("docker", Vec::new());
    for (name, running, instances, events) in by_name.into_values() {
        let mut service = fixtures::service(&format!("s{name}"));
        let state = if *running { InstanceState::Running } else { InstanceState::Failed };
        service.instances = (0..*instances)
            .map(|n| crate::model::Instance { state, ..fixtures::instance(&format!("s{name}-{n}")) })
            .collect();
        snapshot.events.extend((0..*events).map(|n| Event {
            at: fixtures::ago(i64::from(n)),
            service: service.id.clone(),
            instance: None,
            kind: EventKind::Message,
            text: format!("event {n}").as_str().into(),
        }));
        if *running {
            let (from, to) = (format!("s{name}"), "db");
            snapshot.connections.push(fixtures::observed_connection(
                &from,
                to,
                ConnectionOutcome::Accepted,
                0,
            ));
        }
        snapshot.services.push(Arc::new(service));
    }
    snapshot
}

fn estates() -> impl Strategy<Value = Vec<(Vec<ServiceDraft>, u64, [bool; 3])>> {
    let service = (0..8u8, any::<bool>(), 0..4u8, 0..4u8);
    let step = (prop::collection::vec(service, 0..8), 0..400u64, any::<[bool; 3]>());
    prop::collection::vec(step, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Followers that read any of the readings show exactly the leader's services, each once. They miss no
    /// connection observed since their last read.
    #[test]
    fn a_follower_shows_what_the_leader_read(steps in estates()) {
        let (mut writer, mut objects) = (ReadingWriter::new(1, 86_400), Objects::new());
        let mut followers: [Option<Reading>; 3] = [None, None, None];
        let mut unseen: [Vec<ObservedConnection>; 3] = Default::default();
        let mut now = Duration::ZERO;
        for (drafts, wait, looks) in steps {
            now += Duration::from_secs(wait);
            let read = snapshot(&drafts);
            let wanted = publish(&mut writer, &mut objects, now, &read);
            prop_assert!(objects.len() < 300);
            for (index, looks) in looks.into_iter().enumerate() {
                unseen[index].extend(read.connections.iter().cloned());
                if !looks {
                    continue;
                }
                let mut reading = follow(followers[index].take(), &objects, &wanted);
                prop_assert_eq!(sorted(&reading.snapshot), sorted(&read));
                for connection in unseen[index].drain(..) {
                    prop_assert!(reading.snapshot.connections.iter().any(|seen| seen.key == connection.key));
                }
                reading.snapshot.connections.clear();
                followers[index] = Some(reading);
            }
        }
    }
}

#[test]
fn a_reading_that_could_not_be_written_is_contained_in_the_next() {
    let (mut writer, mut objects) = (ReadingWriter::new(1, 86_400), Objects::new());
    publish(&mut writer, &mut objects, Duration::ZERO, &snapshot(&[(1, false, 1, 0)]));
    let lost = writer.prepare(Duration::from_secs(5), &snapshot(&[(1, true, 2, 1)])).unwrap();
    assert!(!lost.objects.is_empty());
    let last = snapshot(&[(1, false, 2, 1), (2, false, 1, 0)]);
    let wanted = publish(&mut writer, &mut objects, Duration::from_secs(10), &last);
    let reading = follow(None, &objects, &wanted);
    assert_eq!(sorted(&reading.snapshot), sorted(&last));
    assert_eq!(reading.snapshot.connections.len(), 1, "the connection of the lost reading");
}

#[test]
fn an_unchanged_estate_needs_no_object_and_a_change_a_small_one() {
    let (mut writer, mut objects) = (ReadingWriter::new(1, 86_400), Objects::new());
    let drafts: Vec<ServiceDraft> = (0..200).map(|name| (name, false, 3, 3)).collect();
    let first = publish(&mut writer, &mut objects, Duration::ZERO, &snapshot(&drafts));
    let same = publish(&mut writer, &mut objects, Duration::from_secs(9), &snapshot(&drafts));
    assert_eq!((first, objects.len()), (same, 1));
    let changed = [&drafts[..199], &[(199, false, 4, 3)]].concat();
    publish(&mut writer, &mut objects, Duration::from_secs(10), &snapshot(&changed));
    let (base, delta) = (&objects[&ReadingObjectKey::Base(1, 1)], &objects[&ReadingObjectKey::Delta(1, 2)]);
    assert!(delta.len() * 5 < base.len(), "{} and {} bytes", delta.len(), base.len());
    assert_eq!(writer.reading(Duration::from_secs(12)).unwrap().age(), Duration::from_secs(2));
}

#[test]
fn the_next_epoch_begins_with_a_base_and_may_show_the_last_reading_until_then() {
    let (mut ann, mut objects) = (ReadingWriter::new(1, 86_400), Objects::new());
    let wanted = publish(&mut ann, &mut objects, Duration::ZERO, &snapshot(&[(1, false, 1, 0)]));
    let known = follow(None, &objects, &wanted);
    let mut ben = ReadingWriter::new(2, 86_400);
    assert_eq!(ben.reading(Duration::ZERO), None);
    let own = publish(&mut ben, &mut objects, Duration::ZERO, &snapshot(&[(2, false, 1, 0)]));
    assert_eq!(missing_objects(Some((1, 1)), &own), [ReadingObjectKey::Base(2, 1)]);
    let reading = follow(Some(known), &objects, &own);
    assert_eq!((reading.epoch, reading.snapshot.services[0].name.as_str()), (2, "s2"));
}

#[test]
fn objects_from_an_attacker_are_bounded_clean_and_stay_in_their_source() {
    let web = fixtures::service("web");
    let snapshot = fixtures::snapshot("docker:other", vec![web.clone(), web.clone()]);
    let mut evil = serde_json::to_value(snapshot).unwrap();
    evil["services"][0]["name"] = "\u{1b}]52;c;x\u{7}web".into();
    evil["services"][1]["name"] = "\u{1b}]52;c;x\u{7}web".into();
    let base = pack(&evil).unwrap();
    let read = Reading::from_base(1, 1, &base, &SourceId::new("ecs:prod")).unwrap().snapshot;
    assert_eq!(read.services.len(), 1, "never doubled");
    let text = format!("{read:?}");
    assert!(!text.contains('\u{1b}') && !text.contains("docker"), "{text}");
    let mut reading = Reading::from_base(1, 1, &base, &source()).unwrap();
    let slim = |name: String| Service { instances: Vec::new(), ..fixtures::service(&name) };
    for part in 0..2 {
        let services = (0..10_001).map(|n| slim(format!("s{part}-{n}")).into()).collect();
        let delta = pack(&SnapshotDelta { services, ..SnapshotDelta::default() }).unwrap();
        let outcome = reading.apply(&delta, &source());
        let too_many = Err(ObjectError::TooLarge("20,000 services"));
        assert_eq!(outcome, if part == 0 { Ok(()) } else { too_many });
    }
    for wrong in [pack(&"text").unwrap(), pack(&vec![1; 9]).unwrap(), b"portolan.team/1\n".to_vec()] {
        assert!(matches!(Reading::from_base(1, 1, &wrong, &source()), Err(ObjectError::Damaged(_))));
        assert!(matches!(reading.apply(&wrong, &source()), Err(ObjectError::Damaged(_))));
    }
}

#[test]
fn deltas_from_an_attacker_use_up_the_budget_of_their_reading() {
    let base = pack(&fixtures::snapshot("docker", Vec::new())).unwrap();
    let mut reading = Reading::from_base(1, 1, &base, &source()).unwrap();
    let mut bomb = fixtures::service("bomb");
    bomb.instances = (0..8).map(|n| fixtures::instance(&format!("t{n}"))).collect();
    let container = Container {
        name: "web".into(),
        image: "web".into(),
        digest: None,
        log_route: LogRoute::Engine { container: "web".into() },
        exit: None,
    };
    for instance in &mut bomb.instances {
        instance.containers = vec![container.clone(); 1_000];
    }
    let services = |name: &str| vec![Service { id: fixtures::service_id(name), ..bomb.clone() }.into()];
    let delta = |name: &str| SnapshotDelta { services: services(name), ..SnapshotDelta::default() };
    let applied =
        (0..1_000).take_while(|n| reading.apply(&pack(&delta(&format!("s{n}"))).unwrap(), &source()).is_ok());
    assert!((5..100).contains(&applied.count()));
    bomb.instances[0].containers.push(container);
    let delta = SnapshotDelta { services: vec![bomb.into()], ..SnapshotDelta::default() };
    assert_eq!(pack(&delta), Err(ObjectError::TooLarge("1,000 parts of one task or deployment")));
}

#[test]
fn a_reading_with_another_number_of_services_is_refused() {
    let (mut writer, mut objects) = (ReadingWriter::new(1, 86_400), Objects::new());
    let read = snapshot(&[(1, false, 1, 0), (2, false, 1, 0)]);
    let wanted = publish(&mut writer, &mut objects, Duration::ZERO, &read);
    let reading = follow(None, &objects, &wanted);
    assert!(reading.check(&ReadingRef { services: 3, ..wanted }).is_err());
}
