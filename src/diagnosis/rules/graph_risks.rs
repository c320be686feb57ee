//! Risks in the call graph that are not faults yet: circular dependencies and single points of failure.

use crate::{
    diagnosis::{FindingDraft, RuleContext, Subject, call_index::CallIndex, count_label, join_names},
    model::{Service, Severity},
};

/// Minimum number of services that must depend on a single point of failure, directly or indirectly.
const MIN_DEPENDANTS: usize = 5;

/// Finds circular dependencies: services that call each other in a cycle.
pub(in crate::diagnosis) fn find_cycles(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    let web = &context.calls;
    for ring in strongly_connected_components(web).iter().filter(|ring| ring.len() > 1) {
        let Some(node) = context.topology.nodes.get(web.node_id(ring[0])) else { continue };
        let names: Vec<String> = ring.iter().map(|number| web.label(*number)).collect();
        drafts.push(FindingDraft {
            severity: Severity::Info,
            subject: Subject::Node(node.id.clone()),
            since: None,
            reason: format!("{} call each other in a cycle: if one hangs, all may hang", join_names(&names)),
            next_step: "break the cycle if you can, or set timeouts and retries with it in mind".to_owned(),
        });
    }
}

/// Finds single points of failure: services with one desired instance on which many services depend.
pub(in crate::diagnosis) fn find_single_points(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    let web = &context.calls;
    let single = |service: &&Service| service.desired == Some(1);
    for service in context.inventory.services().filter(single) {
        let Some(number) = web.index_of(&crate::model::NodeId::from(&service.id)) else { continue };
        let impact = web.impact(number);
        if impact.dependant_count() >= MIN_DEPENDANTS {
            let noun = service.kind.instance_noun();
            let callers = count_label(impact.callers.len(), "service");
            let indirect = match impact.indirect_count {
                0 => String::new(),
                count => format!("; {count} more depend on it indirectly"),
            };
            let reason = format!("only 1 {noun}, called by {callers}{indirect}");
            let next = format!("run a second {noun} if the service allows it");
            drafts.push(FindingDraft::about_service(service, Severity::Info, None, reason, &next));
        }
    }
}

/// Returns the strongly connected components of the call graph, each as sorted node numbers (Tarjan 1972,
/// without recursion). A component of several nodes contains a cycle.
fn strongly_connected_components(web: &CallIndex<'_>) -> Vec<Vec<usize>> {
    const NOT_VISITED: usize = usize::MAX;
    let (mut index, mut low) = (vec![NOT_VISITED; web.len()], vec![0; web.len()]);
    let (mut on_stack, mut stack, mut rings) = (vec![false; web.len()], Vec::new(), Vec::new());
    let mut count = 0;
    for root in 0..web.len() {
        if index[root] != NOT_VISITED {
            continue;
        }
        let mut work = vec![(root, 0)];
        while let Some((node, next)) = work.pop() {
            if next == 0 {
                (index[node], low[node]) = (count, count);
                count += 1;
                stack.push(node);
                on_stack[node] = true;
            }
            if let Some(&to) = web.callees(node).get(next) {
                work.push((node, next + 1));
                if index[to] == NOT_VISITED {
                    work.push((to, 0));
                } else if on_stack[to] {
                    low[node] = low[node].min(index[to]);
                }
                continue;
            }
            if low[node] == index[node] {
                let start = stack.iter().rposition(|n| *n == node).unwrap_or(0);
                let mut ring = stack.split_off(start);
                ring.iter().for_each(|n| on_stack[*n] = false);
                ring.sort_unstable();
                rings.push(ring);
            }
            if let Some(&(parent, _)) = work.last() {
                low[parent] = low[parent].min(low[node]);
            }
        }
    }
    rings
}
