//! What the logs that are read tell of their services beside their lines: that one has fallen silent, or has no place.
//! Nothing is read for the sake of this.

use super::{Draft, Evidence, listed};
use crate::model::{InstanceId, Service, ServiceId, Severity, SharedText, SourceState, State, Timestamp};
use jiff::SignedDuration;
use std::collections::BTreeMap;

/// Something that a log tells of its service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    /// The service.
    pub service: ServiceId,
    /// The stream's label, or the name of the log group.
    pub label: SharedText,
    /// What it tells.
    pub told: Told,
}

/// What a log tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// A stream that is read live, and that always had lines, has had none since.
    Silent {
        /// Whose stream it is.
        instance: InstanceId,
        /// When it had its last line, by the clock of who wrote it.
        last: Timestamp,
        /// When that line came here.
        since: Timestamp,
        /// How long before that it had lines all the time.
        steady: SignedDuration,
        /// The longest time between two of them.
        longest: SignedDuration,
    },
    /// The place of the log does not exist, as was said then.
    Absent {
        /// When that was last said.
        at: Timestamp,
    },
}

/// How long a place that does not exist is told of, and how long an instance must have run for it to be strange: the
/// place may be made with the first line.
const LATELY: SignedDuration = SignedDuration::from_mins(15);
const SETTLED: SignedDuration = SignedDuration::from_mins(2);

/// Those whose log has fallen silent.
pub(super) fn find_silent(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    for sign in evidence.signs {
        let Told::Silent { instance, last, since, steady, longest } = &sign.told else { continue };
        let Some(service) = evidence.inventory.service(&sign.service) else { continue };
        // A start in between is a reason of its own, as is a deployment.
        let runs_on = service.instances.iter().any(|i| {
            i.id == *instance && i.state == State::Running && i.started.is_none_or(|started| started <= *last)
        });
        if !runs_on || service.is_deploying() || !is_read(evidence, service, *since) {
            continue;
        }
        let minutes = |span: &SignedDuration| span.as_mins();
        let reason = format!(
            "the log of {} is silent for {} min; it had lines all the time for {} min before, {} s apart at most",
            sign.label,
            minutes(&evidence.now.duration_since(*since)),
            minutes(steady),
            longest.as_secs().max(1)
        );
        let next = "see whether it hangs, or has nothing to do";
        drafts.push(Draft::of(service, Severity::Info, Some(*since), reason, next));
    }
}

/// Whether the service's source was read since then, so that it can be reached.
fn is_read(evidence: &Evidence<'_>, service: &Service, since: Timestamp) -> bool {
    let source = service.source();
    let mut statuses = evidence.sources.iter().filter(|status| status.id == source);
    statuses.any(|status| {
        status.state == SourceState::Live && (status.nudged || status.last_read.is_some_and(|at| at > since))
    })
}

/// Those whose log has no place, though they run.
pub(super) fn find_absent(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    let mut places: BTreeMap<&ServiceId, Vec<(Timestamp, String)>> = BTreeMap::new();
    for sign in evidence.signs {
        if let Told::Absent { at } = sign.told
            && evidence.now.duration_since(at) <= LATELY
        {
            places.entry(&sign.service).or_default().push((at, sign.label.to_string()));
        }
    }
    for (id, places) in places {
        let Some(service) = evidence.inventory.service(id) else { continue };
        let told = places.iter().map(|(at, _)| *at).max();
        let settled = |started| told.is_some_and(|at| at.duration_since(started) >= SETTLED);
        let mut running = service.instances.iter().filter(|i| i.state == State::Running);
        if !running.any(|instance| instance.started.is_some_and(settled)) {
            continue;
        }
        let names: Vec<String> = places.into_iter().map(|(_, name)| name).collect();
        let verb = if names.len() == 1 { "does" } else { "do" };
        let reason =
            format!("it runs, and its log {} {verb} not exist: what it writes is lost", listed(&names));
        let next = "make the log group, or set awslogs-create-group and allow logs:CreateLogGroup";
        drafts.push(Draft::of(service, Severity::Info, None, reason, next));
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::known, *};
    use crate::{
        model::sample::*,
        model::{Instance, SourceId, SourceStatus},
        topology::{
            finding::{Estate, Evidence, Lasting, findings},
            infer,
        },
    };

    /// What is found of a service that began to run so long ago, by that sign.
    fn found(started: i64, told: Told, read: i64) -> Vec<String> {
        let web = Instance { started: Some(ago(started)), ..instance("web") };
        let inventory = inventory(vec![Service { instances: vec![web], ..service("web") }]);
        let topology = infer(&inventory);
        let mut status = SourceStatus::new(SourceId::new("docker"), "docker", String::new());
        status.read(ago(read), &[]);
        let signs = [Sign { service: id("web"), label: "web".into(), told }];
        let estate =
            Estate { signs: &signs, sources: std::slice::from_ref(&status), ..known(&inventory, &topology) };
        let all = findings(&Evidence::new(estate, Lasting::default(), ago(0)));
        all.into_iter().map(|f| format!("{} {} {}", f.kind, f.severity.word(), f.reason)).collect()
    }

    #[test]
    fn a_silence_counts_where_it_runs_on_and_its_source_is_read() {
        let silent = || Told::Silent {
            instance: instance("web").id,
            last: ago(900),
            since: ago(900),
            steady: SignedDuration::from_mins(45),
            longest: SignedDuration::from_secs(12),
        };
        let told = "log-silence info the log of web is silent for 15 min; it had lines all the time for 45 min \
                    before, 12 s apart at most";
        assert_eq!(found(7_200, silent(), 5), [told]);
        assert_eq!(found(600, silent(), 5), Vec::<String>::new(), "it was started again since");
        assert_eq!(found(7_200, silent(), 1_000), Vec::<String>::new(), "its source was not read since");
    }

    #[test]
    fn a_log_without_a_place_is_told_of_what_runs_for_a_while() {
        let absent = |at| Told::Absent { at: ago(at) };
        let told = "log-missing info it runs, and its log web does not exist: what it writes is lost";
        assert_eq!(found(600, absent(60), 5), [told]);
        assert_eq!(found(90, absent(60), 5), Vec::<String>::new(), "its first line may make it");
        assert_eq!(found(7_200, absent(1_000), 5), Vec::<String>::new(), "nobody has looked since");
    }
}
