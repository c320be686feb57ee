//! Lines that mention a level and state none.

use super::parse;

const LINES: &[&str] = &[
    "0 errors, 12 warnings",
    "12 error reports sent",
    "[0 error] build done",
    "(no error) done",
    "[no error] done",
    "error: 0, warning: 2",
    "error_rate=0",
    "error_rate=0 warn_rate=0 requests=4",
    "error rate is 0",
    "errors are cleared",
    "no error was found",
    "GET /error 200",
    "GET /api/error?level=error HTTP/1.1",
    "GET https://shop.example/error: 200",
    "/var/log/error.log rotated",
    "2026-11-28 10:00:00 /error ERROR",
    "2026-11-28 10:00:00 10.0.0.9 GET /error - 80 200",
    "2026-11-28 10:00:00 Received ERROR from the far end",
    "2026-11-28 10:00:00 error rates are low",
    "2026-11-28T10:00:00.123Z error budget is fine",
    "2026-11-28 10:00:00 I think so",
    "2026-11-28 10:00:00 E is a letter",
    "10.0.0.1 - - [28/Nov/2026:10:00:00 +0000] \"GET /error HTTP/1.1\" 200 5 \"-\" \"ERROR/1.0\"",
    "Received ERROR from the far end",
    "mail to a@b.example failed: ERROR in a sentence",
    "request failed: ERROR: duplicate key",
    "the level is ERROR",
    "<error>none</error>",
    "<html><warning/></html>",
    "level up: player 5",
    "default settings are used",
    "system ready",
    "config loaded",
    "fine weather",
    "note that this is old",
    "log in to continue",
    "LOG IN",
    "Iteration 5 of 7: error 0.001",
    "epoch 5 - loss: 0.1 - error: 0.2",
    "3/4 FATAL",
    "v1.2 FATAL bug is fixed",
    "{\"error\":null,\"errors\":0}",
    "{\"msg\":\"no error was found\"}",
    "{\"message\":\"done\",\"status\":\"error\"}",
    "{\"s\":3,\"msg\":\"a number\"}",
    "{\"time\":\"10:00\",\"msg\":\"done\",\"status\":\"200\"}",
    "{\"levels\":[\"error\"],\"msg\":\"none\"}",
    "{\"level\":99,\"msg\":\"a game\"}",
    "{\"request\":{\"level\":\"error\"},\"msg\":\"a parameter\"}",
    "msg=\"an error\" error=none",
    "",
    " ",
    "{",
    "[",
    "<3",
    "E1128",
];

#[test]
fn a_mention_is_no_level() {
    let wrong: Vec<String> =
        LINES.iter().filter_map(|line| Some(format!("{:?}: {line}", parse(line).level?))).collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
