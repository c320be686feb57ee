//! AWS clients: connecting, signing, paging, limits on calls and responses, and conversion of errors to
//! failures.

pub(super) mod access_key;
pub(super) mod api;
pub(super) mod connect;
pub(super) mod failure;
pub(super) mod host_prefix;
mod http_client;
pub(super) mod lenient_response;
pub(super) mod paging;
pub(super) mod rate_limiter;
pub(super) mod response_limit;
pub(super) mod s3_store;
mod signed_call;
pub(super) mod sigv4;
