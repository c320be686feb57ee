//! Detection of the program that manages a service, such as `CloudFormation` or Terraform, from the service's
//! tags.

use crate::model::Text;
use aws_sdk_ecs::types::Tag;

/// Returns the program that manages a service with these tags, such as `CloudFormation stack shop-prod`.
/// Returns `None` if no tag shows it.
pub(super) fn manager(tags: &[Tag]) -> Option<Text> {
    let value = |name: &str| {
        let tag = tags.iter().find(|tag| tag.key().is_some_and(|key| key.eq_ignore_ascii_case(name)))?;
        tag.value().filter(|value| !value.is_empty())
    };
    // Copilot deploys through CloudFormation, so its tags say more than the tags of the stack.
    if let Some(application) = value("copilot-application") {
        return Some(format!("Copilot application {application}").into());
    }
    if let Some(stack) = value("aws:cloudformation:stack-name") {
        return Some(format!("CloudFormation stack {stack}").into());
    }
    if tags.iter().any(|tag| tag.key().is_some_and(|key| key.to_ascii_lowercase().starts_with("terraform"))) {
        return Some("Terraform".into());
    }
    ["managed-by", "managedby", "managed_by", "provisioner"].into_iter().find_map(value).map(Text::new)
}

#[cfg(test)]
mod tests {
    use super::{Tag, manager};

    fn by_tag(key: &str, value: &str) -> Option<String> {
        let other = Tag::builder().key("Team").value("shop").build();
        manager(&[other, Tag::builder().key(key).value(value).build()]).map(String::from)
    }

    #[test]
    fn tags_name_the_manager() {
        assert_eq!(by_tag("copilot-application", "shop").as_deref(), Some("Copilot application shop"));
        assert_eq!(
            by_tag("aws:cloudformation:stack-name", "web").as_deref(),
            Some("CloudFormation stack web")
        );
        assert_eq!(by_tag("terraform", "true").as_deref(), Some("Terraform"));
        assert_eq!(by_tag("ManagedBy", "pulumi").as_deref(), Some("pulumi"));
        assert_eq!(by_tag("Owner", "me"), None);
    }
}
