//! Screenshot for the README: the first screen of the built-in demo as an SVG file. Portolan draws it, so it
//! can't show anything that Portolan does not.
//!
//! `UPDATE_DOCS=1 cargo test --test screens screenshot` regenerates it.

use crate::{stage::AppHarness, svg};
use portolan::{
    app::Msg,
    source::{Source, replay},
};
use std::path::Path;

/// Size of the terminal in the screenshot, in cells.
const SCREEN_SIZE: (u16, u16) = (160, 40);

#[tokio::test]
async fn the_picture_of_the_readme_is_the_first_screen_of_the_demo() {
    let mut snapshots = Vec::new();
    for source in replay::demo().unwrap() {
        snapshots.push(source.snapshot().await.unwrap());
    }
    let taken = snapshots[0].taken_at;
    let mut harness = AppHarness::showing(&snapshots, SCREEN_SIZE);
    harness.send(Msg::Tick(taken));
    let buffer = harness.picture().buffer;
    let (width, height) = svg::size(&buffer);
    let mut svg = svg::opening(width, height, "Portolan: the map of the demo");
    for y in 0..SCREEN_SIZE.1 {
        svg += &svg::row(&buffer, y, f32::from(y) * svg::CELL_SIZE.1);
    }
    svg += svg::CLOSING;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/screenshot.svg");
    if std::env::var("UPDATE_DOCS").is_ok_and(|value| value == "1") {
        std::fs::write(&path, &svg).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == svg,
        "docs/screenshot.svg is out of date: run UPDATE_DOCS=1 cargo test --test screens screenshot"
    );
}
