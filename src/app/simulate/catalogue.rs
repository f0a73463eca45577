//! What the shop sells: a few hundred products, each a function of its number.

/// How many products there are.
pub(super) const PRODUCTS: u32 = 480;

pub(super) const CATEGORIES: [&str; 8] = ["jackets", "shoes", "tents", "backpacks", "stoves", "lamps", "bikes", "climbing"];
const MAKES: [&str; 10] =
    ["Nordlicht", "Alpina", "Kestrel", "Fjordling", "Marmot Hill", "Ravine", "Tarn", "Beacon", "Cairn", "Wren"];
const NOUNS: [&str; 8] = ["Jacket", "Trail Shoe", "Tent", "Backpack", "Stove", "Lamp", "Bike", "Harness"];
pub(super) const VARIANTS: [&str; 5] = ["small", "medium", "large", "black", "green"];
pub(super) const QUERIES: [&str; 8] =
    ["rain jacket", "light tent", "trail shoes 42", "backpack 40l", "gas stove", "head lamp", "gravel bike", "harness women"];
/// Paths of the magazine: reading there is how a problem is found.
pub(super) const ARTICLES: [&str; 6] = [
    "/magazine/why-your-feet-hurt",
    "/magazine/first-night-outside",
    "/magazine/wet-to-the-bone",
    "/magazine/how-to-pack",
    "/magazine/care-for-down",
    "/magazine/hut-to-hut",
];

/// Index of a product's category.
pub(super) fn category(product: u16) -> usize {
    usize::from(product) % CATEGORIES.len()
}

/// Maker and kind: together the product's name.
pub(super) fn name(product: u16) -> (&'static str, &'static str) {
    (MAKES[usize::from(product) / CATEGORIES.len() % MAKES.len()], NOUNS[category(product)])
}

pub(super) fn variant(product: u16) -> &'static str {
    VARIANTS[usize::from(product) % VARIANTS.len()]
}

/// Price in cents, from 9.90 to some hundreds.
pub(super) fn price_cents(product: u16) -> u64 {
    let base = [8_990, 7_990, 24_990, 9_990, 3_990, 2_490, 64_990, 5_990][category(product)];
    base + u64::from(product / 8) * 410
}
