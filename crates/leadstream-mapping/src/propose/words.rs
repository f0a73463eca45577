//! What keys are called, in English and German, and what they stand for.

use leadstream_core::domain::names::words as words_of;

/// What the end of a key says of its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A time, in one of the units of the language.
    Time(&'static str),
    Cents,
}

/// A key without what keeps its words apart, in small letters, without its unit; and the unit.
#[must_use]
pub fn normal(key: &str) -> (String, Option<Unit>) {
    let mut words: Vec<String> = words_of(key).into_iter().map(|word| folded(&word)).collect();
    if words.len() > 1 && words.first().is_some_and(|word| word == "x") {
        words.remove(0);
    }
    let mut unit = None;
    while words.len() > 1 {
        let found = match words.last().map(String::as_str).unwrap_or_default() {
            "ms" | "millis" | "milliseconds" => Some(Unit::Time("ms")),
            "us" | "micros" | "microseconds" => Some(Unit::Time("us")),
            "ns" | "nanos" => Some(Unit::Time("ns")),
            "sec" | "secs" | "seconds" => Some(Unit::Time("s")),
            "cents" | "cent" | "ct" | "cts" | "minor" | "pence" => Some(Unit::Cents),
            "utc" | "gmt" | "unix" | "eur" | "usd" | "gbp" | "gross" | "brutto" => None,
            _ => break,
        };
        unit = unit.or(found);
        words.pop();
    }
    (words.concat(), unit)
}

/// Umlauts as two letters.
fn folded(word: &str) -> String {
    word.replace('ä', "ae").replace('ö', "oe").replace('ü', "ue").replace('ß', "ss")
}

/// Keys in normal form and how surely each stands for it, from 1 to 10; a last row of (0, "subjects | endings") names those that are made
/// of two: `order` and `nr`.
pub type Role = &'static [(u32, &'static str)];

/// How surely a key of two such words stands for it.
const OF_TWO: u32 = 7;

pub const NAME: Role = &[
    (10, "eventname eventtype ereignis ereignistyp ereignisart ereignisname event evenement evento"),
    (8, "action aktion vorgang messagetype activity aktivitaet nachrichtentyp"),
    (7, "type typ topic verb kind art what"),
    (4, "name subject operation op trigger"),
    (0, "event ereignis activity | kind type name art typ code action bezeichnung"),
];

pub const TIME: Role = &[
    (10, "occurredat happenedat eventtime eventtimestamp zeitpunkt zeitstempel timestamp ereigniszeit eventts"),
    (9, "ts time datetime eventdate occurred"),
    (8, "zeit uhrzeit clienttime when at epoch recordedat"),
    (6, "createdat created erstelltam erstellt date datum loggedat"),
    (4, "updatedat updated geaendertam modifiedat"),
];

/// When it was handed on.
pub const RECEIVED: Role = &[
    (8, "receivedat sentat ingestedat publishedat empfangenam gesendetam servertime ingesttime"),
    (5, "received sent published processedat"),
];

pub const ID: Role = &[
    (10, "eventid messageid eventuuid msgid ereignisid idempotencykey deduplicationid nachrichtenid"),
    (8, "uuid guid eventkey recordid ereignisnr"),
    (6, "id"),
    (0, "event message msg ereignis nachricht | id no nr number num ref key uuid code nummer token guid kennung"),
];

pub const USER: Role = &[
    (10, "userid customerid kundenid kundennr kundennummer nutzerid benutzerid customernumber customernr userkey"),
    (8, "uid memberid buyerid shopperid customerno personid accountid profileid mitgliedsnr konto kontonr"),
    (6, "externalid contactid subscriberid loginid user customer kunde nutzer member"),
    (
        0,
        "user customer member buyer shopper account actor person contact profile subscriber kunde kunden nutzer benutzer mitglied konto | id no nr number num ref key uuid code nummer token guid kennung",
    ),
];

pub const ANON: Role = &[
    (10, "anonymousid visitorid besucherid anonid cookieid browserid"),
    (8, "deviceid clientid distinctid gaclientid visitor besucher trackingid geraeteid"),
    (5, "sessionid sitzungsid sitzung session sid"),
    (
        0,
        "visitor anonymous anon device session browser cookie besucher sitzung sitzungs geraet geraete tracking | id no nr number num ref key uuid code nummer token guid kennung",
    ),
];

pub const CART: Role = &[
    (10, "cartid basketid warenkorbid carttoken warenkorbnr cartuuid"),
    (7, "quoteid bagid korbid checkoutid cartkey basketkey"),
    (5, "cart basket warenkorb"),
    (0, "cart basket bag warenkorb korb quote trolley | id no nr number num ref key uuid code nummer token guid kennung"),
];

pub const EMAIL: Role = &[
    (10, "email mail emailaddress emailadresse mailadresse useremail customeremail"),
    (8, "recipient empfaenger"),
    (5, "to login"),
    (0, "email mail user customer contact kunden login | email mail address adresse"),
];

pub const PHONE: Role =
    &[(10, "phone phonenumber telefon telefonnummer mobile mobil handy handynummer tel msisdn cell cellphone")];

/// Keys of addresses of the shop's own, and of times at which nothing happened.
pub const NOT_PEOPLE: Role =
    &[(10, "from sender absender replyto shopemail support merchant seller staff mitarbeiter operator agent")];

/// Fields of events: ours, and what they may be called.
pub const FIELDS: &[(&str, Role)] = &[
    (
        "order_id",
        &[
            (
                10,
                "orderid ordernumber ordernr orderno bestellnr bestellnummer bestellid bestellungid bestellungnr auftragsnr auftragsnummer",
            ),
            (6, "transactionid purchaseid"),
            (
                0,
                "order bestell bestellung bestellungs auftrag auftrags purchase transaction sale | id no nr number num ref key uuid code nummer token guid kennung",
            ),
        ],
    ),
    (
        "total",
        &[
            (
                10,
                "total ordertotal grandtotal totalprice totalamount carttotal gesamt gesamtsumme gesamtbetrag gesamtpreis bestellwert warenkorbwert",
            ),
            (6, "amount betrag summe value sum revenue umsatz wert warenwert"),
            (0, "order cart basket total gesamt grand bestell warenkorb | amount value sum price total wert betrag preis summe"),
        ],
    ),
    ("currency", &[(10, "currency currencycode waehrung"), (6, "curr cur")]),
    ("coupon", &[(10, "coupon couponcode gutschein gutscheincode voucher vouchercode discountcode promocode")]),
    ("order_status", &[(10, "orderstatus bestellstatus")]),
    ("url", &[(10, "url pageurl seitenurl href"), (5, "location")]),
    ("path", &[(10, "path pagepath pfad urlpath"), (8, "page seite")]),
    ("title", &[(10, "title pagetitle titel seitentitel")]),
    ("referrer", &[(10, "referrer referer")]),
    ("query", &[(10, "query searchterm suchbegriff searchquery suche search")]),
    ("email_id", &[(8, "emailid mailid")]),
    ("campaign_id", &[(10, "campaignid kampagnenid kampagneid"), (6, "campaign kampagne")]),
    ("link_url", &[(10, "linkurl clickurl link")]),
];

/// Fields of products.
pub const PRODUCT: &[(&str, Role)] = &[
    (
        "product_id",
        &[
            (
                10,
                "productid itemid artikelid artikelnr artikelnummer produktid produktnr productnumber articleid articlenumber productnr",
            ),
            (6, "product item article artikel variantid id"),
            (0, "product item article artikel produkt variant | id no nr number num ref key uuid code nummer token guid kennung"),
        ],
    ),
    ("sku", &[(10, "sku ean gtin skucode")]),
    (
        "name",
        &[(10, "productname itemname artikelname produktname bezeichnung artikelbezeichnung"), (8, "name title titel label")],
    ),
    ("price", &[(10, "price unitprice preis einzelpreis itemprice productprice stueckpreis"), (5, "amount betrag")]),
    ("quantity", &[(10, "quantity qty menge anzahl stueckzahl stueck"), (6, "count number")]),
    ("variant", &[(8, "variant variante variantname size groesse colour color farbe")]),
    ("brand", &[(8, "brand marke hersteller")]),
    ("category", &[(8, "category kategorie productcategory warengruppe")]),
];

/// Traits of people.
pub const TRAITS: &[(&str, Role)] = &[
    ("traits.first_name", &[(10, "firstname vorname givenname")]),
    ("traits.last_name", &[(10, "lastname nachname surname familyname")]),
    ("traits.company", &[(10, "company companyname firma organisation organization firmenname firm")]),
    ("traits.title", &[(10, "jobtitle position berufsbezeichnung")]),
    ("traits.country", &[(8, "country land countrycode laendercode")]),
];

/// How surely a key stands for it; 0: it doesn't.
#[must_use]
pub fn weight(role: Role, key: &str) -> u32 {
    let has = |keys: &str| keys.split(' ').any(|known| known == key);
    if let Some((weight, _)) = role.iter().find(|(weight, keys)| *weight > 0 && has(keys)) {
        return *weight;
    }
    let of_two = role.iter().find(|(weight, _)| *weight == 0).and_then(|(_, both)| both.split_once(" | "));
    let Some((subjects, endings)) = of_two else { return 0 };
    let is_both = |subject: &str| {
        let ending = key.strip_prefix(subject).unwrap_or_default();
        !ending.is_empty() && endings.split(' ').any(|known| known == ending)
    };
    if subjects.split(' ').any(is_both) { OF_TWO } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_normal_forms_and_units() {
        for (key, want) in [
            ("event_name", ("eventname", None)),
            ("occurredAtMs", ("occurredat", Some(Unit::Time("ms")))),
            ("timestamp_micros", ("timestamp", Some(Unit::Time("us")))),
            ("gesamt_cent", ("gesamt", Some(Unit::Cents))),
            ("Währung", ("waehrung", None)),
            ("X-Event-Type", ("eventtype", None)),
            ("ms", ("ms", None)),
            ("", ("", None)),
        ] {
            let (normal, unit) = normal(key);
            assert_eq!((normal.as_str(), unit), want, "{key}");
        }
        assert_eq!((weight(USER, "actorref"), weight(USER, "customergroupid"), weight(NAME, "eventkind")), (7, 0, 7));
        assert_eq!((weight(USER, "kundennr"), weight(USER, "nothing"), weight(TIME, "")), (10, 0, 0));
    }
}
