//! Levels in lines of words, in the default formats of libraries and servers.

use super::parse;
use crate::model::Level::{self, Debug, Error, Fatal, Info, Trace, Warn};

/// The level of a line, and the line.
const LINES: &[(Level, &str)] = &[
    // PHP: Monolog (LineFormatter), PHP's own errors, PHP-FPM.
    (Error, "[2026-11-28 10:00:00] production.ERROR: no stock {\"order\":4711}"),
    (Fatal, "[2026-11-28T10:00:00.123456+00:00] request.CRITICAL: Uncaught PHP Exception \"x\" at A.php line 1"),
    (Debug, "[2026-11-28T10:00:00.123456+00:00] app.DEBUG: asked [] []"),
    (Fatal, "[2026-11-28T10:00:00.123456+00:00] shop-api.EMERGENCY: gone [] []"),
    (Warn, "PHP Warning:  Undefined variable $x in /a.php on line 1"),
    (Fatal, "[28-Nov-2026 10:00:00 UTC] PHP Fatal error:  Uncaught Error: x in /a.php:1"),
    (Fatal, "Fatal error: Uncaught Error: x in /a.php:1"),
    (Info, "PHP Notice:  Undefined index: x in /a.php on line 1"),
    (Error, "[28-Nov-2026 10:00:00] ERROR: unable to bind listening socket"),
    (Warn, "[28-Nov-2026 10:00:00] WARNING: [pool www] server reached pm.max_children setting (5)"),
    (Info, "[28-Nov-2026 10:00:00] NOTICE: fpm is running, pid 1"),
    // Letters: klog, glog, CockroachDB, capnslog, MongoDB before 4.4, TensorFlow, Android, Tornado, Gitea, WebSphere.
    (Info, "I1128 10:00:00.123456       1 server.go:12] ready"),
    (Error, "E20261128 10:00:00.123456 12345 file.cc:12] no stock"),
    (Error, "E261128 10:00:00.123456 12 server/node.go:1  [n1] no stock"),
    (Warn, "W261128 10:00:00.123456 12 1@server/node.go:1 ⋮ [n1] 3  slow"),
    (Error, "2026-11-28 10:00:00.000000 E | etcdserver: no leader"),
    (Info, "2026-11-28 10:00:00.000000 N | embed: serving"),
    (Error, "2026-11-28T10:00:00.000+0000 E NETWORK  [conn1] no route"),
    (Info, "2026-11-28T10:00:00.000+0000 I  NETWORK  [listener] connection accepted"),
    (Debug, "2026-11-28T10:00:00.000+0000 D2 STORAGE  [conn1] step"),
    (Error, "2026-11-28 10:00:00.123456: E tensorflow/core/x.cc:1] no device"),
    (Warn, "11-28 10:00:00.123  1234  1234 W Activity: slow"),
    (Error, "[E 2026-11-28 10:00:00.123 ServerApp] no kernel"),
    (Info, "[I 261128 10:00:00 web:2348] 200 GET /"),
    (Error, "2026/11/28 10:00:00 ...s/web/main.go:12:Run() [E] no listener"),
    (Error, "[28.11.26 10:00:00:123] 00000001 webapp E CWWKZ0002E: An exception occurred"),
    (Info, "[11/28/26 10:00:00:123 UTC] 0000001f kernel        I CWWKF0011I: ready"),
    (Error, "2026-11-28T10:00:00Z E! [outputs.influxdb] no connection"),
    // Syslog, systemd and daemons.
    (Error, "<11>Nov 28 10:00:00 host app[1]: no stock"),
    (Error, "<11>1 2026-11-28T10:00:00Z host app 1 ID - no stock"),
    (Error, "<3>2026-11-28 no stock"),
    (Warn, "<4>Shop.Orders[0] slow"),
    (Warn, "Nov 28 10:00:00 mail postfix/smtpd[12]: warning: hostname does not resolve"),
    (Fatal, "Nov 28 10:00:00 mail postfix/master[1]: fatal: bind: in use"),
    (Error, "Nov 28 10:00:00 imap(anna): Error: no mailbox"),
    (Error, "error: kex_exchange_identification: Connection closed by remote host"),
    (Error, "[1764324000] unbound[1:0] error: can't bind socket"),
    (Error, "28-Nov-2026 10:00:00.123 general: error: no zone"),
    (Error, "1764324000: Error: Unable to open log file"),
    (Fatal, "2026/11/28 10:00:00 kid1| FATAL: no store"),
    // Databases.
    (Error, "2026-11-28 10:00:00 UTC:10.0.0.1(5432):user@db:[123]:ERROR:  no such table"),
    (Info, "< 2026-11-28 10:00:00.000 UTC >LOG:  ready"),
    (Fatal, "2026-11-28 10:00:00.000 UTC [1] PANIC:  no space"),
    (Error, "2026-11-28 10:00:00.000 CET [31] FEHLER:  Relation »x« existiert nicht"),
    (Warn, "2026-11-28 10:00:00.123 UTC [1] WARNING x: login failed"),
    (Info, "2026-11-28 10:00:00.123: main pid 1: LOG:  ready"),
    (Error, "2026-11-28T10:00:00.000000Z 0 [ERROR] [MY-010119] [Server] Aborting"),
    (Error, "261128 10:00:00 [ERROR] Aborting"),
    (Warn, "2026-11-28 10:00:00 0 [Warning] slow"),
    (Warn, "[1] 28 Nov 10:00:00 # no memory"),
    (Info, "1:12:M 28 Nov 2026 10:00:00.000 * ready"),
    (Error, "ERROR [main] 2026-11-28 10:00:00,000 CassandraDaemon.java:1 - Exception encountered"),
    (Error, "2026.11.28 10:00:00.123456 [ 1 ] {9f0c} <Error> executeQuery: Code: 60"),
    (Info, "2026.11.28 10:00:00.123456 [ 1 ] {} <Information> Application: ready"),
    (Error, "2026-11-28 10:00:00.12 spid1s      Error: 17182, Severity: 16, State: 1."),
    (Error, "2026-11-28 10:00:00.12 Logon       Error: 18456, Severity: 14, State: 38."),
    (Error, "2026-11-28 10:00:00.123+0000 ERROR Failed to start"),
    // Web servers and proxies.
    (Error, "[Sat Nov 28 10:00:00.123456 2026] [core:error] [pid 1:tid 2] [client 10.0.0.1:5] AH00037: link"),
    (Info, "[Sat Nov 28 10:00:00.123456 2026] [mpm_event:notice] [pid 1:tid 2] AH00489: ready"),
    (Trace, "[Sat Nov 28 10:00:00.123456 2026] [ssl:trace4] [pid 1] step"),
    (Fatal, "2026/11/28 10:00:00 [emerg] 1#1: host not found in upstream \"api\""),
    (Warn, "[2026-11-28 10:00:00.000][1][warning][main] slow"),
    (Error, "2026-11-28T10:00:00Z ERR no router error=\"x\""),
    (Error, "2026/11/28 10:00:00.123  ERROR  http.log.error  no upstream  {\"status\": 502}"),
    (Error, "[1128/100000.123456:ERROR:gpu_process.cc(12)] no device"),
    (Warn, "[1:7:1128/100000.123456:WARNING:bus.cc(407)] no bus"),
    (Error, "[1] 2026/11/28 10:00:00.123456 [ERR] no client"),
    (Error, "[ERROR] plugin/errors: 2 orders. A: read udp: i/o timeout"),
    (Warn, "[2026/11/28 10:00:00] [ warn] [output:es:es.0] slow"),
    (Error, "2026-11-28 10:00:00 +0000 [error]: #0 no buffer"),
    // Java: Logback, Log4j, JBoss, Akka, java.util.logging, WebLogic, Liberty, Spark, SonarQube, Minecraft.
    (Error, "0 [main] ERROR com.example.Shop  - no stock"),
    (Error, "2026-11-28T10:00:00.123Z ERROR 1 --- [shop] [main] c.e.Shop : no stock"),
    (Error, "2026-11-28 10:00:00,123 main ERROR Unable to locate appender \"x\""),
    (Error, "10:00:00,123 ERROR [org.jboss.as] (main) no stock"),
    (Error, "[ERROR] [11/28/2026 10:00:00.123] [thread-1] [akka://shop] no stock"),
    (Error, "[2026-11-28 10:00:00,123] [ERROR] [akka.actor] [] [akka://shop] - no stock"),
    (Error, "28-Nov-2026 10:00:00.123 SEVERE [main] org.apache.catalina.startup.Catalina.start no stock"),
    (Error, "[2026-11-28T10:00:00.123+0000] [Payara 5] [SEVERE] [] [javax.x] [tid: 1] no stock"),
    (Error, "nov. 28, 2026 10:00:00 AM GRAVE: pas de stock"),
    (Error, "SCHWERWIEGEND: kein Bestand"),
    (Warn, "警告: 在庫なし"),
    (Error, "####<Nov 28, 2026 10:00:00,123 AM UTC> <Error> <Server> <host> no stock"),
    (Info, "[AUDIT   ] CWWKF0011I: ready"),
    (Error, "26/11/28 10:00:00 ERROR SparkContext: no stock"),
    (Error, "2026.11.28 10:00:00 ERROR web[][o.s.s.Server] no stock"),
    (Error, "[10:00:00] [Server thread/ERROR]: no stock"),
    (Error, " ERROR | no stock | org.apache.activemq.Broker | main"),
    (Error, "2026-11-28 10:00:00.000+0000 [id=1]  SEVERE  jenkins.InitReactorRunner#onTaskFailed: no stock"),
    // .NET: console formatters, Serilog, NLog, log4net.
    (Fatal, "crit: Shop.Orders[0]"),
    (Error, "2026-11-28T10:00:00.000Z fail: Shop.Orders[0] no stock"),
    (Debug, "dbug: Shop.Orders[0]"),
    (Error, "2026-11-28 10:00:00.123 +00:00 [ERR] no stock"),
    (Fatal, "[10:00:00 FTL] no stock"),
    (Trace, "[10:00:00 VRB] step"),
    (Error, "2026-11-28 10:00:00.1234|ERROR|Shop.Orders|no stock"),
    (Error, "2026-11-28 10:00:00,123 [1] ERROR Shop.Orders - no stock"),
    // Python: logging, Flask, Django, Celery, Airflow, Loguru, structlog, warnings.
    (Fatal, "CRITICAL:shop.orders:no stock"),
    (Error, "2026-11-28 10:00:00,123 root ERROR no stock"),
    (Error, "[2026-11-28 10:00:00,123] ERROR in app: no stock"),
    (Warn, "[28/Nov/2026 10:00:00] WARNING [django.request:241] Not Found: /x"),
    (Error, "[2026-11-28 10:00:00,123: ERROR/ForkPoolWorker-1] Task failed"),
    (Error, "[2026-11-28T10:00:00.123+0000] {taskinstance.py:1} ERROR - no stock"),
    (Info, "2026-11-28 10:00:00.123 | SUCCESS  | shop.orders:place:12 - placed"),
    (Error, "2026-11-28 10:00:00 [error    ] no stock                       order=4711"),
    (Warn, "/app/shop.py:12: DeprecationWarning: old"),
    (Error, "2026-11-28 10:00:00,000 1 ERROR shop odoo.sql_db: bad query"),
    (Error, "2026-11-28 10:00:00.123 ERROR (MainThread) [homeassistant.core] no stock"),
    // JavaScript: winston, pino-pretty, log4js, bunyan, Nest, npm, Node.js.
    (Error, "2026-11-28T10:00:00.000Z [shop] error: no stock"),
    (Error, "2026-11-28 10:00:00 [error]: no stock"),
    (Error, "[10:00:00.123] ERROR (1): no stock"),
    (Error, "[2026-11-28T10:00:00.123] [ERROR] default - no stock"),
    (Error, "[2026-11-28T10:00:00.123Z] ERROR: shop/1 on host: no stock"),
    (Error, "[Nest] 1  - 11/28/2026, 10:00:00 AM   ERROR [ExceptionsHandler] no stock"),
    (Info, "[Nest] 1  - 11/28/2026, 10:00:00 AM     LOG [RouterExplorer] Mapped {/x, GET} route"),
    (Error, "npm error code ELIFECYCLE"),
    (Warn, "npm warn deprecated x@1"),
    (Warn, "(node:1) Warning: Accessing non-existent property"),
    (Warn, "(node:1) [DEP0005] DeprecationWarning: Buffer() is deprecated"),
    (Fatal, "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory"),
    // Go: log/slog, zap, zerolog, logrus, charmbracelet/log, go-ethereum.
    (Error, "2026/11/28 10:00:00 ERROR no stock id=4"),
    (Warn, "2026/11/28 10:00:00 WARN+1 slow id=4"),
    (Error, "2026-11-28T10:00:00.123Z  error  controller/main.go:12  no stock  {\"id\": 4}"),
    (Error, "2026-11-28T10:00:00.123456Z  error  ads  no stock"),
    (Error, "2026-11-28T10:00:00.123Z error no stock {\"id\": 4}"),
    (Info, "1.7643204e+09  info  ready"),
    (Fatal, "10:00AM PNC gone"),
    (Error, "ERRO[0012] no stock                                      id=4"),
    (Fatal, "PANI[2026-11-28T10:00:00Z] gone"),
    (Error, "ERROR[11-28|10:00:00.123] no stock                      id=4"),
    // Rust, Ruby, Erlang, Elixir, Swift, Haskell, Perl, C++ and others.
    (Error, "[2026-11-28T10:00:00Z ERROR shop::orders] no stock"),
    (Error, "2026-11-28T10:00:00.123456Z ERROR ThreadId(01) shop::orders: no stock"),
    (Error, "[2026-11-28][10:00:00][shop][ERROR] no stock"),
    (Error, "[     0.001234s] ERROR ThreadId(01) linkerd_app: no stock"),
    (Warn, "W, [2026-11-28T10:00:00.123456 #7]  WARN -- shop: slow"),
    (Error, "2026-11-28T10:00:00.000Z pid=1 tid=abc ERROR: no stock"),
    (Error, "=CRASH REPORT==== 28-Nov-2026::10:00:00 ==="),
    (Error, "10:00:00.000 [ERROR] GenServer terminating"),
    (Error, "10:00:00.000 request_id=F8 [error] no stock"),
    (Error, "[error] 2026-11-28T10:00:00.000000Z nonode@nohost <0.1.0> -------- no stock"),
    (Error, "2026-11-28T10:00:00+0000 error com.example.Shop : [Orders] no stock"),
    (Error, "[ ERROR ] no stock [request-id: 5]"),
    (Error, "[2026-11-28 10:00:00][Shop][Error][host][PID 1][ThreadId 5] no stock"),
    (Error, "2026/11/28 10:00:00 ERROR> shop.pl:1 main:: - no stock"),
    (Error, "26-11-28 10:00:00 host ERROR [shop.core] - no stock"),
    (Error, "[2026-11-28 10:00:00.123] [shop] [error] no stock"),
    (Error, "[2026-11-28 10:00:00.123456] [0x00007f3b] [error]   no stock"),
    (Error, "error(shop): no stock"),
    (Error, "shop: error: no stock"),
    (Error, "shop: [ERROR] no stock"),
    (Error, "[2026.11.28-10.00.00:123][  0]LogShop: Error: no stock"),
    // Dates in other languages.
    (Error, "28. November 2026 10:00:00 ERROR no stock"),
    (Error, "sam. 28 nov. 2026 10:00:00 [error] no stock"),
    (Error, "2026年11月28日 10:00:00 ERROR no stock"),
    (Error, "28 ноября 2026 10:00:00 ERROR no stock"),
    // Fields behind a prefix of words, and objects behind one.
    (Error, "[shop] level=error msg=\"no stock\""),
    (Error, "2026-11-28T10:00:00Z level=error no stock here and no more pairs"),
    (Error, "2026-11-28T10:00:00.123Z shop-1 {\"level\":\"error\",\"msg\":\"no stock\"}"),
];

#[test]
fn levels_are_read_where_libraries_write_them() {
    let wrong: Vec<String> = LINES
        .iter()
        .filter_map(|(level, line)| {
            let found = parse(line).level;
            (found != Some(*level)).then(|| format!("{level:?}, found {found:?}: {line}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn messages_begin_behind_prefixes() {
    for (line, message) in [
        ("[2026-11-28 10:00:00] production.ERROR: no stock", "no stock"),
        ("ERRO[0012] no stock", "no stock"),
        ("<11>Nov 28 10:00:00 no stock", "no stock"),
        ("[10:00:00] [Server thread/ERROR]: no stock", "no stock"),
        ("2026-11-28 10:00:00.1234|ERROR|Shop.Orders|no stock", "Shop.Orders|no stock"),
        ("[2026-11-28T10:00:00Z ERROR shop] no stock", "no stock"),
        ("2026-11-28T10:00:00Z app-1 {\"level\":\"error\",\"msg\":\"no stock\"}", "no stock\"}"),
    ] {
        let parsed = parse(line);
        assert_eq!(&line[parsed.message.start as usize..], message, "{line}");
    }
}
