//! Tests of teams: one Portolan polls the emulator, and the others show its readings from the emulator's S3
//! or from a folder.

use crate::ecs::emulator_endpoint;
use portolan::{
    model::{Snapshot, TeamRole},
    object_store::{FileStore, ObjectStore, probe_conditions},
    source::{
        Source,
        ecs::{Config, Ecs, S3Store},
        team::{Participation, TeamPolledSource, TeamSettings},
    },
    team::Rank,
};
use std::{
    collections::BTreeSet,
    io::{Read, Write},
    net::TcpStream,
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

/// Returns a name that no other run of the tests uses.
fn unique(name: &str) -> String {
    let nanoseconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
    format!("{name}-{}-{nanoseconds}", std::process::id())
}

fn config(endpoint: &str, name: &str) -> Config {
    Config { endpoint: endpoint.into(), region: "us-east-1".into(), name: name.into(), ..Config::default() }
}

/// Returns a store in a new bucket of the emulator.
fn bucket(endpoint: &str) -> Arc<dyn ObjectStore> {
    let bucket = unique("team");
    let host = endpoint.trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&host).unwrap();
    let ask =
        format!("PUT /{bucket} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    stream.write_all(ask.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    Arc::new(S3Store::new(bucket, "prefix".to_owned(), config(endpoint, "")))
}

/// Folder for a store, removed on drop.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Returns the source of a member of the team in `store`. The member calls its source `name`.
fn member(endpoint: &str, store: &Arc<dyn ObjectStore>, name: &str, rank: Rank) -> TeamPolledSource {
    let source = Ecs::new(config(endpoint, name), &Arc::default(), None);
    let settings = TeamSettings {
        store: Arc::clone(store),
        folder: "portolan".to_owned(),
        name: format!("{name}@test").as_str().into(),
        participation: Participation::Member(rank),
    };
    TeamPolledSource::new(Arc::new(source), settings)
}

/// Polls until the snapshot is complete.
async fn complete(source: &TeamPolledSource) -> Snapshot {
    for _ in 0..120 {
        let snapshot = source.snapshot().await.unwrap_or_else(|failure| panic!("{failure:?}"));
        if snapshot.progress.is_empty() {
            return snapshot;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    panic!("the first load never ended");
}

/// Polls until the source follows a leader, and returns the leader's name.
async fn follows(source: &TeamPolledSource) -> String {
    for _ in 0..40 {
        complete(source).await;
        if let TeamRole::Following { leader, .. } = source.team_status().unwrap().role {
            return leader.to_string();
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    panic!("{:?}", source.team_status());
}

fn services(snapshot: &Snapshot) -> BTreeSet<(String, String)> {
    let name = |service: &Arc<portolan::model::Service>| {
        (service.group.as_deref().unwrap_or_default().to_owned(), service.name.to_string())
    };
    let names: Vec<_> = snapshot.services.iter().map(name).collect();
    let once: BTreeSet<_> = names.iter().cloned().collect();
    assert_eq!(once.len(), names.len(), "doubled");
    once
}

async fn a_team_works(endpoint: &str, store: Arc<dyn ObjectStore>) {
    let (ann, ben) =
        (member(endpoint, &store, "ann", Rank::Person), member(endpoint, &store, "ben", Rank::Person));
    let read = complete(&ann).await;
    assert!(matches!(ann.team_status().unwrap().role, TeamRole::Leading { .. }));
    let shown = complete(&ben).await;
    let TeamRole::Following { leader, .. } = ben.team_status().unwrap().role else { panic!() };
    assert_eq!(leader, "ann@test");
    assert_eq!(services(&shown), services(&read));
    assert!(shown.services.iter().all(|service| service.id.as_str().starts_with("ecs:ben/")));
    assert!(shown.taken_at <= read.taken_at + jiff::SignedDuration::from_secs(1));
    // One call of the five in a second that STS allows, as a share of a minute.
    assert!(ben.quota_used().is_some_and(|used| used <= 1.0 / 300.0), "ben called nothing but STS, once");
    // A collector takes over at once, and ann follows.
    let collector = member(endpoint, &store, "collector", Rank::Collector);
    complete(&collector).await;
    let leader = follows(&ann).await;
    assert_eq!(leader, "collector@test");
    collector.close().await;
    let keys = store.list("portolan/").await.unwrap();
    assert!(!keys.is_empty());
    for (key, _) in keys {
        let found = store.read(&key, None, 16 << 20).await.unwrap();
        let portolan::object_store::Fetched::Found(object) = found else { continue };
        let text = String::from_utf8_lossy(&object.bytes);
        assert!(!text.contains("must-not-be-kept"), "{key}");
    }
}

#[tokio::test]
async fn a_team_works_with_s3() {
    let Some(endpoint) = emulator_endpoint() else { return };
    let store = bucket(&endpoint);
    probe_conditions(&*store, "portolan/probe/1").await.unwrap();
    a_team_works(&endpoint, store).await;
}

#[tokio::test]
async fn a_team_works_with_a_folder() {
    let Some(endpoint) = emulator_endpoint() else { return };
    let folder = Folder(std::env::temp_dir().join(unique("portolan-team")));
    std::fs::create_dir(&folder.0).unwrap();
    a_team_works(&endpoint, Arc::new(FileStore::new(folder.0.clone()))).await;
}

#[tokio::test]
async fn a_missing_bucket_is_named() {
    let Some(endpoint) = emulator_endpoint() else { return };
    let store = S3Store::new(unique("nowhere"), String::new(), config(&endpoint, ""));
    let failure =
        store.write("a", Vec::new(), portolan::object_store::WriteCondition::Always).await.unwrap_err();
    assert!(failure.message.contains("s3:PutObject"), "{failure:?}");
}
