//! One record of a performance log, as the AWS documentation describes it ("Container Insights performance log events for
//! Amazon ECS"): processor in units of 1,024 to a core, memory in MiB, traffic in bytes a second.

use crate::model::{InstanceId, Reading, Timestamp};
use serde_json::Value;
use std::collections::BTreeMap;

/// Units of processor time to a core.
const UNITS: f64 = 1_024.0;

/// Bytes in a MiB.
const MIB: f64 = 1_048_576.0;

/// The reading that a record gives of one of those tasks; none where it is of anything else.
pub(super) fn read(message: &str, tasks: &BTreeMap<String, InstanceId>) -> Option<Reading> {
    let record: Value = serde_json::from_str(message).ok()?;
    if record["Type"] != "Task" {
        return None;
    }
    let id = record["TaskId"].as_str()?;
    let instance = tasks.get(id.rsplit('/').next()?)?;
    let number = |name: &str| record[name].as_f64().filter(|number| *number >= 0.0);
    let scaled = |name: &str, by: f64| number(name).map(|number| (number * by).round() as u64);
    // A task without a limit of its own says that nothing is reserved.
    let limit = |name: &str, by: f64| scaled(name, by).filter(|limit| *limit > 0);
    Some(Reading {
        instance: instance.clone(),
        at: Timestamp::from_millisecond(record["Timestamp"].as_i64()?).ok()?,
        cpu: scaled("CpuUtilized", 1_000.0 / UNITS),
        cpu_limit: limit("CpuReserved", 1_000.0 / UNITS),
        memory: scaled("MemoryUtilized", MIB),
        memory_limit: limit("MemoryReserved", MIB),
        received: scaled("NetworkRxBytes", 1.0),
        sent: scaled("NetworkTxBytes", 1.0),
    })
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::model::InstanceId;
    use serde_json::json;
    use std::collections::BTreeMap;

    #[test]
    fn a_record_of_a_task_is_read_in_the_units_of_the_model() {
        let tasks = BTreeMap::from([("ab12".to_owned(), InstanceId::new("ecs/ab12"))]);
        let mut record = json!({
            "Type": "Task", "TaskId": "ab12", "Timestamp": 1_700_000_000_000_i64, "CpuUtilized": 51.2,
            "CpuReserved": 256.0, "MemoryUtilized": 80, "MemoryReserved": 512, "NetworkRxBytes": 11,
            "NetworkTxBytes": 1.6,
        });
        let reading = read(&record.to_string(), &tasks).unwrap();
        assert_eq!((reading.cpu, reading.cpu_limit), (Some(50), Some(250)));
        assert_eq!((reading.memory, reading.memory_limit), (Some(80 << 20), Some(512 << 20)));
        assert_eq!((reading.received, reading.sent), (Some(11), Some(2)));
        record["CpuReserved"] = json!(0.0);
        record["NetworkRxBytes"] = json!(null);
        let reading = read(&record.to_string(), &tasks).unwrap();
        assert_eq!((reading.cpu_limit, reading.received), (None, None));
        for (name, value) in
            [("Type", json!("Container")), ("TaskId", json!("other")), ("Timestamp", json!("x"))]
        {
            let mut other = record.clone();
            other[name] = value;
            assert_eq!(read(&other.to_string(), &tasks), None, "{name}");
        }
        assert_eq!(read("no JSON", &tasks), None);
    }
}
