//! Object store in an S3 bucket, or in a bucket of a service with the same API, through which a team shares
//! snapshots. Portolan signs the requests itself, so they use the same credentials, endpoints and retries as
//! other AWS calls. A separate S3 client crate would bring its own.

use super::{
    connect::load_shared_config,
    failure::{AwsTarget, unreadable_response},
    rate_limiter::RateLimiter,
    sigv4::{ApiRequest, S3_API, ServiceError, SignedClient, error_code, response_error},
};
use crate::{
    model::{Failure, SourceId},
    object_store::{
        Fetched, MAX_LISTED_OBJECTS, ObjectStore, ObjectVersion, StoredObject, WriteCondition, WriteOutcome,
    },
    source::ecs::{
        Config,
        quota::{
            calls::Call,
            token_bucket::{QuotaGroup, Shares},
        },
    },
};
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use futures::{FutureExt, future::BoxFuture};
use jiff::Timestamp;
use roxmltree::{Document, Node};
use std::{sync::Arc, time::Duration};
use tokio::{sync::OnceCell, time::sleep};

const GET_OBJECT: Call = call("s3:GetObject");
const PUT_OBJECT: Call = call("s3:PutObject");
const DELETE_OBJECT: Call = call("s3:DeleteObject");
const LIST_BUCKET: Call = call("s3:ListBucket");

const fn call(action: &'static str) -> Call {
    Call { action, group: QuotaGroup::TeamStore, needed_for: "the team's store" }
}

/// Maximum number of attempts of a write to which S3 responds with 409, because another write is in progress.
const MAX_CONFLICT_ATTEMPTS: u32 = 4;

/// Wait after the first response with status 409. The wait doubles with each further response with 409.
const CONFLICT_WAIT: Duration = Duration::from_millis(100);

/// Maximum number of pages of a listing. A page of S3 has up to 1,000 keys, and Portolan reads at most
/// [`MAX_LISTED_OBJECTS`] keys.
const MAX_LISTING_PAGES: usize = 20;

/// Object store in an S3 bucket, through which a team shares snapshots.
#[derive(Debug)]
pub struct S3Store {
    bucket: String,
    /// Prefix of all keys; empty, or with a slash at its end.
    prefix: String,
    config: Config,
    rate_limiter: RateLimiter,
    opened: OnceCell<OpenedBucket>,
}

/// Client of a bucket, and its region and endpoint.
#[derive(Debug)]
struct OpenedBucket {
    client: SignedClient<S3Response>,
    target: AwsTarget,
}

/// Response of S3 that is not an error: a success, a missing object, a condition that does not hold, or a
/// conflict with another write.
#[derive(Debug)]
struct S3Response {
    status: u16,
    body: Vec<u8>,
    version: Option<ObjectVersion>,
    age: Option<Duration>,
}

impl S3Store {
    /// Creates a store in `bucket` whose keys all start with `prefix`. `config` has the profile, region and
    /// endpoint; empty settings come from the environment. Sends no request.
    #[must_use]
    pub fn new(bucket: String, prefix: String, config: Config) -> Self {
        let shares = Shares { start: 100, steady: 100 };
        let rate_limiter = RateLimiter::new(SourceId::new("team"), shares, Arc::default());
        let prefix = if prefix.is_empty() { prefix } else { format!("{prefix}/") };
        Self { bucket, prefix, config, rate_limiter, opened: OnceCell::new() }
    }

    async fn opened(&self) -> Result<&OpenedBucket, Failure> {
        let open = || async {
            let (shared, target) = load_shared_config(&self.config).await?;
            Ok(OpenedBucket { client: SignedClient::with_parser(&shared, S3_API, parse_s3_response), target })
        };
        self.opened.get_or_try_init(open).await
    }

    /// Sends a request and returns the response.
    async fn send(&self, call: &Call, request: ApiRequest) -> Result<S3Response, Failure> {
        let OpenedBucket { client, target } = self.opened().await?;
        self.rate_limiter.call(call, target, client.call(request)).await
    }

    fn path(&self, key: &str) -> String {
        format!("/{}/{}{key}", self.bucket, self.prefix)
    }

    /// Sends one request to write an object.
    async fn put(
        &self,
        key: &str,
        bytes: Vec<u8>,
        condition: &WriteCondition,
    ) -> Result<S3Response, Failure> {
        let headers = match condition {
            WriteCondition::Always => Vec::new(),
            WriteCondition::IfMissing => vec![("if-none-match", "*".to_owned())],
            WriteCondition::IfVersion(ObjectVersion(etag)) => vec![("if-match", etag.clone())],
        };
        self.send(&PUT_OBJECT, ApiRequest::object("PUT", &self.path(key), &[], headers, bytes)).await
    }

    async fn put_with_retries(
        &self,
        key: &str,
        bytes: Vec<u8>,
        condition: &WriteCondition,
    ) -> Result<WriteOutcome, Failure> {
        let mut wait = CONFLICT_WAIT;
        for _ in 1..MAX_CONFLICT_ATTEMPTS {
            let response = self.put(key, bytes.clone(), condition).await?;
            if response.status != 409 {
                return self.write_outcome(response).await;
            }
            sleep(wait).await;
            wait *= 2;
        }
        let response = self.put(key, bytes, condition).await?;
        self.write_outcome(response).await
    }

    /// Returns the outcome of a write. S3 refuses a write if its condition does not hold, or if another write
    /// came first.
    async fn write_outcome(&self, response: S3Response) -> Result<WriteOutcome, Failure> {
        match (response.status, response.version) {
            (200..300, Some(version)) => Ok(WriteOutcome::Written(version)),
            (200..300, None) => Err(self.unreadable(&PUT_OBJECT, "it has no ETag").await),
            _ => Ok(WriteOutcome::Refused),
        }
    }

    async fn unreadable(&self, call: &Call, why: &str) -> Failure {
        match self.opened().await {
            Ok(opened) => unreadable_response(call, why, &opened.target),
            Err(failure) => failure,
        }
    }

    /// Lists the keys that start with `prefix`, and their versions.
    async fn list_all(&self, prefix: &str) -> Result<Vec<(String, ObjectVersion)>, Failure> {
        let whole = format!("{}{prefix}", self.prefix);
        let mut listing = Listing::default();
        while !listing.is_complete() {
            if listing.pages == MAX_LISTING_PAGES {
                let why = format!("the listing of {whole} has more than {MAX_LISTING_PAGES} pages");
                return Err(self.unreadable(&LIST_BUCKET, &why).await);
            }
            let mut query = Vec::new();
            if let Some(token) = &listing.next_page {
                query.push(("continuation-token", token.as_str()));
            }
            query.extend([("list-type", "2"), ("prefix", whole.as_str())]);
            let path = format!("/{}", self.bucket);
            let request = ApiRequest::object("GET", &path, &query, Vec::new(), Vec::new());
            let response = self.send(&LIST_BUCKET, request).await?;
            let text = String::from_utf8_lossy(&response.body);
            let page = Document::parse(text.trim()).map(|document| parse_listing(document.root_element()));
            match page {
                Ok(page) => listing.add_page(page),
                Err(error) => return Err(self.unreadable(&LIST_BUCKET, &error.to_string()).await),
            }
        }
        let own = |(key, version): (String, _)| Some((key.strip_prefix(&self.prefix)?.to_owned(), version));
        Ok(listing.entries.into_iter().filter_map(own).take(MAX_LISTED_OBJECTS).collect())
    }
}

/// Keys and versions in a page of a listing, and the token of the next page.
type ListingPage = (Vec<(String, ObjectVersion)>, Option<String>);

/// Listing of the bucket's keys while Portolan reads it page by page.
#[derive(Debug, Default)]
struct Listing {
    entries: Vec<(String, ObjectVersion)>,
    /// Number of pages read. Portolan limits the number, because a faulty store may announce a next page
    /// forever.
    pages: usize,
    /// Token of the next page.
    next_page: Option<String>,
}

impl Listing {
    fn add_page(&mut self, (entries, next_page): ListingPage) {
        self.entries.extend(entries);
        self.next_page = next_page;
        self.pages += 1;
    }

    /// Returns true if there is no further page to read, or if the listing has reached its maximum number of
    /// keys.
    fn is_complete(&self) -> bool {
        let is_last = self.pages > 0 && self.next_page.is_none();
        is_last || self.entries.len() >= MAX_LISTED_OBJECTS
    }
}

impl ObjectStore for S3Store {
    fn location(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.prefix).trim_end_matches('/').to_owned()
    }

    fn read<'a>(
        &'a self,
        key: &'a str,
        known: Option<&'a ObjectVersion>,
        max_bytes: usize,
    ) -> BoxFuture<'a, Result<Fetched, Failure>> {
        async move {
            let headers = known.map(|version| ("if-none-match", version.0.clone())).into_iter().collect();
            let request = ApiRequest::object("GET", &self.path(key), &[], headers, Vec::new());
            let response = self.send(&GET_OBJECT, request).await?;
            match (response.status, response.version) {
                (304, _) => Ok(Fetched::Unchanged),
                (404, _) => Ok(Fetched::Missing),
                (200..300, Some(version)) if response.body.len() <= max_bytes => {
                    Ok(Fetched::Found(StoredObject { bytes: response.body, version, age: response.age }))
                }
                (200..300, Some(_)) => Err(self
                    .unreadable(&GET_OBJECT, &format!("{key} is larger than {max_bytes} bytes"))
                    .await),
                _ => Err(self.unreadable(&GET_OBJECT, "it has no ETag").await),
            }
        }
        .boxed()
    }

    fn write<'a>(
        &'a self,
        key: &'a str,
        bytes: Vec<u8>,
        condition: WriteCondition,
    ) -> BoxFuture<'a, Result<WriteOutcome, Failure>> {
        async move { self.put_with_retries(key, bytes, &condition).await }.boxed()
    }

    fn list<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<(String, ObjectVersion)>, Failure>> {
        self.list_all(prefix).boxed()
    }

    fn delete<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), Failure>> {
        async move {
            let request = ApiRequest::object("DELETE", &self.path(key), &[], Vec::new(), Vec::new());
            self.send(&DELETE_OBJECT, request).await.map(drop)
        }
        .boxed()
    }
}

/// Parses a response of S3. A missing object, a condition that does not hold, and a conflict with another
/// write do not count as errors.
fn parse_s3_response(response: &HttpResponse) -> Result<S3Response, OrchestratorError<ServiceError>> {
    let status = response.status().as_u16();
    let header = |name: &str| response.headers().get(name);
    let is_answer = match status {
        200..300 | 304 | 409 | 412 => true,
        404 => error_code(response).as_deref() != Some("NoSuchBucket"),
        _ => false,
    };
    if !is_answer {
        return Err(response_error(response));
    }
    Ok(S3Response {
        status,
        body: response.body().bytes().unwrap_or_default().to_vec(),
        version: header("etag").map(|etag| ObjectVersion(etag.to_owned())),
        age: header("date")
            .zip(header("last-modified"))
            .and_then(|(now, written)| age_by_headers(now, written)),
    })
}

/// Returns the age of an object: the time from the header `Last-Modified` (`written`) to the header `Date`
/// (`now`). Both times are from the clock of the store. Returns `None` if a header is not a time.
fn age_by_headers(now: &str, written: &str) -> Option<Duration> {
    let time = |text: &str| jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp());
    let (now, written): (Timestamp, Timestamp) = (time(now)?, time(written)?);
    Some(Duration::try_from(now.duration_since(written)).unwrap_or_default())
}

/// Returns the keys and versions in a page of a listing, and the token of the next page.
fn parse_listing(root: Node<'_, '_>) -> ListingPage {
    let text = |node: Node<'_, '_>, name: &str| {
        node.children().find(|child| child.tag_name().name() == name)?.text().map(str::to_owned)
    };
    let entries = root.children().filter(|child| child.tag_name().name() == "Contents");
    let listed = entries.filter_map(|entry| {
        Some((text(entry, "Key")?, ObjectVersion(text(entry, "ETag").unwrap_or_default())))
    });
    (listed.collect(), text(root, "NextContinuationToken"))
}

#[cfg(test)]
mod tests {
    use super::{Listing, MAX_LISTING_PAGES, age_by_headers, parse_listing};
    use crate::object_store::ObjectVersion;
    use roxmltree::Document;

    #[test]
    fn the_age_is_by_the_clock_of_the_store_alone() {
        let age = |now, written| age_by_headers(now, written).map(|age| age.as_secs());
        let written = "Mon, 30 Nov 2026 05:00:00 GMT";
        assert_eq!(age("Mon, 30 Nov 2026 05:01:07 GMT", written), Some(67));
        assert_eq!(age("Mon, 30 Nov 2026 04:59:00 GMT", written), Some(0));
        assert_eq!(age("yesterday", written), None);
    }

    #[test]
    fn a_listing_that_never_ends_is_not_read_for_ever() {
        let mut endless = Listing::default();
        while !endless.is_complete() && endless.pages < MAX_LISTING_PAGES {
            endless.add_page((Vec::new(), Some(format!("t{}", endless.pages))));
        }
        assert!(endless.pages == 20 && !endless.is_complete(), "a failure");
        let mut huge = Listing::default();
        while !huge.is_complete() {
            let entry = ("a".to_owned(), ObjectVersion(String::new()));
            huge.add_page((vec![entry; 1_000], Some("t".to_owned())));
        }
        assert_eq!(huge.entries.len(), 10_000);
        let mut empty = Listing::default();
        assert!(!empty.is_complete());
        empty.add_page((Vec::new(), None));
        assert!(empty.is_complete());
    }

    #[test]
    fn a_listing_has_keys_and_versions() {
        let text = "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Contents><Key>a/head</Key>\
                    <ETag>&quot;1&quot;</ETag></Contents><NextContinuationToken>t</NextContinuationToken>\
                    </ListBucketResult>";
        let document = Document::parse(text).unwrap();
        let (listed, next) = parse_listing(document.root_element());
        assert_eq!(listed, [("a/head".to_owned(), ObjectVersion("\"1\"".to_owned()))]);
        assert_eq!(next.as_deref(), Some("t"));
    }
}
