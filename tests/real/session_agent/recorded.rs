//! Responses to the reading calls, recorded in a small region with one cluster.

use serde_json::{Value, json};
use std::{fs, path::PathBuf};

/// Response of STS.
const CALLER_IDENTITY: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>000000000000</Account>\
    <Arn>arn:aws:iam::000000000000:user/test</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>";

/// Returns the recorded response to a call; `None` if there is none. `operation` is in lower case.
pub(super) fn recorded_answer(operation: &str, body: &Value) -> Option<String> {
    let text = |key: &str| body[key].as_str().unwrap_or_default();
    let file = match operation {
        "getcalleridentity" => return Some(CALLER_IDENTITY.to_owned()),
        "describetasks" => return recorded_tasks(body),
        "listclusters" => "ListClusters.json".to_owned(),
        "describeclusters" => "DescribeClusters.json".to_owned(),
        "listservices" => "ListServices.json".to_owned(),
        "describeservices" => "DescribeServices.json".to_owned(),
        "listtasks" => format!("ListTasks.{}.json", text("desiredStatus")),
        "describetaskdefinition" => {
            let revision = text("taskDefinition").rsplit('/').next().unwrap_or_default().replace(':', ".");
            format!("DescribeTaskDefinition.{revision}.json")
        }
        _ => return None,
    };
    Some(read_recorded(&file))
}

/// Returns the recorded tasks that the call requests; `None` if it requests others.
fn recorded_tasks(body: &Value) -> Option<String> {
    let wanted: Vec<&str> = body["tasks"].as_array()?.iter().filter_map(Value::as_str).collect();
    let recorded: Value = serde_json::from_str(&read_recorded("DescribeTasks.json")).unwrap();
    let is_wanted = |task: &&Value| {
        let arn = task["taskArn"].as_str().unwrap_or_default();
        wanted.iter().any(|wanted| arn.ends_with(wanted))
    };
    let tasks: Vec<&Value> = recorded["tasks"].as_array()?.iter().filter(is_wanted).collect();
    (!tasks.is_empty()).then(|| json!({ "tasks": tasks, "failures": [] }).to_string())
}

fn read_recorded(file: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ecs").join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
