//! Usage of instances: Portolan measures it only while a screen shows it, on the card and in the panel beside
//! the map.

use crate::{
    estate::{minutes_ago, shop},
    see,
    stage::AppHarness,
};
use portolan::{
    app::Msg,
    model::{Failure, FailureKind, UsageSample, UsageTarget},
    subscription::Subscription,
};

/// Returns the usage targets to which the app currently subscribes.
fn usage_targets(stage: &AppHarness) -> Vec<UsageTarget> {
    let target = |wanted| match wanted {
        Subscription::Usage(target) => Some(target),
        Subscription::Logs(..) => None,
    };
    stage.app.subscriptions().into_iter().filter_map(target).collect()
}

/// Selects the orders service and sends twelve usage samples for each of its instances.
fn orders_with_usage(size: (u16, u16), theme: (&str, bool)) -> AppHarness {
    let mut stage = AppHarness::showing_in_theme(&shop(), size, theme);
    while stage.selected_name() != "orders" {
        stage.press_keys("f");
    }
    let targets = usage_targets(&stage);
    let [target] = &targets[..] else { panic!("the selected service alone is measured: {targets:?}") };
    let readings = target.instances.iter().enumerate().flat_map(|(place, instance)| {
        (0..12).map(move |minute| UsageSample {
            instance: instance.clone(),
            at: minutes_ago(11 - minute),
            cpu: Some(40 * minute as u64),
            cpu_limit: Some(500),
            memory: Some((100 + 9 * minute as u64) << 20),
            memory_limit: (place == 0).then_some(256 << 20),
            received: Some(2_000),
            sent: Some(100 * minute as u64),
        })
    });
    let told = Ok(readings.collect());
    stage.send(Msg::UsageMeasured(target.service.clone(), told));
    stage
}

#[test]
fn the_card_has_curves_for_each_instance_that_runs() {
    let mut stage = orders_with_usage((130, 40), ("night", false));
    stage.press_keys("enter");
    see!(stage);
}

#[test]
fn small_and_in_ascii() {
    let mut stage = orders_with_usage((80, 30), ("mono", true));
    stage.press_keys("enter G");
    see!(stage);
}

#[test]
fn the_panel_tells_it_in_short() {
    let text = orders_with_usage((170, 40), ("night", false)).picture().text();
    assert!(text.contains("cpu ▂▃▃▄▄▅▅▆▇▇ 0.44 of 0.5 cores (88%)"), "{text}");
    assert!(text.contains("memory ▄▄▅▅▅▅▆▆▆▆ 199 of 256 MiB (78%)"), "{text}");
    let text = orders_with_usage((100, 40), ("night", false)).picture().text();
    assert!(text.contains("cpu ▂▃▃▄▄▅▅▆▇▇ 0.44 of 0.5 cores (88%)"), "{text}");
}

#[test]
fn what_is_not_looked_at_is_not_measured() {
    let mut stage = orders_with_usage((120, 40), ("night", false));
    stage.press_keys("t");
    assert!(usage_targets(&stage).len() > 1, "the list has columns for it");
    stage.press_keys("!");
    assert_eq!(usage_targets(&stage), [], "the findings do not show it");
    stage.press_keys("esc");
    stage.press_keys("esc enter");
    assert_eq!(usage_targets(&stage).len(), 1, "the card does");
    stage.press_keys("esc");
    stage.resize(80, 12);
    assert_eq!(usage_targets(&stage), [], "there is no room to tell it");
}

#[test]
fn the_card_says_why_there_is_nothing() {
    let mut stage = AppHarness::showing(&shop(), (100, 40));
    stage.press_keys("f enter");
    let service = usage_targets(&stage).remove(0).service;
    assert!(stage.picture().text().contains("measuring"));
    let failure = Failure::new(FailureKind::Denied, "logs:FilterLogEvents: not allowed", "allow it");
    stage.send(Msg::UsageMeasured(service, Err(failure)));
    assert!(stage.picture().text().contains("logs:FilterLogEvents: not allowed (allow it)"));
}
