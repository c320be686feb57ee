//! JSON schema tests: docs/json.md documents exactly the fields that commands print.
//!
//! The tests run the real binary on a recording that they write.

use super::{blocks::documented_fields, read_file};
use portolan::{
    export,
    model::{ActionPermission, ServiceId, SourceId, Timestamp},
    operation::{
        AuditRecord, OperationKind, OperationPlace, OperationReading, OperationRequest, Plan, PlanContext,
        SentChange, TargetReading,
    },
    topology::Topology,
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, path::PathBuf, process::Command};

/// Temporary folder, removed on drop.
struct TempFolder(PathBuf);

impl TempFolder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("portolan-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for TempFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Time of everything in the recording.
const RECORDED_AT: &str = "2026-01-02T03:04:05Z";

/// Returns a recording with at least one of each object in the JSON schemas.
fn recording() -> String {
    let at = RECORDED_AT;
    let rejected = json!({
        "sighting": {
            "from": {"service": "replay/shop/web"},
            "to": {"address": {"scheme": null, "host": {"Ip": "10.1.2.3"}, "port": null}},
            "port": 5432, "by": "flow-log", "verdict": "rejected", "place": "/vpc/flow-logs",
        },
        "first": at, "last": at,
    });
    let line = json!({
        "at": at, "service": "replay/shop/web", "label": "web-1", "stream": "err", "text": "no answer from db",
    });
    let gap = json!({
        "what": "load balancers", "failure": {"kind": "denied", "what": "not allowed", "remedy": "allow it"},
    });
    let lines = [
        json!({"schema": "portolan.recording/1", "taken": at, "length_ms": 60_000}),
        json!({
            "at_ms": 0, "source": "replay", "services": [recorded_service()], "gone": [], "gateways": [],
            "events": [{"at": at, "service": "replay/shop/web", "kind": "stop", "text": "web-1 ended"}],
            "gaps": [gap], "flows": [rejected], "watched": [{"service": "replay/shop/web", "since": at}],
        }),
        json!({"at_ms": 0, "source": "replay", "logs": {"lines": [line], "notes": []}}),
    ];
    lines.map(|line| line.to_string() + "\n").concat()
}

/// Returns the service of the recording, with a failed and a running instance, a deployment and references.
fn recorded_service() -> Value {
    let at = RECORDED_AT;
    let address = json!({"scheme": "postgres", "host": {"Name": "db.example.com"}, "port": 5432});
    let mention = json!({
        "via": "environment",
        "place": {"container": null, "key": "environment DATABASE_URL"},
        "target": {"address": address},
    });
    let dangling = json!({
        "via": "environment",
        "place": {"container": null, "key": "environment CACHE_URL"},
        "target": {"address": {"scheme": "redis", "host": {"Name": "cache"}, "port": 6379}},
    });
    let instance = json!({
        "id": "replay/1", "name": "web-1", "state": "failed", "check": "none", "made": at, "started": at,
        "exit": {"code": 1, "ending": "itself", "reason": "it ended", "at": at}, "restarts": 0,
        "version": "1.0",
        "containers": [{
            "name": "web-1", "image": "web:1.0", "digest": null, "log": {"engine": {"container": "1"}},
            "exit": null,
        }],
    });
    let deployment = json!({
        "id": "1", "version": "web:2", "rollout": "in-progress", "reason": null, "desired": 1, "running": 0,
        "failed": 0, "created": at, "updated": at, "previous": "web:1",
        "changes": [{"what": "image", "before": "web:0.9", "after": "web:1.0"}],
    });
    let running = json!({
        "id": "replay/2", "name": "web-2", "state": "running", "check": "none", "started": at, "exit": null,
        "restarts": 0, "version": "web:1", "containers": [],
    });
    json!({
        "id": "replay/shop/web", "group": "shop", "name": "web", "kind": "compose", "desired": 1,
        "reported_running": null, "instances": [instance, running], "deployments": [deployment], "answers": [],
        "mentions": [mention, dangling], "networks": [], "facts": [],
        "profile": {"facts": [{"field": "owner", "value": "shop", "origin": "running", "place": "label team"}]},
    })
}

/// Runs `portolan` on the recording and returns its standard output.
fn run_portolan(arguments: &[&str]) -> String {
    let folder = TempFolder::new(&arguments.concat());
    let path = folder.0.join("recording.jsonl");
    std::fs::write(&path, recording()).unwrap();
    let source = format!("source=[{{kind = \"replay\", path = \"{}\"}}]", path.display());
    let ran = Command::new(env!("CARGO_BIN_EXE_portolan"))
        .args(["--set", &source])
        .args(arguments)
        .env("HOME", &folder.0)
        .env("XDG_CONFIG_HOME", &folder.0)
        .output()
        .unwrap();
    assert!(!ran.stdout.is_empty(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap()
}

/// Asserts that docs/json.md documents exactly the fields of the JSON object `name`.
fn assert_fields_documented(name: &str, object: &Value) {
    let fields = documented_fields(&read_file("docs/json.md"), name)
        .unwrap_or_else(|| panic!("no fields of `{name}`"));
    let real: BTreeSet<_> = object.as_object().unwrap_or_else(|| panic!("{name}: {object}")).keys().collect();
    let told: BTreeSet<_> = fields.iter().collect();
    assert_eq!(told, real, "docs/json.md, fields of `{name}`");
}

fn run_portolan_json(arguments: &[&str]) -> Value {
    serde_json::from_str(&run_portolan(arguments)).unwrap()
}

#[test]
fn map_json_fields_are_documented() {
    let map = run_portolan_json(&["map", "--format", "json"]);
    assert_eq!(map["schema"], "portolan.map/1");
    assert_fields_documented("portolan.map/1", &map);
    assert_fields_documented("source", &map["sources"][0]);
    assert_fields_documented("node", &map["nodes"][0]);
    let nodes = map["nodes"].as_array().unwrap();
    let about = nodes.iter().flat_map(|node| node["about"].as_array().unwrap()).next().unwrap();
    assert_fields_documented("fact", about);
    assert_fields_documented("edge", &map["edges"][0]);
    assert_fields_documented("evidence", &map["edges"][0]["evidence"][0]);
    assert_fields_documented("finding", &map["findings"][0]);
}

#[test]
fn findings_and_status_json_fields_are_documented() {
    for (command, schema) in [("findings", "portolan.findings/1"), ("status", "portolan.status/1")] {
        let answer = run_portolan_json(&[command, "--format", "json"]);
        assert_eq!(answer["schema"], schema);
        assert_fields_documented(schema, &answer);
    }
}

#[test]
fn need_json_fields_are_documented() {
    let need = run_portolan_json(&["need", "web", "--format", "json"]);
    assert_eq!(need["schema"], "portolan.need/1");
    assert_fields_documented("portolan.need/1", &need);
    assert_fields_documented("need", &need["needs"][0]);
    assert_fields_documented("setting", &need["settings"][0]);
}

#[test]
fn why_and_doctor_json_fields_are_documented() {
    let why = run_portolan_json(&["why", "web", "db.example.com", "--format", "json"]);
    assert_eq!(why["schema"], "portolan.why/1");
    assert_fields_documented("portolan.why/1", &why);
    assert_fields_documented("edge", &why["edge"]);
    assert_fields_documented("searched", &why["searched"][0]);
    assert_fields_documented("dangling", &why["dangling"][0]);
    assert_fields_documented("rejected", &why["rejected"][0]);
    let report = run_portolan_json(&["doctor", "--format", "json"]);
    assert_eq!(report["schema"], "portolan.doctor/1");
    assert_fields_documented("portolan.doctor/1", &report);
    assert_fields_documented("examined", &report["sources"][0]);
    assert_fields_documented("try", &report["sources"][0]["tries"][0]);
}

#[test]
fn log_line_json_fields_are_documented() {
    let printed = run_portolan(&["logs", "web", "--format", "json"]);
    let line: Value = serde_json::from_str(printed.lines().next().unwrap()).unwrap();
    assert_eq!(line["schema"], "portolan.log/1");
    assert_fields_documented("portolan.log/1", &line);
}

#[test]
fn deployment_json_fields_are_documented() {
    let answer = run_portolan_json(&["deployments", "web", "--format", "json"]);
    assert_eq!(answer["schema"], "portolan.deployment/1");
    assert_fields_documented("portolan.deployment/1", &answer);
    assert_fields_documented("version", &answer["versions"][0]);
    assert_fields_documented("deployment", &answer["deployments"][0]);
    assert_fields_documented("alteration", &answer["deployments"][0]["changes"][0]);
}

#[test]
fn usage_json_fields_are_documented() {
    let answer = run_portolan_json(&["usage", "web", "--format", "json"]);
    assert_eq!(answer["schema"], "portolan.usage/1");
    assert_fields_documented("portolan.usage/1", &answer);
    assert_fields_documented("measured service", &answer["services"][0]);
    assert_fields_documented("measured instance", &answer["services"][0]["instances"][0]);
}

#[test]
fn event_json_fields_are_documented() {
    let printed = run_portolan(&["events", "--since", "2026-01-01T00:00:00Z", "--format", "json"]);
    let event: Value = serde_json::from_str(printed.lines().next().unwrap()).unwrap();
    assert_eq!(event["schema"], "portolan.event/1");
    assert_fields_documented("portolan.event/1", &event);
}

#[test]
fn log_pattern_json_fields_are_documented() {
    let printed = run_portolan(&["logs", "web", "--patterns", "--format", "json"]);
    let kind: Value = serde_json::from_str(printed.lines().next().unwrap()).unwrap();
    assert_eq!(
        (&kind["schema"], &kind["template"]),
        (&json!("portolan.log-pattern/1"), &json!("no answer from db"))
    );
    assert_fields_documented("portolan.log-pattern/1", &kind);
}

#[test]
fn recording_fields_are_documented() {
    use portolan::recording::{Frame, Header};
    let recording = recording();
    let mut lines = recording.lines();
    let header: Header = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert_fields_documented("portolan.recording/1", &serde_json::to_value(header).unwrap());
    let mut first: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    let second: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    first["logs"] = second["logs"].clone();
    let frame: Frame = serde_json::from_value(first.clone()).unwrap();
    assert_eq!(frame.services.len(), 1);
    assert_fields_documented("frame", &first);
    assert_fields_documented("service", &first["services"][0]);
    assert_fields_documented("instance", &first["services"][0]["instances"][0]);
    assert_fields_documented("container", &first["services"][0]["instances"][0]["containers"][0]);
    assert_fields_documented("log line", &first["logs"]["lines"][0]);
}

#[test]
fn audit_json_fields_are_documented() {
    let sent = SentChange { call: "POST /x".into(), request_id: None, failure: None, unchanged: false };
    let request = OperationRequest::new(OperationKind::Stop, [ServiceId::new("docker/web")]).unwrap();
    let mut record = AuditRecord::of_request(&request, "me", Timestamp::UNIX_EPOCH);
    record.sent.push(sent);
    let record: Value = serde_json::from_str(&export::audit_json(&record)).unwrap();
    assert_eq!(record["schema"], "portolan.audit/1");
    assert_fields_documented("portolan.audit/1", &record);
    assert_fields_documented("sent call", &record["sent"][0]);
}

#[test]
fn plan_json_fields_are_documented() {
    let service = crate::estate::service("docker", Some("shop"), "web");
    let request = OperationRequest::new(OperationKind::Stop, [service.id.clone()]).unwrap();
    let place = OperationPlace {
        source: SourceId::new("docker"),
        location: "unix:///var/run/docker.sock".into(),
        account: None,
        account_alias: None,
        region: None,
        caller: None,
        command_prefix: "docker".into(),
    };
    let reading =
        OperationReading { place, targets: vec![TargetReading { service, facts: Vec::new(), ecs: None }] };
    let topology = Topology::default();
    let context = PlanContext { topology: &topology, permission: ActionPermission::Ask };
    let plan = Plan::new(request, reading, context).unwrap();
    let plan: Value = serde_json::from_str(&export::plan_json(&plan)).unwrap();
    assert_eq!(plan["schema"], "portolan.plan/1");
    assert_fields_documented("portolan.plan/1", &plan);
    assert_fields_documented("step", &plan["steps"][0]);
    assert_fields_documented("impact", &plan["impact"][0]);
    assert_fields_documented("caution", &plan["cautions"][0]);
}
