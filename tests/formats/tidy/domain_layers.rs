//! The layers inside the domain: imports run one way, as its first page draws them.

use super::{Source, imports, planted, sources};

/// From the lowest layer to the highest; modules of one layer may import each other, though in no circle. A part of a module that
/// lies lower than the rest of it has a row of its own (`identity::id`).
const LAYERS: &[&[&str]] = &[
    &["terms"],
    &[
        "ids",
        "number",
        "zones",
        "names",
        "titles",
        "mail",
        "company_names",
        "free_mail",
        "origin",
        "hand_over",
        "member_update",
        "placeholder_ids",
        "identity::id",
        "identity::types",
        "identity::normal",
        "identity::secret",
        "identity::block_list",
        "identity::naming",
        "identity::said",
    ],
    &["event"],
    &["answers", "misses"],
    &["state"],
    &["model"],
    &["output", "identity::message", "identity::record"],
    &["rules", "identity"],
    &["step"],
];

/// The layer of `domain::state::cart`; `None`: of no module within the domain.
fn layer_of(module: &str) -> Option<Result<usize, &str>> {
    let inner = module.strip_prefix("domain::")?;
    let name = inner.split("::").next()?;
    let part = inner.match_indices("::").nth(1).map_or(inner, |(end, _)| &inner[..end]);
    let of = |name: &str| LAYERS.iter().position(|layer| layer.contains(&name));
    Some(of(part).or_else(|| of(name)).ok_or(name))
}

fn faults(sources: &[Source]) -> Vec<String> {
    let mut faults = Vec::new();
    for (module, imported) in imports(sources) {
        match layer_of(&module) {
            None => {}
            Some(Err(name)) => {
                faults.push(format!("domain::{name} has no layer; give it one in tests/formats/tidy/domain_layers.rs"))
            }
            Some(Ok(layer)) => {
                let is_above = |other: &&String| layer_of(other).is_some_and(|above| above.is_ok_and(|above| above > layer));
                faults
                    .extend(imported.iter().filter(is_above).map(|other| format!("{module} may not use {other}: it lies above")));
            }
        }
    }
    faults
}

#[test]
fn imports_within_the_domain_run_downward_only() {
    let found = faults(&sources(&["crates"]));
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn a_planted_arrow_within_the_domain_is_found() {
    let plant = |path: &str, text: &str| {
        let all = [("domain/rules/cart.rs", ""), ("domain/state/cart.rs", ""), ("domain/output.rs", ""), (path, text)];
        let place = |path: &str| format!("crates/leadstream-core/src/{path}");
        faults(&all.into_iter().flat_map(|(path, text)| planted(&place(path), text)).collect::<Vec<_>>())
    };
    assert_eq!(plant("domain/state/lead.rs", "use crate::domain::rules::cart::apply;").len(), 1);
    assert_eq!(plant("domain/model/cart.rs", "fn f() -> crate::domain::output::Output {}").len(), 1);
    assert_eq!(plant("domain/identity/id.rs", "use crate::domain::state::cart::Cart;").len(), 1, "a part that lies lower");
    assert_eq!(plant("domain/identity/anything.rs", "use crate::domain::state::cart::Cart;"), Vec::<String>::new());
    assert_eq!(plant("domain/anywhere.rs", "").len(), 1, "a module without a layer");
    assert_eq!(plant("domain/rules/lead.rs", "use crate::domain::{output::Output, state::cart::Cart};"), Vec::<String>::new());
}
