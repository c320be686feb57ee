//! AWS clients, created from the configuration. The aws-config crate resolves credentials and region. Every
//! call has a time limit. Portolan calls the instance metadata service only if a setting allows it.

use super::{
    failure::AwsTarget,
    host_prefix::StripHostPrefix,
    http_client::http_client,
    lenient_response::{RecoverResponses, RemovedValues},
    response_limit::LimitResponseSize,
    sigv4::{
        APP_MESH_API, AUTO_SCALING_API, CLOUD_MAP_API, CLOUDWATCH_API, EC2_API, ECS_API, IAM_API,
        LOAD_BALANCING_API, SESSION_MANAGER_API, SignedClient,
    },
};
use crate::{
    model::{Failure, FailureKind},
    source::ecs::Config,
};
use aws_config::{
    BehaviorVersion, Region, SdkConfig,
    ecs::EcsCredentialsProvider,
    environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider},
    imds::region::ImdsRegionProvider,
    meta::{credentials::CredentialsProviderChain, region::RegionProviderChain},
    profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider},
    provider_config::ProviderConfig,
    retry::RetryConfig,
    timeout::TimeoutConfig,
    web_identity_token::WebIdentityTokenCredentialsProvider,
};
use aws_types::sdk_config::SharedCredentialsProvider;
use std::time::Duration;

/// AWS clients of one source, one for each API.
#[derive(Clone, Debug)]
pub(crate) struct Clients {
    pub ecs: aws_sdk_ecs::Client,
    pub logs: aws_sdk_cloudwatchlogs::Client,
    pub cloud_map: SignedClient,
    pub load_balancers: SignedClient,
    pub ec2: SignedClient,
    pub cloudwatch: SignedClient,
    pub app_mesh: SignedClient,
    pub auto_scaling: SignedClient,
    pub iam: SignedClient,
    /// Client for the ECS calls that change something. It never retries a call.
    pub ecs_changes: SignedClient,
    pub session_manager: SignedClient,
    pub sts: aws_sdk_sts::Client,
    /// Provider of the credentials that all clients use.
    pub credentials: Option<SharedCredentialsProvider>,
    /// Values that Portolan removed from responses because the SDK could not read them.
    pub removed_values: RemovedValues,
    /// Region, profile and endpoint that the clients use.
    pub target: AwsTarget,
}

/// Resolves the configuration and creates the clients. Sends no request, except to the instance metadata
/// service if `instance_role` is set.
pub(crate) async fn connect(config: &Config) -> Result<Clients, Failure> {
    let (shared, target) = load_shared_config(config).await?;
    Ok(Clients::new(&shared, target))
}

/// Resolves the configuration that all clients share. Also returns the region, profile and endpoint in it.
pub(crate) async fn load_shared_config(config: &Config) -> Result<(SdkConfig, AwsTarget), Failure> {
    let provider = ProviderConfig::without_region().with_http_client(http_client());
    let region = resolve_region(config, &provider).await.ok_or_else(missing_region_failure)?;
    let provider = provider.with_region(Some(region.clone()));
    let shared = load_sdk_config(config, region.clone(), &provider).await;
    let setting = AwsTarget {
        profile: Config::non_empty(&config.profile).or_else(|| std::env::var("AWS_PROFILE").ok()),
        region: region.to_string(),
        endpoint: shared.endpoint_url().map(str::to_owned),
    };
    Ok((shared, setting))
}

impl Clients {
    /// Creates clients that share one SDK configuration.
    pub(crate) fn new(shared: &SdkConfig, target: AwsTarget) -> Self {
        let ecs = aws_sdk_ecs::config::Builder::from(shared);
        let logs = aws_sdk_cloudwatchlogs::config::Builder::from(shared).interceptor(StripHostPrefix);
        let identity = aws_sdk_sts::config::Builder::from(shared);
        let limited = LimitResponseSize;
        let removed_values = RemovedValues::default();
        let recover = || RecoverResponses(removed_values.clone());
        let logs = logs.interceptor(limited).interceptor(recover());
        Self {
            ecs: aws_sdk_ecs::Client::from_conf(ecs.interceptor(limited).interceptor(recover()).build()),
            logs: aws_sdk_cloudwatchlogs::Client::from_conf(logs.build()),
            cloud_map: SignedClient::new(shared, CLOUD_MAP_API),
            load_balancers: SignedClient::new(shared, LOAD_BALANCING_API),
            ec2: SignedClient::new(shared, EC2_API),
            cloudwatch: SignedClient::new(shared, CLOUDWATCH_API),
            app_mesh: SignedClient::new(shared, APP_MESH_API),
            auto_scaling: SignedClient::new(shared, AUTO_SCALING_API),
            iam: SignedClient::new(shared, IAM_API),
            ecs_changes: SignedClient::without_retries(shared, ECS_API),
            session_manager: SignedClient::without_retries(shared, SESSION_MANAGER_API),
            sts: aws_sdk_sts::Client::from_conf(identity.interceptor(limited).build()),
            credentials: shared.credentials_provider(),
            removed_values,
            target,
        }
    }

    /// Returns a CloudWatch Logs client for another region, for containers that log there.
    #[must_use]
    pub(crate) fn logs_in(&self, region: &str) -> aws_sdk_cloudwatchlogs::Client {
        let config = self.logs.config().to_builder().region(Region::new(region.to_owned())).build();
        aws_sdk_cloudwatchlogs::Client::from_conf(config)
    }
}

async fn resolve_region(config: &Config, provider: &ProviderConfig) -> Option<Region> {
    let mut profile = ProfileFileRegionProvider::builder();
    if let Some(name) = Config::non_empty(&config.profile) {
        profile = profile.profile_name(name);
    }
    let asked = Config::non_empty(&config.region).map(Region::new);
    let chain = RegionProviderChain::first_try(asked);
    // If the configuration names a profile, the profile's region takes precedence over the region in the
    // environment.
    let chain = if config.profile.is_empty() {
        chain.or_else(EnvironmentVariableRegionProvider::new()).or_else(profile.build())
    } else {
        chain.or_else(profile.build()).or_else(EnvironmentVariableRegionProvider::new())
    };
    if config.instance_role {
        chain.or_else(ImdsRegionProvider::builder().configure(provider).build()).region().await
    } else {
        chain.region().await
    }
}

fn missing_region_failure() -> Failure {
    Failure::new(
        FailureKind::Invalid,
        "no AWS region is set",
        "set AWS_REGION, give --region, set `region` for this source, or set it for the profile in ~/.aws/config",
    )
}

async fn load_sdk_config(config: &Config, region: Region, provider: &ProviderConfig) -> SdkConfig {
    let limits = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(3))
        .operation_attempt_timeout(Duration::from_secs(8))
        .operation_timeout(Duration::from_secs(15))
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .region(region)
        .http_client(http_client())
        .retry_config(RetryConfig::standard().with_max_attempts(2))
        .timeout_config(limits);
    if !config.instance_role {
        loader = loader.credentials_provider(credentials_chain(config, provider));
    }
    if let Some(profile) = Config::non_empty(&config.profile) {
        loader = loader.profile_name(profile);
    }
    if let Some(endpoint) = Config::non_empty(&config.endpoint) {
        loader = loader.endpoint_url(endpoint);
    }
    loader.load().await
}

/// Returns the SDK's chain of credential providers without its last provider, the instance metadata service.
/// If the configuration names a profile, that profile comes first.
fn credentials_chain(config: &Config, provider: &ProviderConfig) -> CredentialsProviderChain {
    let mut profile = ProfileFileCredentialsProvider::builder().configure(provider);
    let environment = EnvironmentVariableCredentialsProvider::new();
    let chain = match Config::non_empty(&config.profile) {
        Some(name) => {
            profile = profile.profile_name(name);
            CredentialsProviderChain::first_try("Profile", profile.build())
                .or_else("Environment", environment)
        }
        None => CredentialsProviderChain::first_try("Environment", environment)
            .or_else("Profile", profile.build()),
    };
    let web_identity = WebIdentityTokenCredentialsProvider::builder().configure(provider).build();
    let container = EcsCredentialsProvider::builder().configure(provider).build();
    chain.or_else("WebIdentityToken", web_identity).or_else("EcsContainer", container)
}
