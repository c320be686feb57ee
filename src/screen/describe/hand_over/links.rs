//! Links to pages about a service: its page in the AWS console, and the pages that the user has configured.

use super::{CopyItem, arn_of};
use crate::{model::Service, store::World, topology::Node};

/// Returns the link that the browser opens for a node: the page in the AWS console, or else the repository or
/// runbook from the user's configuration.
#[must_use]
pub fn main_link(world: &World, node: &Node) -> Option<String> {
    let service = world.service_of(node)?;
    links(world, service).into_iter().next().map(|item| item.text)
}

/// Returns all links about a service, the most useful first.
pub(super) fn links(world: &World, service: &Service) -> Vec<CopyItem> {
    let console = arn_of(service).and_then(console_link);
    let mut items: Vec<_> = console.map(|link| CopyItem::new("AWS console", link)).into_iter().collect();
    for known in world.inventory.annotations(service) {
        let pages = [("repository", &known.repository), ("runbook", &known.runbook)];
        let pages = pages.into_iter().filter(|(_, page)| is_web_link(page));
        items.extend(pages.map(|(label, page)| CopyItem::new(label, page.as_str())));
    }
    items
}

/// Returns true if the text is an address that a browser can open.
pub fn is_web_link(text: &str) -> bool {
    (text.starts_with("https://") || text.starts_with("http://")) && !text.contains(char::is_whitespace)
}

/// Returns the page of an ECS service in the AWS console. `arn` looks like
/// `arn:aws:ecs:eu-west-1:1234:service/CLUSTER/NAME`. Each AWS partition has its own console.
fn console_link(arn: &str) -> Option<String> {
    let mut parts = arn.splitn(6, ':');
    let (partition, region) = (parts.nth(1)?, parts.nth(1)?);
    let (cluster, name) = parts.nth(1)?.strip_prefix("service/")?.split_once('/')?;
    let domain = match partition {
        "aws-cn" => "amazonaws.cn",
        "aws-us-gov" => "amazonaws-us-gov.com",
        _ => "aws.amazon.com",
    };
    let is_part = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    [region, cluster, name].into_iter().all(is_part).then(|| {
        format!(
            "https://{region}.console.{domain}/ecs/v2/clusters/{cluster}/services/{name}/health?region={region}"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::{console_link, is_web_link};

    #[test]
    fn each_partition_has_its_console() {
        assert_eq!(
            console_link("arn:aws:ecs:eu-west-1:123456789012:service/shop/web").as_deref(),
            Some(
                "https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/shop/services/web/health?region=eu-west-1"
            )
        );
        let china = console_link("arn:aws-cn:ecs:cn-north-1:1:service/shop/web").unwrap();
        assert!(china.starts_with("https://cn-north-1.console.amazonaws.cn/"), "{china}");
        for wrong in
            ["", "arn:aws:ecs:eu-west-1:1:service/web", "arn:aws:ecs:eu-west-1:1:service/a/b?c", "x:y"]
        {
            assert_eq!(console_link(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_pages_are_links() {
        assert!(is_web_link("https://git.example.com/orders"));
        assert!(
            !is_web_link("git@example.com:orders") && !is_web_link("https://a b") && !is_web_link("--help")
        );
    }
}
