//! `identity show`, `block` and `unblock` on a real broker.

use crate::commands::{answer, run};
use crate::instance::Instance;
use crate::rig::{Rig, now_ms};
use crate::routed::wait_until;
use leadstream::runtime::ports::OutTopic;
use leadstream::view::ids::IdsView;
use leadstream::wire::identity_settings::KEY;
use serde_json::json;
use std::time::Duration;

#[test]
fn an_id_is_shown_with_all_names_of_its_prospect_blocked_and_unblocked() {
    let Some(rig) = Rig::new("identity-commands", 4) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let own = ["topics.clickstream=[]", "topics.email=[]", "identity.enabled=true", "identity.hash=[]"];
    let settings: Vec<String> = rig.settings().into_iter().chain(own.map(str::to_owned)).collect();
    let begin_ms = now_ms() - 60_000;
    let send = |n: i64, key: &str, name: &str, ids: &serde_json::Value| {
        let at_ms = begin_ms + n * 1_000;
        let at = jiff::Timestamp::from_millisecond(at_ms).expect("a time").to_string();
        let mut event = json!({"type": "track", "event": name, "messageId": format!("m{n}"), "timestamp": at});
        for (name, id) in ids.as_object().expect("ids") {
            event[name] = id.clone();
        }
        rig.send("cart", None, Some(key.as_bytes()), event.to_string().as_bytes(), at_ms);
    };
    send(0, "anon:v1", "Product Viewed", &json!({"anonymousId": "v1"}));
    send(1, "42", "Signed In", &json!({"userId": "42", "anonymousId": "v1", "traits": {"email": "ada@mail.example"}}));
    rig.flush();
    let mut instance = Instance::run(&rig, "a", dir.path(), &own);
    let shown = |id: &str| -> IdsView {
        let (code, out, err) = run(&["identity", "show", id, "--json"], &settings);
        assert_eq!(code, 0, "{out}{err}");
        answer(&out)
    };
    wait_until(&mut instance, "both ids of the user's", || {
        let prospects = |id: &str| shown(id).prospects;
        prospects("anon:v1") == ["42"] && prospects("email:Ada@mail.example") == ["42"]
    });
    let visitor = shown("anon:v1");
    let whats: Vec<(&str, &str)> = visitor.chain.iter().map(|id| (id.id.as_str(), id.what.as_str())).collect();
    assert_eq!(whats, [("anon:v1", "points-on"), ("42", "prospect")]);
    let names: Vec<(&str, &str)> = visitor.chain[1].names.iter().map(|name| (name.id.as_str(), name.kind.as_str())).collect();
    assert_eq!(names, [("email:ada@mail.example", "email"), ("anon:v1", "anon")]);
    let nobody = shown("anon:nobody");
    assert_eq!((nobody.prospects.len(), nobody.chain[0].what.as_str()), (0, "nobody"));
    let (code, text, err) = run(&["identity", "show", "anon:v1"], &settings);
    assert!(code == 0 && text.starts_with("anon:v1: points to 42 ") && text.contains("as committed"), "{code}: {text}{err}");

    let (code, text, err) = run(&["identity", "block", "42", "anon:kiosk"], &settings);
    assert!(code == 0 && text.starts_with("42: blocked; it was not before\nanon:kiosk: blocked"), "{code}: {text}{err}");
    assert!(shown("42").chain[0].blocked_since.is_some());
    let (code, text, _) = run(&["identity", "block", "anon:kiosk"], &settings);
    assert!(code == 0 && text.starts_with("anon:kiosk: was blocked already, since "), "{code}: {text}");
    // Whoever stood for it is somebody of their own from now on.
    send(30, "anon:v1", "Product Viewed", &json!({"anonymousId": "v1"}));
    rig.flush();
    wait_until(&mut instance, "the service follows", || shown("anon:v1").prospects == ["anon:v1"]);

    let (code, text, _) = run(&["identity", "unblock", "42", "anon:other"], &settings);
    assert!(code == 0 && text.starts_with("42: unblocked; it was blocked since "), "{code}: {text}");
    assert!(text.contains("\nanon:other: was not blocked\n"), "{text}");
    assert_eq!(shown("42").chain[0].blocked_since, None);
    assert_eq!(
        rig.read(OutTopic::Identity).iter().filter(|record| record.key.as_deref() != Some(KEY)).count(),
        3,
        "two are blocked, one unblocked, and what is so already is not written again"
    );
    assert!(instance.terminate(Duration::from_secs(20)).success(), "{}", instance.log());
}
