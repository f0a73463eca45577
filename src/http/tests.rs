//! The admin server over real sockets.

mod hostile;

use super::access::{Guard, Token};
use super::{Options, Parts, Server};
use crate::domain::misses::Misses;
use crate::domain::model::Models;
use crate::domain::state::prospect::Prospect;
use crate::domain::state::track::Track;
use crate::runtime::lookup::{NoAnswer, ProspectLookup};
use crate::runtime::ports::Clock;
use crate::runtime::snapshot::figures::{Figures, Key};
use crate::runtime::snapshot::recovery::Follows;
use crate::runtime::snapshot::router::RouterSnapshot;
use crate::runtime::snapshot::{Identity, InstancePhase, StatusBoard, TaskSnapshot, TaskState};
use crate::telemetry::Telemetry;
use crate::view::funnel::FunnelView;
use base64::Engine;
use leadstream_model::CartSpec;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// Knows `u-1`, owns everything but `elsewhere`.
struct Fake;

impl ProspectLookup for Fake {
    fn ask(&self, prospect: &str) -> Result<oneshot::Receiver<Option<Prospect>>, NoAnswer> {
        if prospect == "elsewhere" {
            return Err(NoAnswer::NotOwned { partition: 7, group: "shop".to_owned() });
        }
        let (reply, answer) = oneshot::channel();
        let known = prospect == "u-1" || prospect == "ü/1";
        let track = Track { model: "ecommerce".into(), ..Track::default() };
        let found = known.then(|| Prospect { sessions: 3, tracks: [track].into_iter().collect(), ..Prospect::default() });
        reply.send(found).expect("the receiver is still here");
        Ok(answer)
    }

    fn figures(&self) -> Result<Vec<oneshot::Receiver<Figures>>, NoAnswer> {
        let worker = |orders| {
            let (reply, answer) = oneshot::channel();
            let mut figures = Figures::default();
            figures.add(Key::Orders { week: 2_800, again: false }, orders);
            reply.send(figures).expect("the receiver is still here");
            answer
        };
        Ok(vec![worker(2), worker(3)])
    }
}

struct FixedClock;

impl Clock for FixedClock {
    fn now_ms(&self) -> i64 {
        1_700_000_000_000
    }

    fn monotonic(&self) -> Duration {
        Duration::from_secs(1_000)
    }
}

fn models() -> Models {
    let shipped = leadstream_model::load("ecommerce");
    leadstream_model::build(&[shipped], &CartSpec::default()).expect("the shipped model loads")
}

fn start(token: Option<&str>, allow_anonymous: bool) -> (Server, Arc<StatusBoard>) {
    start_with(&Options { token: token.map(|t| Token::new(t).expect("long enough")), allow_anonymous, ..on_loopback() })
}

fn on_loopback() -> Options {
    Options::new(SocketAddr::from(([127, 0, 0, 1], 0)))
}

fn start_with(options: &Options) -> (Server, Arc<StatusBoard>) {
    let board =
        Arc::new(StatusBoard::new(Identity { group: "shop".to_owned(), instance: "i<1>".to_owned(), ..Identity::default() }));
    let parts = Parts {
        telemetry: Arc::new(Telemetry::new("0.0.0")),
        board: Arc::clone(&board),
        lookup: Arc::new(Fake),
        models: Arc::new(models()),
        clock: Arc::new(FixedClock),
    };
    (Server::start(options, parts).expect("a free port on loopback"), board)
}

/// Status, head and body of one request; `more` are header lines.
fn get_with(server: &Server, path: &str, more: &str) -> (u16, String, String) {
    let mut stream = TcpStream::connect(server.address()).expect("the server listens");
    let host = if more.contains("Host:") { "" } else { "Host: localhost\r\n" };
    write!(stream, "GET {path} HTTP/1.1\r\n{host}{more}Connection: close\r\n\r\n").expect("the request is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the answer is read");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).expect("a status");
    (status, head.to_ascii_lowercase(), body.to_owned())
}

fn get(server: &Server, path: &str) -> (u16, String, String) {
    get_with(server, path, "")
}

#[test]
fn readiness_follows_the_routers_and_the_page_shows_them() {
    let (server, board) = start(None, true);
    board.set_phase(InstancePhase::Running);
    assert!(!get(&server, "/").2.contains("Routers"));
    board.show_router(RouterSnapshot::starting(4, "no <broker> answers".to_owned()));
    let (status, _, body) = get(&server, "/readyz");
    assert!(status == 503 && body.contains("\"status\":\"starting\"") && body.contains("no <broker> answers"), "{body}");
    let (_, _, page) = get(&server, "/");
    assert!(page.contains("Routers") && page.contains("starting: no &lt;broker&gt; answers"), "{page}");
    let ready = RouterSnapshot { worker: 4, partitions: 3, has_joined: true, lag: 12, ..RouterSnapshot::default() };
    board.show_router(ready);
    assert_eq!(get(&server, "/readyz").0, 200);
    let (_, _, page) = get(&server, "/");
    assert!(page.contains("ready, behind") && page.contains(">12<"), "{page}");
}

#[test]
fn readiness_follows_the_tasks() {
    let (server, board) = start(None, false);
    let (status, _, body) = get(&server, "/readyz");
    assert_eq!(status, 503);
    assert!(body.contains("\"status\":\"starting\""), "{body}");
    board.set_phase(InstancePhase::Running);
    board.publish(TaskSnapshot::new(2, 0, TaskState::Restoring { done: 1, total: 2 }, 0));
    let (status, _, body) = get(&server, "/readyz");
    assert_eq!(status, 503);
    assert!(body.contains("\"status\":\"restoring\"") && body.contains("\"progress\":0.5"), "{body}");
    board.publish(TaskSnapshot::new(2, 0, TaskState::Ready, 0));
    assert_eq!(get(&server, "/readyz").0, 200);
    board.publish(TaskSnapshot::new(2, 0, TaskState::Stuck { reason: "garbage".to_owned() }, 0));
    let (status, _, body) = get(&server, "/readyz");
    assert_eq!(status, 503);
    assert!(body.contains("\"status\":\"stuck\"") && body.contains("garbage"), "{body}");
    assert_eq!(get(&server, "/livez").0, 200, "a stuck task is no reason to kill the process");
}

#[test]
fn a_worker_that_hangs_fails_the_liveness_check() {
    let (server, board) = start(None, false);
    board.heartbeat(0, Duration::from_secs(1_000));
    assert_eq!(get(&server, "/livez").0, 200);
    board.heartbeat(1, Duration::from_secs(800));
    let (status, _, body) = get(&server, "/livez");
    assert_eq!(status, 503);
    assert!(body.contains("\"worker\":1"), "{body}");
}

#[test]
fn metrics_show_the_published_numbers_and_none_of_a_partition_that_left() {
    let (server, board) = start(None, false);
    let mut task = TaskSnapshot::new(5, 0, TaskState::Ready, 0);
    task.lag = vec![("clickstream".into(), Some(42))];
    task.size.records = 9;
    board.publish(task);
    let (status, head, body) = get(&server, "/metrics");
    assert_eq!(status, 200);
    assert!(head.contains("content-type: text/plain; version=0.0.4"), "{head}");
    assert!(body.contains("leadstream_input_lag_records{topic=\"clickstream\",partition=\"5\"} 42\n"), "{body}");
    assert!(body.contains("leadstream_tasks{state=\"ready\"} 1\n"), "{body}");
    assert!(body.contains("leadstream_state_records 9\n"), "{body}");
    board.remove(5, 0);
    let (_, _, body) = get(&server, "/metrics");
    assert!(body.contains("leadstream_input_lag_records{topic=\"clickstream\",partition=\"5\"} 0\n"), "{body}");
    assert!(body.contains("leadstream_tasks{state=\"ready\"} 0\n"), "{body}");
    assert!(body.contains("leadstream_http_requests_total{endpoint=\"/metrics\",code=\"200\"} 1\n"), "{body}");
}

#[test]
fn a_prospect_is_shown_refused_or_said_to_be_elsewhere() {
    let (server, _board) = start(None, false);
    let (status, _, body) = get(&server, "/api/v1/prospects/u-1");
    assert_eq!(status, 200);
    let answer: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!((&answer["prospect"], &answer["sessions"]), (&json!("u-1"), &json!(3)));
    assert_eq!(answer["models"][0]["model"], "ecommerce");
    assert_eq!(get(&server, "/api/v1/prospects/%C3%BC%2F1").0, 200, "names are percent-decoded");
    assert_eq!(get(&server, "/api/v1/prospects/nobody").0, 404);
    assert_eq!(get(&server, &format!("/api/v1/prospects/{}", "x".repeat(257))).0, 400);
    let (status, _, body) = get(&server, "/api/v1/prospects/elsewhere");
    assert_eq!(status, 421);
    let answer: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!((&answer["partition"], &answer["group"]), (&json!(7), &json!("shop")));
}

#[test]
fn an_account_is_guarded_like_a_prospect_and_unknown_where_no_model_has_any() {
    let (server, _board) = start(Some("0123456789abcdef"), false);
    assert_eq!(get(&server, "/api/v1/accounts/acme").0, 401);
    let (status, _, body) = get_with(&server, "/api/v1/accounts/acme", "Authorization: Bearer 0123456789abcdef\r\n");
    assert_eq!(status, 404, "{body}");
    assert!(body.contains("no model that runs here has accounts"), "{body}");
}

#[test]
fn with_a_token_pages_and_api_want_it_and_health_and_metrics_do_not() {
    let (server, _board) = start(Some("0123456789abcdef"), false);
    for path in ["/", "/api/v1/funnel", "/api/v1/carts", "/api/v1/prospects/u-1"] {
        let (status, head, _) = get(&server, path);
        assert_eq!(status, 401, "{path}");
        assert!(head.contains("www-authenticate: basic"), "{head}");
        assert_eq!(get_with(&server, path, "Authorization: Bearer wrong-wrong-wrong\r\n").0, 401, "{path}");
        assert_eq!(get_with(&server, path, "Authorization: Bearer 0123456789abcdef\r\n").0, 200, "{path}");
    }
    assert_eq!(get(&server, "/metrics").0, 200);
    assert_eq!(get(&server, "/livez").0, 200);
    assert_eq!(get(&server, "/readyz").0, 503);
}

#[test]
fn a_page_on_the_internet_cannot_read_a_local_dashboard() {
    let (server, _board) = start(None, false);
    assert_eq!(get_with(&server, "/api/v1/funnel", "Host: evil.example\r\n").0, 403);
    assert_eq!(get(&server, "/api/v1/funnel").0, 200);
}

#[test]
fn the_funnel_carries_the_figures_of_all_workers_added_up() {
    let (server, board) = start(None, false);
    board.publish(TaskSnapshot::new(4, 0, TaskState::Ready, 0));
    let (status, _, body) = get(&server, "/api/v1/funnel");
    assert_eq!(status, 200, "{body}");
    let answer: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!((&answer["group"], &answer["complete"], &answer["partitions"]), (&json!("shop"), &json!(true), &json!([4])));
    let funnel: FunnelView = serde_json::from_str(&body).expect("a funnel");
    let (figures, unknown) = funnel.figures.read().expect("figures");
    assert_eq!((figures.get(&Key::Orders { week: 2_800, again: false }), unknown), (5, 0));
    assert_eq!(figures.models.values().map(|m| m.name.as_str()).collect::<Vec<_>>(), ["ecommerce"]);
}

#[test]
fn what_reminders_brought_and_what_came_by_itself_stand_apart_in_the_answer_and_on_the_page() {
    let (server, board) = start(None, false);
    for (partition, follows, value) in [(1, Follows::Click, 80.0), (2, Follows::Itself, 900.0), (3, Follows::Itself, 100.0)] {
        let mut task = TaskSnapshot::new(partition, 0, TaskState::Ready, 0);
        task.done.cart_outcomes = [("cart.recovered", 1), ("cart.expired", 4)].into();
        task.done.recovery.add(follows, false, Some(value), Some("<EUR>"));
        board.publish(task);
    }
    let answer: serde_json::Value = serde_json::from_str(&get(&server, "/api/v1/carts").2).expect("JSON");
    let recovery = &answer["recovery"];
    let of = |what: &str| (recovery[what]["orders"].as_u64(), recovery[what]["value"]["<EUR>"].as_f64());
    assert_eq!(
        [of("attributed"), of("unattributed"), of("late")],
        [(Some(1), Some(80.0)), (Some(2), Some(1_000.0)), (Some(0), None)]
    );
    assert_eq!(answer["outcomes"], json!({ "cart.recovered": 3, "cart.expired": 12 }), "outputs by type, as they left");
    let (_, _, page) = get(&server, "/");
    for text in [
        "<th class=\"n\">recovered by a reminder</th><th class=\"n\">came back by themselves</th>",
        "<td class=\"n\">1: 80.00 &lt;EUR&gt;</td><td class=\"n\">2: 1000.00 &lt;EUR&gt;</td>",
        "<tr><td>came back by themselves</td><td class=\"n\">2: 1000.00 &lt;EUR&gt;</td></tr>",
        "cart.expired",
    ] {
        assert!(page.contains(text), "{text} is missing in {page}");
    }
    assert!(!page.contains("cart.recovered") && !page.contains("1080"), "no number holds both: {page}");
}

#[test]
fn without_token_only_loopback_is_served_unless_it_is_said_so() {
    let open = Options::new(SocketAddr::from(([0, 0, 0, 0], 0)));
    let message = open.guard().expect_err("reachable by anybody").to_string();
    assert!(message.contains("http.token_file") && message.contains("http.allow_anonymous"), "{message}");
    assert!(matches!(Options { allow_anonymous: true, ..open.clone() }.guard(), Ok(Guard::Anonymous)));
    let token = Token::new("0123456789abcdef").expect("long enough");
    assert!(matches!(Options { token: Some(token), ..open }.guard(), Ok(Guard::Token(_))));
}

#[test]
fn the_dashboard_is_a_page_with_strict_headers_and_no_script_but_its_own() {
    let (server, board) = start(None, false);
    assert!(!get(&server, "/").2.contains("Nearly understood"), "nothing is");
    let mut misses = Misses::default();
    misses.add_near("Order Completed", "order<script>Complete", 412);
    board.add_misses(&misses);
    let (status, head, body) = get(&server, "/");
    assert_eq!(status, 200);
    for header in [
        "content-security-policy: default-src 'none'; script-src 'sha256-",
        "x-content-type-options: nosniff",
        "x-frame-options: deny",
        "cache-control: no-store",
    ] {
        assert!(head.contains(header), "{header} is missing in {head}");
    }
    let near = "412 × `order&lt;script&gt;Complete`: did you mean Order Completed?";
    for text in ["supplier-selection", "purchase", "i&lt;1&gt;", near] {
        assert!(body.contains(text), "{text} is missing");
    }
    assert!(body.matches("<script").count() == 1 && !body.contains("i<1>"), "{body}");
    // The policy names the text of the page's own script by its digest, and nothing else.
    let (_, after) = body.split_once("<script>").expect("one");
    let (script, _) = after.split_once("</script>").expect("it ends");
    let digest = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(script));
    assert!(head.contains(&format!("script-src 'sha256-{digest}';").to_lowercase()), "{head}");
}

#[test]
fn what_is_not_there_and_what_is_not_asked_for_by_get_is_refused() {
    let (server, _board) = start(None, false);
    assert_eq!(get(&server, "/etc/passwd").0, 404);
    let mut stream = TcpStream::connect(server.address()).expect("the server listens");
    write!(stream, "POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    assert!(answer.starts_with("HTTP/1.1 405"), "{answer}");
}

#[test]
fn a_taken_port_says_what_to_do() {
    let (server, _board) = start(None, false);
    let options = Options::new(server.address());
    let parts = Parts {
        telemetry: Arc::new(Telemetry::new("0.0.0")),
        board: Arc::new(StatusBoard::new(Identity::default())),
        lookup: Arc::new(Fake),
        models: Arc::new(models()),
        clock: Arc::new(FixedClock),
    };
    let message = Server::start(&options, parts).err().expect("the port is taken").to_string();
    assert!(message.contains("choose another http.listen"), "{message}");
}

#[test]
fn a_stopped_server_lets_go_of_its_port() {
    let (server, _board) = start(None, false);
    let address = server.address();
    // An idle connection does not hold it back for long.
    let _idle = TcpStream::connect(address).expect("the server listens");
    server.stop();
    assert!(TcpStream::connect(address).is_err());
}
