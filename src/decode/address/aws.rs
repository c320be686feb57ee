//! Amazon's ways to name a resource: ARNs, and URLs whose path names a queue or a bucket.

use super::{Found, Shape};
use crate::model::{Address, Arn, Host};

/// Services whose resources are called by the programs that name them. Others, such as `iam` or `secretsmanager`,
/// are named for the platform's use.
const CALLED: &[&str] = &[
    "sqs",
    "sns",
    "dynamodb",
    "kinesis",
    "firehose",
    "s3",
    "lambda",
    "states",
    "events",
    "rds",
    "elasticache",
    "kafka",
    "es",
    "aoss",
    "mq",
    "redshift",
    "timestream",
    "bedrock",
];

/// Reads one ARN or a list of them.
pub(super) fn list(value: &str) -> Option<Vec<Found>> {
    value.starts_with("arn:aws").then_some(())?;
    let items =
        value.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';')).filter(|item| !item.is_empty());
    Some(items.filter_map(arn).map(|address| Found::new(Shape::Resource, address)).collect())
}

/// The resource that an ARN names, where programs call such resources.
///
/// Shape: `arn:partition:service:region:account:resource`, the resource with or without its kind before `/` or `:`
/// (AWS General Reference, Amazon Resource Names).
fn arn(text: &str) -> Option<Address> {
    let mut parts = text.splitn(6, ':');
    let (arn, partition, service) = (parts.next()?, parts.next()?, parts.next()?);
    let (region, _account, resource) = (parts.next()?, parts.next()?, parts.next()?);
    if arn != "arn" || !partition.starts_with("aws") || !CALLED.contains(&service) {
        return None;
    }
    let name = if service == "s3" {
        resource.split('/').next()
    } else {
        resource.split(['/', ':']).find(|p| !is_kind(p))
    };
    resource_named(service, region, name?)
}

/// Returns whether a part of an ARN's resource says what it is rather than which.
fn is_kind(part: &str) -> bool {
    matches!(
        part,
        "table"
            | "function"
            | "stream"
            | "deliverystream"
            | "stateMachine"
            | "event-bus"
            | "db"
            | "cluster"
            | "domain"
            | "broker"
            | "replicationgroup"
            | "foundation-model"
    )
}

/// The resource that a URL names by its host and path, where the host is Amazon's own front door for all of them.
pub(super) fn endpoint(scheme: &str, host: &str, path: &str) -> Option<Address> {
    if scheme == "s3" || scheme == "s3a" {
        return resource_named("s3", "", host);
    }
    let labels: Vec<&str> = host.split('.').collect();
    let mut segments = path.trim_start_matches('/').split('/');
    match &labels[..] {
        ["sqs", region, "amazonaws", "com", ..] => resource_named("sqs", region, segments.nth(1)?),
        ["s3", region, "amazonaws", "com", ..] => resource_named("s3", region, segments.next()?),
        ["s3", "amazonaws", "com"] => resource_named("s3", "", segments.next()?),
        [bucket @ .., "s3", _, "amazonaws", "com"] | [bucket @ .., "s3", "amazonaws", "com"]
            if !bucket.is_empty() =>
        {
            resource_named("s3", "", &bucket.join("."))
        }
        _ => None,
    }
}

/// A resource, where the name can be one.
fn resource_named(service: &str, region: &str, name: &str) -> Option<Address> {
    Arn::new(service, region, name).map(|arn| Address::of(Host::Resource(arn)))
}
