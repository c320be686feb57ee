//! Test containers on the real engine. They run a static busybox image and carry one label, and the lab
//! removes them when the test ends.

use portolan::{
    model::{Instance, LogTarget, Service, Snapshot},
    source::{
        Source,
        docker::{Config, Docker, Env, discover},
    },
};
use std::{
    fs,
    os::unix::fs::symlink,
    path::Path,
    process::{Command, Output, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

/// Image of most containers. It exposes port 80.
pub(crate) const BUSYBOX_IMAGE: &str = "portolan-test/busybox:1.35";
/// Same image, but it exposes port 9187.
pub(crate) const EXPORTER_IMAGE: &str = "portolan-test/exporter:1.35";
static LAB_COUNT: AtomicUsize = AtomicUsize::new(0);

/// Containers, networks and volumes of one test. All have `name` as a label and as the prefix of their names.
pub(crate) struct Lab {
    pub(crate) name: String,
    pub(crate) source: Docker,
}

impl Lab {
    /// Creates an empty lab. Returns `None` if no engine answers and `PORTOLAN_SKIP_REAL=1` is set; panics
    /// without that setting.
    pub(crate) fn open() -> Option<Self> {
        Self::open_with(&Config::default())
    }

    /// Creates an empty lab as `open` does, for a source with `config`.
    pub(crate) fn open_with(config: &Config) -> Option<Self> {
        if !docker(&["version"]).status.success() {
            assert!(
                std::env::var("PORTOLAN_SKIP_REAL").is_ok_and(|v| v == "1"),
                "no Docker engine answers: start one (`dockerd`), or set PORTOLAN_SKIP_REAL=1 to leave these tests out"
            );
            eprintln!("SKIPPED: no Docker engine answers, and PORTOLAN_SKIP_REAL=1");
            return None;
        }
        build_images();
        let count = LAB_COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("portolan-test-{}-{count}", std::process::id());
        let home = std::env::var("HOME").unwrap_or_default();
        let around = Env::read(Path::new(&home), |name| std::env::var(name).ok());
        let found = discover(config, &around).unwrap();
        Some(Self { name, source: Docker::new(found[0].clone(), config) })
    }

    /// Starts a container that runs `script`, with `options` of `docker run`. Returns its id.
    pub(crate) fn run(&self, name: &str, options: &[&str], script: &str) -> String {
        self.start_or_create(&["run", "-d"], name, options, BUSYBOX_IMAGE, script)
    }

    /// Starts a container of another image. Returns its id.
    pub(crate) fn run_image(&self, image: &str, name: &str, options: &[&str], script: &str) -> String {
        self.start_or_create(&["run", "-d"], name, options, image, script)
    }

    /// Creates a container without starting it. Returns its id.
    pub(crate) fn create(&self, name: &str, options: &[&str], script: &str) -> String {
        self.start_or_create(&["create"], name, options, BUSYBOX_IMAGE, script)
    }

    fn start_or_create(
        &self,
        verb: &[&str],
        name: &str,
        options: &[&str],
        image: &str,
        script: &str,
    ) -> String {
        let (full, label) = (self.full_name(name), format!("{}=1", self.name));
        let fixed = ["--name", &full, "--label", &label];
        let args = [verb, &fixed, options, &[image, "/bin/busybox", "sh", "-c", script]].concat();
        run_docker(&args)
    }

    pub(crate) fn network(&self, name: &str) -> String {
        let (full, label) = (self.full_name(name), format!("{}=1", self.name));
        run_docker(&["network", "create", "--label", &label, &full]);
        full
    }

    pub(crate) fn volume(&self, name: &str) -> String {
        let (full, label) = (self.full_name(name), format!("{}=1", self.name));
        run_docker(&["volume", "create", "--label", &label, &full]);
        full
    }

    /// Returns the full name of a container, network or volume in the engine.
    pub(crate) fn full_name(&self, name: &str) -> String {
        format!("{}-{name}", self.name)
    }

    /// Returns the lab's own service `name`, because other programs may use the same engine.
    pub(crate) fn service<'a>(&self, snapshot: &'a Snapshot, name: &str) -> &'a Service {
        let (lone, grouped) = (self.full_name(name), format!("{}/{name}", self.name));
        let found = snapshot.services.iter().find(|s| s.has_name(&lone) || s.has_name(&grouped));
        found.unwrap_or_else(|| panic!("no service {name} among {:?}", service_ids(snapshot)))
    }

    pub(crate) async fn snapshot(&self) -> Snapshot {
        self.source.snapshot().await.unwrap()
    }

    /// Polls until the first instance of the service `name` satisfies `wanted`, for at most 40 s.
    pub(crate) async fn wait_for_instance(&self, name: &str, wanted: impl Fn(&Instance) -> bool) -> Instance {
        let began = Instant::now();
        loop {
            let snapshot = self.snapshot().await;
            let instance = self.service(&snapshot, name).instances[0].clone();
            if wanted(&instance) {
                return instance;
            }
            assert!(began.elapsed() < Duration::from_secs(40), "{name} stays {instance:?}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Returns the log targets of `services`.
    pub(crate) async fn log_targets(&self, services: &[&str]) -> Vec<LogTarget> {
        let snapshot = self.snapshot().await;
        let of = |name: &&str| {
            let service = self.service(&snapshot, name);
            let instance = &service.instances[0];
            LogTarget {
                service: service.id.clone(),
                instance: instance.id.clone(),
                label: (*name).into(),
                route: instance.containers[0].log_route.clone(),
            }
        };
        services.iter().map(of).collect()
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let filter = format!("label={}", self.name);
        let kinds: [(&[&str], &[&str]); 3] = [
            (&["ps", "-aq"], &["rm", "-f"]),
            (&["network", "ls", "-q"], &["network", "rm"]),
            (&["volume", "ls", "-q"], &["volume", "rm"]),
        ];
        for (list, remove) in kinds {
            let found = docker(&[list, &["--filter", &filter]].concat());
            let text = String::from_utf8_lossy(&found.stdout).into_owned();
            let ids: Vec<_> = text.split_whitespace().collect();
            if !ids.is_empty() {
                docker(&[remove, &ids].concat());
            }
        }
    }
}

fn service_ids(snapshot: &Snapshot) -> Vec<String> {
    snapshot.services.iter().map(|s| s.id.to_string()).collect()
}

pub(crate) fn docker(args: &[&str]) -> Output {
    Command::new("docker").args(args).stdin(Stdio::null()).output().expect("the docker command is needed")
}

/// Runs the docker command and returns its standard output. Panics if the command fails.
pub(crate) fn run_docker(args: &[&str]) -> String {
    let output = docker(args);
    assert!(output.status.success(), "docker {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Builds the images once from this machine's busybox, so that the tests need no registry.
fn build_images() {
    static IMAGES_BUILT: OnceLock<()> = OnceLock::new();
    IMAGES_BUILT.get_or_init(|| {
        assert!(
            Path::new("/bin/busybox").exists(),
            "a static busybox is needed: apt-get install busybox-static"
        );
        let root = std::env::temp_dir().join(format!("portolan-test-{}-image", std::process::id()));
        fs::create_dir_all(root.join("bin")).unwrap();
        fs::copy("/bin/busybox", root.join("bin/busybox")).unwrap();
        symlink("busybox", root.join("bin/sh")).unwrap();
        let tar = Command::new("tar").arg("-C").arg(&root).args(["-c", "."]).output().expect("tar is needed");
        let archive = root.join("image.tar");
        fs::write(&archive, tar.stdout).unwrap();
        let archive = archive.to_string_lossy();
        for (image, change) in [(BUSYBOX_IMAGE, "EXPOSE 80"), (EXPORTER_IMAGE, "EXPOSE 9187")] {
            // Images of an earlier run are reused.
            if !docker(&["image", "inspect", image]).status.success() {
                run_docker(&["import", "--change", change, &archive, image]);
            }
        }
        fs::remove_dir_all(root).unwrap();
    });
}
