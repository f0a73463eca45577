//! What events say: products, orders, traits.

use super::guess::{Guess, weight_of};
use super::seen::{Seen, Shape};
use super::survey::Survey;
use super::words::{self, FIELDS, PRODUCT, Role, TRAITS, Unit};

/// A field of ours, and where it stands.
#[derive(Debug, Clone)]
pub struct Field {
    pub ours: &'static str,
    pub guess: Guess,
    /// Its numbers count cents.
    pub is_cents: bool,
}

/// The list of products.
#[derive(Debug, Clone, Default)]
pub struct Products {
    pub path: String,
    pub count: u64,
    pub items: u64,
    pub fields: Vec<Field>,
}

/// Fields of events, and of the one product that an event may be about.
pub fn fields(survey: &Survey, taken: &mut Vec<String>, list: Option<&Products>) -> Vec<Field> {
    let mut product = list.map_or_else(Vec::new, |list| like_listed(survey, list, taken));
    let of_list: Vec<String> = taken.iter().cloned().chain(product.iter().flat_map(|field| field.guess.paths.clone())).collect();
    let mut found = of(survey, FIELDS, &of_list, 5);
    let has = |product: &[Field], ours: &str| product.iter().any(|known| known.ours == ours);
    product.extend(of(survey, PRODUCT, &of_list, 8).into_iter().filter(|field| !has(&product, field.ours)).collect::<Vec<_>>());
    // A title beside a product is the product's.
    let of_product = |field: &Field| product.iter().any(|own| own.guess.paths == field.guess.paths);
    let is_product = product.iter().any(|field| ["product_id", "sku"].contains(&field.ours));
    if is_product || list.is_none() && product.len() > 2 {
        found.retain(|field| field.ours != "title" || !of_product(field));
        found.extend(product.into_iter().filter(|field| !found.iter().any(|known| known.ours == field.ours)).collect::<Vec<_>>());
    }
    taken.extend(found.iter().flat_map(|field| field.guess.paths.clone()));
    found
}

/// What one product of an event is called as the products of the list are.
fn like_listed(survey: &Survey, list: &Products, taken: &[String]) -> Vec<Field> {
    let like = |field: &Field| -> Option<Field> {
        let path = field.guess.paths.first()?;
        let is_same = |seen: &&Seen| {
            let rest = seen.path.strip_suffix(path.as_str());
            !taken.contains(&seen.path) && rest.is_some_and(|above| above.is_empty() || above.ends_with('.'))
        };
        let seen = survey.paths.iter().filter(is_same).max_by_key(|seen| seen.count)?;
        let note = format!("as in {}[]", list.path);
        let guess = Guess { paths: vec![seen.path.clone()], weight: 5, count: seen.count, note, ..Guess::default() };
        Some(Field { guess, ..field.clone() })
    };
    // One that is called so may be anything; an id of a product beside it says that it is one.
    let all: Vec<Field> = list.fields.iter().filter_map(like).collect();
    if all.len() > 1 && all.iter().any(|field| ["product_id", "sku"].contains(&field.ours)) { all } else { Vec::new() }
}

/// Traits of whoever it is about.
pub fn traits(survey: &Survey, taken: &[String]) -> Vec<Field> {
    of(survey, TRAITS, taken, 8)
}

/// The list that holds most of what products have.
pub fn products(survey: &Survey) -> Option<Products> {
    let mut best: Option<(usize, Products)> = None;
    for list in &survey.lists {
        let fields = of(&list.items, PRODUCT, &[], 5);
        let has = |ours: &str| fields.iter().any(|field| field.ours == ours);
        let is_of_products = (has("product_id") || has("sku") || has("name")) && (has("price") || has("quantity"));
        let is_more = best.as_ref().is_none_or(|(count, _)| fields.len() > *count);
        if is_of_products && is_more && !list.path.is_empty() {
            let count = fields.len();
            let items = list.items.elements;
            best = Some((count, Products { path: list.path.clone(), count: list.count, items, fields }));
        }
    }
    best.map(|(_, products)| products)
}

fn of(survey: &Survey, table: &'static [(&'static str, Role)], taken: &[String], least: u32) -> Vec<Field> {
    let mut found: Vec<Field> = Vec::new();
    for (ours, role) in table {
        let is_free =
            |seen: &Seen| !taken.contains(&seen.path) && !found.iter().any(|field| field.guess.paths.contains(&seen.path));
        let is_around = |seen: &Seen| ["^.", "header:"].iter().any(|place| seen.path.starts_with(place));
        let mut all: Vec<(&Seen, u32)> = survey
            .paths
            .iter()
            .filter(|seen| is_free(seen) && !is_around(seen) && fits(ours, seen))
            .map(|seen| (seen, weight_of(role, seen)))
            .filter(|(_, key)| *key >= least)
            .collect();
        all.sort_by_key(|(seen, key)| (std::cmp::Reverse(*key), std::cmp::Reverse(seen.count), seen.depth, seen.path.clone()));
        let Some((first, key)) = all.first() else { continue };
        let others = all.iter().skip(1).take(3).map(|(seen, _)| (seen.path.clone(), seen.count)).collect();
        let guess = Guess { paths: vec![first.path.clone()], weight: *key, count: first.count, others, ..Guess::default() };
        let mut field = Field { ours, guess, is_cents: first.unit == Some(Unit::Cents) };
        let may_be_cents = ["price", "total"].contains(ours) && !field.is_cents && first.share(&[Shape::Whole]) >= 1.0;
        if may_be_cents && first.smallest.is_some_and(|smallest| smallest >= 100) {
            "to edit: all are whole numbers of 100 and more; of cents write { from = …, scale = 100 }"
                .clone_into(&mut field.guess.note);
        }
        found.push(field);
    }
    found
}

/// Whether values are what the field holds.
fn fits(ours: &str, seen: &Seen) -> bool {
    let numbers = [Shape::Whole, Shape::Decimal, Shape::WholeText, Shape::DecimalText];
    match ours {
        "total" | "price" | "quantity" => seen.share(&numbers) >= 0.8,
        "currency" => seen.share(&[Shape::Currency]) >= 0.5 || weight_of(&[(1, "currency currencycode waehrung")], seen) > 0,
        "order_id" => seen.share(&[Shape::Decimal, Shape::Bool, Shape::Email, Shape::Url]) < 0.2,
        "path" => seen.values.as_ref().is_none_or(|values| values.keys().all(|value| value.starts_with('/'))),
        "url" | "link_url" => seen.share(&[Shape::Url]) >= 0.5 || seen.share(&[Shape::Text]) > 0.5,
        "product_id" | "sku" => {
            // Bare `id`s are of products only within a list of them.
            seen.share(&[Shape::Bool, Shape::Email, Shape::Url, Shape::Time]) < 0.2
        }
        _ => seen.share(&[Shape::Bool]) < 0.5 && weight_of(words::TIME, seen) == 0,
    }
}
