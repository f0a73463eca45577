//! Somebody is erased: what their ids are told, and whom it doesn't concern.

use super::*;
use leadstream_core::domain::identity::links::{OnConsent, OnErase, OnEvent, Said, erase_names, on_consent, on_erase, on_event};
use leadstream_core::domain::identity::message::{ConsentFact, Erase, Holder, MAX_HOPS};
use leadstream_core::domain::identity::rules::EraseAddress;
use leadstream_core::domain::state::identity::{Identity, Name};
use leadstream_core::domain::terms::consent::ConsentState;

fn done(on: OnErase) -> Outcome {
    match on {
        OnErase::Done(outcome) => outcome,
        OnErase::Erase => panic!("nobody is here"),
    }
}

fn whole(at_ms: Ms) -> Erase {
    Erase { at_ms, whole_person: true, of: Holder::default() }
}

fn receivers(outcome: &Outcome) -> Vec<&str> {
    sent(outcome).into_iter().map(|message| &*message.to).collect()
}

/// What the names of an erased user are told.
fn of_user(name: &str, others: &[&str]) -> Erase {
    let names: Vec<Name> = others.iter().map(|id| Name { id: (*id).into(), rank: 4, since_ms: START_MS, linked_ms: 0 }).collect();
    Erase { at_ms: START_MS + 10, whole_person: false, of: Holder::of(name, &names) }
}

#[test]
fn case_34_by_an_address_all_who_read_it_are_erased_or_the_newest() {
    let mut setup = Setup::default();
    let record = setup.links("email:e", &[("42", 0), ("7", 1)]).record;
    let outcome = done(on_erase(record.clone(), "email:e", &whole(START_MS), 0, setup.rules()));
    assert_eq!(receivers(&outcome), ["7", "42"]);
    let deletion = Said { time_ms: START_MS, is_deletion: true, ..Said::default() };
    let OnEvent::Forward { to, effects, .. } = on_event(record.as_ref(), "email:e", &deletion, setup.rules()) else { panic!() };
    let [Effect::Send(Message { to: other, body: Body::Erase(erase), .. })] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!((&*to, &**other, erase.whole_person), ("7", "42", true), "so does an event that says it");
    setup.limits.erase_address = EraseAddress::Newest;
    let outcome = done(on_erase(record.clone(), "email:e", &whole(START_MS), 0, setup.rules()));
    assert_eq!(receivers(&outcome), ["7"]);
    let OnEvent::Forward { to, effects, .. } = on_event(record.as_ref(), "email:e", &deletion, setup.rules()) else { panic!() };
    assert_eq!((&*to, effects.len()), ("7", 0));
    let device = setup.links("anon:a", &[("42", 0), ("7", 1)]).record;
    assert_eq!(receivers(&done(on_erase(device.clone(), "anon:a", &whole(START_MS), 0, setup.rules()))), ["7"]);
    let stuck = done(on_erase(device, "anon:a", &whole(START_MS), MAX_HOPS, setup.rules()));
    assert_eq!(counted(&stuck), [Counted::TooManyHops]);
    assert_eq!(on_erase(record_of(somebody(0)), "42", &whole(START_MS), 0, setup.rules()), OnErase::Erase);
    assert_eq!(on_erase(None, "42", &whole(START_MS), 0, setup.rules()), OnErase::Erase);
}

#[test]
fn all_names_of_an_erased_prospect_are_told_whom_it_concerns() {
    let name = |id: &str| Name { id: id.into(), rank: 4, since_ms: START_MS, linked_ms: 0 };
    let identity = Identity { names: vec![name("anon:a"), name("email:e")], ..Identity::default() };
    let effects = erase_names(&identity, "42", START_MS);
    let told: Vec<_> = effects
        .iter()
        .filter_map(
            |effect| if let Effect::Send(Message { to, body: Body::Erase(e), .. }) = effect { Some((&**to, e)) } else { None },
        )
        .collect();
    assert_eq!(told.iter().map(|(to, _)| *to).collect::<Vec<_>>(), ["anon:a", "email:e"]);
    let erase = told[0].1;
    assert!(["42", "anon:a", "email:e"].iter().all(|id| erase.of.is(id)) && !erase.of.is("7") && !erase.whole_person);
}

#[test]
fn an_id_that_pointed_to_an_erased_prospect_refuses_what_was_before() {
    let setup = Setup::default();
    // To them, or to one of their names.
    for target in ["42", "anon:a"] {
        let record = setup.links("cart:c", &[(target, 0)]).record;
        let outcome = done(on_erase(record, "cart:c", &of_user("42", &["anon:a", "cart:c"]), 0, setup.rules()));
        let Some(Record::Prospect(left)) = &outcome.record else { panic!("{outcome:?}") };
        let erasure = left.erasure().unwrap();
        assert_eq!((erasure.before_ms, erasure.until_ms), (START_MS + 10, START_MS + 10 + 90 * DAY_MS));
        assert!(left.is_only_erasure());
    }
    let forgotten = done(on_erase(None, "cart:c", &of_user("42", &["cart:c"]), 0, setup.rules()));
    assert!(forgotten.record.is_some(), "nor is there anything of it in topics that are read again");
}

#[test]
fn who_has_an_id_besides_or_after_an_erased_prospect_keeps_it() {
    let setup = Setup::default();
    let erase = of_user("42", &["anon:a", "email:e"]);
    let address = setup.links("email:e", &[("42", 0), ("7", 1)]).record;
    let address = done(on_erase(address, "email:e", &erase, 0, setup.rules()));
    assert_eq!((claims(&address), moves(&address)), (vec![("7", 1)], vec![]));
    let device = setup.links("anon:a", &[("42", 0), ("7", 1)]).record;
    assert_eq!(claims(&done(on_erase(device, "anon:a", &erase, 0, setup.rules()))), [("7", 1)]);
    let again = setup.links("anon:a", &[("42", 11)]).record;
    let again = done(on_erase(again, "anon:a", &erase, 0, setup.rules()));
    assert_eq!(
        (claims(&again), moves(&again)),
        (vec![("42", 11)], vec![("42", None, vec!["anon:a"])]),
        "whom its name is told again"
    );
    let own = record_of(somebody(START_MS));
    let outcome = done(on_erase(own.clone(), "anon:a", &erase, 0, setup.rules()));
    assert_eq!((outcome.record.clone(), counted(&outcome)), (own, vec![Counted::Nothing]), "a visitor after a logout");
}

#[test]
fn what_is_said_of_an_address_comes_to_all_who_read_it_and_to_nobody_who_was_erased() {
    let setup = Setup::default();
    let fact = ConsentFact { state: ConsentState::Complained, at_ms: START_MS };
    let on = |record: Option<&Record>, hops| on_consent(record, "email:e", fact, hops, setup.rules());
    assert_eq!(on(None, 0), OnConsent::Apply);
    assert_eq!(on(record_of(somebody(0)).as_ref(), 0), OnConsent::Apply);
    let shared = setup.links("email:e", &[("42", 0), ("7", 1)]).record;
    let OnConsent::Forward { record, effects } = on(shared.as_ref(), 0) else { panic!() };
    assert_eq!((record.consent.state, effects.len()), (ConsentState::Complained, 2));
    assert!(
        effects
            .iter()
            .all(|effect| matches!(effect, Effect::Send(Message { hops: 1, body: Body::Consent(said), .. }) if *said == fact))
    );
    assert_eq!(on(shared.as_ref(), MAX_HOPS), OnConsent::TooManyHops);
    let erased = done(on_erase(None, "email:e", &of_user("42", &["email:e"]), 0, setup.rules())).record;
    assert_eq!(on(erased.as_ref(), 0), OnConsent::BeforeErasure);
}
