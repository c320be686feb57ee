//! API quotas of an AWS account: the calls that Portolan makes, the token bucket that each call draws from,
//! and the buckets that several sources of one account share.

pub(super) mod account_quota;
pub(super) mod calls;
pub(super) mod token_bucket;
