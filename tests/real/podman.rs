//! Tests of the Docker source against a real Podman service: its own event names, logs, usage and sockets.
//!
//! `PORTOLAN_PODMAN` holds the service's address; `scripts/lab/podman-up` starts one.

use crate::in_container::{first_target, open_shell, read_to_end, read_until, type_bytes};
use futures::StreamExt;
use portolan::{
    model::{
        ActionPermission, EventKind, HealthCheckStatus, Instance, InstanceState, LogReadOptions, LogTarget,
        Service, Snapshot,
    },
    source::{
        Source,
        docker::{Config, Docker, EngineEndpoint, FoundEngine},
        session::ShellInput,
    },
    store::usage_target,
};
use std::{
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{sync::Notify, time::timeout};

/// Image that `scripts/lab/podman-up` builds.
const BUSYBOX_IMAGE: &str = "localhost/portolan-test/busybox:1.35";
const IDLE_SCRIPT: &str = "trap 'exit 0' TERM; while :; do busybox sleep 0.2; done";
/// Maximum wait for an event, a log line or a usage sample; long enough for a machine under load.
const WAIT_TIMEOUT: Duration = Duration::from_secs(30);

/// Containers of one test, removed on drop.
struct PodmanLab {
    name: String,
    address: String,
    source: Arc<Docker>,
}

impl PodmanLab {
    /// Connects to the Podman service. Returns `None` if `PORTOLAN_PODMAN` is not set.
    fn open() -> Option<Self> {
        static LAB_COUNT: AtomicUsize = AtomicUsize::new(0);
        let Ok(address) = std::env::var("PORTOLAN_PODMAN") else {
            eprintln!("SKIPPED: PORTOLAN_PODMAN names no Podman service: see scripts/lab/podman-up");
            return None;
        };
        let config = Config { actions: ActionPermission::Ask, ..Config::default() };
        let name =
            format!("portolan-test-{}-{}", std::process::id(), LAB_COUNT.fetch_add(1, Ordering::Relaxed));
        let endpoint = EngineEndpoint::parse(&address, None).unwrap();
        let found = FoundEngine { name: "podman".into(), endpoint, found_by: "a test".into(), warning: None };
        Some(Self { name, address, source: Arc::new(Docker::new(found, &config)) })
    }

    fn podman(&self, args: &[&str]) -> String {
        let mut podman = Command::new("podman");
        podman.args(["--remote", "--url", &self.address]).args(args).stdin(Stdio::null());
        let output = podman.output().expect("podman is needed");
        assert!(output.status.success(), "podman {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn full_name(&self, name: &str) -> String {
        format!("{}-{name}", self.name)
    }

    fn run(&self, name: &str, options: &[&str], script: &str) -> String {
        let (full, label) = (self.full_name(name), format!("{}=1", self.name));
        let fixed = ["run", "-d", "--name", &full, "--label", &label];
        let network = if options.contains(&"--network") { &[][..] } else { &["--network", "none"] };
        self.podman(
            &[&fixed, network, options, &[BUSYBOX_IMAGE, "/bin/busybox", "sh", "-c", script]].concat(),
        )
    }

    fn service<'a>(&self, snapshot: &'a Snapshot, name: &str) -> Option<&'a Service> {
        let full = self.full_name(name);
        snapshot.services.iter().map(|service| &**service).find(|service| service.has_name(&full))
    }
}

impl Drop for PodmanLab {
    fn drop(&mut self) {
        let filter = format!("label={}", self.name);
        let ids = self.podman(&["ps", "-aq", "--filter", &filter]);
        let ids: Vec<_> = ids.split_whitespace().collect();
        // `--depend` also removes containers that share their network.
        self.podman(&[&["rm", "-f", "--depend", "-t", "0"], &ids[..]].concat());
    }
}

/// Source that polls only after the engine has sent an event.
struct EventPoller<'a> {
    lab: &'a PodmanLab,
    event_received: Arc<Notify>,
    _listener: tokio::task::JoinHandle<()>,
}

impl<'a> EventPoller<'a> {
    async fn start(lab: &'a PodmanLab) -> Self {
        let (told, source) = (Arc::new(Notify::new()), Arc::clone(&lab.source));
        let news = Arc::clone(&told);
        let listening = tokio::spawn(async move {
            let mut nudges = source.change_notifications();
            while nudges.next().await.is_some() {
                news.notify_one();
            }
        });
        let watch = Self { lab, event_received: told, _listener: listening };
        // The first event proves that the subscription works.
        lab.run("first", &[], IDLE_SCRIPT);
        watch.poll_until(|snapshot| lab.service(snapshot, "first").is_some(), "first").await;
        watch
    }

    async fn poll_until(&self, is_so: impl Fn(&Snapshot) -> bool, what: &str) -> Snapshot {
        let told = async {
            loop {
                self.event_received.notified().await;
                let snapshot = self.lab.source.snapshot().await.unwrap();
                if is_so(&snapshot) {
                    return snapshot;
                }
            }
        };
        timeout(WAIT_TIMEOUT, told).await.unwrap_or_else(|_| panic!("nobody told: {what}"))
    }

    /// Waits for an event after which the first instance of the service `name` satisfies `wanted`.
    async fn wait_for_instance(&self, name: &str, wanted: impl Fn(&Instance) -> bool) -> Snapshot {
        let is_so =
            |snapshot: &Snapshot| self.lab.service(snapshot, name).is_some_and(|s| wanted(&s.instances[0]));
        self.poll_until(is_so, name).await
    }
}

#[tokio::test]
async fn every_container_change_sends_an_event() {
    let Some(lab) = PodmanLab::open() else { return };
    let watch = EventPoller::start(&lab).await;
    let web = lab.full_name("web");
    lab.run("web", &["--health-cmd", "/bin/busybox false", "--health-interval", "disable"], IDLE_SCRIPT);
    watch.wait_for_instance("web", |i| i.state == InstanceState::Running).await;
    // A failing health check makes the command itself exit with an error, so its status is ignored.
    let mut check = Command::new("podman");
    check.args(["--remote", "--url", &lab.address, "healthcheck", "run", &web]);
    for _ in 0..3 {
        check.output().unwrap();
    }
    watch.wait_for_instance("web", |i| matches!(i.health_check, HealthCheckStatus::Unhealthy { .. })).await;
    lab.podman(&["pause", &web]);
    watch.wait_for_instance("web", |i| i.state == InstanceState::Paused).await;
    lab.podman(&["unpause", &web]);
    watch.wait_for_instance("web", |i| i.state == InstanceState::Running).await;
    lab.podman(&["restart", "-t", "0", &web]);
    watch
        .poll_until(
            |s| s.events.iter().any(|e| e.kind == EventKind::Restart && e.text.contains(&web)),
            "restart",
        )
        .await;
    let other = lab.full_name("other");
    lab.podman(&["rename", &web, &other]);
    watch.wait_for_instance("other", |i| i.state == InstanceState::Running).await;
    lab.podman(&["kill", &other]);
    let killed =
        watch.wait_for_instance("other", |i| i.exit.as_ref().is_some_and(|e| e.code == Some(137))).await;
    let told = |e: &portolan::model::Event| e.kind == EventKind::Stop && e.text.contains("137");
    assert!(killed.events.iter().any(told), "{:?}", killed.events);
    lab.podman(&["rm", &other]);
    watch.poll_until(|snapshot| lab.service(snapshot, "other").is_none(), "removed").await;
}

#[tokio::test]
async fn logs_usage_and_sockets_are_read_as_on_docker() {
    let Some(lab) = PodmanLab::open() else { return };
    let talk = "busybox echo out; busybox echo err >&2; while :; do :; done";
    lab.run("web", &["--memory", "64m"], talk);
    lab.run("server", &[], "busybox nc -ll -p 7000 -e busybox cat");
    let shared = format!("container:{}", lab.full_name("server"));
    lab.run(
        "client",
        &["--network", &shared],
        "while :; do busybox sleep 60 | busybox nc 127.0.0.1 7000; busybox sleep 0.2; done",
    );
    let snapshot = lab.source.snapshot().await.unwrap();
    let web = lab.service(&snapshot, "web").unwrap();
    let target = LogTarget {
        service: web.id.clone(),
        instance: web.instances[0].id.clone(),
        label: "web".into(),
        route: web.instances[0].containers[0].log_route.clone(),
    };
    let start = LogReadOptions { since: None, until: None, tail: 10, follow: true };
    let mut batches = lab.source.logs(vec![target], start);
    let mut lines = Vec::new();
    while lines.len() < 2 {
        let batch = timeout(WAIT_TIMEOUT, batches.next()).await.expect("lines come").unwrap().unwrap();
        assert!(batch.notes.is_empty(), "{:?}", batch.notes);
        lines.extend(batch.lines.into_iter().map(|line| line.text));
    }
    lines.sort();
    assert_eq!(lines, ["err", "out"]);
    let mut readings = lab.source.usage(usage_target(web).unwrap());
    let reading = timeout(WAIT_TIMEOUT, readings.next()).await.expect("a reading comes").unwrap().unwrap();
    assert!(reading[0].cpu.is_some() && reading[0].memory.is_some(), "{reading:?}");
    let seen = async {
        loop {
            let snapshot = lab.source.snapshot().await.unwrap();
            let from = |flow: &portolan::model::ObservedConnection| {
                format!("{:?}", flow.key.from).contains(&lab.full_name("client"))
            };
            if snapshot.connections.iter().any(from) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    };
    timeout(WAIT_TIMEOUT, seen).await.expect("the call of a container is seen");
}

#[tokio::test]
async fn commands_run_as_on_docker() {
    let Some(lab) = PodmanLab::open() else { return };
    lab.run("web", &[], IDLE_SCRIPT);
    let snapshot = lab.source.snapshot().await.unwrap();
    let target = first_target(lab.service(&snapshot, "web").unwrap());
    let run = async |script: &str, size| {
        open_shell(&*lab.source, target.clone(), &["busybox", "sh", "-c", script], size).await
    };
    let shell = run("echo out; echo err >&2; exit 7", None).await;
    assert_eq!(read_to_end(shell).await, ("out\n".to_owned(), "err\n".to_owned(), Some(7)));
    let lines = (1..=20_000).map(|number| number.to_string()).collect::<Vec<_>>().join("\n") + "\n";
    assert_eq!(read_to_end(run("busybox seq 1 20000", None).await).await.0, lines);
    let shell = run("busybox cat; echo over", None).await;
    type_bytes(&shell, b"typed\n").await;
    shell.input.send(ShellInput::Eof).await.unwrap();
    assert_eq!(read_to_end(shell).await.0, "typed\nover\n");

    let script = "busybox sleep 1; busybox stty size; read line; busybox stty size";
    let mut shell = run(script, Some((91, 33))).await;
    assert_eq!(read_until(&mut shell, "\n").await, "33 91\r\n");
    shell.input.send(ShellInput::Resize(120, 40)).await.unwrap();
    type_bytes(&shell, b"\r").await;
    let rest = read_to_end(shell).await.0;
    assert!(rest.trim_end().ends_with("40 120"), "{rest:?}");
}
