//! Tests of members with a store in memory. Each member has its own clock, which the test sets.

mod any_schedule;
mod one_by_one;
mod store_faults;
mod team_source;

use super::{
    leader_state::LeaderState,
    member::{Member, Participation, Step},
    team_folder::TeamFolder,
};
use crate::{
    model::{Service, Snapshot, SourceId, Timestamp, fixtures},
    object_store::memory_store::MemoryStore,
    team::{Leader, Rank},
};
use std::{collections::BTreeSet, sync::Arc, time::Duration};

/// Time to the next head that every leader promises in tests.
const TEST_INTERVAL: Duration = Duration::from_secs(5);

fn at(seconds: u64) -> Duration {
    Duration::from_secs(1_000 + seconds)
}

/// Returns a member with this name that has not read the store yet.
fn member(store: &Arc<MemoryStore>, name: &str, participation: Participation) -> Member {
    let rank = match participation {
        Participation::Reader => Rank::Person,
        Participation::Member(rank) => rank,
    };
    let me = Leader {
        id: name.into(),
        name: format!("{name}@host").as_str().into(),
        rank,
        read_as: "role Dev".into(),
    };
    let team = TeamFolder { store: Arc::clone(store) as _, folder: "portolan/1-x".to_owned() };
    Member::new(team, me, SourceId::new("docker"), participation, Duration::ZERO)
}

fn person(store: &Arc<MemoryStore>, name: &str) -> Member {
    member(store, name, Participation::Member(Rank::Person))
}

/// Returns a snapshot with one service for each of `names`.
fn estate(names: &[&str]) -> Snapshot {
    fixtures::snapshot("docker", names.iter().map(|name| fixtures::service(name)).collect())
}

/// Returns the names of the services that a member shows.
fn shown(member: &mut Member, now: Duration) -> Vec<String> {
    let snapshot = member.readings.take_snapshot(now, Timestamp::UNIX_EPOCH);
    snapshot.services.iter().map(|service: &Arc<Service>| service.name.to_string()).collect()
}

/// Lets a member read the store. If it leads, also publishes `estate` as the result of its poll.
async fn turn(member: &mut Member, now: Duration, estate: &Snapshot) -> Step {
    let step = member.step(now, TEST_INTERVAL).await;
    if step == Step::Lead {
        member.publish(now, TEST_INTERVAL, estate).await;
    }
    step
}

/// Returns the names of the members that consider themselves the leader.
fn leaders<'a>(members: impl IntoIterator<Item = &'a Member>) -> BTreeSet<String> {
    let leads = |member: &&Member| member.lease.led_epoch().is_some();
    members.into_iter().filter(leads).map(|member| member.me.id.to_string()).collect()
}

/// Returns the epochs in which the members lead, one for each member that leads.
fn led_epochs<'a>(members: impl IntoIterator<Item = &'a Member>) -> Vec<u64> {
    members.into_iter().filter_map(|member| member.lease.led_epoch()).collect()
}

/// Returns true if a member has the state of a leader.
fn has_leading(leading: Option<&LeaderState>) -> bool {
    leading.is_some()
}
