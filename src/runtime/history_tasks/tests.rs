//! Tests of the exchange between members through a store in a folder: the other members later see the entries
//! that one member has recorded.

use super::{ActionReports, HistoryTasks};
use crate::{
    app::Msg,
    audit::AuditLog,
    model::{
        Exit, ExitCause, Failure, FailureKind, Instance, InstanceState, Inventory, LogBatch, LogReadOptions,
        LogTarget, Service, ServiceId, Snapshot, SourceId, SourceStatus, TeamRole, TeamStatus, Timestamp,
        fixtures,
    },
    object_store::{Fetched, FileStore, ObjectStore, WriteCondition},
    operation::{AuditOutcome, AuditRecord, OperationKind, OperationRequest},
    private_fs::TemporaryDir,
    source::{DoctorCheck, Source, team::TeamAccess},
    store::World,
    team::{HistoryHour, TeamHistoryPart},
};
use futures::{
    FutureExt, StreamExt,
    future::{BoxFuture, ready},
    stream::{self, BoxStream},
};
use jiff::SignedDuration;
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::mpsc::{self, Receiver},
    time::timeout,
};

/// Prefix of the team's keys in these tests.
const TEST_FOLDER: &str = "portolan/1-x";

/// Longest time for which a test waits.
const TEST_TIMEOUT: Duration = Duration::from_secs(20);

/// Source for tests, with a fixed role in the team: leader or follower.
struct MemberSource {
    id: SourceId,
    leads: bool,
}

impl Source for MemberSource {
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
        ready(Err(Failure::new(FailureKind::Missing, "not polled in these tests", ""))).boxed()
    }

    fn poll_interval(&self) -> Duration {
        TEST_TIMEOUT
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

    fn team_status(&self) -> Option<TeamStatus> {
        let read_as = "role Dev".into();
        let leading = TeamRole::Leading { read_as, problem: None };
        Some(TeamStatus { role: if self.leads { leading } else { TeamRole::Joining }, members: 2 })
    }

    fn team_folder(&self) -> BoxFuture<'_, Option<Result<String, Failure>>> {
        ready(Some(Ok(TEST_FOLDER.to_owned()))).boxed()
    }
}

/// Member of a team in these tests: its [`World`], its tasks and the messages that it received.
struct TestMember {
    world: World,
    source: Arc<dyn Source>,
    tasks: HistoryTasks,
    messages: Receiver<Msg>,
    reports: ActionReports,
    /// Notices in the order of their arrival.
    notices: Vec<String>,
}

fn access(store: &FileStore, name: &str) -> TeamAccess {
    TeamAccess {
        store: Some(Arc::new(store.clone())),
        configured_name: name.to_owned(),
        history: SignedDuration::from_hours(24),
    }
}

impl TestMember {
    fn new(store: &FileStore, name: &str, leads: bool) -> Self {
        let id = SourceId::new(format!("ecs:{name}"));
        let source: Arc<dyn Source> = Arc::new(MemberSource { id: id.clone(), leads });
        let access = access(store, &format!("{name}@host"));
        let (sender, messages) = mpsc::channel(64);
        let reports = ActionReports::start(std::slice::from_ref(&source), &access, |words| panic!("{words}"));
        let tasks = HistoryTasks::start(std::slice::from_ref(&source), &access, &sender, &reports);
        let status = SourceStatus { team: source.team_status(), ..SourceStatus::new(id, "ecs", "") };
        let world = World::new(Inventory::default(), vec![status], 0, Timestamp::now())
            .with_team_history(access.history);
        Self { world, source, tasks, messages, reports, notices: Vec::new() }
    }

    /// Applies a poll result with one service whose only instance is `instance`.
    fn poll(&mut self, at: Timestamp, instance: Instance) {
        let id = self.source.id();
        let service = Service {
            id: ServiceId::of(id, Some("shop"), "orders"),
            desired: Some(1),
            instances: vec![instance],
            ..fixtures::service("orders")
        };
        let snapshot = Snapshot { taken_at: at, ..fixtures::snapshot(id.as_str(), vec![service]) };
        self.world.apply_poll_result(&id.clone(), Ok(snapshot));
    }

    /// Records that a task ended at `at`.
    fn record_task_end(&mut self, at: Timestamp) {
        let exit = Exit { code: Some(137), cause: ExitCause::OutOfMemory, reason: None, at: Some(at) };
        let running = fixtures::instance("orders-1");
        self.poll(at - SignedDuration::from_secs(10), running.clone());
        self.poll(at, Instance { state: InstanceState::Failed, exit: Some(exit), ..running });
    }

    /// Writes the entries that are due, as the event loop does.
    fn share(&mut self) {
        let due = self.world.due_history_shares();
        assert!(!due.is_empty(), "nothing is due");
        due.into_iter().for_each(|(source, entries)| self.tasks.share(&source, entries));
    }

    /// Applies messages from the store until the timeline has an entry that contains `words`. Returns the
    /// subjects and texts of all entries.
    async fn timeline_with(&mut self, words: &str) -> Vec<(String, String)> {
        loop {
            let entries = self.world.history.entries();
            let shown: Vec<_> = entries
                .map(|entry| (entry.subject.node().unwrap().to_string(), entry.text.clone()))
                .collect();
            if shown.iter().any(|(_, text)| text.contains(words)) {
                return shown;
            }
            let message = timeout(TEST_TIMEOUT, self.messages.recv()).await;
            match message.unwrap_or_else(|_| panic!("no {words} in {shown:?}")).unwrap() {
                Msg::TeamHistoryRead(source, part) => self.world.add_team_history(&source, *part),
                Msg::Notice(words) => self.notices.push(words),
                other => panic!("{other:?}"),
            }
        }
    }
}

/// Reads an object repeatedly until it exists and differs from `before`.
async fn changed_object(store: &FileStore, key: &str, before: &[u8]) -> Vec<u8> {
    let reading = async {
        loop {
            if let Ok(Fetched::Found(object)) = store.read(key, None, 1 << 20).await
                && object.bytes != before
            {
                return object.bytes;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(TEST_TIMEOUT, reading).await.unwrap_or_else(|_| panic!("{key} does not change"))
}

/// Returns a time of last night, in the middle of an hour.
fn last_night() -> Timestamp {
    HistoryHour::of(Timestamp::now() - SignedDuration::from_hours(8)).start() + SignedDuration::from_mins(12)
}

fn segment_key(at: Timestamp) -> String {
    format!("{TEST_FOLDER}/{}", HistoryHour::of(at))
}

#[tokio::test]
async fn what_ended_last_night_is_on_the_timeline_in_the_morning() {
    let folder = TemporaryDir::create("portolan-history-").unwrap();
    let (store, night) = (FileStore::new(folder.path().to_owned()), last_night());
    let mut ann = TestMember::new(&store, "ann", true);
    ann.record_task_end(night);
    ann.share();
    let first = changed_object(&store, &segment_key(night), b"").await;
    drop(ann);
    // The next leader saw the same end, three seconds earlier by its own clock, and a later start.
    let mut ben = TestMember::new(&store, "ben", true);
    ben.record_task_end(night - SignedDuration::from_secs(3));
    ben.poll(night + SignedDuration::from_mins(5), fixtures::instance("orders-2"));
    ben.share();
    changed_object(&store, &segment_key(night), &first).await;
    drop(ben);
    let mut carla = TestMember::new(&store, "carla", false);
    let shown = carla.timeline_with("orders-2 started").await;
    let ends: Vec<_> =
        shown.iter().filter(|(_, text)| text.starts_with("orders-1 exited with code 137")).collect();
    assert_eq!(ends.len(), 1, "{shown:?}");
    assert!(shown.iter().any(|(_, text)| text.starts_with("out of memory")), "{shown:?}");
    assert!(shown.iter().all(|(node, _)| node == "ecs:carla/shop/orders"), "{shown:?}");
    assert!(carla.notices.is_empty(), "{:?}", carla.notices);
}

#[tokio::test]
async fn a_hostile_segment_is_named_and_the_others_are_read() {
    let folder = TemporaryDir::create("portolan-history-").unwrap();
    let (store, night) = (FileStore::new(folder.path().to_owned()), last_night());
    let mut ann = TestMember::new(&store, "ann", true);
    ann.record_task_end(night);
    ann.share();
    changed_object(&store, &segment_key(night), b"").await;
    drop(ann);
    let hour = SignedDuration::from_hours(1);
    let newer = b"portolan.team/9\n".to_vec();
    for (at, bytes) in [(night + hour, b"\x1b[2Jnonsense".to_vec()), (night + hour * 2, newer.clone())] {
        store.write(&segment_key(at), bytes, WriteCondition::Always).await.unwrap();
    }
    let mut carla = TestMember::new(&store, "carla", true);
    carla.timeline_with("out of memory").await;
    assert_eq!(carla.notices.len(), 2, "{:?}", carla.notices);
    assert!(carla.notices.iter().any(|words| words.contains("portolan.team/9")), "{:?}", carla.notices);
    assert!(carla.notices.iter().all(|words| !words.contains('\x1b')), "{:?}", carla.notices);
    // A leader replaces nonsense, but not what another version wrote.
    carla.record_task_end(night + hour);
    carla.record_task_end(night + hour * 2);
    carla.share();
    changed_object(&store, &segment_key(night + hour), b"\x1b[2Jnonsense").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(changed_object(&store, &segment_key(night + hour * 2), b"").await, newer);
}

#[tokio::test]
async fn a_colleagues_action_is_on_everybodys_timeline_with_the_name() {
    let folder = TemporaryDir::create("portolan-history-").unwrap();
    let store = FileStore::new(folder.path().to_owned());
    let state = TemporaryDir::create("portolan-history-audit-").unwrap();
    let ann = TestMember::new(&store, "ann", false);
    let audit = AuditLog::new(state.path()).with_reports(ann.reports.sender());
    let service = ServiceId::of(ann.source.id(), Some("shop"), "orders");
    let request = OperationRequest::new(OperationKind::Restart, [service]).unwrap();
    let mut running = audit.begin(AuditRecord::of_request(&request, "ann", Timestamp::now())).unwrap();
    changed_object(&store, &format!("{TEST_FOLDER}/actions"), b"").await;
    let mut ben = TestMember::new(&store, "ben", false);
    running.set_outcome(AuditOutcome::Sent, None);
    running.record.verdict = Some("1 of 1 runs".into());
    running.finish().unwrap();
    drop(audit);
    let TestMember { reports, mut messages, .. } = ann;
    reports.finish().await;
    let mut carla = TestMember::new(&store, "carla", false);
    for member in [&mut ben, &mut carla] {
        let shown = member.timeline_with("ann@host: restart").await;
        let node = format!("{}/shop/orders", member.source.id());
        assert!(shown.iter().all(|(subject, _)| *subject == node), "{shown:?}");
    }
    let shown = carla.timeline_with("ann@host: restart: 1 of 1 runs").await;
    assert_eq!(shown.len(), 2, "{shown:?}");
    // The timeline of ann shows her own action already, so she gets no entry for it from the store.
    while let Ok(message) = messages.try_recv() {
        let Msg::TeamHistoryRead(_, part) = message else { continue };
        assert_eq!(*part, TeamHistoryPart::Actions(Vec::new()));
    }
}

#[tokio::test]
async fn without_a_history_nothing_is_written() {
    let folder = TemporaryDir::create("portolan-history-").unwrap();
    let store = FileStore::new(folder.path().to_owned());
    let source: Arc<dyn Source> = Arc::new(MemberSource { id: SourceId::new("ecs:ann"), leads: true });
    let off = TeamAccess { history: SignedDuration::ZERO, ..access(&store, "ann") };
    let (sender, _messages) = mpsc::channel(1);
    let reports = ActionReports::start(std::slice::from_ref(&source), &off, |words| panic!("{words}"));
    assert!(reports.sender().is_none());
    let tasks = HistoryTasks::start(&[source], &off, &sender, &reports);
    tasks.share(&SourceId::new("ecs:ann"), Vec::new());
    let mut world = TestMember::new(&store, "ben", false).world.with_team_history(SignedDuration::ZERO);
    assert!(world.due_history_shares().is_empty());
    assert!(store.list("").await.unwrap().is_empty());
}
