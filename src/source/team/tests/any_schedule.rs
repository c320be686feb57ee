//! Property test of members that act in any order, crash, sleep, and lose calls and responses. The store may
//! refuse writes for some time, or be emptied. In the end one member leads, and all show the same services.
//! While no member can write, all poll for themselves and say why.

use super::{at, estate, led_epochs, person, shown};
use crate::{
    model::{FailureKind, Snapshot},
    object_store::memory_store::{MemoryStore, StoreFault},
    source::team::{
        member::{Member, Step},
        tests::TEST_INTERVAL,
    },
};
use proptest::prelude::*;
use std::{collections::BTreeSet, sync::Arc, time::Duration};

/// Step of a schedule: seconds that pass, the member that acts, its mishap, and the services that run at that
/// time.
#[derive(Clone, Debug)]
struct ScheduleStep {
    wait: u64,
    member: usize,
    mishap: Mishap,
    services: BTreeSet<u8>,
}

/// Mishap of a member in one step.
#[derive(Clone, Debug)]
enum Mishap {
    /// The member acts without a mishap.
    Nothing,
    /// The process is killed, and another one starts.
    Killed,
    /// The clock of the member stands still for this number of seconds, as in a laptop that sleeps.
    Sleeps(u64),
    /// Some of the member's next calls to the store fail.
    Faults(Vec<Option<StoreFault>>),
    /// From now on, writes to keys that contain this text fail. With `None`, all writes succeed again.
    WritesFail(Option<&'static str>),
    /// All objects are deleted, and the members that lead are killed. The next leader begins with a low
    /// epoch, which the remaining members have seen already.
    Emptied,
    /// The member decides, but its poll takes so long that others act before it writes.
    SlowPoll,
}

fn steps() -> impl Strategy<Value = Vec<ScheduleStep>> {
    let fault = prop_oneof![
        4 => Just(None),
        1 => Just(Some(StoreFault::Dropped)),
        1 => Just(Some(StoreFault::ResponseLost)),
        1 => Just(Some(StoreFault::Retried)),
    ];
    let mishap = prop_oneof![
        10 => Just(Mishap::Nothing),
        1 => Just(Mishap::Killed),
        1 => (1..120u64).prop_map(Mishap::Sleeps),
        2 => prop::collection::vec(fault, 1..8).prop_map(Mishap::Faults),
        2 => Just(Mishap::SlowPoll),
        1 => prop_oneof![Just(Some("")), Just(Some("/head")), Just(None)].prop_map(Mishap::WritesFail),
        1 => Just(Mishap::Emptied),
    ];
    let services = prop::collection::btree_set(0..6u8, 0..5);
    let step = (1..8u64, 0..3usize, mishap, services)
        .prop_map(|(wait, member, mishap, services)| ScheduleStep { wait, member, mishap, services });
    prop::collection::vec(step, 1..60)
}

/// Members with their store, and the time by which each member's clock is behind.
struct Team {
    store: Arc<MemoryStore>,
    members: Vec<Member>,
    lags: [Duration; 3],
    /// Snapshot of each leader whose poll has not ended yet, by the member's position.
    slow_polls: [Option<Snapshot>; 3],
    now: Duration,
    names: usize,
    /// Sets of service names that the fake AWS account has had so far. A member must never show any other
    /// set.
    truths: BTreeSet<Vec<String>>,
}

fn names(snapshot: &Snapshot) -> Vec<String> {
    let mut names: Vec<String> = snapshot.services.iter().map(|service| service.name.to_string()).collect();
    names.sort();
    names
}

impl Team {
    fn new() -> Self {
        let store = Arc::new(MemoryStore::default());
        let members = (0..3).map(|n| person(&store, &format!("m{n}"))).collect();
        let truths = BTreeSet::from([Vec::new()]);
        Self {
            store,
            members,
            lags: [Duration::ZERO; 3],
            slow_polls: [const { None }; 3],
            now: at(0),
            names: 3,
            truths,
        }
    }

    /// Kills a member, and starts another one in its place.
    fn replace_member(&mut self, n: usize) {
        self.names += 1;
        self.members[n] = person(&self.store, &format!("m{}", self.names));
        self.slow_polls[n] = None;
    }

    /// Lets a member act. Returns an error if an invariant is broken.
    async fn act(&mut self, step: ScheduleStep) -> Result<(), TestCaseError> {
        let ScheduleStep { wait, member: n, mishap, services } = step;
        self.now += Duration::from_secs(wait);
        let services: Vec<String> = services.iter().map(|n| format!("s{n}")).collect();
        let truth = estate(&services.iter().map(String::as_str).collect::<Vec<_>>());
        self.truths.insert(names(&truth));
        match &mishap {
            Mishap::Killed => {
                self.replace_member(n);
                return Ok(());
            }
            Mishap::Emptied => {
                let leaders: Vec<usize> =
                    (0..3).filter(|n| self.members[*n].lease.led_epoch().is_some()).collect();
                leaders.into_iter().for_each(|n| self.replace_member(n));
                self.store.clear();
            }
            Mishap::WritesFail(part) => {
                self.store.fail_writes(part.map(|part| (part, FailureKind::Unreachable)));
            }
            Mishap::Sleeps(seconds) => {
                // A clock that stands still does not go back.
                self.now += Duration::from_secs(*seconds);
                self.lags[n] += Duration::from_secs(*seconds);
            }
            Mishap::Faults(faults) => self.store.set_faults(faults.iter().copied()),
            Mishap::Nothing | Mishap::SlowPoll => {}
        }
        let now = self.now.saturating_sub(self.lags[n]);
        let member = &mut self.members[n];
        if let Some(read) = self.slow_polls[n].take() {
            member.publish(now, TEST_INTERVAL, &read).await;
        } else {
            match member.step(now, TEST_INTERVAL).await {
                Step::Lead if matches!(mishap, Mishap::SlowPoll) => self.slow_polls[n] = Some(truth),
                Step::Lead => drop(member.publish(now, TEST_INTERVAL, &truth).await),
                Step::Follow => {
                    let shown = shown(member, now);
                    let once: BTreeSet<_> = shown.iter().collect();
                    prop_assert_eq!(once.len(), shown.len(), "doubled");
                    prop_assert!(self.truths.contains(&shown), "{:?} was never true", shown);
                }
                Step::Alone(_) => {}
            }
        }
        self.store.set_faults([]);
        let epochs = led_epochs(&self.members);
        let distinct: BTreeSet<_> = epochs.iter().collect();
        prop_assert_eq!(distinct.len(), epochs.len(), "two leaders of one epoch");
        Ok(())
    }

    /// Lets all members act in turn, without mishaps, for `rounds` rounds. Returns their last steps.
    async fn take_turns(&mut self, rounds: usize, truth: &Snapshot) -> [Step; 3] {
        let mut last = [const { Step::Follow }; 3];
        for _ in 0..rounds {
            self.now += Duration::from_secs(2);
            for ((member, lag), step) in self.members.iter_mut().zip(self.lags).zip(&mut last) {
                let now = self.now.saturating_sub(lag);
                *step = super::turn(member, now, truth).await;
                if let Step::Alone(_) = step {
                    member.readings.remember(truth, now);
                }
            }
        }
        last
    }

    /// Makes writes to keys with `part` fail until all members must have noticed.
    async fn stop_writes(&mut self, part: &'static str, truth: &Snapshot) -> Result<(), TestCaseError> {
        self.slow_polls = [const { None }; 3];
        self.store.fail_writes(Some((part, FailureKind::Unreachable)));
        for step in self.take_turns(40, truth).await {
            prop_assert!(matches!(&step, Step::Alone(why) if !why.message.is_empty()), "{:?}", step);
        }
        Ok(())
    }

    /// Lets all members act in turn, without mishaps, until they must agree.
    async fn settle(&mut self, truth: &Snapshot) -> Result<(), TestCaseError> {
        self.slow_polls = [const { None }; 3];
        self.store.fail_writes(None);
        // A member that could not share its readings waits before it claims the lead again.
        for _ in 0..12 {
            if led_epochs(&self.members).len() == 1 {
                break;
            }
            self.take_turns(40, truth).await;
        }
        self.take_turns(40, truth).await;
        prop_assert_eq!(led_epochs(&self.members).len(), 1, "one leader");
        for (member, lag) in self.members.iter_mut().zip(self.lags) {
            if member.lease.led_epoch().is_none() {
                prop_assert_eq!(shown(member, self.now.saturating_sub(lag)), names(truth));
            }
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn one_leads_and_no_service_is_lost_or_doubled(
        steps in steps(),
        unwritable in prop::option::of(prop_oneof![Just(""), Just("/head")]),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut team = Team::new();
            for step in steps {
                team.act(step).await?;
            }
            if let Some(part) = unwritable {
                team.stop_writes(part, &estate(&["s1"])).await?;
            }
            team.settle(&estate(&["s1", "s7"])).await
        })?;
    }
}
