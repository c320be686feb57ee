//! Usage tests: CPU and memory of containers on the real engine.

use super::lab::Lab;
use futures::StreamExt;
use portolan::{model::InstanceState, source::Source, store::usage_target};

#[tokio::test]
async fn a_busy_container_is_measured_against_its_limits() {
    let Some(lab) = Lab::open() else { return };
    lab.run("busy", &["--memory", "64m", "--cpus", "0.25"], "while :; do :; done");
    let busy = lab.wait_for_instance("busy", |i| i.state == InstanceState::Running).await;
    let seen = lab.snapshot().await;
    let target = usage_target(lab.service(&seen, "busy")).unwrap();
    let mut readings = lab.source.usage(target);
    let first = readings.next().await.unwrap().unwrap();
    let [reading] = &first[..] else { panic!("{first:?}") };
    assert_eq!(
        (&reading.instance, reading.cpu_limit, reading.memory_limit),
        (&busy.id, Some(250), Some(64 << 20))
    );
    assert!(reading.cpu.is_some_and(|cpu| cpu > 0) && reading.memory.is_some_and(|memory| memory > 0));
    let second = readings.next().await.unwrap().unwrap();
    assert!(second[0].at > reading.at);
}
