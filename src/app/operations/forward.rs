//! Forwarded ports: the request that the user types, and the start and end of each forward.

use super::scope;
use crate::{
    app::App,
    effect::Effect,
    model::Failure,
    operation::{ForwardRequest, ForwardedPorts, Refusal, RequestedSession, SessionRequest, session_targets},
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
        let (service, instance) = match names {
            [] => {
                let selected = self.store.selected_service();
                (selected.ok_or_else(|| Refusal::new("no service is selected", "select or name one"))?, None)
            }
            [name] => scope::find(name, &self.store)?,
            [..] => return Err(Refusal::new("several services are named", "name one")),
        };
        let label = service.id.parts().group_and_name;
        if !self.store.world.permission(&service.source()).allows_actions() {
            return Err(Refusal::actions_off(service.source().as_str()));
        }
        let targets = session_targets(service, label).into_iter();
        let mut chosen = targets.filter(|target| instance.is_none_or(|one| one.id == target.instance));
        let target = chosen.next();
        let target =
            target.ok_or_else(|| Refusal::new(format!("no instance of {label} runs"), "start it first"))?;
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

    /// Tells the user how the forward `number` ended.
    pub(in crate::app) fn notify_forward_ended(&mut self, number: u64, ended: Result<String, Failure>) {
        let Some(forward) = self.store.world.forwards.end(number) else { return };
        let title = forward.request.title();
        match ended {
            Ok(how) => self.notify(&format!("{title}: {how}")),
            Err(failure) => self.show_failure(format!("{title} failed"), failure),
        }
    }
}
