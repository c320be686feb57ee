//! End-to-end cost of one frame with the whole app, on a large screen: a frame alone, a key that moves the
//! selection plus the next frame, and a clock tick.
//!
//! The store holds services in groups of 50 with five instances each. Layouts are computed before the
//! measurement.

mod program_allocator;

use divan::{Bencher, black_box};
use portolan::{
    app::{App, Msg},
    effect::Effect,
    extract::references_in_environment,
    keymap::Keymap,
    model::{
        EndpointOrigin, EndpointScope, HealthCheckStatus, Host, Instance, InstanceId, InstanceState,
        Inventory, NetworkId, Service, ServiceEndpoint, ServiceId, ServiceKind, ServiceProfile, Snapshot,
        SourceId, SourceStatus, Timestamp,
    },
    screen::Theme,
    store::Store,
};
use ratatui::{buffer::Buffer, layout::Rect};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

fn main() {
    divan::main();
}

const SERVICE_COUNTS: [usize; 3] = [200, 1_000, 2_000];
const GROUP_SIZE: usize = 50;
const SCREEN_SIZE: (u16, u16) = (300, 80);

fn source() -> SourceId {
    SourceId::new("docker")
}

fn instance(service: &str, number: usize) -> Instance {
    let name = format!("{service}-{number}");
    Instance {
        id: InstanceId::of(&source(), &name),
        name: name.into(),
        state: InstanceState::Running,
        health_check: HealthCheckStatus::Healthy,
        created: None,
        started: Some(Timestamp::UNIX_EPOCH),
        exit: None,
        restarts: 0,
        version: Some("1".to_owned().into()),
        containers: Vec::new(),
    }
}

fn service(number: usize) -> Service {
    let (source, group) = (source(), format!("group-{:03}", number / GROUP_SIZE));
    let first = number / GROUP_SIZE * GROUP_SIZE;
    let name = format!("service-{number:05}");
    let peers =
        (1..4).map(|step| first + (number * 7 + step * 11) % GROUP_SIZE).filter(|peer| *peer > number);
    let variables: Vec<(String, String)> =
        peers.map(|peer| (format!("PEER_{peer}_URL"), format!("http://service-{peer:05}:80"))).collect();
    let network = NetworkId::of(&source, &group);
    let answer = ServiceEndpoint {
        host: Host::parse(&name).unwrap_or_else(|| Host::Ip([0, 0, 0, 0].into())),
        port: None,
        scope: EndpointScope::Network(network.clone()),
        origin: EndpointOrigin::ServiceName,
    };
    Service {
        id: ServiceId::of(&source, Some(&group), &name),
        kind: ServiceKind::Compose,
        desired: Some(5),
        reported_running: None,
        instances: (0..5).map(|copy| instance(&name, copy)).collect(),
        unlisted_failures: 0,
        failing_since: None,
        deployments: Vec::new(),
        endpoints: vec![answer],
        references: references_in_environment(None, variables.iter().map(|(k, v)| (k.as_str(), v.as_str()))),
        networks: BTreeSet::from([network]),
        facts: Vec::new(),
        profile: ServiceProfile::default(),
        group: Some(group.into()),
        name: name.into(),
    }
}

fn snapshot(count: usize) -> Snapshot {
    Snapshot {
        source: source(),
        taken_at: Timestamp::UNIX_EPOCH,
        services: (0..count).map(|number| Arc::new(service(number))).collect(),
        load_balancers: Vec::new(),
        events: Vec::new(),
        unread_parts: Vec::new(),
        connections: Vec::new(),
        monitored: Vec::new(),
        progress: Vec::new(),
    }
}

/// Sends a message to the app and computes the layouts that it requests.
fn send(app: &mut App, msg: Msg) {
    let mut effects = app.update(msg);
    while let Some(job) = effects.into_iter().find_map(|effect| match effect {
        Effect::ComputeLayout(job) => Some(job),
        _ => None,
    }) {
        let (choice, diagram) = job.compute();
        effects = app.update(Msg::LayoutReady(job.request_id, choice, Box::new(diagram)));
    }
}

/// Returns the app on the map with `services` services, after pressing `keys`.
fn app_with_services(services: usize, keys: &str) -> App {
    let status = SourceStatus::new(source(), "docker", String::new());
    let store = Store::new(Inventory::default(), vec![status], 0, Timestamp::UNIX_EPOCH);
    let (Ok(theme), Ok(keymap)) = (Theme::named("night", false), Keymap::new(&BTreeMap::new())) else {
        panic!("the built-in theme and keys can be read");
    };
    let mut app = App::new(store, theme, keymap, SCREEN_SIZE, true);
    send(&mut app, Msg::Resize(SCREEN_SIZE.0, SCREEN_SIZE.1));
    send(&mut app, Msg::SourcePolled(source(), Ok(snapshot(services))));
    press(&mut app, keys);
    app
}

fn press(app: &mut App, keys: &str) {
    for key in keys.split_whitespace().filter_map(|key| key.parse().ok()) {
        send(app, Msg::Key(key));
    }
}

fn draw(app: &App) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, SCREEN_SIZE.0, SCREEN_SIZE.1));
    black_box(app.draw(&mut buffer));
    buffer
}

/// Draws the first frame of the map after the start.
#[divan::bench(args = SERVICE_COUNTS)]
fn frame_of_the_map(bencher: Bencher<'_, '_>, services: usize) {
    let app = app_with_services(services, "");
    bencher.bench_local(|| draw(&app));
}

/// Draws the map with all services as boxes; the screen shows a part of it.
#[divan::bench(args = SERVICE_COUNTS)]
fn frame_of_boxes(bencher: Bencher<'_, '_>, services: usize) {
    let app = app_with_services(services, "+ + +");
    bencher.bench_local(|| draw(&app));
}

/// Draws the list.
#[divan::bench(args = SERVICE_COUNTS)]
fn frame_of_the_list(bencher: Bencher<'_, '_>, services: usize) {
    let app = app_with_services(services, "t");
    bencher.bench_local(|| draw(&app));
}

/// Handles an arrow key and draws the next frame.
#[divan::bench(args = SERVICE_COUNTS)]
fn a_step_on_the_map(bencher: Bencher<'_, '_>, services: usize) {
    let mut app = app_with_services(services, "+ + +");
    let mut keys = ["down", "right", "up", "left"].into_iter().cycle();
    bencher.bench_local(|| {
        press(&mut app, keys.next().unwrap_or_default());
        draw(&app)
    });
}

/// Handles a clock tick.
#[divan::bench(args = SERVICE_COUNTS)]
fn a_tick(bencher: Bencher<'_, '_>, services: usize) {
    let mut app = app_with_services(services, "");
    let mut now = 0;
    bencher.bench_local(|| {
        now += 1;
        send(&mut app, Msg::Tick(Timestamp::from_second(now).unwrap_or_default()));
    });
}
