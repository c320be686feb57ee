//! Tests of levels and messages in JSON and logfmt lines, under the keys that common libraries use.

use super::parse;
use crate::{
    extract::log_line::message_text,
    model::LogLevel::{self, Debug, Error, Fatal, Info, Trace, Warn},
};

/// Log lines, each after its expected level and its expected message without escapes.
const STRUCTURED_LINES: &[(Option<LogLevel>, &str, &str)] = &[
    // Serilog: Compact Log Event Format and JsonFormatter; .NET's JSON console; NLog.
    (
        Some(Error),
        "No stock for {Id}",
        r#"{"@t":"2026-11-28T10:00:00.0Z","@mt":"No stock for {Id}","@l":"Error","Id":4}"#,
    ),
    (Some(Fatal), "gone", r#"{"@t":"2026-11-28T10:00:00.0Z","@m":"gone","@l":"Fatal"}"#),
    (Some(Info), "placed", r#"{"@t":"2026-11-28T10:00:00.0Z","@m":"placed","@i":"a1"}"#),
    (
        Some(Error),
        "no stock",
        r#"{"Timestamp":"2026-11-28","Level":"Error","MessageTemplate":"{x}","RenderedMessage":"no stock"}"#,
    ),
    (
        Some(Fatal),
        "no stock",
        r#"{"EventId":0,"LogLevel":"Critical","Category":"Shop","Message":"no stock","State":{"Message":"other"}}"#,
    ),
    // winston with colours and escapes.
    (Some(Error), "coloured", r#"{"level":"\u001b[31merror\u001b[39m","message":"coloured"}"#),
    (Some(Info), "say \"hi\" twice", r#"{"level":"http","message":"say \"hi\"\ntwice"}"#),
    (Some(Trace), "step", r#"{"level":"silly","message":"step"}"#),
    // pino and bunyan, Monolog, Logback, log4js, Payara, Python, GELF.
    (Some(Fatal), "gone", r#"{"level":60,"time":1,"pid":1,"hostname":"a","msg":"gone","v":0}"#),
    (
        Some(Error),
        "no stock",
        r#"{"message":"no stock","context":{},"level":400,"level_name":"ERROR","channel":"app"}"#,
    ),
    (Some(Fatal), "gone", r#"{"message":"gone","level":550,"channel":"app"}"#),
    (
        Some(Error),
        "no stock",
        r#"{"@timestamp":"x","message":"no stock","level":"ERROR","level_value":40000}"#,
    ),
    (Some(Warn), "slow", r#"{"message":"slow","level_value":30000}"#),
    (
        Some(Error),
        "{\"level\":{\"level\":40000,\"levelStr\":\"ERROR\"},\"data\":[\"x\"]}",
        r#"{"level":{"level":40000,"levelStr":"ERROR"},"data":["x"]}"#,
    ),
    (
        Some(Error),
        "no stock",
        r#"{"Timestamp":"x","Level":"SEVERE","LevelValue":"1000","LogMessage":"no stock"}"#,
    ),
    (Some(Warn), "slow", r#"{"asctime":"x","levelname":"WARNING","levelno":30,"message":"slow"}"#),
    (Some(Error), "no stock", r#"{"levelno":40,"message":"no stock"}"#),
    (
        Some(Error),
        "no stock",
        r#"{"version":"1.1","host":"a","short_message":"no stock","full_message":"longer","level":3}"#,
    ),
    // journald, rsyslog, OpenTelemetry, Google Cloud, Azure, Datadog, Elastic Common Schema.
    (Some(Error), "no stock", r#"{"PRIORITY":"3","MESSAGE":"no stock","_PID":"1"}"#),
    (Some(Error), "no stock", r#"{"msg":"no stock","syslogseverity-text":"err"}"#),
    (Some(Warn), "slow", r#"{"msg":"slow","syslogseverity":"4"}"#),
    (Some(Error), "no stock", r#"{"SeverityText":"ERROR","SeverityNumber":17,"Body":"no stock"}"#),
    (Some(Error), "no stock", r#"{"severityNumber":18,"body":"no stock"}"#),
    (Some(Debug), "step", r#"{"severity_number":5,"body":"step"}"#),
    (Some(Error), "no stock", r#"{"severity":500,"message":"no stock"}"#),
    (Some(Warn), "slow", r#"{"severity":4,"message":"slow"}"#),
    (Some(Info), "placed", r#"{"severity":"NOTICE","jsonPayload":{"message":"placed"}}"#),
    (Some(Fatal), "gone", r#"{"severity":"EMERGENCY","textPayload":"gone"}"#),
    (Some(Error), "no stock", r#"{"time":"x","severityLevel":3,"message":"no stock"}"#),
    (Some(Error), "no stock", r#"{"timestamp":"x","status":"error","service":"shop","message":"no stock"}"#),
    (Some(Info), "retried", r#"{"timestamp":"x","level":"info","status":"error","message":"retried"}"#),
    (Some(Error), "no stock", r#"{"@timestamp":"x","log.level":"ERROR","message":"no stock"}"#),
    (
        Some(Error),
        "no stock",
        r#"{"log":{"syslog":{"severity":{"name":"Error","code":3}}},"message":"no stock"}"#,
    ),
    (Some(Warn), "slow", r#"{"timeUnixNano":"1","severityNumber":13,"body":{"stringValue":"slow"}}"#),
    // zap, zerolog, log/slog, hclog, log15; tracing; CockroachDB; MongoDB; structlog; Loguru.
    (Some(Error), "no stock", r#"{"L":"ERROR","T":"x","C":"main.go:1","M":"no stock"}"#),
    (Some(Error), "no stock", r#"{"time":"x","level":"ERROR+2","msg":"no stock"}"#),
    (Some(Warn), "slow", r#"{"@level":"warn","@message":"slow","@module":"core"}"#),
    (Some(Error), "no stock", r#"{"lvl":"eror","msg":"no stock","t":"x"}"#),
    (
        Some(Error),
        "no stock",
        r#"{"timestamp":"x","level":"ERROR","fields":{"message":"no stock","id":4},"target":"shop"}"#,
    ),
    (Some(Error), "no stock", r#"{"c":1,"t":"x","sev":"E","message":"no stock"}"#),
    (Some(Debug), "step", r#"{"t":{"$date":"x"},"s":"D2","c":"NET","id":1,"ctx":"main","msg":"step"}"#),
    (Some(Error), "no stock", r#"{"event":"no stock","level":"error","order":4}"#),
    // The message states the level.
    (Some(Error), "ERROR no stock", r#"{"log":"ERROR no stock\n","stream":"stdout"}"#),
    (
        Some(Error),
        "[2026-11-28 10:00:00] app.ERROR: no stock",
        r#"{"log":"[2026-11-28 10:00:00] app.ERROR: no stock","stream":"stderr"}"#,
    ),
    (
        Some(Error),
        r#"{"level":"error","msg":"no stock"}"#,
        r#"{"log":"{\"level\":\"error\",\"msg\":\"no stock\"}","stream":"stdout"}"#,
    ),
    // Numbers that are the priority of a job lose against any level, and journald's keys make them a level.
    (Some(Info), "queued", r#"{"priority":1,"level":30,"time":1,"msg":"queued"}"#),
    (Some(Info), "queued", r#"{"severity":2,"log":{"level":"info"},"msg":"queued"}"#),
    (Some(Error), "no stock", r#"{"severity":1,"level":"error","msg":"no stock"}"#),
    (Some(Warn), "slow", r#"{"PRIORITY":"4","MESSAGE":"slow","SYSLOG_IDENTIFIER":"shop"}"#),
    (Some(Info), "queued", "ts=1 severity=2 level=info msg=queued"),
    (Some(Info), "queued", "priority=1 level=info msg=queued"),
    // Kibana, PostgreSQL, Logstash before version 1.
    (
        Some(Error),
        "no stock",
        r#"{"type":"log","@timestamp":"x","tags":["error","data"],"pid":7,"message":"no stock"}"#,
    ),
    (
        Some(Error),
        "duplicate key",
        r#"{"timestamp":"x","pid":31,"error_severity":"ERROR","message":"duplicate key"}"#,
    ),
    (Some(Error), "no stock", r#"{"@timestamp":"x","@fields":{"level":"ERROR"},"message":"no stock"}"#),
    // A line that was cut, and a line with text after its object.
    (Some(Error), "no stock", r#"{"level":"error","msg":"no stock","trace":"at a at b at… (12 bytes cut)"#),
    // logfmt.
    (Some(Error), "no stock", r#"time=2026-11-28T10:00:00.000Z level=ERROR msg="no stock" id=4"#),
    (Some(Error), "say \"hi\"", r#"level=error msg="say \"hi\"" id=4"#),
    (
        Some(Error),
        "ts=x caller=main.go:1 level=error err=\"no stock\"",
        r#"ts=x caller=main.go:1 level=error err="no stock""#,
    ),
    (Some(Error), "no stock", r#"t=2026-11-28T10:00:00+0000 lvl=eror msg="no stock""#),
    (Some(Error), "no stock", r#"severity=ERROR message="no stock""#),
    (Some(Warn), "slow", "level=40 msg=slow n=1"),
];

#[test]
fn levels_and_messages_stand_under_the_keys_of_libraries() {
    let mut wrong = Vec::new();
    for (level, text, line) in STRUCTURED_LINES {
        let parsed = parse(line);
        let range = parsed.message.start as usize..parsed.message.end as usize;
        let found = message_text(line, range, parsed.format);
        if parsed.level != *level || found.trim() != *text {
            wrong.push(format!("{level:?} {text:?}, found {:?} {found:?}: {line}", parsed.level));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn an_escape_within_an_escape_can_not_drive_the_terminal() {
    let line = r#"{"level":"error","msg":"a\u001b]52;c;aGk=\u0007b\u202ec"}"#;
    let parsed = parse(line);
    let range = parsed.message.start as usize..parsed.message.end as usize;
    assert_eq!(message_text(line, range, parsed.format), "abc");
}
