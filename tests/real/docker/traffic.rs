//! Tests of calls between services on a real engine: sockets, mounted files and labels. No secret in any of
//! them may reach the snapshot.

use super::lab::{Lab, run_docker};
use portolan::{
    model::{
        ConnectionEnd, ObservationMethod, ObservedConnection, ReferenceKind, ReferenceTarget, Service,
        Snapshot,
    },
    source::{
        Source,
        docker::{Config, Docker, EngineEndpoint, FoundEngine},
    },
};
use std::{
    fs,
    net::{Shutdown, TcpListener},
    os::unix::net::UnixStream,
    path::PathBuf,
    thread,
    time::Duration,
};

/// Script of a server that listens on port 9000 and keeps every connection open.
const SERVER_SCRIPT: &str =
    "busybox nc -ll -p 9000 -e busybox sleep 60 & trap 'exit 0' TERM; while :; do busybox sleep 0.2; done";
const IDLE_SCRIPT: &str = "trap 'exit 0' TERM; while :; do busybox sleep 0.2; done";

/// Temporary folder, removed on drop.
struct TempFolder(PathBuf);

impl TempFolder {
    fn new(lab: &Lab) -> Self {
        let path = std::env::temp_dir().join(&lab.name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path.to_string_lossy().into_owned()
    }
}

impl Drop for TempFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Polls until `wanted` finds a value in the snapshot, and returns it.
async fn poll_until<T>(lab: &Lab, wanted: impl Fn(&Snapshot) -> Option<T>) -> T {
    for _ in 0..100 {
        if let Some(found) = wanted(&lab.snapshot().await) {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("it never came");
}

fn connections_between(snapshot: &Snapshot, from: &Service, to: &Service) -> Vec<ObservedConnection> {
    let ends = (ConnectionEnd::Service(from.id.clone()), ConnectionEnd::Service(to.id.clone()));
    let flows = snapshot.connections.iter().filter(|f| (&f.key.from, &f.key.to) == (&ends.0, &ends.1));
    flows.cloned().collect()
}

#[tokio::test]
async fn a_connection_points_from_the_client_to_the_server() {
    let Some(lab) = Lab::open() else { return };
    let net = lab.network("net");
    lab.run("server", &["--network", &net, "--network-alias", "store"], SERVER_SCRIPT);
    lab.run(
        "client",
        &["--network", &net],
        "while :; do busybox nc store 9000 >/dev/null; busybox sleep 0.2; done",
    );
    let share = format!("container:{}", lab.full_name("server"));
    let beside = "while :; do busybox nc 127.0.0.1 9000 >/dev/null; busybox sleep 0.2; done";
    lab.run("beside", &["--network", &share], beside);
    lab.run("idle", &["--network", &net], IDLE_SCRIPT);

    let (there, back, shared, port) = poll_until(&lab, |snapshot| {
        let of = |name| lab.service(snapshot, name);
        let there = connections_between(snapshot, of("client"), of("server"));
        let shared = connections_between(snapshot, of("beside"), of("server"));
        let port = there.first()?.key.port;
        (!shared.is_empty()).then(|| {
            (there.len(), connections_between(snapshot, of("server"), of("client")).len(), shared.len(), port)
        })
    })
    .await;
    assert_eq!((there, back, shared, port), (1, 0, 1, Some(9000)));

    let snapshot = lab.snapshot().await;
    let watched = |name| snapshot.monitored.iter().any(|w| w.service == lab.service(&snapshot, name).id);
    assert!(["server", "client", "beside", "idle"].into_iter().all(watched), "{:?}", snapshot.monitored);
    assert!(snapshot.connections.iter().all(|f| f.key.observed_by == ObservationMethod::Socket));
    let idle = &lab.service(&snapshot, "idle").id;
    let of_idle =
        |f: &&ObservedConnection| [&f.key.from, &f.key.to].contains(&&ConnectionEnd::Service(idle.clone()));
    assert_eq!(snapshot.connections.iter().filter(of_idle).count(), 0);
}

/// Starts a TCP forwarder to the engine and returns its address. Through it, the engine looks like a remote
/// one.
pub(crate) fn start_tcp_forwarder() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let engine = UnixStream::connect("/var/run/docker.sock").unwrap();
            let (mut up, mut down) = (client.try_clone().unwrap(), engine.try_clone().unwrap());
            let (mut client, mut engine) = (client, engine);
            thread::spawn(move || std::io::copy(&mut up, &mut down));
            thread::spawn(move || {
                let _ = std::io::copy(&mut engine, &mut client);
                // When the engine ends a response, close the caller's connection as well.
                let _ = client.shutdown(Shutdown::Both);
            });
        }
    });
    address
}

#[tokio::test]
async fn sockets_of_a_far_engine_are_read_inside_only_where_that_is_allowed() {
    let Some(lab) = Lab::open() else { return };
    let net = lab.network("net");
    let with_cat = |script: &str| format!("busybox ln -s busybox /bin/cat; {script}");
    lab.run("server", &["--network", &net, "--network-alias", "store"], &with_cat(SERVER_SCRIPT));
    let call = "while :; do busybox nc store 9000 >/dev/null; busybox sleep 0.2; done";
    lab.run("client", &["--network", &net], &with_cat(call));
    // Wait until the local engine reports the connection.
    poll_until(&lab, |s| {
        (!connections_between(s, lab.service(s, "client"), lab.service(s, "server")).is_empty()).then_some(())
    })
    .await;
    for exec in [false, true] {
        let found = FoundEngine {
            name: "docker".into(),
            endpoint: EngineEndpoint::Tcp(start_tcp_forwarder()),
            found_by: "a test".into(),
            warning: None,
        };
        let far = Docker::new(found, &Config { exec, ..Config::default() });
        let snapshot = far.snapshot().await.unwrap();
        let flows = connections_between(
            &snapshot,
            lab.service(&snapshot, "client"),
            lab.service(&snapshot, "server"),
        );
        assert_eq!(flows.len(), usize::from(exec), "{:?}", snapshot.connections);
    }
}

#[tokio::test]
async fn a_mounted_file_is_read_and_read_again_when_it_changes() {
    let Some(lab) = Lab::open() else { return };
    let folder = TempFolder::new(&lab);
    let path = folder.write("site.conf", "location / {\n  proxy_pass http://orders:8080;\n}\n");
    let mount = format!("{path}:/etc/nginx/conf.d/site.conf:ro");
    lab.run("proxy", &["-v", &mount], IDLE_SCRIPT);
    let snapshot = lab.snapshot().await;
    let named = |snapshot: &Snapshot| -> Vec<String> {
        let mentions = &lab.service(snapshot, "proxy").references;
        let files = mentions.iter().filter(|m| m.kind == ReferenceKind::ConfigFile);
        files.map(|m| format!("{} {:?}", m.location, m.target)).collect()
    };
    let first = named(&snapshot);
    assert_eq!(first.len(), 1, "{first:?}");
    assert!(
        first[0].starts_with("file /etc/nginx/conf.d/site.conf:2 ") && first[0].contains("orders"),
        "{first:?}"
    );

    // A source with an event subscription does not inspect the container again, but it still checks the file.
    let _nudges = lab.source.change_notifications();
    folder.write("site.conf", "location / {\n  proxy_pass http://payments:8080;\n}\n# changed\n");
    let second = poll_until(&lab, |snapshot| Some(named(snapshot)).filter(|names| *names != first)).await;
    assert!(second.len() == 1 && second[0].contains("payments"), "{second:?}");
}

#[tokio::test]
async fn a_file_of_the_image_is_read_through_the_engine() {
    let Some(lab) = Lab::open() else { return };
    let folder = TempFolder::new(&lab);
    let path = folder.write("nginx.conf", "upstream api { server users:9000; }\n");
    // The program's name decides the path of its configuration; here it is an argument of the script.
    let id = lab.create("front", &["--entrypoint", "/bin/busybox"], "nginx");
    run_docker(&["rm", &id]);
    let full = lab.full_name("front");
    let label = format!("{}=1", lab.name);
    run_docker(&[
        "create",
        "--name",
        &full,
        "--label",
        &label,
        super::lab::BUSYBOX_IMAGE,
        "/bin/busybox",
        "nginx",
    ]);
    let made = folder.0.join("etc/nginx");
    fs::create_dir_all(&made).unwrap();
    fs::copy(&path, made.join("nginx.conf")).unwrap();
    run_docker(&["cp", &folder.0.join("etc").to_string_lossy(), &format!("{full}:/")]);
    let snapshot = lab.snapshot().await;
    let front = lab.service(&snapshot, "front");
    let places: Vec<_> = front.references.iter().map(|m| m.location.to_string()).collect();
    assert_eq!(places, ["file /etc/nginx/nginx.conf:1"]);
}

#[tokio::test]
async fn labels_ask_a_proxy_and_no_secret_of_any_place_gets_through() {
    let Some(lab) = Lab::open() else { return };
    let folder = TempFolder::new(&lab);
    let secret = "S3cretPlanted99";
    let text = format!("url: postgres://app:{secret}@db:5432/x\npassword: {secret}\nhosts: [cache]\n");
    let mount = format!("{}:/etc/app.yml:ro", folder.write("app.yml", &text));
    let label = "traefik.http.routers.web.rule=Host(`web.example.com`)".to_owned();
    let hidden = format!("traefik.http.middlewares.auth.basicauth.users=admin:{secret}");
    let (plain, url) = (format!("TOKEN={secret}"), format!("DATABASE_URL=postgres://app:{secret}@db:5432/x"));
    let options = ["-v", &mount, "--label", &label, "--label", &hidden, "-e", &plain, "-e", &url];
    lab.run(
        "web",
        &options,
        &format!("--password {secret} https://u:{secret}@api.example.com; {IDLE_SCRIPT}"),
    );
    let snapshot = lab.snapshot().await;
    let web = lab.service(&snapshot, "web");
    assert!(
        web.references.iter().any(|m| m.target == ReferenceTarget::CalledByProxy("traefik".into())),
        "{:?}",
        web.references
    );
    assert!(web.references.iter().any(|m| m.kind == ReferenceKind::ConfigFile));
    let all = format!("{snapshot:?} {}", serde_json::to_string(&snapshot).unwrap());
    assert!(all.contains("api.example.com") && !all.contains(secret));
}
