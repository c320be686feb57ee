//! Tests of the log line parser: lines as programs print them, with their levels, messages, fields and ids.

mod no_levels;
mod structured;
mod words;

use super::{LineFormat, LogField, correlation_ids, fields, parse};
use crate::model::LogLevel::{self, Debug, Error, Fatal, Info, Trace, Warn};

/// Log lines, each with its level and its message.
const SAMPLE_LINES: &[(&str, Option<LogLevel>, &str)] = &[
    // Logging libraries with plain text.
    (
        "2026-11-25T16:00:00.000Z ERROR 1 --- [main] c.e.Shop : no stock",
        Some(Error),
        "1 --- [main] c.e.Shop : no stock",
    ),
    ("16:00:00.000 [main] WARN com.example.Shop - low stock", Some(Warn), "com.example.Shop - low stock"),
    ("2026-11-25 16:00:00,123 - shop.orders - ERROR - no stock", Some(Error), "no stock"),
    ("ERROR:root:no stock", Some(Error), "root:no stock"),
    ("WARNING: this is old", Some(Warn), "this is old"),
    ("2026-11-25 16:00:00.000 UTC [42] shop@orders ERROR:  no such table", Some(Error), "no such table"),
    ("1:M 25 Nov 2026 16:00:00.000 - Accepted 172.17.0.1:6379", Some(Debug), "Accepted 172.17.0.1:6379"),
    (
        "mail to a@b.example failed: ERROR in a sentence",
        None,
        "mail to a@b.example failed: ERROR in a sentence",
    ),
    ("2026-11-25T16:00:00.123456Z  INFO shop::orders: ready", Some(Info), "shop::orders: ready"),
    ("2026-11-25T16:00:00.000Z DEBUG shop: asked", Some(Debug), "shop: asked"),
    ("4:00PM INF ready port=80", Some(Info), "ready port=80"),
    ("[16:00:00 WRN] slow", Some(Warn), "slow"),
    ("info: Microsoft.Hosting.Lifetime[14]", Some(Info), "Microsoft.Hosting.Lifetime[14]"),
    ("fail: Shop.Orders[0]", Some(Error), "Shop.Orders[0]"),
    (
        "INFO:     127.0.0.1:41234 - \"GET / HTTP/1.1\" 200 OK",
        Some(Info),
        "127.0.0.1:41234 - \"GET / HTTP/1.1\" 200 OK",
    ),
    ("[2026-11-25 16:00:00 +0000] [7] [INFO] Booting worker", Some(Info), "Booting worker"),
    ("[2026-11-25 16:00:00,000: WARNING/MainProcess] lost", Some(Warn), "lost"),
    ("E, [2026-11-25T16:00:00.000 #1] ERROR -- : no stock", Some(Error), "no stock"),
    ("Nov 25, 2026 4:00:00 PM SEVERE: no stock", Some(Error), "no stock"),
    ("[error] no stock", Some(Error), "no stock"),
    ("[TRACE] step", Some(Trace), "step"),
    ("2026-11-25T16:00:00.000Z error: no stock", Some(Error), "no stock"),
    (
        "2026-11-25T16:00:00.000Z info shop/main.go:12 ready {\"port\": 80}",
        Some(Info),
        "shop/main.go:12 ready {\"port\": 80}",
    ),
    ("2026-11-25T16:00:00.000Z warn orders shop/main.go:7 low", Some(Warn), "orders shop/main.go:7 low"),
    // Servers.
    ("2026/11/25 16:00:00 [error] 7#7: *1 connect() failed", Some(Error), "7#7: *1 connect() failed"),
    ("2026-11-25 16:00:00.000 UTC [31] LOG:  ready", Some(Info), "ready"),
    ("2026-11-25 16:00:00.000 UTC [31] FATAL:  no such role", Some(Fatal), "no such role"),
    ("1:M 25 Nov 2026 16:00:00.000 * Ready to accept connections", Some(Info), "Ready to accept connections"),
    ("1:M 25 Nov 2026 16:00:00.000 # no memory", Some(Warn), "no memory"),
    ("E1125 16:00:00.123456       1 pod.go:12] no pod", Some(Error), "no pod"),
    ("[2026-11-25 16:00:00.000][1][warning][main] slow", Some(Warn), "[main] slow"),
    ("[2026-11-25T16:00:00,000][INFO ][o.e.n.Node] started", Some(Info), "[o.e.n.Node] started"),
    ("2026-11-25T16:00:00.000000Z 0 [System] [MY-010116] starting", Some(Info), "[MY-010116] starting"),
    ("2026-11-25 16:00:00.000000+00:00 [notice] <0.222.0> ready", Some(Info), "<0.222.0> ready"),
    ("[2026-11-25 16:00:00,000] INFO [broker] ready (kafka)", Some(Info), "[broker] ready (kafka)"),
    ("[ALERT]    (1) : no server", Some(Fatal), "(1) : no server"),
    ("<3>usb broke", Some(Error), "usb broke"),
    ("npm ERR! code 1", Some(Error), "code 1"),
    // Uncaught errors that runtimes print.
    (
        "Exception in thread \"main\" java.lang.Error: x",
        Some(Error),
        "Exception in thread \"main\" java.lang.Error: x",
    ),
    ("Traceback (most recent call last):", Some(Error), "Traceback (most recent call last):"),
    ("ValueError: not a number", Some(Error), "ValueError: not a number"),
    ("java.lang.IllegalStateException: no stock", Some(Error), "java.lang.IllegalStateException: no stock"),
    ("panic: runtime error: index out of range", Some(Fatal), "runtime error: index out of range"),
    ("thread 'main' panicked at src/main.rs:2:5:", Some(Fatal), "thread 'main' panicked at src/main.rs:2:5:"),
    // Level names within sentences, and empty lines.
    ("Received ERROR from the far end", None, "Received ERROR from the far end"),
    ("0 errors, 12 warnings", None, "0 errors, 12 warnings"),
    ("error_count=0", None, "error_count=0"),
    ("no error was found", None, "no error was found"),
    ("errors are cleared", None, "errors are cleared"),
    ("system ready", None, "system ready"),
    ("2026-11-25 16:00:00 error rates are low", None, "error rates are low"),
    ("2026-11-25 16:00:00 info desk at db:5432", None, "info desk at db:5432"),
    ("GET /error/warn 200", None, "GET /error/warn 200"),
    ("2026-11-25 16:00:00 ready", None, "ready"),
    (
        "1.2.3.4 - - [25/Nov/2026:16:00:00 +0000] \"GET / HTTP/1.1\" 200 1",
        None,
        "1.2.3.4 - - [25/Nov/2026:16:00:00 +0000] \"GET / HTTP/1.1\" 200 1",
    ),
    ("", None, ""),
    // JSON.
    ("{\"level\":\"error\",\"msg\":\"no stock\",\"n\":1}", Some(Error), "no stock"),
    ("{\"level\":30,\"time\":1,\"msg\":\"pino\"}", Some(Info), "pino"),
    ("{\"level\":3,\"short_message\":\"gelf\"}", Some(Error), "gelf"),
    ("{\"severity\":\"WARNING\",\"message\":\"gcp\"}", Some(Warn), "gcp"),
    ("{\"log.level\":\"info\",\"message\":\"ecs\"}", Some(Info), "ecs"),
    ("{\"t\":{\"$date\":\"2026\"},\"s\":\"W\",\"c\":\"NET\",\"msg\":\"mongo\"}", Some(Warn), "mongo"),
    ("{\"log\":{\"logger\":\"a\",\"level\":\"warn\"},\"message\":\"nested\"}", Some(Warn), "nested"),
    (
        "{\"text\":\"loguru\",\"record\":{\"level\":{\"icon\":\"x\",\"name\":\"ERROR\"}}}",
        Some(Error),
        "loguru",
    ),
    ("{\"severityText\":\"ERROR\",\"body\":1,\"message\":\"otlp\"}", Some(Error), "otlp"),
    ("{\"log\":\"an error\",\"stream\":\"out\"}", None, "an error"),
    ("{\"log\":{\"file\":\"error\"},\"msg\":\"none\"}", None, "none"),
    ("{\"a\":[1,{\"level\":\"error\"}]}", None, "{\"a\":[1,{\"level\":\"error\"}]}"),
    ("{not json}", None, "{not json}"),
    // Pairs.
    (
        "time=\"2026-11-25T16:00:00Z\" level=warning msg=\"low \\\"stock\\\"\" n=1",
        Some(Warn),
        "low \\\"stock\\\"",
    ),
    ("level=error msg=short took=12ms", Some(Error), "short"),
];

#[test]
fn every_line_says_what_it_says() {
    for (line, level, message) in SAMPLE_LINES {
        let parsed = parse(line);
        assert_eq!(parsed.level, *level, "{line}");
        let range = parsed.message.start as usize..parsed.message.end as usize;
        assert_eq!(&line[range], *message, "{line}");
    }
}

fn name_value_pairs<'a>(fields: &'a [LogField<'_>]) -> Vec<(&'a str, &'a str)> {
    fields.iter().map(|f| (&*f.name, &*f.value)).collect()
}

#[test]
fn fields_have_names_and_values() {
    let json = "{\"a\":\"x \\u001b[31m\\\"y\\\"\",\"b\":{\"c\":1,\"d\":[1,2]},\"e\":true}";
    assert_eq!(
        name_value_pairs(&fields(json, LineFormat::Json)),
        [("a", "x \"y\""), ("e", "true"), ("b.c", "1"), ("b.d", "[1,2]")]
    );
    let pairs = "GET / took=12ms user=\"a \\\"b\\\"\" x==1";
    assert_eq!(name_value_pairs(&fields(pairs, LineFormat::Text)), [("took", "12ms"), ("user", "a \"b\"")]);
}

#[test]
fn ids_are_known_by_name_and_by_form() {
    let all = |text| {
        correlation_ids(text, parse(text).format)
            .into_iter()
            .map(|id| id.value.into_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(all("request_id=r-17 user=4"), ["r-17"]);
    assert_eq!(all("{\"dd.trace_id\":\"123\",\"n\":4}"), ["123"]);
    assert_eq!(all("done 0af7651916cd43dd8448eb211c80319c in 3ms"), ["0af7651916cd43dd8448eb211c80319c"]);
    assert_eq!(all("f47ac10b-58cc-4372-a567-0e02b2c3d479 gone"), ["f47ac10b-58cc-4372-a567-0e02b2c3d479"]);
    assert!(all("nothing here 1234567890123456").is_empty());
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_within_its_bounds(text in "\\PC{0,80}|[\\[\\]{}()<>:,|=\"\\\\ a-zA-Z0-9é.-]{0,60}") {
        let parsed = parse(&text);
        let range = parsed.message.start as usize..parsed.message.end as usize;
        proptest::prop_assert!(text.get(range).is_some());
        let _ = (fields(&text, parsed.format), correlation_ids(&text, parsed.format));
    }

    #[test]
    fn objects_give_their_values_back(names in proptest::collection::btree_map("[a-z]{1,6}", "\\PC{0,12}", 1..6)) {
        let line = serde_json::to_string(&names).unwrap();
        let found = fields(&line, LineFormat::Json);
        proptest::prop_assert_eq!(parse(&line).format, LineFormat::Json);
        for (name, value) in &names {
            let field = found.iter().find(|f| f.name == *name).unwrap();
            let clean = crate::model::Text::new(value);
            proptest::prop_assert!(*field.value == **value || *field.value == *clean);
        }
    }
}
