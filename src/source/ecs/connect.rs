//! From configuration to API clients: what aws-config resolves, with time limits, and without asking the metadata
//! address of a machine that is not on EC2.

use super::{
    Config,
    answer_limit::LimitAnswers,
    failure::Setting,
    prefix::StripPrefix,
    signed::{APP_MESH, CLOUDWATCH, Caller, EC2},
};
use crate::model::{Failure, FailureKind};
use aws_config::{
    BehaviorVersion, Region, SdkConfig,
    ecs::EcsCredentialsProvider,
    environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider},
    meta::{credentials::CredentialsProviderChain, region::RegionProviderChain},
    profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider},
    provider_config::ProviderConfig,
    retry::RetryConfig,
    timeout::TimeoutConfig,
    web_identity_token::WebIdentityTokenCredentialsProvider,
};
use std::time::Duration;

/// The clients of one source, over one configuration.
#[derive(Clone, Debug)]
pub(crate) struct Clients {
    /// Amazon ECS.
    pub ecs: aws_sdk_ecs::Client,
    /// CloudWatch Logs.
    pub logs: aws_sdk_cloudwatchlogs::Client,
    /// Cloud Map.
    pub registry: aws_sdk_servicediscovery::Client,
    /// Elastic Load Balancing.
    pub balancers: aws_sdk_elasticloadbalancingv2::Client,
    /// EC2.
    pub ec2: Caller,
    /// CloudWatch.
    pub metrics: Caller,
    /// App Mesh.
    pub mesh: Caller,
    /// Who we are.
    pub identity: aws_sdk_sts::Client,
    /// Where the calls go and as whom.
    pub setting: Setting,
}

/// Resolves the configuration and makes the clients; asks no network.
pub(crate) async fn connect(config: &Config) -> Result<Clients, Failure> {
    let region = region(config).await.ok_or_else(no_region)?;
    let shared = load(config, region.clone()).await;
    let setting = Setting {
        profile: Config::given(&config.profile).or_else(|| std::env::var("AWS_PROFILE").ok()),
        region: region.to_string(),
        endpoint: shared.endpoint_url().map(str::to_owned),
    };
    Ok(Clients::over(&shared, setting))
}

impl Clients {
    /// The clients over one configuration.
    pub(crate) fn over(shared: &SdkConfig, setting: Setting) -> Self {
        let ecs = aws_sdk_ecs::config::Builder::from(shared);
        let logs = aws_sdk_cloudwatchlogs::config::Builder::from(shared).interceptor(StripPrefix);
        let registry = aws_sdk_servicediscovery::config::Builder::from(shared);
        let balancers = aws_sdk_elasticloadbalancingv2::config::Builder::from(shared);
        let identity = aws_sdk_sts::config::Builder::from(shared);
        let limited = LimitAnswers;
        Self {
            ecs: aws_sdk_ecs::Client::from_conf(ecs.interceptor(limited).build()),
            logs: aws_sdk_cloudwatchlogs::Client::from_conf(logs.interceptor(limited).build()),
            registry: aws_sdk_servicediscovery::Client::from_conf(registry.interceptor(limited).build()),
            balancers: aws_sdk_elasticloadbalancingv2::Client::from_conf(
                balancers.interceptor(limited).build(),
            ),
            ec2: Caller::over(shared, EC2),
            metrics: Caller::over(shared, CLOUDWATCH),
            mesh: Caller::over(shared, APP_MESH),
            identity: aws_sdk_sts::Client::from_conf(identity.interceptor(limited).build()),
            setting,
        }
    }

    /// A log client for another region, for containers that log there.
    #[must_use]
    pub(crate) fn logs_in(&self, region: &str) -> aws_sdk_cloudwatchlogs::Client {
        let config = self.logs.config().to_builder().region(Region::new(region.to_owned())).build();
        aws_sdk_cloudwatchlogs::Client::from_conf(config)
    }
}

async fn region(config: &Config) -> Option<Region> {
    let mut profile = ProfileFileRegionProvider::builder();
    if let Some(name) = Config::given(&config.profile) {
        profile = profile.profile_name(name);
    }
    let asked = Config::given(&config.region).map(Region::new);
    let chain = RegionProviderChain::first_try(asked);
    // The region of a profile that was asked for by name counts more than one that happens to be exported.
    let chain = if config.profile.is_empty() {
        chain.or_else(EnvironmentVariableRegionProvider::new()).or_else(profile.build())
    } else {
        chain.or_else(profile.build()).or_else(EnvironmentVariableRegionProvider::new())
    };
    if config.instance_role { chain.or_default_provider().region().await } else { chain.region().await }
}

fn no_region() -> Failure {
    Failure::new(
        FailureKind::Invalid,
        "no AWS region is set",
        "set AWS_REGION, give --region, set `region` for this source, or set it for the profile in ~/.aws/config",
    )
}

async fn load(config: &Config, region: Region) -> SdkConfig {
    let limits = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(3))
        .operation_attempt_timeout(Duration::from_secs(8))
        .operation_timeout(Duration::from_secs(15))
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .region(region.clone())
        .retry_config(RetryConfig::standard().with_max_attempts(2))
        .timeout_config(limits);
    if !config.instance_role {
        loader = loader.credentials_provider(credentials(config, region));
    }
    if let Some(profile) = Config::given(&config.profile) {
        loader = loader.profile_name(profile);
    }
    if let Some(endpoint) = Config::given(&config.endpoint) {
        loader = loader.endpoint_url(endpoint);
    }
    loader.load().await
}

/// The SDK's own chain without its last link, the metadata address. A profile asked for by name goes first.
fn credentials(config: &Config, region: Region) -> CredentialsProviderChain {
    let provider = ProviderConfig::without_region().with_region(Some(region));
    let mut profile = ProfileFileCredentialsProvider::builder().configure(&provider);
    let environment = EnvironmentVariableCredentialsProvider::new();
    let chain = match Config::given(&config.profile) {
        Some(name) => {
            profile = profile.profile_name(name);
            CredentialsProviderChain::first_try("Profile", profile.build())
                .or_else("Environment", environment)
        }
        None => CredentialsProviderChain::first_try("Environment", environment)
            .or_else("Profile", profile.build()),
    };
    let web_identity = WebIdentityTokenCredentialsProvider::builder().configure(&provider).build();
    let container = EcsCredentialsProvider::builder().configure(&provider).build();
    chain.or_else("WebIdentityToken", web_identity).or_else("EcsContainer", container)
}
