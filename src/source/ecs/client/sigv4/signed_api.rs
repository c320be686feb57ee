//! AWS APIs whose calls Portolan signs itself, and their endpoints.

use aws_config::SdkConfig;
use aws_types::{region::Region, service_config::ServiceConfigKey};

/// AWS API whose calls Portolan signs itself: its names in the SDKs, in host names and in signatures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SignedApi {
    /// Name in the SDKs, with spaces. It is also part of the variable `AWS_ENDPOINT_URL_…`.
    pub sdk_id: &'static str,
    /// First label of the host name.
    pub endpoint_prefix: &'static str,
    /// Name in the signature.
    pub signing_name: &'static str,
    /// True if the API's normal endpoint in `GovCloud` is the FIPS endpoint. Source: the endpoint rules in
    /// AWS's API models.
    pub gov_cloud_is_fips: bool,
    /// True for S3, whose signature covers the path as sent, and which requires the hash of the body in a
    /// header.
    pub signs_as_s3: bool,
    /// True for IAM, which has one endpoint for all regions of a partition.
    pub is_global: bool,
}

/// Elastic Load Balancing, for load balancers and the health of their targets.
pub(crate) const LOAD_BALANCING_API: SignedApi = SignedApi {
    sdk_id: "Elastic Load Balancing v2",
    endpoint_prefix: "elasticloadbalancing",
    signing_name: "elasticloadbalancing",
    gov_cloud_is_fips: true,
    signs_as_s3: false,
    is_global: false,
};
/// Cloud Map, for the names of namespaces and services.
pub(crate) const CLOUD_MAP_API: SignedApi = SignedApi {
    sdk_id: "ServiceDiscovery",
    endpoint_prefix: "servicediscovery",
    signing_name: "servicediscovery",
    gov_cloud_is_fips: false,
    signs_as_s3: false,
    is_global: false,
};
/// EC2, for flow logs.
pub(crate) const EC2_API: SignedApi = SignedApi {
    sdk_id: "EC2",
    endpoint_prefix: "ec2",
    signing_name: "ec2",
    gov_cloud_is_fips: true,
    signs_as_s3: false,
    is_global: false,
};
/// CloudWatch, for Service Connect metrics.
pub(crate) const CLOUDWATCH_API: SignedApi = SignedApi {
    sdk_id: "CloudWatch",
    endpoint_prefix: "monitoring",
    signing_name: "monitoring",
    gov_cloud_is_fips: true,
    signs_as_s3: false,
    is_global: false,
};
/// App Mesh, for the services that its nodes and gateways call.
pub(crate) const APP_MESH_API: SignedApi = SignedApi {
    sdk_id: "App Mesh",
    endpoint_prefix: "appmesh",
    signing_name: "appmesh",
    gov_cloud_is_fips: false,
    signs_as_s3: false,
    is_global: false,
};

/// S3, for the bucket through which a team shares snapshots.
pub(crate) const S3_API: SignedApi = SignedApi {
    sdk_id: "S3",
    endpoint_prefix: "s3",
    signing_name: "s3",
    gov_cloud_is_fips: false,
    signs_as_s3: true,
    is_global: false,
};
/// Application Auto Scaling, for the minimum and maximum to which it scales a service.
pub(crate) const AUTO_SCALING_API: SignedApi = SignedApi {
    sdk_id: "Application Auto Scaling",
    endpoint_prefix: "application-autoscaling",
    signing_name: "application-autoscaling",
    gov_cloud_is_fips: false,
    signs_as_s3: false,
    is_global: false,
};
/// Session Manager, for shells in tasks and forwarded ports.
pub(crate) const SESSION_MANAGER_API: SignedApi = SignedApi {
    sdk_id: "SSM",
    endpoint_prefix: "ssm",
    signing_name: "ssm",
    gov_cloud_is_fips: true,
    signs_as_s3: false,
    is_global: false,
};
/// ECS, for the calls that change something or open a shell.
pub(crate) const ECS_API: SignedApi = SignedApi {
    sdk_id: "ECS",
    endpoint_prefix: "ecs",
    signing_name: "ecs",
    gov_cloud_is_fips: false,
    signs_as_s3: false,
    is_global: false,
};
/// IAM, for the alias of the account.
pub(crate) const IAM_API: SignedApi = SignedApi {
    sdk_id: "IAM",
    endpoint_prefix: "iam",
    signing_name: "iam",
    gov_cloud_is_fips: true,
    signs_as_s3: false,
    is_global: true,
};

/// Partition of AWS, such as China: a group of regions, with the domains of its endpoints.
struct Partition {
    /// Prefix of the names of the regions.
    region_prefix: &'static str,
    domain: &'static str,
    /// Domain of the dual-stack endpoints, which also have IPv6 addresses.
    dual_stack_domain: &'static str,
    /// Region in the signatures of calls to IAM.
    iam_region: &'static str,
    /// Host of IAM.
    iam_host: &'static str,
}

/// Host of IAM with FIPS-validated cryptography, in the commercial partition. The other partitions have only
/// one host.
const FIPS_IAM_HOST: &str = "iam-fips.amazonaws.com";

/// All partitions except [`COMMERCIAL_PARTITION`]. Source: `partitions.json` in AWS's SDKs.
const AWS_PARTITIONS: [Partition; 7] = [
    Partition {
        region_prefix: "cn-",
        domain: "amazonaws.com.cn",
        dual_stack_domain: "api.amazonwebservices.com.cn",
        iam_region: "cn-north-1",
        iam_host: "iam.cn-north-1.amazonaws.com.cn",
    },
    Partition {
        region_prefix: "eusc-",
        domain: "amazonaws.eu",
        dual_stack_domain: "api.amazonwebservices.eu",
        iam_region: "eusc-de-east-1",
        iam_host: "iam.eusc-de-east-1.amazonaws.eu",
    },
    Partition {
        region_prefix: "us-iso-",
        domain: "c2s.ic.gov",
        dual_stack_domain: "api.aws.ic.gov",
        iam_region: "us-iso-east-1",
        iam_host: "iam.us-iso-east-1.c2s.ic.gov",
    },
    Partition {
        region_prefix: "us-isob-",
        domain: "sc2s.sgov.gov",
        dual_stack_domain: "api.aws.scloud",
        iam_region: "us-isob-east-1",
        iam_host: "iam.us-isob-east-1.sc2s.sgov.gov",
    },
    Partition {
        region_prefix: "eu-isoe-",
        domain: "cloud.adc-e.uk",
        dual_stack_domain: "api.cloud-aws.adc-e.uk",
        iam_region: "eu-isoe-west-1",
        iam_host: "iam.eu-isoe-west-1.cloud.adc-e.uk",
    },
    Partition {
        region_prefix: "us-isof-",
        domain: "csp.hci.ic.gov",
        dual_stack_domain: "api.aws.hci.ic.gov",
        iam_region: "us-isof-south-1",
        iam_host: "iam.us-isof-south-1.csp.hci.ic.gov",
    },
    Partition {
        region_prefix: "us-gov-",
        domain: "amazonaws.com",
        dual_stack_domain: "api.aws",
        iam_region: "us-gov-west-1",
        iam_host: "iam.us-gov.amazonaws.com",
    },
];

/// Commercial partition, to which all regions belong that are in none of [`AWS_PARTITIONS`].
const COMMERCIAL_PARTITION: Partition = Partition {
    region_prefix: "",
    domain: "amazonaws.com",
    dual_stack_domain: "api.aws",
    iam_region: "us-east-1",
    iam_host: "iam.amazonaws.com",
};

/// Returns true if `host` belongs to AWS in any partition.
pub(crate) fn is_aws_host(host: &str) -> bool {
    let belongs_to = |domain: &str| host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    let mut partitions = AWS_PARTITIONS.iter().chain([&COMMERCIAL_PARTITION]);
    partitions.any(|partition| belongs_to(partition.domain) || belongs_to(partition.dual_stack_domain))
}

impl Partition {
    fn of(region: &str) -> &'static Self {
        let own = AWS_PARTITIONS.iter().find(|partition| region.starts_with(partition.region_prefix));
        own.unwrap_or(&COMMERCIAL_PARTITION)
    }
}

impl SignedApi {
    /// Returns the endpoint that the SDK's clients would choose. First comes the endpoint in the source's
    /// configuration, then the user's endpoint for this API, then the user's endpoint for all APIs, then the
    /// endpoint of AWS.
    pub(super) fn endpoint(self, shared: &SdkConfig, region: &Region) -> String {
        let given = shared.get_origin("endpoint_url").is_client_config();
        let own = shared.service_config().filter(|_| !given).and_then(|config| {
            let key = ServiceConfigKey::builder()
                .service_id(self.sdk_id)
                .env("AWS_ENDPOINT_URL")
                .profile("endpoint_url")
                .build();
            config.load_config(key.ok()?)
        });
        own.or_else(|| shared.endpoint_url().map(str::to_owned)).unwrap_or_else(|| {
            let (fips, dual_stack) = (shared.use_fips(), shared.use_dual_stack());
            self.aws_endpoint(region.as_ref(), fips.unwrap_or(false), dual_stack.unwrap_or(false))
        })
    }

    /// Returns the region in the signature of a call to `region`: the region of IAM in the partition for
    /// calls to IAM, and `region` itself for all other calls.
    pub(super) fn signing_region(self, region: Region) -> Region {
        if self.is_global { Region::from_static(Partition::of(region.as_ref()).iam_region) } else { region }
    }

    /// Returns the endpoint of AWS in a region. `fips` selects the endpoint with FIPS-validated cryptography,
    /// and `dual_stack` the endpoint with IPv6 addresses.
    fn aws_endpoint(self, region: &str, fips: bool, dual_stack: bool) -> String {
        let partition = Partition::of(region);
        if self.is_global {
            let is_validated = fips && partition.region_prefix.is_empty();
            let host = if is_validated { FIPS_IAM_HOST } else { partition.iam_host };
            return format!("https://{host}");
        }
        let domain = if dual_stack { partition.dual_stack_domain } else { partition.domain };
        let is_fips_anyway = self.gov_cloud_is_fips && region.starts_with("us-gov-") && !dual_stack;
        let suffix = if fips && !is_fips_anyway { "-fips" } else { "" };
        if self.signs_as_s3 && dual_stack {
            return format!(
                "https://{}{suffix}.dualstack.{region}.{}",
                self.endpoint_prefix, partition.domain
            );
        }
        format!("https://{}{suffix}.{region}.{domain}", self.endpoint_prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::{CLOUD_MAP_API, IAM_API, LOAD_BALANCING_API, Region, S3_API};

    /// Checks endpoints against those in the tests of AWS's API models.
    #[test]
    fn endpoints_are_those_of_the_sdk() {
        let balancers = |region, fips, dual_stack| LOAD_BALANCING_API.aws_endpoint(region, fips, dual_stack);
        let names = |region, fips, dual_stack| CLOUD_MAP_API.aws_endpoint(region, fips, dual_stack);
        for (endpoint, expected) in [
            (balancers("af-south-1", false, false), "elasticloadbalancing.af-south-1.amazonaws.com"),
            (balancers("us-east-1", true, false), "elasticloadbalancing-fips.us-east-1.amazonaws.com"),
            (balancers("us-east-1", true, true), "elasticloadbalancing-fips.us-east-1.api.aws"),
            (balancers("us-gov-east-1", true, false), "elasticloadbalancing.us-gov-east-1.amazonaws.com"),
            (balancers("us-gov-east-1", true, true), "elasticloadbalancing-fips.us-gov-east-1.api.aws"),
            (balancers("us-isob-east-1", false, false), "elasticloadbalancing.us-isob-east-1.sc2s.sgov.gov"),
            (balancers("us-iso-west-1", false, false), "elasticloadbalancing.us-iso-west-1.c2s.ic.gov"),
            (names("cn-northwest-1", false, false), "servicediscovery.cn-northwest-1.amazonaws.com.cn"),
            (
                names("cn-northwest-1", false, true),
                "servicediscovery.cn-northwest-1.api.amazonwebservices.com.cn",
            ),
            (names("eusc-de-east-1", true, false), "servicediscovery-fips.eusc-de-east-1.amazonaws.eu"),
            (names("eu-isoe-west-1", false, false), "servicediscovery.eu-isoe-west-1.cloud.adc-e.uk"),
            (names("us-isof-south-1", false, false), "servicediscovery.us-isof-south-1.csp.hci.ic.gov"),
            (S3_API.aws_endpoint("cn-north-1", false, false), "s3.cn-north-1.amazonaws.com.cn"),
            (S3_API.aws_endpoint("eu-west-1", true, true), "s3-fips.dualstack.eu-west-1.amazonaws.com"),
            (names("us-gov-west-1", true, false), "servicediscovery-fips.us-gov-west-1.amazonaws.com"),
        ] {
            assert_eq!(endpoint, format!("https://{expected}"));
        }
    }

    /// Checks endpoints and regions against the partitions in the SDK for Python (`botocore`,
    /// `endpoints.json`).
    #[test]
    fn iam_has_one_endpoint_and_one_signing_region_in_a_partition() {
        for (region, fips, host, signing_region) in [
            ("eu-west-1", false, "iam.amazonaws.com", "us-east-1"),
            ("eu-west-1", true, "iam-fips.amazonaws.com", "us-east-1"),
            ("us-gov-east-1", true, "iam.us-gov.amazonaws.com", "us-gov-west-1"),
            ("cn-northwest-1", false, "iam.cn-north-1.amazonaws.com.cn", "cn-north-1"),
            ("us-iso-west-1", false, "iam.us-iso-east-1.c2s.ic.gov", "us-iso-east-1"),
        ] {
            assert_eq!(IAM_API.aws_endpoint(region, fips, false), format!("https://{host}"));
            assert_eq!(IAM_API.signing_region(Region::from_static(region)).as_ref(), signing_region);
        }
        let elsewhere = Region::from_static("eu-west-1");
        assert_eq!(S3_API.signing_region(elsewhere.clone()), elsewhere);
    }
}
