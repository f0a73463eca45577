//! What is asked for where: every route with its limits, and the answer to each.

use super::access::{Guard, Refusal, SECURITY_HEADERS};
use super::dashboard;
use super::totals::{self, Totals};
use crate::domain::company_names::{ACCOUNT_KEY, MAX_ACCOUNT_BYTES};
use crate::domain::identity::message::MAX_HOPS;
use crate::domain::model::Models;
use crate::runtime::lookup::{NoAnswer, ProspectLookup};
use crate::runtime::ports::Clock;
use crate::runtime::snapshot::StatusBoard;
use crate::runtime::snapshot::figures::Figures;
use crate::telemetry::Telemetry;
use crate::view::account::AccountView;
use crate::view::carts::{CartsView, StepCount};
use crate::view::figures::FiguresView;
use crate::view::funnel::{FunnelView, ModelName};
use crate::view::health;
use crate::view::problem::Problem;
use crate::view::prospect::ProspectView;
use crate::view::recovery::RecoveryView;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use axum::{Json, Router};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Longest prospect that can be asked for: what a key may have at most.
const MAX_PROSPECT_BYTES: usize = 256;
/// A request that takes longer is answered with 503.
const REQUEST_TIME: Duration = Duration::from_secs(5);
/// Questions and pages answered concurrently; more get 503. Metrics and health have no such limit.
const PAGES_AT_ONCE: usize = 16;

/// What the server shows.
pub struct Parts {
    pub telemetry: Arc<Telemetry>,
    pub board: Arc<StatusBoard>,
    pub lookup: Arc<dyn ProspectLookup>,
    pub models: Arc<Models>,
    pub clock: Arc<dyn Clock + Send + Sync>,
}

struct Shared {
    parts: Parts,
    guard: Guard,
    room: Semaphore,
    /// Of all requests but those for health one begins at a time, in the order in which they came: on the one thread of the server,
    /// health is never behind more than that one.
    turns: Semaphore,
}

/// All routes.
pub(super) fn router(parts: Parts, guard: Guard) -> Router {
    let shared = Arc::new(Shared { parts, guard, room: Semaphore::new(PAGES_AT_ONCE), turns: Semaphore::new(1) });
    let open = |name, handler: MethodRouter<Arc<Shared>>| handler.layer(from_fn_with_state((Arc::clone(&shared), name), answer));
    let guarded =
        |name, handler: MethodRouter<Arc<Shared>>| open(name, handler.layer(from_fn_with_state(Arc::clone(&shared), admit)));
    Router::new()
        .route("/metrics", open("/metrics", get(metrics)))
        .route("/livez", open("/livez", get(livez)))
        .route("/readyz", open("/readyz", get(readyz)))
        .route("/", guarded("/", get(dashboard_page)))
        .route("/api/v1/funnel", guarded("/api/v1/funnel", get(funnel)))
        .route("/api/v1/carts", guarded("/api/v1/carts", get(carts)))
        .route("/api/v1/prospects/{id}", guarded("/api/v1/prospects/{id}", get(one_prospect)))
        .route("/api/v1/accounts/{id}", guarded("/api/v1/accounts/{id}", get(one_account)))
        .fallback_service(open("other", get(nothing_here)).with_state(Arc::clone(&shared)))
        .with_state(shared)
}

/// Around every request: its time limit, its count and the headers of every answer.
async fn answer(State((shared, endpoint)): State<(Arc<Shared>, &'static str)>, request: Request, next: Next) -> Response {
    let answered = async {
        if !matches!(endpoint, "/livez" | "/readyz") {
            let turn = shared.turns.acquire().await;
            // Requests for health are served here.
            tokio::task::yield_now().await;
            // Given back before the work: what waits for a worker keeps nobody from beginning.
            drop(turn);
        }
        next.run(request).await
    };
    let mut response = match tokio::time::timeout(REQUEST_TIME, answered).await {
        Ok(response) => response,
        Err(_) => problem(StatusCode::SERVICE_UNAVAILABLE, "this took too long; try again"),
    };
    shared.parts.telemetry.http_request(endpoint, response.status().as_u16());
    response.headers_mut().extend(SECURITY_HEADERS);
    response
}

/// Around the guarded pages: may the caller see them, and is there room?
async fn admit(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    match shared.guard.check(request.headers()) {
        Ok(()) => {}
        Err(Refusal::NoToken) => {
            let mut response =
                problem(StatusCode::UNAUTHORIZED, "send the token of http.token_file as `Authorization: Bearer …`");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"leadstream\""));
            return response;
        }
        Err(Refusal::ForeignHost) => {
            return problem(StatusCode::FORBIDDEN, "ask for this server as localhost or by its loopback address");
        }
    }
    let Ok(_permit) = shared.room.try_acquire() else {
        return problem(StatusCode::SERVICE_UNAVAILABLE, "too many requests at once; try again");
    };
    next.run(request).await
}

fn problem(status: StatusCode, what: &str) -> Response {
    (status, Json(Problem::new(what))).into_response()
}

async fn metrics(State(shared): State<Arc<Shared>>) -> Response {
    let Parts { telemetry, board, models, clock, .. } = &shared.parts;
    totals::set_gauges(board, models, clock.now_ms(), telemetry);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], telemetry.render()).into_response()
}

async fn livez(State(shared): State<Arc<Shared>>) -> Response {
    let liveness = health::liveness(&shared.parts.board, shared.parts.clock.monotonic());
    let status = if liveness.is_alive() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(liveness)).into_response()
}

async fn readyz(State(shared): State<Arc<Shared>>) -> Response {
    let readiness = health::readiness(&shared.parts.board);
    let status = if readiness.is_ready() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(readiness)).into_response()
}

async fn dashboard_page(State(shared): State<Arc<Shared>>) -> Response {
    let board = &shared.parts.board;
    let totals = Totals::of(board, &shared.parts.models);
    Html(dashboard::page(board, &health::readiness(board), &totals)).into_response()
}

async fn funnel(State(shared): State<Arc<Shared>>) -> Response {
    let answers = match shared.parts.lookup.figures() {
        Ok(answers) => answers,
        Err(why) => return problem(StatusCode::SERVICE_UNAVAILABLE, &format!("{why}; try again")),
    };
    let mut all = Figures::new(&shared.parts.models);
    let mut every_worker = true;
    for answer in answers {
        match answer.await {
            Ok(figures) => all.merge(&figures),
            Err(_) => every_worker = false,
        }
    }
    let t = Totals::of(&shared.parts.board, &shared.parts.models);
    // The first model stands in front, as if it were the only one; all of them follow.
    let first = t.models.first().cloned().unwrap_or_default();
    Json(FunnelView {
        complete: t.complete && every_worker,
        dead_letters: t.dead_letters,
        events: t.events,
        figures: FiguresView::of(&all),
        funnel: first.funnel,
        group: shared.parts.board.identity().group.clone(),
        journey: first.journey,
        labels: first.labels,
        lag_records: t.lag_records,
        model: ModelName { hash: first.hash, name: first.name },
        models: t.models,
        partitions: t.partitions,
        prospects: t.prospects,
        score_changes: t.score_changes,
        stage_changes: t.stage_changes,
    })
    .into_response()
}

async fn carts(State(shared): State<Arc<Shared>>) -> Response {
    let t = Totals::of(&shared.parts.board, &shared.parts.models);
    let triggers = t.cart_triggers.iter().enumerate().map(|(n, left)| StepCount { left: *left, step: n + 1 });
    Json(CartsView {
        complete: t.complete,
        open: t.open_carts,
        outcomes: t.cart_outcomes.into_iter().map(|(kind, count)| (kind.to_owned(), count)).collect(),
        partitions: t.partitions,
        recovery: RecoveryView::of(&t.recovery),
        series_pending: t.series_pending,
        steps_held: t.steps_held,
        triggers: triggers.collect(),
    })
    .into_response()
}

async fn one_prospect(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    if id.is_empty() || id.len() > MAX_PROSPECT_BYTES {
        return problem(StatusCode::BAD_REQUEST, "a prospect has 1 to 256 bytes");
    }
    let gone = "the partition has just moved to another instance; ask again";
    let mut name = id.clone();
    // An id points to a smaller one only, so this ends; that bound is for the day when it doesn't.
    for _ in 0..=MAX_HOPS {
        let answer = match shared.parts.lookup.ask(&name) {
            Ok(answer) => answer.await,
            Err(why @ NoAnswer::NotOwned { .. }) if name != id => {
                let detail = format!("{id:?} stands for {name:?}, and {why}");
                return problem(StatusCode::MISDIRECTED_REQUEST, &detail);
            }
            Err(why @ NoAnswer::NotOwned { .. }) => return misdirected(&why),
            Err(why @ (NoAnswer::NotReady { .. } | NoAnswer::Busy)) => {
                return problem(StatusCode::SERVICE_UNAVAILABLE, &format!("{why}; try again"));
            }
        };
        match answer {
            Ok(Some(found)) => {
                if let Some(holder) = found.forward().and_then(|forward| forward.to.first()) {
                    name = holder.id.to_string();
                    continue;
                }
                let mut view = ProspectView::of(&name, &found, &shared.parts.models, shared.parts.clock.now_ms());
                view.asked_as = Some(id).filter(|id| *id != name);
                return Json(view).into_response();
            }
            Ok(None) => break,
            Err(_) => return problem(StatusCode::SERVICE_UNAVAILABLE, gone),
        }
    }
    problem(StatusCode::NOT_FOUND, "nothing is known of this prospect")
}

/// The account that a name means: as it is written, as a company's name, or as a domain.
async fn one_account(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    let Some((_, _, accounts)) = shared.parts.models.accounts() else {
        return problem(StatusCode::NOT_FOUND, "no model that runs here has accounts");
    };
    if id.is_empty() || id.len() > MAX_ACCOUNT_BYTES {
        return problem(StatusCode::BAD_REQUEST, "an account has 1 to 200 bytes");
    }
    let mut elsewhere = None;
    for account in accounts.names.meant_by(&id) {
        let answer = match shared.parts.lookup.ask(&format!("{ACCOUNT_KEY}{account}")) {
            Ok(answer) => answer.await,
            Err(why @ NoAnswer::NotOwned { .. }) => {
                elsewhere = Some(why);
                continue;
            }
            Err(why @ (NoAnswer::NotReady { .. } | NoAnswer::Busy)) => {
                return problem(StatusCode::SERVICE_UNAVAILABLE, &format!("{why}; try again"));
            }
        };
        match answer {
            Ok(Some(found)) => {
                if let Some(view) = AccountView::of(&account, &found, &shared.parts.models, shared.parts.clock.now_ms()) {
                    return Json(view).into_response();
                }
            }
            Ok(None) => {}
            Err(_) => {
                return problem(StatusCode::SERVICE_UNAVAILABLE, "the partition has just moved to another instance; ask again");
            }
        }
    }
    elsewhere.map_or_else(|| problem(StatusCode::NOT_FOUND, "nothing is known of this account"), |why| misdirected(&why))
}

fn misdirected(why: &NoAnswer) -> Response {
    let (partition, group) = match why {
        NoAnswer::NotOwned { partition, group } => (Some(*partition), Some(group.clone())),
        NoAnswer::NotReady { .. } | NoAnswer::Busy => (None, None),
    };
    (StatusCode::MISDIRECTED_REQUEST, Json(Problem { error: why.to_string(), group, partition })).into_response()
}

async fn nothing_here() -> Response {
    problem(
        StatusCode::NOT_FOUND,
        "there are /, /metrics, /livez, /readyz, /api/v1/funnel, /api/v1/carts, /api/v1/prospects/{id} and /api/v1/accounts/{id}",
    )
}
