//! Parser of AWS resource names: ARNs, and URLs of queues and buckets.

use super::{AddressShape, FoundAddress};
use crate::model::{Address, Arn, Host};

/// AWS services whose resources programs call. An ARN of any other service, such as `iam`, is a setting for
/// AWS itself.
const CALLED_SERVICES: &[&str] = &[
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

/// Parses an ARN or a list of ARNs. Leaves out resources that programs don't call. Returns `None` if the
/// value does not begin with an ARN.
pub(super) fn arn_list(value: &str) -> Option<Vec<FoundAddress>> {
    value.starts_with("arn:aws").then_some(())?;
    let items =
        value.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';')).filter(|item| !item.is_empty());
    Some(
        items
            .filter_map(resource_in_arn)
            .map(|address| FoundAddress::new(AddressShape::Resource, address))
            .collect(),
    )
}

/// Parses an ARN. Returns the resource, or `None` if programs don't call the resources of its service.
///
/// Form: `arn:partition:service:region:account:resource`. The resource may begin with its type and a `/` or
/// `:` (AWS General Reference, Amazon Resource Names).
fn resource_in_arn(text: &str) -> Option<Address> {
    let mut parts = text.splitn(6, ':');
    let (arn, partition, service) = (parts.next()?, parts.next()?, parts.next()?);
    let (region, _account, resource) = (parts.next()?, parts.next()?, parts.next()?);
    if arn != "arn" || !partition.starts_with("aws") || !CALLED_SERVICES.contains(&service) {
        return None;
    }
    let name = if service == "s3" {
        resource.split('/').next()
    } else {
        resource.split(['/', ':']).find(|p| !is_resource_type(p))
    };
    resource_address(service, region, name?)
}

/// Returns true if `part`, a part of the resource in an ARN, is the resource's type rather than its name.
fn is_resource_type(part: &str) -> bool {
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

/// Returns the bucket or queue that a URL names, or `None` if the URL is not one of S3 or SQS.
pub(super) fn resource_in_url(scheme: &str, host: &str, path: &str) -> Option<Address> {
    if scheme == "s3" || scheme == "s3a" {
        return resource_address("s3", "", host);
    }
    let labels: Vec<&str> = host.split('.').collect();
    let mut segments = path.trim_start_matches('/').split('/');
    match &labels[..] {
        ["sqs", region, "amazonaws", "com", ..] => resource_address("sqs", region, segments.nth(1)?),
        ["s3", region, "amazonaws", "com", ..] => resource_address("s3", region, segments.next()?),
        ["s3", "amazonaws", "com"] => resource_address("s3", "", segments.next()?),
        [bucket @ .., "s3", _, "amazonaws", "com"] | [bucket @ .., "s3", "amazonaws", "com"]
            if !bucket.is_empty() =>
        {
            resource_address("s3", "", &bucket.join("."))
        }
        _ => None,
    }
}

/// Returns the address of a resource, or `None` if `name` is not valid.
fn resource_address(service: &str, region: &str, name: &str) -> Option<Address> {
    Arn::new(service, region, name).map(|arn| Address::from_host(Host::Resource(arn)))
}
