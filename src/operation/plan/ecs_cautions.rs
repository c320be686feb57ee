//! Cautions about operations on services of Amazon ECS.

use super::caution::{Caution, CautionLevel};
use crate::{
    model::{ServiceKind, Text},
    operation::{EcsDetails, OperationGoal, OperationKind, OperationRequest, TaggedImage, TargetReading},
};

/// Length of a digest in a caution, without its algorithm, as the docker command shortens digests.
const SHORT_DIGEST_CHARS: usize = 12;

/// Returns the cautions that apply only to ECS, for the operation on `target`.
pub(super) fn ecs_cautions(
    request: &OperationRequest,
    target: &TargetReading,
    ecs: &EcsDetails,
) -> Vec<Caution> {
    let name = target.service.id.parts().group_and_name;
    let mut found = Vec::new();
    match request.kind {
        OperationKind::Restart => {
            found.extend(ongoing_deployment(name, ecs, "the restart takes its place"));
            found.extend(tagged_images(ecs));
        }
        OperationKind::Scale => {
            found.extend(ongoing_deployment(name, ecs, "the count applies to it too"));
            found.extend(scaling(name, request.goal.as_ref(), ecs));
            found.extend(manager(name, ecs));
        }
        OperationKind::Rollback => {
            if matches!(request.goal, Some(OperationGoal::TaskDefinition(_))) {
                found.extend(ongoing_deployment(name, ecs, "the rollback takes its place"));
            }
            found.extend(tagged_images(ecs));
            found.extend(manager(name, ecs));
            found.extend(not_restored(ecs));
        }
        OperationKind::StopTask if target.service.kind == ServiceKind::EcsFamily => {
            found.push(danger(format!("{name} is no service: ECS starts no other task in its place")));
        }
        _ => {}
    }
    found.extend(protected_tasks(request, target, ecs));
    found.extend(ecs.unread.iter().map(|part| hint(format!("not read: {part}"))));
    found
}

fn danger(text: String) -> Caution {
    Caution { level: CautionLevel::Danger, text }
}

fn hint(text: String) -> Caution {
    Caution { level: CautionLevel::Hint, text }
}

fn ongoing_deployment(name: &str, ecs: &EcsDetails, effect: &str) -> Option<Caution> {
    let ongoing = ecs.ongoing.as_ref()?;
    let status = &ongoing.status;
    Some(danger(format!("a deployment of {name} is not over ({status}): {effect}")))
}

/// Returns a caution which warns that new tasks may run another image than the current tasks. It names the
/// digests that run now, so that the user can compare them with the registry.
fn tagged_images(ecs: &EcsDetails) -> Option<Caution> {
    let images: Vec<String> = ecs.tagged_images.iter().map(name_and_digests).collect();
    let verb = if images.len() == 1 { "is named by a tag" } else { "are named by tags" };
    (!images.is_empty()).then(|| {
        hint(format!("{} {verb}: new tasks run the image that the tag means by then", images.join(", ")))
    })
}

/// Returns the name of an image with the digests that run now, such as `acme/web:latest (sha256:1f0c2a7b91de
/// runs now)`.
fn name_and_digests(image: &TaggedImage) -> String {
    let digests: Vec<&str> = image.running.iter().map(|digest| short_digest(digest)).collect();
    match &digests[..] {
        [] => image.name.to_string(),
        [only] => format!("{} ({only} runs now)", image.name),
        several => format!("{} ({} run now)", image.name, several.join(" and ")),
    }
}

/// Returns the algorithm and the first characters of a digest.
fn short_digest(digest: &str) -> &str {
    let start = digest.find(':').map_or(0, |colon| colon + 1);
    digest.get(..start + SHORT_DIGEST_CHARS).unwrap_or(digest)
}

fn manager(name: &str, ecs: &EcsDetails) -> Option<Caution> {
    let manager = ecs.manager.as_ref()?;
    Some(hint(format!("{manager} manages {name}: its next update may undo this")))
}

fn scaling(name: &str, goal: Option<&OperationGoal>, ecs: &EcsDetails) -> Option<Caution> {
    let Some(OperationGoal::Count(count)) = goal else { return None };
    let range = ecs.scaling?;
    let (min, max) = (range.min, range.max);
    Some(if range.is_suspended {
        hint(format!("the autoscaler of {name} ({min} to {max}) is suspended and leaves the count alone"))
    } else if (min..=max).contains(count) {
        hint(format!("an autoscaler sets the count of {name} between {min} and {max} and may change it"))
    } else {
        danger(format!(
            "{count} is outside the autoscaler's range of {name} ({min} to {max}), which moves it back"
        ))
    })
}

fn not_restored(ecs: &EcsDetails) -> Option<Caution> {
    // ECS itself rolls back a deployment in progress, and restores all settings of the revision.
    let target = ecs.rollback.as_ref().filter(|_| ecs.ongoing.is_none())?;
    let settings: Vec<&str> = target.not_restored.iter().map(Text::as_str).collect();
    (!settings.is_empty()).then(|| {
        hint(format!(
            "the rollback restores the task definition only; these stay as they are: {}",
            settings.join(", ")
        ))
    })
}

fn protected_tasks(request: &OperationRequest, target: &TargetReading, ecs: &EcsDetails) -> Option<Caution> {
    let instances = target.service.instances.iter();
    let protected = instances.filter(|task| request.includes(&task.id) && ecs.protected.contains(&task.id));
    let names: Vec<&str> = protected.map(|task| task.name.as_str()).collect();
    if names.is_empty() {
        return None;
    }
    let effect = match request.kind {
        OperationKind::StopTask => "a stop by hand ends them all the same",
        OperationKind::Restart | OperationKind::Rollback => "the deployment waits until the protection ends",
        OperationKind::Scale if is_scale_in(request, ecs) => "scale-in leaves them",
        _ => return None,
    };
    Some(hint(format!("protected tasks ({}): {effect}", names.join(", "))))
}

fn is_scale_in(request: &OperationRequest, ecs: &EcsDetails) -> bool {
    matches!(request.goal, Some(OperationGoal::Count(count)) if count < ecs.desired)
}
