//! Parser of performance log records (AWS documentation, "Container Insights performance log events for
//! Amazon ECS").
//!
//! Records have CPU in units of 1/1,024 core, memory in MiB, and traffic in bytes per second.

use crate::model::{InstanceId, Timestamp, UsageSample};
use serde_json::Value;
use std::collections::BTreeMap;

/// CPU units of one core.
const CPU_UNITS_PER_CORE: f64 = 1_024.0;

/// Bytes of one MiB.
const BYTES_PER_MIB: f64 = 1_048_576.0;

/// Parses the record of a task. `tasks` maps task ids to instances. Returns `None` for a record of another
/// task, and for a record that is not about a task.
pub(super) fn parse_record(message: &str, tasks: &BTreeMap<String, InstanceId>) -> Option<UsageSample> {
    let record: Value = serde_json::from_str(message).ok()?;
    if record["Type"] != "Task" {
        return None;
    }
    let id = record["TaskId"].as_str()?;
    let instance = tasks.get(id.rsplit('/').next()?)?;
    let number = |name: &str| record[name].as_f64().filter(|number| *number >= 0.0);
    let scaled = |name: &str, by: f64| number(name).map(|number| (number * by).round() as u64);
    // For a task without a limit, the record has zero as the reservation.
    let limit = |name: &str, by: f64| scaled(name, by).filter(|limit| *limit > 0);
    Some(UsageSample {
        instance: instance.clone(),
        at: Timestamp::from_millisecond(record["Timestamp"].as_i64()?).ok()?,
        cpu: scaled("CpuUtilized", 1_000.0 / CPU_UNITS_PER_CORE),
        cpu_limit: limit("CpuReserved", 1_000.0 / CPU_UNITS_PER_CORE),
        memory: scaled("MemoryUtilized", BYTES_PER_MIB),
        memory_limit: limit("MemoryReserved", BYTES_PER_MIB),
        received: scaled("NetworkRxBytes", 1.0),
        sent: scaled("NetworkTxBytes", 1.0),
    })
}

#[cfg(test)]
mod tests {
    use super::parse_record;
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
        let reading = parse_record(&record.to_string(), &tasks).unwrap();
        assert_eq!((reading.cpu, reading.cpu_limit), (Some(50), Some(250)));
        assert_eq!((reading.memory, reading.memory_limit), (Some(80 << 20), Some(512 << 20)));
        assert_eq!((reading.received, reading.sent), (Some(11), Some(2)));
        record["CpuReserved"] = json!(0.0);
        record["NetworkRxBytes"] = json!(null);
        let reading = parse_record(&record.to_string(), &tasks).unwrap();
        assert_eq!((reading.cpu_limit, reading.received), (None, None));
        for (name, value) in
            [("Type", json!("Container")), ("TaskId", json!("other")), ("Timestamp", json!("x"))]
        {
            let mut other = record.clone();
            other[name] = value;
            assert_eq!(parse_record(&other.to_string(), &tasks), None, "{name}");
        }
        assert_eq!(parse_record("no JSON", &tasks), None);
    }
}
