//! History of a team on the screen: actions of colleagues, and the previous occurrence of a finding.

use crate::{
    estate::{now, shop},
    stage::AppHarness,
};
use jiff::SignedDuration;
use portolan::{
    app::Msg,
    history::{Entry, Subject},
    model::{EventKind, Health, SourceId},
    team::{ActionResult, SharedAction, TeamHistoryPart},
};

fn open_shop() -> AppHarness {
    let mut stage = AppHarness::showing(&shop(), (120, 40));
    stage.send(Msg::Tick(now()));
    stage
}

fn send(stage: &mut AppHarness, part: TeamHistoryPart) {
    stage.send(Msg::TeamHistoryRead(SourceId::new("ecs:eu-west-1"), Box::new(part)));
}

#[test]
fn an_action_of_a_colleague_is_on_the_timeline_and_on_the_card() {
    let mut stage = open_shop();
    let ended = now() - SignedDuration::from_secs(20);
    let action = SharedAction {
        id: "1".into(),
        by: "ann@laptop".into(),
        caller: Some("arn:aws:sts::123456789012:assumed-role/Dev/ann".into()),
        at: now() - SignedDuration::from_secs(90),
        action: "restart".into(),
        services: vec!["prod/orders".into()],
        reason: Some("ticket 812".into()),
        result: Some(ActionResult { at: ended, text: "3 of 3 run".into(), is_failure: false }),
    };
    send(&mut stage, TeamHistoryPart::Actions(vec![action]));
    stage.press_keys("H");
    let timeline = stage.picture().text();
    assert!(timeline.contains("ann@laptop as role Dev: restart (ticket 812)"), "{timeline}");
    assert!(timeline.contains("ann@laptop as role Dev: restart: 3 of 3 run"), "{timeline}");
    stage.press_keys("esc");
    while stage.selected_name() != "orders" {
        stage.press_keys("f");
    }
    stage.press_keys("d G");
    let card = stage.picture().text();
    assert!(card.contains("ann@laptop as role Dev: restart"), "{card}");
}

#[test]
fn a_finding_says_when_the_same_was_there_before() {
    let mut stage = open_shop();
    let hour = SignedDuration::from_hours(1);
    let entries = stage.app.store.world.findings.iter().filter_map(|finding| {
        let subject = Subject::Node(finding.node.clone()?);
        let before = finding.since.unwrap_or(now()) - hour * 3;
        let [mut began, mut ended] =
            [(before, Health::Failing), (before + hour, Health::Healthy)].map(|(at, health)| {
                Entry::new(at, subject.clone(), EventKind::Finding, "it was down".to_owned(), Some(health))
            });
        (began.finding, ended.finding) = (Some(finding.kind.clone()), Some(finding.kind.clone()));
        Some([began, ended])
    });
    let entries: Vec<Entry> = entries.flatten().collect();
    assert!(!entries.is_empty());
    stage.press_keys("!");
    assert!(!stage.picture().text().contains("the same from"));
    send(&mut stage, TeamHistoryPart::Entries(entries));
    let findings = stage.picture().text();
    assert!(findings.contains("before  the same from 2026-03-"), "{findings}");
}
