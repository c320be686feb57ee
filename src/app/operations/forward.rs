//! Forwarded ports: the request that the user types, and the start and end of each forward.

use super::{OperationDialog, scope};
use crate::{
    app::App,
    effect::Effect,
    model::Failure,
    operation::{ForwardRequest, ForwardedPorts, Refusal, RequestedSession, SessionRequest, session_targets},
    topology::Node,
};

/// Word that begins a typed request to forward a port.
const FORWARD_VERB: &str = "forward";

impl App {
    /// Requests to forward ports that the user typed, such as `forward orders 9000:80`, or `forward 80` for the
    /// selected service. Returns `None` if the text is no such request, or if no source allows actions.
    pub(super) fn request_typed_forward(&mut self, typed: &str) -> Option<Vec<Effect>> {
        let words: Vec<&str> = typed.split_whitespace().collect();
        let (_, rest) = words.split_first().filter(|(verb, _)| **verb == FORWARD_VERB)?;
        if !self.store.world.allows_actions() {
            return None;
        }
        Some(match self.typed_forward(rest) {
            Ok(request) => self.request_session(RequestedSession::Forward(request)),
            Err(refusal) => {
                self.notice = Some(refusal.to_string());
                Vec::new()
            }
        })
    }

    fn typed_forward(&self, words: &[&str]) -> Result<ForwardRequest, Refusal> {
        let usage = || Refusal::new("no port is given", "type it last, such as :forward orders 9000:80");
        let (ports, names) = words.split_last().ok_or_else(usage)?;
        let ports: ForwardedPorts = ports
            .parse()
            .map_err(|why| Refusal::new(why, "type the port last, such as :forward orders 9000:80"))?;
        let selected = self.store.selected_node().map(Node::label).unwrap_or_default();
        let name = names.first().copied().unwrap_or(&selected);
        let (service, instance) = scope::find(name, &self.store)?;
        if !self.store.world.permission(&service.source()).allows_actions() {
            return Err(Refusal::actions_off(service.source().as_str()));
        }
        let targets = session_targets(service, service.id.parts().group_and_name).into_iter();
        let mut chosen = targets.filter(|target| instance.is_none_or(|one| one.id == target.instance));
        let target = chosen.next();
        let target =
            target.ok_or_else(|| Refusal::new(format!("no instance of {name} runs"), "start it first"))?;
        Ok(ForwardRequest::new(target, &ports))
    }

    /// Tells the user that the forward `number` is open.
    pub(in crate::app) fn notify_forward_opened(&mut self, number: u64) {
        if let Some(forward) = self.store.world.forwards.open(number) {
            let words =
                format!("forwarding {} {}", forward.request.purpose(), forward.request.target.service_label);
            self.notify(&words);
        }
    }

    /// Tells the user how the forward `number` ended: a failure in a dialog, unless another one is open.
    pub(in crate::app) fn notify_forward_ended(&mut self, number: u64, ended: Result<String, Failure>) {
        let Some(forward) = self.store.world.forwards.end(number) else { return };
        let title = forward.request.title();
        match ended {
            Ok(how) => self.notify(&format!("{title}: {how}")),
            Err(failure) if self.dialog.is_none() => {
                self.dialog = Some(OperationDialog::Failed(format!("{title} failed"), failure));
            }
            Err(failure) => self.notify(&format!("{title} failed: {} ({})", failure.message, failure.remedy)),
        }
    }
}
