//! Settings of identity over what is known: the first instance writes them, others don't start until somebody wants them.

use crate::instance::Instance;
use crate::rig::Rig;
use crate::routed::wait_until;
use leadstream::runtime::ports::OutTopic;
use leadstream::wire::identity_settings::{KEY, read};
use std::time::Duration;

const ON: [&str; 2] = ["identity.enabled=true", "identity.hash=[]"];

fn written(rig: &Rig) -> Vec<(Vec<String>, u32)> {
    let records = rig.read(OutTopic::Identity).into_iter().filter(|record| record.key.as_deref() == Some(KEY));
    let settings = records.map(|record| read(record.value.as_deref().expect("a value")).expect("settings").settings);
    settings.map(|settings| (settings.types.into_iter().map(|spec| spec.name).collect(), settings.partitions)).collect()
}

fn types(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn case_62_other_settings_than_those_that_all_is_known_under_are_refused_until_somebody_wants_them() {
    let Some(rig) = Rig::new("identity-settings", 2) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let usual = types(&["user", "email", "phone", "anon", "cart"]);
    let mut first = Instance::run(&rig, "a", dir.path(), &ON);
    wait_until(&mut first, "written", || written(&rig) == [(usual.clone(), 2)]);
    rig.wait_until_live();
    assert!(first.terminate(Duration::from_secs(20)).success(), "{}", first.log());
    // The same again writes nothing.
    let mut again = Instance::run(&rig, "a", dir.path(), &ON);
    rig.wait_until_live();
    assert_eq!(written(&rig).len(), 1);
    let refused = |more: &[&str], why: &str| {
        let mut instance = Instance::run(&rig, "b", dir.path(), &[&ON[..], more].concat());
        assert!(!instance.wait(Duration::from_secs(60)).success());
        assert!(instance.log().contains(why) && instance.log().contains("identity.accept_settings=true"), "{}", instance.log());
    };
    let ranks = ["identity.types.anon.rank=6", "identity.types.cart.rank=5"];
    refused(&ranks, "user, email, phone, cart, anon from the strongest to the weakest");
    refused(&["identity.secret=0123456789abcdef", "identity.hash=[\"email\"]"], "identity.hash: email instead of none");
    refused(&["identity.strip_plus=true"], "identity.strip_plus: true instead of false");
    assert_eq!(written(&rig).len(), 1, "whoever is refused writes nothing");
    again.assert_runs();
    // Whoever goes on with the old ones ends as soon as others are taken.
    let accepted = [&ON[..], &["identity.strip_plus=true", "identity.accept_settings=true"]].concat();
    let mut other = Instance::run(&rig, "b", dir.path(), &accepted);
    wait_until(&mut other, "written again", || written(&rig).len() == 2);
    assert!(!again.wait(Duration::from_secs(60)).success(), "{}", again.log());
    assert!(again.log().contains("another instance goes on with other settings of identity"), "{}", again.log());
    other.assert_runs();
}
