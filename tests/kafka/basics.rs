//! One event through, and what must hold of every transaction.

use crate::rig::{Rig, now_ms};
use leadstream::domain::model::{CartModel, MAX_AGE_MS, Model, Models, ScoreModel};
use leadstream::domain::names::Vocabulary;
use leadstream::domain::terms::per_axis::PerAxis;
use leadstream::runtime::ports::OutTopic;
use std::sync::Arc;
use std::time::Duration;

pub fn plain_models() -> Arc<Models> {
    let model = Model {
        name: "plain".to_owned(),
        title: String::new(),
        hash_text: "0".repeat(16),
        hash: 0,
        session_gap_ms: 1_800_000,
        axes: PerAxis::default(),
        score: ScoreModel::default(),
        cart: CartModel::default(),
        ..Model::default()
    };
    Arc::new(Models { models: vec![model], vocabulary: Vocabulary::default(), max_age_ms: MAX_AGE_MS })
}

#[test]
fn a_bad_record_leaves_as_a_dead_letter_with_its_bytes_and_its_offset_in_one_transaction() {
    let Some(rig) = Rig::new("basics", 2) else { return };
    let service = rig.start(&plain_models());
    rig.send("cart", Some(1), Some(b"u-1"), b"not JSON", now_ms());
    rig.flush();
    let letters = rig.read_until(OutTopic::DeadLetters, Duration::from_secs(20), |r| !r.is_empty());
    service.stop();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].value.as_deref(), Some(b"not JSON".as_slice()));
    assert_eq!(letters[0].key_text(), "u-1");
    assert_eq!(letters[0].headers["leadstream-reason"], b"unreadable-value");
    assert_eq!(rig.committed("cart"), [None, Some(1)]);

    // Started again, it goes on after it.
    let service = rig.start(&plain_models());
    rig.send("cart", Some(1), Some(b"u-1"), b"not JSON either", now_ms());
    rig.flush();
    let letters = rig.read_until(OutTopic::DeadLetters, Duration::from_secs(20), |r| r.len() >= 2);
    service.stop();
    assert_eq!(letters.len(), 2);
    assert_eq!(rig.committed("cart"), [None, Some(2)]);
}
