//! Pages of the shop: their paths and titles.

use super::super::catalogue::{ARTICLES, CATEGORIES};
use super::super::json_writer::{number, put};
use super::super::what::{Page, What};

/// Path and title.
pub(in crate::app::simulate) fn page_parts(page: Page) -> (&'static str, &'static str) {
    match page {
        Page::Home => ("/", "Home"),
        Page::Article(n) => (ARTICLES[n % ARTICLES.len()], "Magazine"),
        Page::Offer => ("/offers/this-week", "Offers"),
        Page::Careers => ("/careers", "Careers"),
        Page::Shipping => ("/help/shipping", "Shipping"),
    }
}

/// The path of the page that an event happens on.
pub(super) fn path(out: &mut Vec<u8>, what: &What) {
    match what {
        What::Page(page) => put!(out, page_parts(*page).0),
        What::Searched { .. } => put!(out, b"/search"),
        What::Listed { category } | What::Filtered { category } | What::PromotionClicked { category } => {
            put!(out, b"/c/", CATEGORIES[*category % CATEGORIES.len()]);
        }
        What::Viewed { product }
        | What::ReviewsViewed { product }
        | What::Reviewed { product }
        | What::Wished { product }
        | What::Shared { product } => product_path(out, *product),
        What::Added { line } => product_path(out, line.product),
        What::CheckoutStarted | What::CheckoutStep { .. } | What::PaymentInfo | What::PaymentFailed => put!(out, b"/checkout"),
        What::Ordered { .. } => put!(out, b"/checkout/thanks"),
        _ => put!(out, b"/cart"),
    }
}

pub(super) fn product_path(out: &mut Vec<u8>, product: u16) {
    put!(out, b"/p/");
    number(out, u64::from(product));
}
