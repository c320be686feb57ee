//! Tests of cleaning: terminal sequences, deceiving characters, bounds, and the forms in which text arrives.

use super::{LineText, SharedText, Text, unicode::is_invisible};
use std::collections::BTreeMap;

fn clean(raw: &str) -> String {
    Text::new(raw).to_string()
}

#[test]
fn terminal_sequences_go_as_a_whole() {
    for (raw, expected) in [
        ("a\u{1b}[31mred\u{1b}[0m b", "ared b"),
        ("x\u{1b}]52;c;aGk=\u{7}y", "xy"),
        ("x\u{1b}]0;title\u{1b}\\y", "xy"),
        ("x\u{9b}2Jy\u{90}dcs\u{9c}z", "xyz"),
        ("x\u{1b}P1$r\u{1b}\\y\u{1b}_apc\u{9c}z", "xyz"),
        ("x\u{1b}(0y\u{1b}cz", "xyz"),
        ("x\u{1b}\u{1b}[2Jy", "xy"),
        ("x\u{1b}]0;a\u{18}y", "xy"),
    ] {
        assert_eq!(clean(raw), expected, "{raw:?}");
    }
}

#[test]
fn a_stray_introducer_hides_no_words() {
    for (raw, expected) in [
        ("x\u{1b}]0;no end", "x0;no end"),
        ("x\u{9d}\u{9d}no end", "xno end"),
        ("x\u{1b}[日本", "x日本"),
        ("x\u{1b}日本", "x日本"),
        ("x\u{1b}", "x"),
        ("x\u{1b}[31", "x"),
    ] {
        assert_eq!(clean(raw), expected, "{raw:?}");
    }
}

#[test]
fn many_control_strings_without_end_take_linear_time() {
    let raw = "\u{1b}]".repeat(1_000_000);
    assert_eq!(clean(&raw), "");
}

#[test]
fn deceiving_characters_go() {
    for (raw, expected) in [
        ("ab\u{202e}cd\u{200b}e\u{feff}", "abcde"),
        ("bell\u{7}\ttab\nline", "bell  tab line"),
        ("a\u{85}b\u{2028}c\u{2029}d", "a b c d"),
        ("a\u{3164}b\u{115f}c\u{1160}d\u{ffa0}e\u{2800}f", "abcdef"),
        ("a\u{2066}b\u{2069}c\u{fe0f}d\u{e0041}e\u{e01ef}f\u{34f}g", "abcdefg"),
        ("a\u{ffff}b\u{fdd0}c\u{10fffe}d", "abcd"),
    ] {
        assert_eq!(clean(raw), expected, "{raw:?}");
    }
}

#[test]
fn at_most_four_marks_stand_on_a_letter() {
    let marks = "\u{301}".repeat(9);
    assert_eq!(clean(&format!("{marks}a{marks}b\u{301}")), format!("a{}b\u{301}", "\u{301}".repeat(4)));
    let hidden = "a\u{301}\u{301}\u{301}\u{301}\u{200b}\u{1b}[m\u{301}";
    assert_eq!(
        clean(hidden),
        format!("a{}", "\u{301}".repeat(4)),
        "removed characters don't restart the count"
    );
}

#[test]
fn other_scripts_stay() {
    for text in ["日本 עברית é", "e\u{301}", "नमस्ते", "ไทย", "한국어", "🚢 ok"]
    {
        assert_eq!(clean(text), text);
    }
}

#[test]
fn long_text_is_cut_and_says_so() {
    assert_eq!(clean(&"x".repeat(3_000)), "x".repeat(2_000) + "…");
    assert_eq!(clean(&"é".repeat(3_000)), "é".repeat(2_000) + "…");
    assert_eq!(clean(&"x".repeat(2_000)), "x".repeat(2_000));
}

#[test]
fn every_way_in_cleans() {
    let (raw, expected) = ("a\u{1b}[2J\u{202e}b", "ab");
    assert_eq!(Text::from(raw), expected);
    assert_eq!(Text::from(raw.to_owned()), expected);
    assert_eq!(SharedText::from(raw), expected);
    let json = serde_json::to_string(&BTreeMap::from([(raw, raw)])).unwrap();
    let map: BTreeMap<Text, SharedText> = serde_json::from_str(&json).unwrap();
    assert_eq!(map.get("ab").map(SharedText::as_str), Some("ab"));
    assert_eq!(serde_json::from_value::<Text>(raw.into()).unwrap(), expected);
    let packed = rmp_serde::to_vec(raw).unwrap();
    assert_eq!(rmp_serde::from_slice::<Text>(&packed).unwrap(), expected);
    assert_eq!(toml::Value::from(raw).try_into::<Text>().unwrap(), expected);
}

#[test]
fn urls_lose_their_users_but_in_log_lines() {
    let raw = "calls http://user:se\u{200b}cret@db:80/x";
    assert_eq!(clean(raw), "calls http://db:80/x");
    assert_eq!(LineText::new(raw), "calls http://user:secret@db:80/x");
    assert_eq!(clean("http:\u{200b}//user:secret@db"), "http://db", "hidden characters hide no URL");
    let long = format!("{} http://user:{}@db", "x".repeat(1_900), "s".repeat(200));
    assert!(clean(&long).ends_with("x http://db"), "no password is cut in two");
    assert_eq!(Text::with_max_chars("http://user:secret@db", 12), "http://db");
}

proptest::proptest! {
    #[test]
    fn clean_text_holds_nothing_that_deceives(raw in "(\\PC|[\\x00-\\x1f\\x7f-\\x9f\u{300}-\u{310}\u{200b}-\u{202e}\\[\\]\\\\a-z;])*") {
        let once = clean(&raw);
        proptest::prop_assert!(!once.chars().any(|c| c.is_control() || is_invisible(c)));
        proptest::prop_assert_eq!(clean(&once), once);
    }
}
