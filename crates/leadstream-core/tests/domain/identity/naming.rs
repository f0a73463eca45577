//! Which values are the same id.

use leadstream_core::domain::identity::naming::{IdNaming, NamingOptions};
use leadstream_core::domain::identity::normal::EmailOptions;
use leadstream_core::domain::identity::secret::IdSecret;

/// The id of an address, as outputs have it, where addresses are hashed.
fn named(email: EmailOptions, address: &str) -> String {
    let secret = IdSecret::new("0123456789abcdef-secret").ok();
    let naming = IdNaming::new(NamingOptions { secret, email, ..NamingOptions::default() }).expect("good options");
    let kind = naming.types().find("email").expect("a usual type");
    let id = naming.name(kind, address).unwrap_or_else(|why| panic!("{address}: {why}"));
    naming.types().text(&id).to_string()
}

#[test]
fn case_15_an_address_is_one_id_however_it_is_written_and_its_variants_are_others_unless_the_shop_wants_it() {
    // SHA-256 by Python's hashlib.
    const ADA_GMAIL: &str = "0b1464eea2122a8b083e439ee4757813a08a3adfa0a9a415fdd862ef5e3f894e";
    const ADA_IDN: &str = "804b82e26dacf3984a3a1499a650175ecd89e229f6e45c13003b92f510e029e5";
    let plain = |address: &str| named(EmailOptions::default(), address);
    for address in ["  ADA@Bücher.Example ", "ada@XN--BCHER-KVA.example", ADA_IDN, &ADA_IDN.to_uppercase()] {
        assert_eq!(plain(address), plain("ada@bücher.example"), "{address}");
    }
    // What tags and dots are added to is another address, as far as anybody knows.
    assert_eq!(plain(ADA_GMAIL), plain("ada@gmail.com"));
    for variant in ["ada+shop@gmail.com", "a.d.a@gmail.com", "A.d.a+Shop@gmail.com"] {
        assert_ne!(plain(variant), plain("ada@gmail.com"), "{variant}");
        // As GA4 hashes it: without them.
        let one = |address: &str| named(EmailOptions { strip_plus: true, gmail_dots: true }, address);
        assert_eq!((one(variant), one(ADA_GMAIL)), (one("ada@gmail.com"), plain(ADA_GMAIL)), "{variant}");
    }
    let dots_only = |address: &str| named(EmailOptions { strip_plus: false, gmail_dots: true }, address);
    assert_ne!(dots_only("a.da+shop@gmail.com"), dots_only("ada@gmail.com"), "each by its own setting");
}
