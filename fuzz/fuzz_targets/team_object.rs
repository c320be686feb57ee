//! Fuzz target for the objects in the store of a team. Each section of the input is an object, and its name decides
//! about the parser. A section of JSON is packed first; `=== packed base` is an object as it is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portolan::{
    model::{Snapshot, SourceId, Timestamp},
    note::NoteBook,
    share::Share,
    team::{
        ActionBook, HeadContent, HistoryHour, HistorySegment, Reading, ReadingObjectKey, highest_epoch, pack,
    },
};
use portolan_fuzz::{
    law::assert_safe,
    run_limits::within_limits,
    sections::{Section, sections},
};
use serde_json::Value;

/// Reader's own source.
const OWN_SOURCE: &str = "mine";

/// Returns the name and the bytes of an object.
fn object(section: &Section<'_>) -> (String, Vec<u8>) {
    if let Some(name) = section.name.strip_prefix("packed ") {
        return (name.to_owned(), section.content.to_vec());
    }
    let packed = serde_json::from_slice::<Value>(section.content).ok().and_then(|json| pack(&json).ok());
    (section.name.to_string(), packed.unwrap_or_default())
}

/// Panics if a service belongs to another source.
fn assert_own(snapshot: &Snapshot) {
    let own = format!("{OWN_SOURCE}/");
    for service in &snapshot.services {
        assert!(service.id.as_str().starts_with(&own), "{}", service.id);
    }
}

fn read_object(section: &Section<'_>, reading: &mut Option<Reading>) {
    let source = SourceId::new(OWN_SOURCE);
    let (name, bytes) = object(section);
    match name.as_str() {
        "base" => match Reading::from_base(3, 1, &bytes, &source) {
            Ok(base) => *reading = Some(base),
            Err(error) => assert_safe(&error.to_string()),
        },
        "delta" => {
            if let Some(Err(error)) = reading.as_mut().map(|reading| reading.apply(&bytes, &source)) {
                assert_safe(&error.to_string());
                *reading = None;
            }
        }
        "history" => {
            let hour = HistoryHour::of(Timestamp::from_second(1_795_450_000).unwrap_or_default());
            match HistorySegment::unpack(&bytes, hour, &source) {
                Ok(segment) => assert_safe(&segment.entries().collect::<Vec<_>>()),
                Err(error) => assert_safe(&error.to_string()),
            }
        }
        "actions" => match ActionBook::unpack(&bytes) {
            Ok(book) => {
                let texts = book.actions().iter().flat_map(|action| action.timeline_texts());
                assert_safe(&texts.collect::<Vec<_>>());
            }
            Err(error) => assert_safe(&error.to_string()),
        },
        "head" => assert_safe(&HeadContent::parse(section.content)),
        "notes" => assert_safe(&NoteBook::parse(section.content).map_err(|error| error.to_string())),
        "share" => {
            let text = section.text();
            let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
            match Share::read(first, rest.as_bytes(), "a share") {
                Ok(share) => {
                    assert_safe(&share.snapshots);
                    let _ = share.world();
                }
                Err(error) => assert_safe(&error.to_string()),
            }
        }
        _ => {
            let text = section.text();
            let _ = text
                .lines()
                .map(|key| (ReadingObjectKey::parse(key), HistoryHour::parse(key)))
                .collect::<Vec<_>>();
            let _ = highest_epoch(text.lines());
        }
    }
    if let Some(reading) = reading {
        assert_safe(&reading.snapshot);
        assert_own(&reading.snapshot);
    }
}

fuzz_target!(|input: &[u8]| {
    within_limits(|| {
        let mut reading = None;
        for section in sections(input) {
            read_object(&section, &mut reading);
        }
    });
});
