//! Tests of [`super::super::TeamPolledSource`]: what it shows, and when it polls.

use super::estate;
use crate::{
    model::{
        Failure, FailureKind, LoadProgress, LogBatch, LogReadOptions, LogTarget, Snapshot, SourceId,
        SourcePart, TeamRole,
    },
    object_store::{
        ObjectStore, WriteCondition,
        memory_store::{MemoryStore, StoreFault},
    },
    source::{
        DoctorCheck, Source,
        team::{Participation, SharedSource, TeamPolledSource, TeamScope, TeamSettings},
    },
    team::Rank,
};
use futures::{
    FutureExt, StreamExt,
    future::{BoxFuture, ready},
    stream::{self, BoxStream},
};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

/// Source whose polls return what a test sets.
struct Fake {
    id: SourceId,
    outcome: Mutex<Result<Snapshot, Failure>>,
    polls: Mutex<usize>,
    divisor: Mutex<u32>,
}

impl Fake {
    fn new(names: &[&str]) -> Arc<Self> {
        let outcome = Mutex::new(Ok(estate(names)));
        Arc::new(Self {
            id: SourceId::new("docker"),
            outcome,
            polls: Mutex::default(),
            divisor: Mutex::new(0),
        })
    }

    fn polls(&self) -> usize {
        *self.polls.lock().unwrap()
    }
}

impl Source for Fake {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn location(&self) -> String {
        "here".to_owned()
    }

    fn kind(&self) -> &'static str {
        "ecs"
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Snapshot, Failure>> {
        *self.polls.lock().unwrap() += 1;
        ready(self.outcome.lock().unwrap().clone()).boxed()
    }

    fn poll_interval(&self) -> Duration {
        Duration::from_secs(10)
    }

    fn change_notifications(&self) -> BoxStream<'static, ()> {
        stream::pending().boxed()
    }

    fn logs(&self, _: Vec<LogTarget>, _: LogReadOptions) -> BoxStream<'static, Result<LogBatch, Failure>> {
        stream::empty().boxed()
    }

    fn diagnose(&self) -> BoxFuture<'_, Vec<DoctorCheck>> {
        ready(Vec::new()).boxed()
    }
}

impl SharedSource for Fake {
    fn team_scope(&self) -> BoxFuture<'_, Result<TeamScope, Failure>> {
        ready(Ok(TeamScope { key: "1-x".to_owned(), read_as: "role Dev".into() })).boxed()
    }

    fn divide_quota(&self, members: u32) {
        *self.divisor.lock().unwrap() = members;
    }

    fn note_snapshot(&self, _: &Snapshot) {}
}

fn team_source(fake: &Arc<Fake>, store: &Arc<MemoryStore>) -> TeamPolledSource {
    let settings = TeamSettings {
        store: Arc::clone(store) as _,
        folder: "portolan".to_owned(),
        name: "ann@host".into(),
        participation: Participation::Member(Rank::Person),
    };
    TeamPolledSource::new(Arc::clone(fake) as _, settings)
}

fn names(outcome: &Result<Snapshot, Failure>) -> Vec<String> {
    outcome.as_ref().unwrap().services.iter().map(|service| service.name.to_string()).collect()
}

#[tokio::test]
async fn a_follower_makes_no_poll_of_its_own() {
    let store = Arc::new(MemoryStore::default());
    let (first, second) = (Fake::new(&["web"]), Fake::new(&["other"]));
    let (leader, follower) = (team_source(&first, &store), team_source(&second, &store));
    assert_eq!(names(&leader.snapshot().await), ["web"]);
    for _ in 0..3 {
        assert_eq!(names(&follower.snapshot().await), ["web"]);
    }
    assert_eq!((first.polls(), second.polls()), (1, 0));
    assert!(matches!(leader.team_status().unwrap().role, TeamRole::Leading { .. }));
    assert!(matches!(follower.team_status().unwrap().role, TeamRole::Following { .. }));
    assert!(follower.poll_interval() < leader.poll_interval());
}

#[tokio::test]
async fn a_new_leader_shows_the_last_reading_until_its_own_is_complete() {
    let store = Arc::new(MemoryStore::default());
    let (first, second) = (Fake::new(&["api", "web"]), Fake::new(&["web"]));
    let (leader, follower) = (team_source(&first, &store), team_source(&second, &store));
    leader.snapshot().await.unwrap();
    follower.snapshot().await.unwrap();
    leader.close().await;
    let loading = LoadProgress { part: SourcePart::Services, read: 1, known: 2 };
    let partial = Snapshot { progress: vec![loading], ..estate(&["web"]) };
    *second.outcome.lock().unwrap() = Ok(partial);
    follower.snapshot().await.unwrap();
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(names(&follower.snapshot().await), ["api", "web"], "the last reading");
    assert!(matches!(follower.team_status().unwrap().role, TeamRole::Leading { .. }));
    *second.outcome.lock().unwrap() = Ok(estate(&["web"]));
    assert_eq!(names(&follower.snapshot().await), ["web"]);
    assert_eq!(second.polls(), 2);
}

#[tokio::test]
async fn without_a_store_each_polls_with_its_part_of_the_quota() {
    let store = Arc::new(MemoryStore::default());
    store.set_faults(vec![Some(StoreFault::Dropped); 1_000]);
    let fake = Fake::new(&["web"]);
    let source = team_source(&fake, &store);
    for _ in 0..3 {
        assert_eq!(names(&source.snapshot().await), ["web"]);
    }
    let TeamRole::Alone(failure) = source.team_status().unwrap().role else { panic!() };
    assert_eq!((failure.kind, fake.polls()), (FailureKind::Unreachable, 3));
    assert_eq!(*fake.divisor.lock().unwrap(), 0, "no member was ever seen");
    let doctor = source.diagnose().await;
    assert!(doctor[0].outcome.is_err(), "{doctor:?}");
}

#[tokio::test]
async fn doctor_probes_the_store() {
    let store = Arc::new(MemoryStore::default());
    let source = team_source(&Fake::new(&["web"]), &store);
    let checks = source.diagnose().await;
    assert_eq!(checks[0].name, "team's store memory");
    assert!(checks[0].outcome.as_ref().is_ok_and(|words| words.starts_with("conditional writes work")));
    let newer = br#"{"schema":"portolan.team/2","version":"9.0"}"#.to_vec();
    store.write("portolan/1-x/head", newer, WriteCondition::Always).await.unwrap();
    let checks = team_source(&Fake::new(&["web"]), &store).diagnose().await;
    assert!(checks[0].outcome.as_ref().is_err_and(|failure| failure.message.contains("portolan.team/2")));
    store.clear();
    store.ignore_conditions([true, false]);
    let checks = team_source(&Fake::new(&["web"]), &store).diagnose().await;
    assert!(checks[0].outcome.as_ref().is_err_and(|failure| failure.message.contains("If-None-Match")));
}
